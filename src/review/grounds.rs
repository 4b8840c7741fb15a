//! Why a decision is taken: the reason and the note that belong to it.

use super::{Decision, Reasons, Refused};

/// A note has no more characters than this.
const LONGEST_NOTE: usize = 2000;

/// Whether the reason is one of the pack's, and stands where one must.
pub(super) fn check_reason(decision: &Decision, overrules: bool, reasons: &Reasons) -> Result<(), Refused> {
    let Some(about) = decision.subject.about() else { return Ok(()) };
    let listed = reasons.listed(about);
    match (decision.reason.as_deref(), listed) {
        (None, Some(listed)) if overrules => {
            let message = format!("缺少 reason：与机器的判断不同，请写明理由：{listed}");
            Err(Refused::new("reason_needed", "reason", message))
        }
        (None, None) if overrules && decision.said().is_none() => {
            let message = "缺少 note：与机器的判断不同，请在 note 里写明理由";
            Err(Refused::new("note_needed", "note", message))
        }
        (None, _) => Ok(()),
        (Some(id), listed) => check_listed(decision, reasons, id, listed.as_deref()),
    }
}

/// Whether the reason with this id can be given here.
fn check_listed(
    decision: &Decision,
    reasons: &Reasons,
    id: &str,
    listed: Option<&str>,
) -> Result<(), Refused> {
    let known = listed
        .map_or("规则包没有列出可用的理由，请去掉 reason,写 note".to_owned(), |listed| {
            format!("可写：{listed}")
        });
    let Some(reason) = reasons.find(id) else {
        let shown: String = id.chars().filter(|c| !c.is_control()).take(40).collect();
        let message = format!("reason 不对：没有编号为“{shown}”的理由，{known}");
        return Err(Refused::new("unknown_reason", "reason", message));
    };
    if decision.subject.about().is_some_and(|about| !reason.about.contains(&about)) {
        let message = format!("reason 不对：“{}”不用于 {}，{known}", reason.title, decision.subject);
        return Err(Refused::new("reason_not_for", "reason", message));
    }
    if reason.needs_note && decision.said().is_none() {
        let message = format!("缺少 note：理由选“{}”时，请在 note 里说明", reason.title);
        return Err(Refused::new("note_needed", "note", message));
    }
    Ok(())
}

