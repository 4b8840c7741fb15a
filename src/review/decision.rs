//! What a reviewer decides, as it is posted and kept.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Refused, Subject};
use crate::score::Points;
use crate::yaml::{in_chinese, nearest};

/// One decision of a reviewer about one subject (判断).
///
/// Which fields belong to it depends on subject and verdict; others are refused:
///
/// | subject | verdict | fields |
/// |---|---|---|
/// | `item:<id>` | `confirm` | `note` |
/// | | `score` | `score`, `reason`, `note` |
/// | | `not_applicable` | `reason`, `note` |
/// | `finding:<index>` | `confirm`, `reject` | `reason`, `note` |
/// | `veto:<id>`, proposed | `confirm` | `note` |
/// | | `reject` | `reason`, `note` |
/// | `veto:<id>`, not proposed | `add` | `reason`, `note` |
/// | `missed:<n>` | `add` | `turn`, `start`, `end`, `rule`, `note` |
/// | any | `withdraw` | none |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What it is about: `item:<id>`, `finding:<index>`, `veto:<id>` or `missed:<n>`.
    #[schema(value_type = String, example = "item:greeting", pattern = "^(item:|veto:)[^\\x00-\\x1f\\x7f-\\x9f]{1,200}$|^finding:(0|[1-9][0-9]{0,8})$|^missed:([1-9][0-9]{0,2}|1000)$")]
    pub subject: Subject,
    /// What is decided.
    pub verdict: Verdict,
    /// The points that an item gets, one of those that the sheet allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, minimum = -10000000, maximum = 10000000)]
    pub score: Option<Points>,
    /// The level (档位) that is meant, by its place among those of the item; it must give just these points. Only needed where
    /// several levels do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<usize>,
    /// Why the machine is overruled: the id of one of the pack's reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What else there is to say, in at most 2000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000, pattern = "^[^\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]*$")]
    pub note: Option<String>,
    /// Index of the turn in the posted transcript, of a passage that the machine missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<u32>,
    /// Its first character, in Unicode scalar values of the original text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// One past its last character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u32>,
    /// The rule that it breaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// An item gets what the machine proposes; a finding is a fault; a veto is carried out.
    Confirm,
    /// An item gets these points, whether the machine proposed others or none.
    Score,
    /// An item does not apply.
    NotApplicable,
    /// A finding is no fault; a veto is not carried out.
    Reject,
    /// A passage is a fault, or a veto is carried out, although the machine did not say so.
    Add,
    /// What was decided about the subject is taken back.
    Withdraw,
}

impl Verdict {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Score => "score",
            Self::NotApplicable => "not_applicable",
            Self::Reject => "reject",
            Self::Add => "add",
            Self::Withdraw => "withdraw",
        }
    }
}

/// The fields that belong to some decisions only.
const OPTIONAL: [&str; 8] = ["score", "level", "reason", "note", "turn", "start", "end", "rule"];

impl Decision {
    /// A decision that says nothing but its verdict.
    #[must_use]
    pub fn new(subject: Subject, verdict: Verdict) -> Self {
        let (score, level, reason, note) = (None, None, None, None);
        let (turn, start, end, rule) = (None, None, None, None);
        Self { subject, verdict, score, level, reason, note, turn, start, end, rule }
    }

    /// Reads a posted decision, so that what is wrong with it names the field.
    ///
    /// # Errors
    /// When it is no object, a field is unknown, lacking, or not of its type.
    pub fn read(posted: Value) -> Result<Self, Refused> {
        let Value::Object(fields) = posted else {
            return Err(Refused::new(
                "invalid_decision",
                "",
                "判断应为 JSON 对象，至少有 subject 和 verdict",
            ));
        };
        let mut fields = Fields(fields);
        let decision = Self {
            subject: fields.required("subject")?,
            verdict: fields.required("verdict")?,
            score: fields.optional("score")?,
            level: fields.optional("level")?,
            reason: fields.optional("reason")?,
            note: fields.optional("note")?,
            turn: fields.optional("turn")?,
            start: fields.optional("start")?,
            end: fields.optional("end")?,
            rule: fields.optional("rule")?,
        };
        fields.refuse_others()?;
        Ok(decision)
    }

    /// The names of the optional fields that it has.
    pub(super) fn given(&self) -> impl Iterator<Item = &'static str> {
        let has = [
            self.score.is_some(),
            self.level.is_some(),
            self.reason.is_some(),
            self.note.is_some(),
            self.turn.is_some(),
            self.start.is_some(),
            self.end.is_some(),
            self.rule.is_some(),
        ];
        OPTIONAL.into_iter().zip(has).filter_map(|(name, has)| has.then_some(name))
    }

    /// What the note says; nothing where it is blank.
    pub(super) fn said(&self) -> Option<&str> {
        self.note.as_deref().filter(|note| !note.trim().is_empty())
    }
}

/// The fields of a posted decision that have not been read.
struct Fields(Map<String, Value>);

