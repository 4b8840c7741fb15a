//! What a decision is about, and how it is written: `item:greeting`, `finding:0`, `veto:taboo`, `missed:1`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::About;

/// No id of an item or a veto is longer.
const LONGEST_ID: usize = 200;

/// A reviewer adds no more passages than the machine lists findings.
const MOST_MISSED: u32 = 1000;

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The item with this id.
    Item(String),
    /// The finding with this index in the draft.
    Finding(u32),
    /// The veto with this id.
    Veto(String),
    /// A passage that the machine missed, by the number that the reviewer gives it, from 1.
    Missed(u32),
}

/// Why a text names no subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSubject {
    /// It is written in none of the four ways.
    #[error(
        "subject 写成 item:评分项编号、finding:命中序号(从 0 起)、veto:否决编号，或 missed:自编序号(从 1 起)"
    )]
    Form,
    /// The id is empty, too long, or holds control characters.
    #[error("subject 里的编号应为 1 到 200 个字符，不能有控制字符")]
    Id,
    /// The number is none, or out of range.
    #[error("subject 里的序号应为整数，不带前导零；missed 的序号从 1 到 1000")]
    Number,
}

impl Subject {
    /// The sort of thing that it is, for which reasons are listed; none for passages that the machine missed.
    #[must_use]
    pub fn about(&self) -> Option<About> {
        match self {
            Self::Item(_) => Some(About::Item),
            Self::Finding(_) => Some(About::Finding),
            Self::Veto(_) => Some(About::Veto),
            Self::Missed(_) => None,
        }
    }
}

impl FromStr for Subject {
    type Err = NoSubject;

    fn from_str(written: &str) -> Result<Self, NoSubject> {
        match written.split_once(':') {
            Some(("item", id)) => Ok(Self::Item(self::id(id)?)),
            Some(("veto", id)) => Ok(Self::Veto(self::id(id)?)),
            Some(("finding", index)) => Ok(Self::Finding(number(index)?)),
            Some(("missed", number)) => match self::number(number)? {
                number @ 1..=MOST_MISSED => Ok(Self::Missed(number)),
                _ => Err(NoSubject::Number),
            },
            _ => Err(NoSubject::Form),
        }
    }
}

fn id(written: &str) -> Result<String, NoSubject> {
    let is_id = (1..=LONGEST_ID).contains(&written.chars().count()) && !written.contains(char::is_control);
    is_id.then(|| written.to_owned()).ok_or(NoSubject::Id)
}

/// A number in its only spelling, so that one subject has one name.
fn number(written: &str) -> Result<u32, NoSubject> {
    let number = written.parse::<u32>().map_err(|_| NoSubject::Number)?;
    if number.to_string() == written { Ok(number) } else { Err(NoSubject::Number) }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(id) => write!(f, "item:{id}"),
            Self::Finding(index) => write!(f, "finding:{index}"),
            Self::Veto(id) => write!(f, "veto:{id}"),
            Self::Missed(number) => write!(f, "missed:{number}"),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_read_as_it_is_written() {
        for written in [
            "item:greeting",
            "item:a:b/中文",
            "finding:0",
            "finding:4294967295",
            "veto:taboo",
            "missed:1",
            "missed:1000",
        ] {
            assert_eq!(written.parse::<Subject>().unwrap().to_string(), written);
        }
        let subject = Subject::Item("greeting".to_owned());
        assert_eq!(serde_json::to_string(&subject).unwrap(), "\"item:greeting\"");
        assert_eq!(serde_json::from_str::<Subject>("\"item:greeting\"").unwrap(), subject);
    }

    #[test]
    fn what_names_nothing_is_refused() {
        let long = format!("item:{}", "长".repeat(201));
        for (written, why) in [
            ("", NoSubject::Form),
            ("greeting", NoSubject::Form),
            ("items:greeting", NoSubject::Form),
            ("Item:greeting", NoSubject::Form),
            (" item:greeting", NoSubject::Form),
            ("item:", NoSubject::Id),
            ("veto:\u{7}", NoSubject::Id),
            (&long, NoSubject::Id),
            ("finding:", NoSubject::Number),
            ("finding:-1", NoSubject::Number),
            ("finding:+1", NoSubject::Number),
            ("finding:01", NoSubject::Number),
            ("finding:1.0", NoSubject::Number),
            ("finding:4294967296", NoSubject::Number),
            ("missed:0", NoSubject::Number),
            ("missed:1001", NoSubject::Number),
        ] {
            assert_eq!(written.parse::<Subject>(), Err(why), "{written}");
        }
        assert!(
            serde_json::from_str::<Subject>("\"finding:x\"")
                .unwrap_err()
                .to_string()
                .starts_with("subject 里的序号")
        );
    }
}
