//! Which decisions are taken: those about something that is there, in a form that fits it, with the reason that it needs.

use serde::Serialize;
use utoipa::ToSchema;

use super::grounds::{check_note, check_reason};
use super::machine::MachineItem;
use super::{Decision, ItemValue, Reasons, Refused, Review, Subject, Verdict};
use crate::draft::FindingVerdict;
use crate::score::{Points, SheetItem, Values};

/// What a decision has changed, for the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DecisionChange)]
pub struct Change {
    /// What was decided about.
    #[schema(value_type = String)]
    pub subject: Subject,
    /// What stood there before.
    pub before: Option<Decision>,
    /// What stands there now; none where a decision was withdrawn.
    pub after: Option<Decision>,
}

impl Review {
    /// Takes a decision, in place of an earlier one about the same subject.
    ///
    /// What it is checked for, in this order: that the subject is part of this draft, and a veto has something to zero in
    /// it (`unknown_subject`); that the
    /// verdict fits it (`wrong_verdict`, and `value_needed` where there is nothing to confirm) and the fields fit the
    /// verdict (`unexpected_field`, `missing_field`); that the points are ones that the sheet allows
    /// (`score_not_allowed`) and the level gives them (`level_not_allowed`), and a missed passage exists (`no_such_place`, `unknown_rule`); that what speaks against the
    /// machine has a reason (`reason_needed`, `unknown_reason`, `reason_not_for`) and a note where it must
    /// (`note_needed`), which can be kept (`note_too_long`, `control_character`).
    ///
    /// # Errors
    /// When the decision is not taken; the review then is as before.
    pub fn decide(&mut self, mut decision: Decision, reasons: &Reasons) -> Result<Change, Refused> {
        self.check(&decision, reasons)?;
        if decision.said().is_none() {
            decision.note = None;
        }
        let subject = decision.subject.clone();
        let after = (decision.verdict != Verdict::Withdraw).then_some(decision);
        let before = match &after {
            Some(decision) => self.decisions.insert(subject.clone(), decision.clone()),
            None => self.decisions.remove(&subject),
        };
        Ok(Change { subject, before, after })
    }

    fn check(&self, decision: &Decision, reasons: &Reasons) -> Result<(), Refused> {
        self.check_subject(decision)?;
        check_fields(decision, self.fields(decision)?)?;
        match (&decision.subject, decision.verdict) {
            (_, Verdict::Withdraw) if !self.decisions.contains_key(&decision.subject) => {
                let message = format!("{} 还没有判断，无可撤回", decision.subject);
                return Err(Refused::new("nothing_to_withdraw", "subject", message));
            }
            (Subject::Item(id), _) => self.check_item(id, decision)?,
            (Subject::Missed(_), Verdict::Add) => self.check_passage(decision)?,
            _ => {}
        }
        check_reason(decision, self.overrules(decision), reasons)?;
        check_note(decision.note.as_deref().unwrap_or_default())
    }