impl Fields {
    /// A field that every decision has.
    fn required<T: serde::de::DeserializeOwned>(&mut self, name: &str) -> Result<T, Refused> {
        self.optional(name)?
            .ok_or_else(|| Refused::new("invalid_decision", name, format!("缺少 {name}：请填写")))
    }

    /// A field that may be absent; null is the same.
    fn optional<T: serde::de::DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Refused> {
        let Some(value) = self.0.remove(name) else { return Ok(None) };
        let read = serde_json::from_value(value);
        read.map_err(|error| Refused::new("invalid_decision", name, in_own_words(name, &error.to_string())))
    }

    /// Whatever is left was not meant to be ignored.
    fn refuse_others(self) -> Result<(), Refused> {
        let Some(name) = self.0.keys().next() else { return Ok(()) };
        let known = ["subject", "verdict"].into_iter().chain(OPTIONAL);
        let near = nearest(name, known).map_or(String::new(), |near| format!("，是不是想写 {near}"));
        // The name comes from outside, of any length.
        let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        Err(Refused::new("invalid_decision", name, format!("没有“{shown}”这个字段{near}：请改名或删去")))
    }
}

/// What serde says of a field, in Chinese.
fn in_own_words(name: &str, said: &str) -> String {
    if name == "verdict" {
        let known = "confirm、score、not_applicable、reject、add、withdraw";
        return format!("verdict 的写法不对：应为 {known} 之一");
    }
    match said.strip_prefix("invalid ").and_then(|said| said.split_once(", expected ")) {
        Some((_, expected)) => format!("{name} 的类型不对：应为{}", in_chinese(expected)),
        // Types of ours speak Chinese themselves.
        None if said.starts_with("subject") => said.to_owned(),
        None => format!("{name} 写错了：{said}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_decision_is_read_as_it_is_kept() {
        for posted in [
            json!({"subject": "item:greeting", "verdict": "score", "score": 1.5, "reason": "a", "note": "说明"}),
            json!({"subject": "item:greeting", "verdict": "not_applicable"}),
            json!({"subject": "missed:1", "verdict": "add", "turn": 4, "start": 0, "end": 6, "rule": "forbidden/x"}),
            json!({"subject": "veto:taboo", "verdict": "withdraw"}),
        ] {
            let decision = Decision::read(posted.clone()).unwrap();
            assert_eq!(serde_json::to_value(&decision).unwrap(), posted);
            assert_eq!(serde_json::from_value::<Decision>(posted).unwrap(), decision);
        }
        let nulls = json!({"subject": "finding:0", "verdict": "confirm", "score": null, "note": null});
        let bare = Decision::new(Subject::Finding(0), Verdict::Confirm);
        assert_eq!(Decision::read(nulls).unwrap(), bare);
    }

    #[test]
    fn a_posted_decision_that_is_none_is_told_by_field() {
        let subject = json!("item:a");
        for (posted, pointer, told) in [
            (json!([]), "", "判断应为 JSON 对象"),
            (json!({"verdict": "confirm"}), "/subject", "缺少 subject：请填写"),
            (json!({"subject": subject}), "/verdict", "缺少 verdict：请填写"),
            (json!({"subject": 3, "verdict": "confirm"}), "/subject", "subject 的类型不对：应为文字"),
            (json!({"subject": "a", "verdict": "confirm"}), "/subject", "subject 写成 item:评分项编号、"),
            (json!({"subject": subject, "verdict": "accept"}), "/verdict", "应为 confirm、score、"),
            (json!({"subject": subject, "verdict": ["score"]}), "/verdict", "应为 confirm、score、"),
            (
                json!({"subject": subject, "verdict": "score", "score": "2"}),
                "/score",
                "score 的类型不对：应为数字",
            ),
            (json!({"subject": subject, "verdict": "score", "score": 0.125}), "/score", "最多两位小数"),
            (json!({"subject": subject, "verdict": "score", "score": 1e99}), "/score", "分值太大"),
            (
                json!({"subject": subject, "verdict": "confirm", "note": 3}),
                "/note",
                "note 的类型不对：应为文字",
            ),
            (
                json!({"subject": subject, "verdict": "add", "turn": -1}),
                "/turn",
                "turn 的类型不对：应为不小于 0 的整数",
            ),
            (
                json!({"subject": subject, "verdict": "add", "end": 1.5}),
                "/end",
                "end 的类型不对：应为不小于 0 的整数",
            ),
            (
                json!({"subject": subject, "verdict": "score", "scores": 2}),
                "/scores",
                "没有“scores”这个字段，是不是想写 score",
            ),
            (json!({"subject": subject, "verdict": "score", "a/b~": 2}), "/a~1b~0", "没有“a/b~”这个字段"),
        ] {
            let refused = Decision::read(posted.clone()).expect_err(&posted.to_string());
            assert_eq!((refused.code, refused.pointer.as_str()), ("invalid_decision", pointer), "{posted}");
            assert!(refused.message.contains(told), "{posted}: {}", refused.message);
        }
    }
}
