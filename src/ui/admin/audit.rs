//! Who did what, the newest first.

use std::collections::HashMap;

use askama::Template;
use url::form_urlencoded;

use super::super::Frame;
use super::super::titles::role_title;
use super::super::words::Lang;
use super::state_of;
use crate::access::{Role, Scope};
use crate::store::AuditEntry;

/// A part of the audit log.
#[derive(Debug, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// What every page has.
    pub page: Frame,
    /// What was asked for.
    pub asked: AuditAsked,
    /// The newest first.
    pub entries: Vec<AuditEntry>,
    /// Whether there are older ones.
    pub has_more: bool,
    /// How many there are in all.
    pub length: i64,
    /// How many of them are asked for, where not all are.
    pub found: Option<i64>,
    /// What people and tokens are called, by how they sign.
    pub names: HashMap<String, String>,
}

/// Which entries were asked for; nothing where it does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditAsked {
    /// Only those before this number.
    pub before: Option<i64>,
    /// By whom.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
}

/// Everything that is accounted for, as it is written and in words.
const ACTIONS: [(&str, &str); 17] = [
    ("review.submit", "提交复核"),
    ("review.reopen", "退回复核"),
    ("unmask", "查看原文"),
    ("erase", "删除对话"),
    ("session.open", "登录"),
    ("session.refused", "登录被拒"),
    ("setup", "建立第一个管理员"),
    ("person.add", "增加人员"),
    ("person.change", "修改人员"),
    ("person.password", "改密码"),
    ("token.add", "建立令牌"),
    ("token.revoke", "作废令牌"),
    ("webhook.add", "增加回调"),
    ("webhook.change", "修改回调"),
    ("webhook.drop", "删除回调"),
    ("webhook.replay", "重新投递"),
    ("pack.use", "启用规则包"),
];

/// Those who act and are nobody.
const SYSTEM: [(&str, &str); 6] = [
    ("system:cli", "命令行"),
    ("system:retention", "到期删除"),
    ("system:session", "登录"),
    ("system:pack", "规则包"),
    ("system:setup", "首次设置"),
    ("system:demo", "演示"),
];

impl AuditPage {
    fn actions(&self) -> [(&'static str, &'static str); 17] {
        ACTIONS
    }

    /// Those who may be asked for, by name.
    fn actors(&self) -> Vec<(&str, &str)> {
        let mut actors: Vec<_> =
            self.names.iter().map(|(sign, name)| (sign.as_str(), name.as_str())).collect();
        actors.sort_by_key(|(sign, name)| (*name, *sign));
        actors
    }

    /// What somebody or something is called, as far as it has a name.
    fn name<'a>(&'a self, sign: &'a str) -> &'a str {
        let system = SYSTEM.iter().find(|(name, _)| *name == sign);
        system.map_or_else(
            || self.names.get(sign).map_or(sign, String::as_str),
            |(_, title)| self.page.lang.say(title),
        )
    }

    fn is_named(&self, sign: &str) -> bool {
        self.names.contains_key(sign)
    }

    /// The review that an entry is about, where whoever looks may look at it.
    fn review<'a>(&self, subject: &'a str) -> Option<&'a str> {
        subject.strip_prefix("review:").filter(|_| self.page.may(Scope::Review))
    }

    /// What was there before or after, as people read it.
    fn told(&self, entry: &AuditEntry, text: &str) -> String {
        let person = entry.action.starts_with("person.").then(|| person(self.page.lang, text)).flatten();
        person.unwrap_or_else(|| short(text))
    }

    /// How many there are, and under a filter how many of them it leaves.
    fn counted(&self) -> String {
        match self.found {
            Some(found) => self.page.lang.fill("符合 {} 条 / 共 {} 条", &[&found, &self.length]),
            None => self.page.fill("共 {} 条", self.length),
        }
    }

    /// Where the older ones are.
    fn next(&self) -> Option<String> {
        let last = self.entries.last().filter(|_| self.has_more)?;
        let AuditAsked { actor, action, subject, .. } = &self.asked;
        let asked = [("actor", actor), ("action", action), ("subject", subject)];
        let asked = asked.into_iter().filter(|(_, value)| !value.is_empty());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("before", &last.seq.to_string()).extend_pairs(asked);
        Some(format!("/audit?{}", query.finish()))
    }
}

/// What was done, in words.
fn action_title(lang: Lang, action: &str) -> &str {
    ACTIONS.iter().find(|(name, _)| *name == action).map_or(action, |(_, title)| lang.say(title))
}

/// What a person was, in words; none where it is written otherwise. Entries of old do not tell the name.
fn person(lang: Lang, text: &str) -> Option<String> {
    let mut parts = text.splitn(4, ' ');
    let (login, role, state) = (parts.next()?, parts.next()?, parts.next()?);
    let role: Role = role.parse().ok()?;
    let state = match state {
        "active" => state_of(true),
        "inactive" => state_of(false),
        _ => return None,
    };
    let name = parts.next().unwrap_or(login);
    Some([name, lang.say(role_title(role)), lang.say(state)].join(" · "))
}

/// A digest as people tell it apart, or what else stands in its place.
fn short(text: &str) -> String {
    let is_digest = text.len() > 40 && !text.contains(' ');
    let cut = |text: &str| text.chars().take(16).chain(['…']).collect();
    if is_digest { cut(text) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use regex::Regex;

    use super::*;

    /// All code there is.
    fn sources(folder: &Path, found: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn a_person_is_told_in_words_and_entries_of_old_as_far_as_they_go() {
        let zh = |text| person(Lang::Zh, text);
        assert_eq!(zh("wang admin active 王 小明").unwrap(), "王 小明 · 管理员 · 能登录");
        assert_eq!(zh("wang reviewer inactive").unwrap(), "wang · 质检员 · 已停用");
        assert_eq!(person(Lang::En, "wang lead active W").unwrap(), "W · Lead · Can log in");
        assert_eq!((zh(""), zh("zj_abc machine score ingest")), (None, None));
    }

    #[test]
    fn whoever_acts_without_being_anybody_has_a_name() {
        let mut code = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
        let signs = Regex::new(r#"Actor::system\("([a-z]+)"\)"#).unwrap();
        let mut signs: Vec<String> =
            signs.captures_iter(&code).map(|sign| format!("system:{}", &sign[1])).collect();
        signs.sort_unstable();
        signs.dedup();
        let mut known: Vec<&str> = SYSTEM.iter().map(|(sign, _)| *sign).collect();
        known.sort_unstable();
        assert_eq!(signs, known);
    }
}
