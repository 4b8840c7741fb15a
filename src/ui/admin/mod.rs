//! The pages of who looks after people and the system: nothing of any call is on them.

mod audit;
mod people;
mod system;
mod webhooks;

use crate::access::Scope;

pub use audit::{AuditAsked, AuditPage};
pub use people::{PeoplePage, TokensPage};
pub use system::{COUNTED, SystemPage};
pub use webhooks::{WebhookPage, WebhooksPage};

/// What a scope lets one do, in words.
fn scope_title(scope: Scope) -> &'static str {
    match scope {
        Scope::Score => "评分",
        Scope::Ingest => "提交对话",
        Scope::Drafts => "取初稿",
        Scope::Pack => "看规则包",
        Scope::Review => "复核",
        Scope::Unmask => "查看原文",
        Scope::Reopen => "退回复核",
        Scope::Report => "看报表",
        Scope::Audit => "看审计记录",
        Scope::People => "管理人员和令牌",
        Scope::Operate => "运维",
    }
}