    /// The optional fields that a decision of this form may have.
    fn fields(&self, decision: &Decision) -> Result<&'static [&'static str], Refused> {
        let proposed = matches!(&decision.subject, Subject::Veto(id) if self.is_proposed(id));
        let known: &[&str] = match (&decision.subject, decision.verdict) {
            (_, Verdict::Withdraw) => return Ok(&[]),
            (Subject::Item(_), Verdict::Confirm) => return Ok(&["note"]),
            (Subject::Veto(_), Verdict::Confirm) if proposed => return Ok(&["note"]),
            (Subject::Item(_), Verdict::Score) => return Ok(&["score", "level", "reason", "note"]),
            (Subject::Item(_), Verdict::NotApplicable)
            | (Subject::Finding(_), Verdict::Confirm | Verdict::Reject) => return Ok(&["reason", "note"]),
            (Subject::Veto(_), Verdict::Reject) if proposed => return Ok(&["reason", "note"]),
            (Subject::Veto(_), Verdict::Add) if !proposed => return Ok(&["reason", "note"]),
            (Subject::Missed(_), Verdict::Add) => return Ok(&["turn", "start", "end", "rule", "note"]),
            (Subject::Item(_), _) => &["confirm", "score", "not_applicable"],
            (Subject::Veto(_), _) if !proposed => &["add"],
            (Subject::Finding(_) | Subject::Veto(_), _) => &["confirm", "reject"],
            (Subject::Missed(_), _) => &["add"],
        };
        let (subject, verdict) = (&decision.subject, decision.verdict.name());
        let proposal = if matches!(subject, Subject::Veto(_)) && !proposed {
            "机器没有建议这项否决；"
        } else {
            ""
        };
        let message =
            format!("{proposal}{subject} 的 verdict 不能是 {verdict}，可写 {}、withdraw", known.join("、"));
        Err(Refused::new("wrong_verdict", "verdict", message))
    }

    /// Whether the item can get what it is given.
    fn check_item(&self, id: &str, decision: &Decision) -> Result<(), Refused> {
        let Some((item, sheet)) = self.item(id) else { return Ok(()) };
        match decision.verdict {
            Verdict::Confirm if item.value().is_open() => {
                let message = format!(
                    "“{}”机器没有给分，不能只确认：verdict 写 score 并填写 score，或写 not_applicable",
                    item.title
                );
                Err(Refused::new("value_needed", "verdict", message))
            }
            Verdict::Score => match decision.score {
                None => Err(Refused::missing("score", &format!("“{}”给几分", item.title))),
                Some(score) if !sheet.values.allow(score) => {
                    let message = format!("“{}”不能给 {score} 分：score {}", item.title, in_range(sheet));
                    Err(Refused::new("score_not_allowed", "score", message))
                }
                Some(score) => check_level(item, sheet, score, decision.level),
            },
            _ => Ok(()),
        }
    }

    /// Whether it speaks against what the machine has said.
    fn overrules(&self, decision: &Decision) -> bool {
        match (&decision.subject, decision.verdict) {
            (Subject::Item(id), _) => {
                let machine = self.item(id).map(|(item, _)| item.value());
                let human = self.given(decision);
                machine
                    .filter(|machine| !machine.is_open())
                    .is_some_and(|machine| human.is_some_and(|human| human != machine))
            }
            (Subject::Finding(index), verdict) => {
                let finding = usize::try_from(*index).ok().and_then(|at| self.machine.findings.get(at));
                let suppressed = finding.is_some_and(|finding| finding.verdict == FindingVerdict::Suppressed);
                verdict == if suppressed { Verdict::Confirm } else { Verdict::Reject }
            }
            (Subject::Veto(_), verdict) => matches!(verdict, Verdict::Reject | Verdict::Add),
            (Subject::Missed(_), _) => false,
        }
    }

    /// What a decision on an item gives it; none for decisions on something else.
    pub(super) fn given(&self, decision: &Decision) -> Option<ItemValue> {
        let Subject::Item(id) = &decision.subject else { return None };
        let (item, sheet) = self.item(id)?;
        match decision.verdict {
            Verdict::Confirm => Some(item.value()),
            Verdict::Score => decision.score.map(ItemValue::score),
            Verdict::NotApplicable => Some(ItemValue::not_applicable(sheet.na.points(sheet.max))),
            Verdict::Reject | Verdict::Add | Verdict::Withdraw => None,
        }
    }
}

/// What `score` may be.
fn in_range(item: &SheetItem) -> String {
    match &item.values {
        Values::Levels(levels) => {
            let scores: Vec<String> = levels.iter().map(|level| level.score.to_string()).collect();
            format!("应为 {} 之一", scores.join("、"))
        }
        Values::UpTo(most) | Values::Bonus { points: most } => {
            format!("应在 {} 到 {most} 之间", Points::ZERO)
        }
        Values::Deduct { cap: Some(cap), .. } => format!("是扣分，应在 {} 到 0 之间", -*cap),
        Values::Deduct { points, .. } => format!("是扣分，应为 0 或负数，如 {}", -*points),
    }
}

/// Fields that do not belong to the verdict were meant for something.
/// Whether a level, where one is named, gives these points.
fn check_level(
    item: &MachineItem,
    sheet: &SheetItem,
    score: Points,
    level: Option<usize>,
) -> Result<(), Refused> {
    let Some(level) = level else { return Ok(()) };
    let found = match &sheet.values {
        Values::Levels(levels) => levels.get(level),
        _ => None,
    };
    if found.is_some_and(|found| found.score == score) {
        return Ok(());
    }
    let message = format!(
        "“{}”没有第 {} 个给 {score} 分的档位：level 从 0 数起，可以不写",
        item.title,
        level.saturating_add(1)
    );
    Err(Refused::new("level_not_allowed", "level", message))
}

