//! A small draft with its sheet, for the tests of the review.

use serde_json::{Value, json};

use super::{Decision, Machine, Reasons, Refused, Review};
use crate::diagnostic::{Diagnostics, Source};
use crate::score::Sheet;

/// An item of the sheet.
fn item(id: &str, max: f64, na: &str, values: &Value) -> Value {
    json!({"id": id, "section": 0, "title": id, "max": max, "na": na, "listen": null, "instead_of": null,
           "values": values})
}

/// A rubric of every sort of item; `care` stands in the place of `greeting` for another post.
fn sheet() -> Value {
    let levels = |scores: &[f64]| {
        let level = |score: &f64| json!({"score": score, "text": "档"});
        json!({"levels": scores.iter().map(level).collect::<Vec<_>>()})
    };
    let mut care = item("care", 2.0, "full", &levels(&[2.0, 0.0]));
    care["instead_of"] = json!(0);
    json!({
        "id": "t", "title": "表", "version": "1",
        "terms": {"base": 0.0, "floor": 0.0, "scale_to": null, "pass": 5.0, "bands": [], "weights": [null]},
        "sections": [{"id": "s", "title": "大项"}],
        "items": [
            item("greeting", 2.0, "full", &levels(&[2.0, 1.0, 0.0])),
            care,
            item("tone", 2.0, "full", &json!({"up_to": 2.0})),
            item("speed", 3.0, "drop", &levels(&[3.0, 0.0])),
            item("praise", 0.0, "full", &json!({"bonus": {"points": 1.0}})),
            item("fault", 0.0, "full", &json!({"deduct": {"points": 3.0, "unit": "次", "cap": 5.0}})),
            item("error", 0.0, "full", &json!({"deduct": {"points": 4.0, "unit": "单", "cap": null}})),
        ],
        "vetoes": [
            {"id": "taboo", "title": "禁语", "scope": "item", "target": "greeting"},
            {"id": "silent", "title": "无人应答", "scope": "call", "target": null},
            {"id": "careless", "title": "未关怀", "scope": "item", "target": "care"},
        ],
    })
}

/// What the machine makes of a call: `taboo` is proposed, `tone`, `speed` and `error` are open.
fn draft() -> Value {
    let item = |id: &str, max: f64, outcome: &str, score: Option<f64>| {
        json!({"id": id, "ref": "T", "section": "大项", "title": id, "max": max, "outcome": outcome,
               "score": score, "basis": "suggest", "reason": "", "lacking": [], "evidence": []})
    };
    let finding = |verdict: &str| {
        json!({"rule": "rude", "ref": "T", "title": "忌语", "role": "agent", "turn": 0, "start": 0, "end": 2,
               "text": "甲甲", "verdict": verdict, "severity": "major", "suppressed_by": null})
    };
    json!({
        "transcript_id": "c-1", "engine": "0.1.0", "pack": "sha256:0", "rubric": {"id": "t", "version": "1"},
        "quality": {"scorable": true, "roles": "ok", "times": "ok", "language": "cmn", "notes": []},
        "totals": {"prefilled": 0.0, "prefilled_max": 2.0, "open_max": 5.0, "max": 7.0, "with_vetoes": 0.0,
                   "scaled_to": null, "passed": null, "band": null},
        "items": [
            item("greeting", 2.0, "score", Some(1.0)),
            item("tone", 2.0, "human", None),
            item("speed", 3.0, "not_measurable", None),
            item("praise", 0.0, "score", Some(0.0)),
            item("fault", 0.0, "score", Some(-3.0)),
            item("error", 0.0, "human", None),
        ],
        "vetoes": [{"id": "taboo", "ref": "T", "title": "禁语", "scope": "item", "target": "greeting",
                    "status": "proposed", "evidence": []}],
        "findings": [finding("hit"), finding("candidate"), finding("suppressed")],
        "verdicts": [{"rule": "rude", "ref": "T", "outcome": "not_met", "evidence": []}],
    })
}

/// The review of that draft, with nothing decided.
pub(super) fn review() -> Review {
    review_of(&draft(), &sheet()).unwrap()
}

/// The review of a draft that is the same but for the value at `pointer`.
pub(super) fn review_with(pointer: &str, value: Value) -> Result<Review, super::Mismatch> {
    let mut draft = draft();
    *draft.pointer_mut(pointer).unwrap() = value;
    review_of(&draft, &sheet())
}

fn review_of(draft: &Value, sheet: &Value) -> Result<Review, super::Mismatch> {
    // From text, as a store has them: a draft is not read into a tree first.
    let machine: Machine = serde_json::from_str(&draft.to_string()).unwrap();
    let sheet: Sheet = serde_json::from_str(&sheet.to_string()).unwrap();
    Review::new(machine, sheet, [])
}

/// Reasons for everything, for items only, and one that needs a note.
pub(super) fn reasons() -> Reasons {
    let text = "- {id: asr-error, title: 转写错误}\n- {id: recording, title: 听录音, for: [item]}\n\
                - {id: other, title: 其他, needs_note: true}\n";
    let source = Source { path: super::reasons::FILE.to_owned(), text: text.to_owned() };
    let mut diagnostics = Diagnostics::default();
    let reasons = Reasons::read(&source, &mut diagnostics);
    diagnostics.settle().unwrap();
    reasons
}

/// Takes the decision as it is posted.
pub(super) fn post(review: &mut Review, posted: Value) -> Result<super::Change, Refused> {
    review.decide(Decision::read(posted)?, &reasons())
}