/// Whether the note can be kept and shown.
pub(super) fn check_note(note: &str) -> Result<(), Refused> {
    let chars = note.chars().count();
    if chars > LONGEST_NOTE {
        let message = format!("note 有 {chars} 个字符，最多 {LONGEST_NOTE} 个：请缩短");
        return Err(Refused::new("note_too_long", "note", message));
    }
    let control = note.chars().enumerate().find(|(_, c)| c.is_control() && *c != '\n');
    let Some((at, control)) = control else { return Ok(()) };
    let message =
        format!("note 的第 {} 个字符是控制字符 U+{:04X}：请去掉，换行用 \\n", at + 1, u32::from(control));
    Err(Refused::new("control_character", "note", message))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::fixture::{post, review};
    use super::*;
    use crate::review::About;

    /// Everything that speaks against the machine.
    fn overruling() -> [Value; 8] {
        [
            json!({"subject": "item:greeting", "verdict": "score", "score": 2.0}),
            json!({"subject": "item:greeting", "verdict": "not_applicable"}),
            json!({"subject": "item:fault", "verdict": "score", "score": 0}),
            json!({"subject": "finding:0", "verdict": "reject"}),
            json!({"subject": "finding:1", "verdict": "reject"}),
            json!({"subject": "finding:2", "verdict": "confirm"}),
            json!({"subject": "veto:taboo", "verdict": "reject"}),
            json!({"subject": "veto:silent", "verdict": "add"}),
        ]
    }

    fn with(mut posted: Value, field: &str, value: &str) -> Value {
        posted[field] = value.into();
        posted
    }

    /// The posted decision is refused with this code at this field, and says so in these words.
    #[track_caller]
    fn assert_refused(posted: &Value, code: &str, field: &str, told: &str) {
        let refused = post(&mut review(), posted.clone()).expect_err(&posted.to_string());
        assert_eq!(
            (refused.code, refused.pointer),
            (code, format!("/{field}")),
            "{posted}: {}",
            refused.message
        );
        assert!(refused.message.contains(told), "{posted}: {}", refused.message);
    }

    #[test]
    fn what_speaks_against_the_machine_needs_a_reason_of_the_pack() {
        for posted in overruling() {
            assert_refused(&posted, "reason_needed", "reason", "请写明理由：asr-error(转写错误)、");
            assert_refused(&with(posted.clone(), "note", "说明"), "reason_needed", "reason", "缺少 reason");
            assert_refused(
                &with(posted.clone(), "reason", "asr"),
                "unknown_reason",
                "reason",
                "没有编号为“asr”的理由",
            );
            assert!(post(&mut review(), with(posted, "reason", "asr-error")).is_ok());
        }
    }

    #[test]
    fn what_agrees_with_the_machine_or_fills_what_it_left_open_needs_none() {
        for posted in [
            json!({"subject": "item:greeting", "verdict": "confirm"}),
            json!({"subject": "item:greeting", "verdict": "score", "score": 1}),
            json!({"subject": "item:praise", "verdict": "score", "score": 0}),
            json!({"subject": "item:tone", "verdict": "score", "score": 2}),
            json!({"subject": "item:speed", "verdict": "score", "score": 3}),
            json!({"subject": "item:speed", "verdict": "not_applicable"}),
            json!({"subject": "finding:0", "verdict": "confirm"}),
            json!({"subject": "finding:1", "verdict": "confirm"}),
            json!({"subject": "finding:2", "verdict": "reject"}),
            json!({"subject": "veto:taboo", "verdict": "confirm"}),
        ] {
            assert!(post(&mut review(), posted.clone()).is_ok(), "{posted}");
        }
    }

    #[test]
    fn a_reason_is_given_only_for_what_it_is_listed_for() {
        let [item, .., finding, _, _] = overruling();
        assert!(post(&mut review(), with(item, "reason", "recording")).is_ok());
        let posted = with(finding, "reason", "recording");
        assert_refused(
            &posted,
            "reason_not_for",
            "reason",
            "“听录音”不用于 finding:2，可写：asr-error(转写错误)、other(其他)",
        );
    }

    #[test]
    fn a_reason_that_says_too_little_needs_a_note() {
        let posted = with(overruling()[0].clone(), "reason", "other");
        assert_refused(&posted, "note_needed", "note", "理由选“其他”时");
        assert_refused(&with(posted.clone(), "note", " \n"), "note_needed", "note", "理由选“其他”时");
        assert!(post(&mut review(), with(posted, "note", "换了标准")).is_ok());
    }

    #[test]
    fn without_a_list_of_reasons_a_note_takes_their_place() {
        let decide = |posted: Value| review().decide(Decision::read(posted).unwrap(), &Reasons::default());
        for posted in overruling() {
            let refused = decide(posted.clone()).unwrap_err();
            assert_eq!((refused.code, refused.pointer.as_str()), ("note_needed", "/note"), "{posted}");
            assert!(decide(with(posted.clone(), "note", "理由")).is_ok(), "{posted}");
            let refused = decide(with(posted, "reason", "other")).unwrap_err();
            assert!(
                refused.code == "unknown_reason" && refused.message.contains("规则包没有列出可用的理由"),
                "{refused}"
            );
        }
        assert_eq!(Reasons::default().listed(About::Item), None);
    }

    #[test]
    fn a_note_is_short_and_plain() {
        let noted =
            |note: &str| with(json!({"subject": "item:greeting", "verdict": "confirm"}), "note", note);
        assert!(post(&mut review(), noted(&"长".repeat(2000))).is_ok());
        assert_refused(
            &noted(&"长".repeat(2001)),
            "note_too_long",
            "note",
            "note 有 2001 个字符，最多 2000 个",
        );
        assert!(post(&mut review(), noted("第一行\n第二行")).is_ok());
        assert_refused(&noted("甲\r\n"), "control_character", "note", "note 的第 2 个字符是控制字符 U+000D");
        assert_refused(&noted("\u{7f}"), "control_character", "note", "第 1 个字符是控制字符 U+007F");
    }

    #[test]
    fn a_blank_note_is_none() {
        let change =
            post(&mut review(), json!({"subject": "item:greeting", "verdict": "confirm", "note": "  "}));
        assert_eq!(change.unwrap().after.unwrap().note, None);
    }
}
