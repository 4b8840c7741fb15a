//! What a review has come to, for keeping and for reports.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Decision, ItemValue, ItemValues, Review, ReviewSums, ReviewTotals, Subject, Verdict};
use crate::draft::FindingVerdict;

/// A review that is finished: everything that was left to the human is decided, and the rest holds as proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewResult {
    /// The final sums.
    pub totals: ReviewSums,
    /// One for each item, in the order of the draft.
    pub items: Vec<ReviewedItem>,
    /// One for each finding, in the order of the draft.
    pub findings: Vec<ReviewedFinding>,
    /// The passages that the machine missed.
    pub missed: Vec<MissedPassage>,
    /// The vetoes that the machine proposed or the human added, in the order of the rubric.
    pub vetoes: Vec<ReviewedVeto>,
}

/// What an item has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewedItem {
    /// Its id.
    pub id: String,
    /// What the machine proposed, or why it did not.
    pub machine: ItemValue,
    /// What the human decided; null where the proposal was left as it is.
    pub human: Option<ItemValue>,
    /// What holds.
    #[serde(rename = "final")]
    pub settled: ItemValue,
    /// Whether what holds is what the machine proposed; null where it proposed nothing.
    pub agreed: Option<bool>,
    /// Whether the human decided about this item, rather than about all by submitting.
    pub explicit: bool,
    /// Why the machine was overruled.
    pub reason: Option<String>,
    /// What else the reviewer said.
    pub note: Option<String>,
}

/// What a human says about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingDecision {
    /// It is a fault.
    Confirm,
    /// It is none.
    Reject,
    /// Nothing: what the machine says was left as it is.
    Implicit,
}

/// What a finding has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewedFinding {
    /// Its index in the draft.
    pub n: u32,
    /// The rule.
    pub rule: String,
    /// What the machine takes it for.
    pub machine: FindingVerdict,
    /// What the human says.
    pub human: FindingDecision,
    /// Why the machine was overruled.
    pub reason: Option<String>,
    /// What else the reviewer said.
    pub note: Option<String>,
}

/// A passage that the machine missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissedPassage {
    /// The number that the reviewer gave it.
    pub n: u32,
    /// Index of the turn in the posted transcript.
    pub turn: u32,
    /// First character, in Unicode scalar values of the original text.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// The rule that it breaks, where the reviewer knew it.
    pub rule: Option<String>,
    /// What is wrong there.
    pub note: Option<String>,
}

/// What a veto has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewedVeto {
    /// Its id.
    pub id: String,
    /// Whether the machine proposed it.
    pub proposed: bool,
    /// confirm or reject; add where the machine had not proposed it.
    pub human: Verdict,
    /// Whether it is carried out.
    pub carried_out: bool,
    /// Why the machine was overruled.
    pub reason: Option<String>,
    /// What else the reviewer said.
    pub note: Option<String>,
}

impl Review {
    /// What must be decided before the review can be submitted: items that the machine left open, or whose findings the
    /// human has rejected, in the order of the draft, then proposed vetoes. Everything else is confirmed by submitting.
    #[must_use]
    pub fn open(&self) -> Vec<Subject> {
        let items = self.items().into_iter().filter(|item| item.settled.is_none());
        let vetoes = self.machine.vetoes.iter().filter(|veto| self.veto(&veto.id).is_none());
        let vetoes = vetoes.map(|veto| Subject::Veto(veto.id.clone()));
        items.map(|item| Subject::Item(item.id)).chain(vetoes).collect()
    }

    /// What the review has come to.
    ///
    /// # Errors
    /// When something must still be decided: [`Self::open`].
    pub fn result(&self) -> Result<ReviewResult, Vec<Subject>> {
        let items: Option<Vec<ReviewedItem>> =
            self.items().into_iter().map(|item| self.reviewed_item(item)).collect();
        let ReviewTotals { review, vetoes_pending, .. } = self.totals();
        match items {
            Some(items) if vetoes_pending.is_empty() => Ok(ReviewResult {
                totals: review,
                items,
                findings: self.reviewed_findings(),
                missed: self.decisions.values().filter_map(missed_passage).collect(),
                vetoes: self.reviewed_vetoes(),
            }),
            _ => Err(self.open()),
        }
    }