fn check_fields(decision: &Decision, fields: &[&str]) -> Result<(), Refused> {
    let Some(other) = decision.given().find(|given| !fields.contains(given)) else { return Ok(()) };
    let (subject, verdict) = (&decision.subject, decision.verdict.name());
    let instead =
        if fields.is_empty() { "请删去".to_owned() } else { format!("可写 {}", fields.join("、")) };
    let message = format!("{subject} 的 verdict 是 {verdict} 时不写 {other}：{instead}");
    Err(Refused::new("unexpected_field", other, message))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::fixture::{post, review, review_with};
    use super::*;
    use crate::transcript::script;

    /// The decision is refused with this code at this field, and says so in these words.
    #[track_caller]
    fn assert_refused(posted: Value, code: &str, field: &str, told: &str) {
        let mut review = review().with_transcript(&script::read("客服:甲甲\n客户:好").unwrap().transcript);
        let before = review.clone();
        let refused = post(&mut review, posted.clone()).expect_err(&posted.to_string());
        let pointer = format!("/{field}");
        assert_eq!((refused.code, refused.pointer), (code, pointer), "{posted}: {}", refused.message);
        assert!(refused.message.contains(told), "{posted}: {}", refused.message);
        assert_eq!(review, before);
    }

    #[test]
    fn what_the_draft_does_not_have_is_refused() {
        let refused = |subject: &str, told: &str| {
            assert_refused(
                json!({"subject": subject, "verdict": "confirm"}),
                "unknown_subject",
                "subject",
                told,
            );
        };
        refused("item:greting", "没有评分项“greting”，是不是想写“greeting”");
        refused("item:care", "不用于这通对话");
        refused("finding:3", "有 3 处命中，序号从 0 到 2，没有 3");
        refused("veto:tabu", "没有编号为“tabu”的否决，是不是想写“taboo”");
        refused("veto:careless", "veto:careless 否决的内容不在这份初稿里，加上也不起作用");
        let mut bare = review_with("/findings", json!([])).unwrap();
        let told = post(&mut bare, json!({"subject": "finding:0", "verdict": "confirm"})).unwrap_err();
        assert!(told.message.contains("没有命中"), "{told}");
    }

    #[test]
    fn a_veto_that_has_nothing_to_zero_is_refused_unless_the_machine_proposed_it() {
        let veto = |verdict| json!({"subject": "veto:careless", "verdict": verdict, "reason": "asr-error"});
        assert_refused(veto("add"), "unknown_subject", "subject", "请在初稿里有的评分项上改分");
        let Review { machine, sheet, .. } = review();
        let added = Decision::new(Subject::Veto("careless".to_owned()), Verdict::Add);
        let mut kept = Review::new(machine, sheet, [added]).unwrap();
        assert!(post(&mut kept, json!({"subject": "veto:careless", "verdict": "withdraw"})).is_ok());
        let mut proposed = review_with("/vetoes/0/id", json!("careless")).unwrap();
        assert!(post(&mut proposed, veto("reject")).is_ok());
    }

    #[test]
    fn a_verdict_that_does_not_fit_the_subject_is_refused() {
        let refused = |subject: &str, verdict: &str, told: &str| {
            assert_refused(json!({"subject": subject, "verdict": verdict}), "wrong_verdict", "verdict", told);
        };
        for verdict in ["reject", "add"] {
            refused("item:greeting", verdict, "可写 confirm、score、not_applicable、withdraw");
        }
        for verdict in ["score", "not_applicable", "add"] {
            refused("finding:0", verdict, "可写 confirm、reject、withdraw");
            refused("veto:taboo", verdict, "可写 confirm、reject、withdraw");
        }
        for verdict in ["confirm", "reject", "score", "not_applicable"] {
            refused("veto:silent", verdict, "机器没有建议这项否决；veto:silent 的 verdict 不能是");
            refused("missed:1", verdict, "可写 add、withdraw");
        }
        assert_refused(
            json!({"subject": "item:tone", "verdict": "confirm"}),
            "value_needed",
            "verdict",
            "“tone”机器没有给分，不能只确认",
        );
        assert_refused(
            json!({"subject": "item:speed", "verdict": "confirm"}),
            "value_needed",
            "verdict",
            "机器没有给分",
        );
        assert_refused(
            json!({"subject": "item:tone", "verdict": "withdraw"}),
            "nothing_to_withdraw",
            "subject",
            "item:tone 还没有判断",
        );
    }

    #[test]
    fn a_field_that_does_not_belong_to_the_verdict_is_refused() {
        for (subject, verdict, field, value) in [
            ("item:greeting", "confirm", "score", json!(1)),
            ("item:greeting", "confirm", "reason", json!("other")),
            ("item:greeting", "not_applicable", "score", json!(1)),
            ("item:greeting", "score", "turn", json!(1)),
            ("finding:0", "reject", "score", json!(1)),
            ("finding:0", "reject", "rule", json!("rude")),
            ("veto:taboo", "confirm", "reason", json!("other")),
            ("missed:1", "add", "reason", json!("other")),
            ("missed:1", "withdraw", "turn", json!(1)),
            ("item:greeting", "withdraw", "note", json!("说明")),
        ] {
            let told = format!("{subject} 的 verdict 是 {verdict} 时不写 {field}");
            let posted = json!({"subject": subject, "verdict": verdict, field: value});
            assert_refused(posted, "unexpected_field", field, &told);
        }
    }

    #[test]
    fn points_that_the_sheet_does_not_have_are_refused() {
        let posted = json!({"subject": "item:greeting", "verdict": "score"});
        assert_refused(posted, "missing_field", "score", "缺少 score：请填写“greeting”给几分");
        for (item, score, told) in [
            ("greeting", 1.5, "“greeting”不能给 1.5 分：score 应为 2、1、0 之一"),
            ("tone", 2.01, "score 应在 0 到 2 之间"),
            ("tone", -1.0, "score 应在 0 到 2 之间"),
            ("praise", 2.0, "score 应在 0 到 1 之间"),
            ("fault", -5.5, "score 是扣分，应在 -5 到 0 之间"),
            ("fault", 3.0, "score 是扣分，应在 -5 到 0 之间"),
            ("error", 4.0, "score 是扣分，应为 0 或负数，如 -4"),
        ] {
            let posted = json!({"subject": format!("item:{item}"), "verdict": "score", "score": score});
            assert_refused(posted, "score_not_allowed", "score", told);
        }
    }

    #[test]
    fn a_level_is_one_that_gives_these_points() {
        let at = |score: f64, level: usize| json!({"subject": "item:greeting", "verdict": "score", "score": score, "level": level, "reason": "asr-error"});
        assert_refused(at(2.0, 1), "level_not_allowed", "level", "没有第 2 个给 2 分的档位");
        assert_refused(at(2.0, 9), "level_not_allowed", "level", "没有第 10 个给 2 分的档位");
        let tone = json!({"subject": "item:tone", "verdict": "score", "score": 1.0, "level": 0});
        assert_refused(tone, "level_not_allowed", "level", "“tone”没有第 1 个给 1 分的档位");
        let mut review = review();
        post(&mut review, at(2.0, 0)).unwrap();
    }

    #[test]
    fn a_passage_that_is_none_is_refused() {
        let add =
            json!({"subject": "missed:1", "verdict": "add", "turn": 0, "start": 0, "end": 2, "rule": "rude"});
        let refused = |field: &str, value: Value, code: &str, at: &str, told: &str| {
            let mut posted = add.clone();
            posted[field] = value;
            assert_refused(posted, code, at, told);
        };
        refused("turn", Value::Null, "missing_field", "turn", "缺少 turn");
        refused("start", Value::Null, "missing_field", "start", "缺少 start");
        refused("end", Value::Null, "missing_field", "end", "缺少 end");
        refused("start", json!(2), "no_such_place", "end", "end 是 2，应当大于 start(2)");
        refused("turn", json!(2), "no_such_place", "turn", "turn 是 2，这通对话有 2 个话轮");
        refused("end", json!(3), "no_such_place", "end", "第 0 个话轮(从 0 数起)只有 2 个字符");
        refused("rule", json!("rood"), "unknown_rule", "rule", "没有判过规则“rood”");
        refused("rule", json!("rude/a"), "unknown_rule", "rule", "，是不是想写“rude”");
        refused("rule", Value::Null, "note_needed", "note", "不写 rule 时，请在 note 里说明");
        assert!(post(&mut review(), add).is_ok());
    }

    #[test]
    fn places_are_checked_only_where_the_transcript_is_known() {
        let far = json!({"subject": "missed:1", "verdict": "add", "turn": 99, "start": 0, "end": 9, "rule": "rude"});
        assert!(post(&mut review(), far).is_ok());
    }

    #[test]
    fn what_fits_is_taken_and_tells_what_it_has_changed() {
        let mut review = review();
        for posted in [
            json!({"subject": "item:greeting", "verdict": "confirm"}),
            json!({"subject": "item:greeting", "verdict": "score", "score": 2.0, "reason": "asr-error"}),
            json!({"subject": "item:tone", "verdict": "score", "score": 1.25}),
            json!({"subject": "item:speed", "verdict": "not_applicable"}),
            json!({"subject": "item:error", "verdict": "score", "score": -8, "note": "两单"}),
            json!({"subject": "finding:0", "verdict": "reject", "reason": "asr-error"}),
            json!({"subject": "finding:1", "verdict": "confirm"}),
            json!({"subject": "veto:taboo", "verdict": "confirm"}),
            json!({"subject": "veto:silent", "verdict": "add", "reason": "asr-error"}),
            json!({"subject": "missed:2", "verdict": "add", "turn": 0, "start": 0, "end": 1, "note": "语气"}),
        ] {
            let expected = Decision::read(posted.clone()).unwrap();
            let before = review.decisions().get(&expected.subject).cloned();
            let change = post(&mut review, posted).unwrap();
            assert_eq!(change, Change { subject: expected.subject.clone(), before, after: Some(expected) });
        }
        let withdraw = json!({"subject": "item:tone", "verdict": "withdraw"});
        let change = post(&mut review, withdraw).unwrap();
        assert_eq!((change.before.is_some(), change.after), (true, None));
        assert_eq!(review.decisions().len(), 8);
    }
}
