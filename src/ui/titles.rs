//! What things are called on pages, in Chinese; and the classes by which the style sheet knows them.

use jiff::civil::DateTime;

use crate::access;
use crate::draft::FindingVerdict;
use crate::rule::{Demand, Outcome, Severity};
use crate::score::Basis;
use crate::transcript::{Channel, Millis, Role};

/// What a speaker is called.
pub(super) fn speaker(role: Role) -> &'static str {
    match role {
        Role::Agent => "客服",
        Role::Customer => "客户",
        Role::System => "系统",
        Role::Other => "其他",
        Role::Unknown => "未知",
    }
}

/// On which side a speaker stands, as a class.
pub(super) fn side(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Customer => "customer",
        Role::System | Role::Other | Role::Unknown => "other",
    }
}

/// What a channel is called.
pub(super) fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Call => "电话",
        Channel::Chat => "在线",
    }
}

/// What a finding is worth.
pub(super) fn worth(verdict: FindingVerdict) -> &'static str {
    match verdict {
        FindingVerdict::Hit => "命中",
        FindingVerdict::Candidate => "疑似",
        FindingVerdict::Suppressed => "已排除",
    }
}

/// What a finding is worth, as a class.
pub(super) fn shade(verdict: FindingVerdict) -> &'static str {
    match verdict {
        FindingVerdict::Hit => "hit",
        FindingVerdict::Candidate => "candidate",
        FindingVerdict::Suppressed => "suppressed",
    }
}

/// How bad a fault is.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Minor => "轻微",
        Severity::Major => "一般",
        Severity::Critical => "严重",
    }
}

/// How bad a fault is, as the number in its class.
pub(super) fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Minor => 1,
        Severity::Major => 2,
        Severity::Critical => 3,
    }
}

/// What became of a rule that demands so much.
pub(super) fn outcome(outcome: Outcome, demand: Demand) -> &'static str {
    match (outcome, demand) {
        (Outcome::Met, Demand::Observe) => "出现",
        (Outcome::NotMet, Demand::Observe) => "未出现",
        (Outcome::Met, _) => "符合",
        (Outcome::NotMet, _) => "不符合",
        (Outcome::NotApplicable, _) => "不适用",
        (Outcome::NotMeasurable, _) => "无法测量",
    }
}

/// How far a proposal can be trusted.
pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Auto => "自动判定",
        Basis::Suggest => "建议分",
        Basis::Evidence => "只列证据",
        Basis::Human => "人工评判",
    }
}

/// What a role is called.
pub(crate) fn role_title(role: access::Role) -> &'static str {
    match role {
        access::Role::Machine => "机器",
        access::Role::Reviewer => "质检员",
        access::Role::Lead => "质检主管",
        access::Role::Admin => "管理员",
    }
}

/// What a scope lets one do, in words.
pub(crate) fn scope_title(scope: access::Scope) -> &'static str {
    match scope {
        access::Scope::Score => "评分",
        access::Scope::Ingest => "提交对话",
        access::Scope::Drafts => "取初稿",
        access::Scope::Pack => "看规则包",
        access::Scope::Review => "复核",
        access::Scope::Unmask => "查看原文",
        access::Scope::Reopen => "退回复核",
        access::Scope::Report => "看报表",
        access::Scope::Audit => "看审计记录",
        access::Scope::People => "管理人员和令牌",
        access::Scope::Operate => "运维",
    }
}

/// A moment of a call as `mm:ss`, or `h:mm:ss` where it is that late.
pub(super) fn clock(ms: Millis) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

/// A length of time in seconds, with a decimal where it is short.
pub(super) fn seconds(ms: Millis) -> String {
    if ms < 10_000 { format!("{}.{}", ms / 1000, ms % 1000 / 100) } else { (ms / 1000).to_string() }
}

/// A day and its time, to the minute.
pub(super) fn moment(at: DateTime) -> String {
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_read_them() {
        assert_eq!(
            [clock(0), clock(65_900), clock(3_725_000), seconds(9_990), seconds(12_300)],
            ["00:00", "01:05", "1:02:05", "9.9", "12"]
        );
        assert_eq!(moment(jiff::civil::date(2026, 3, 9).at(8, 5, 59, 0)), "2026-03-09 08:05");
    }
}