    fn reviewed_item(&self, item: ItemValues) -> Option<ReviewedItem> {
        let ItemValues { id, machine, human, settled } = item;
        let settled = settled?;
        let (reason, note) = why(self.decisions.get(&Subject::Item(id.clone())));
        Some(ReviewedItem {
            id,
            machine,
            human,
            settled,
            agreed: (!machine.is_open()).then_some(settled == machine),
            explicit: human.is_some(),
            reason,
            note,
        })
    }

    fn reviewed_findings(&self) -> Vec<ReviewedFinding> {
        let numbered = (0..).zip(&self.machine.findings);
        let result = |(n, finding): (u32, &super::MachineFinding)| {
            let decision = self.decisions.get(&Subject::Finding(n));
            let (reason, note) = why(decision);
            ReviewedFinding {
                n,
                rule: finding.rule.clone(),
                machine: finding.verdict,
                human: match decision.map(|decision| decision.verdict) {
                    Some(Verdict::Confirm) => FindingDecision::Confirm,
                    Some(Verdict::Reject) => FindingDecision::Reject,
                    _ => FindingDecision::Implicit,
                },
                reason,
                note,
            }
        };
        numbered.map(result).collect()
    }

    fn reviewed_vetoes(&self) -> Vec<ReviewedVeto> {
        let result = |veto: &crate::score::SheetVeto| {
            let decision = self.veto(&veto.id)?;
            let (reason, note) = why(Some(decision));
            Some(ReviewedVeto {
                id: veto.id.clone(),
                proposed: self.is_proposed(&veto.id),
                human: decision.verdict,
                carried_out: decision.carries_out(),
                reason,
                note,
            })
        };
        self.sheet.vetoes.iter().filter_map(result).collect()
    }
}

/// Reason and note of a decision.
fn why(decision: Option<&Decision>) -> (Option<String>, Option<String>) {
    decision.map_or((None, None), |decision| (decision.reason.clone(), decision.note.clone()))
}

