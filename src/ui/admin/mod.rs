//! The pages of who looks after people and the system: nothing of any call is on them.

mod audit;
mod people;
mod system;
mod webhooks;

pub use audit::{AuditAsked, AuditPage};
pub use people::{PeoplePage, TokensPage};
pub use system::{COUNTED, SystemPage};
pub use webhooks::{WebhookPage, WebhooksPage};

/// Whether somebody may log in, in words.
fn state_of(active: bool) -> &'static str {
    if active { "能登录" } else { "已停用" }
}