/// The passage that a decision adds, if it is about one.
fn missed_passage(decision: &Decision) -> Option<MissedPassage> {
    let Subject::Missed(n) = decision.subject else { return None };
    Some(MissedPassage {
        n,
        turn: decision.turn?,
        start: decision.start?,
        end: decision.end?,
        rule: decision.rule.clone(),
        note: decision.note.clone(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::fixture::{post, review};
    use super::*;

    /// Everything that the small draft leaves to a human.
    fn finished() -> Review {
        let mut review = review();
        for posted in [
            json!({"subject": "item:tone", "verdict": "score", "score": 1.5}),
            json!({"subject": "item:speed", "verdict": "not_applicable"}),
            json!({"subject": "item:error", "verdict": "score", "score": 0}),
            json!({"subject": "veto:taboo", "verdict": "confirm"}),
        ] {
            post(&mut review, posted).unwrap();
        }
        review
    }

    #[test]
    fn what_is_open_must_be_decided_before_there_is_a_result() {
        let mut review = review();
        let named = |subjects: &[Subject]| subjects.iter().map(ToString::to_string).collect::<Vec<_>>();
        let left = ["item:tone", "item:speed", "item:error", "veto:taboo"];
        assert_eq!(named(&review.open()), left);
        assert_eq!(named(&review.result().unwrap_err()), left);
        post(&mut review, json!({"subject": "item:speed", "verdict": "score", "score": 3})).unwrap();
        assert_eq!(named(&review.open()), ["item:tone", "item:error", "veto:taboo"]);
        let mut finished = finished();
        assert_eq!(finished.open(), []);
        post(&mut finished, json!({"subject": "veto:taboo", "verdict": "withdraw"})).unwrap();
        assert_eq!(named(&finished.result().unwrap_err()), ["veto:taboo"]);
    }

    #[test]
    fn machine_human_and_final_values_stand_apart() {
        let mut review = finished();
        let overrule = json!({"subject": "item:fault", "verdict": "score", "score": 0, "reason": "asr-error", "note": "听错"});
        post(&mut review, overrule).unwrap();
        let result = serde_json::to_value(review.result().unwrap()).unwrap();
        let short = |item: &Value| {
            let of =
                |who: &str| format!("{}{}", item[who]["outcome"].as_str().unwrap_or("-"), item[who]["score"]);
            format!(
                "{} {} {} {} {} {}",
                item["id"].as_str().unwrap(),
                of("machine"),
                of("human"),
                of("final"),
                item["agreed"],
                item["explicit"]
            )
        };
        let items: Vec<String> = result["items"].as_array().unwrap().iter().map(short).collect();
        assert_eq!(
            items,
            [
                "greeting score1.0 -null score1.0 true false",
                "tone humannull score1.5 score1.5 null true",
                "speed not_measurablenull not_applicablenull not_applicablenull null true",
                "praise score0.0 -null score0.0 true false",
                "fault score-3.0 score0.0 score0.0 false true",
                "error humannull score0.0 score0.0 null true",
            ]
        );
        assert_eq!(result["items"][4]["reason"], "asr-error");
        assert_eq!(result["items"][4]["note"], "听错");
        let again: ReviewResult = serde_json::from_value(result).unwrap();
        assert_eq!(again, review.result().unwrap());
    }

    #[test]
    fn totals_follow_the_human_and_carry_out_only_confirmed_vetoes() {
        let mut review = review();
        let sums = |review: &Review| {
            let ReviewTotals { review: sums, vetoes_pending, .. } = review.totals();
            let shown = [sums.points, sums.max, sums.open_max, sums.with_vetoes].map(|points| points.value());
            (shown, sums.passed, vetoes_pending.len())
        };
        assert_eq!(sums(&review), ([0.0, 7.0, 5.0, 0.0], None, 1));
        for (posted, expected) in [
            (
                json!({"subject": "item:tone", "verdict": "score", "score": 2}),
                ([0.0, 7.0, 3.0, 0.0], None, 1),
            ),
            (
                json!({"subject": "item:error", "verdict": "score", "score": 0}),
                ([0.0, 7.0, 3.0, 0.0], None, 1),
            ),
            (
                json!({"subject": "item:fault", "verdict": "score", "score": -0.5, "reason": "asr-error"}),
                ([2.5, 7.0, 3.0, 2.5], None, 1),
            ),
            (
                json!({"subject": "item:speed", "verdict": "score", "score": 3}),
                ([5.5, 7.0, 0.0, 5.5], None, 1),
            ),
            (
                json!({"subject": "veto:taboo", "verdict": "reject", "reason": "asr-error"}),
                ([5.5, 7.0, 0.0, 5.5], Some(true), 0),
            ),
            (
                json!({"subject": "item:speed", "verdict": "not_applicable"}),
                ([2.5, 4.0, 0.0, 2.5], Some(false), 0),
            ),
            (json!({"subject": "veto:taboo", "verdict": "confirm"}), ([2.5, 4.0, 0.0, 1.5], Some(false), 0)),
            (
                json!({"subject": "veto:silent", "verdict": "add", "reason": "asr-error"}),
                ([2.5, 4.0, 0.0, 0.0], Some(false), 0),
            ),
        ] {
            post(&mut review, posted.clone()).unwrap();
            assert_eq!(sums(&review), expected, "{posted}");
        }
        assert_eq!(review.totals().machine, review.machine().totals);
    }

    #[test]
    fn findings_vetoes_and_missed_passages_are_told_with_what_the_human_says() {
        let mut review = finished();
        for posted in [
            json!({"subject": "finding:0", "verdict": "reject", "reason": "asr-error"}),
            json!({"subject": "finding:2", "verdict": "reject"}),
            json!({"subject": "missed:7", "verdict": "add", "turn": 1, "start": 2, "end": 4, "rule": "rude"}),
            json!({"subject": "veto:silent", "verdict": "add", "reason": "asr-error"}),
        ] {
            post(&mut review, posted).unwrap();
        }
        let result = review.result().unwrap();
        let findings: Vec<_> =
            result.findings.iter().map(|finding| (finding.n, finding.machine, finding.human)).collect();
        let expected = [
            (0, FindingVerdict::Hit, FindingDecision::Reject),
            (1, FindingVerdict::Candidate, FindingDecision::Implicit),
            (2, FindingVerdict::Suppressed, FindingDecision::Reject),
        ];
        assert_eq!(findings, expected);
        assert_eq!(result.findings[0].reason.as_deref(), Some("asr-error"));
        let MissedPassage { n, turn, start, end, rule, .. } = &result.missed[0];
        assert_eq!((*n, *turn, *start, *end, rule.as_deref()), (7, 1, 2, 4, Some("rude")));
        let vetoes: Vec<_> = result
            .vetoes
            .iter()
            .map(|veto| (veto.id.as_str(), veto.proposed, veto.human, veto.carried_out))
            .collect();
        assert_eq!(vetoes, [("taboo", true, Verdict::Confirm, true), ("silent", false, Verdict::Add, true)]);
    }
}
