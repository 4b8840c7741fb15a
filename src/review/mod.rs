//! Stage 9: the review — what a human decides about a draft, and what comes of it.
//!
//! Everything here is worked out from a stored draft, the sheet that was kept with it and the decisions taken: no pack
//! is asked, so that a review of years ago comes to the same.

mod decide;
mod decision;
#[cfg(test)]
mod fixture;
mod grounds;
mod machine;
/// Why a reviewer overrules the machine.
pub mod reasons;
mod refused;
mod result;
mod risk;
mod standing;
mod subject;
mod there;
mod total;
mod value;

use std::collections::BTreeMap;

use crate::score::{Sheet, SheetItem};
use crate::transcript::Transcript;

pub use decide::Change;
pub use decision::{Decision, Verdict};
pub use machine::{
    Machine, MachineFinding, MachineItem, MachinePlace, MachineQuality, MachineRubric, MachineTotals,
    MachineVerdict, MachineVeto,
};
pub use reasons::{About, Reason, Reasons};
pub use refused::Refused;
pub use result::{FindingDecision, MissedPassage, ReviewResult, ReviewedFinding, ReviewedItem, ReviewedVeto};
pub use risk::{Risk, RuleRisk, risk};
pub use subject::{NoSubject, Subject};
pub use total::{ReviewSums, ReviewTotals};
pub use value::{ItemValue, ItemValues};

/// A draft under review: what the machine says, what may be said, and what a human has said so far.
///
/// A decision on a finding gives no points: those are given on items, as they are in a draft. It may leave an item
/// without ground, which is then open.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    machine: Machine,
    sheet: Sheet,
    /// For each item of the draft its number in the sheet.
    places: Vec<usize>,
    /// How many characters each posted turn has, where that is known.
    turns: Option<Vec<u32>>,
    decisions: BTreeMap<Subject, Decision>,
}

/// Why draft, sheet and decisions do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// The sheet is that of another rubric, or of another version.
    #[error("初稿用的是评分表 {draft}，取来的是 {sheet}：请取与初稿同一规则包的那一张")]
    Rubric {
        /// Id and version in the draft.
        draft: String,
        /// Id and version of the sheet.
        sheet: String,
    },
    /// The sheet lacks an item or a veto of the draft, or what the veto names.
    #[error("评分表里没有初稿的 {0}：请取与初稿同一规则包的那一张")]
    Sheet(Subject),
    /// A stored decision is about something that the draft does not have.
    #[error("存下的判断说的是 {0}，初稿里没有：这些判断不是对这份初稿作的")]
    Decision(Subject),
}

impl Review {
    /// The review of `machine`, filled in on `sheet`, with the decisions that were taken before, in their order.
    ///
    /// Stored decisions are not checked again: reasons may have changed since.
    ///
    /// # Errors
    /// When the sheet is not that of the draft, or a decision is about another draft.
    pub fn new(
        machine: Machine,
        sheet: Sheet,
        decisions: impl IntoIterator<Item = Decision>,
    ) -> Result<Self, Mismatch> {
        let names = (&machine.rubric.id, &machine.rubric.version);
        if names != (&sheet.id, &sheet.version) {
            let shown = |(id, version): (&String, &String)| format!("{id}(版本 {version})");
            return Err(Mismatch::Rubric { draft: shown(names), sheet: shown((&sheet.id, &sheet.version)) });
        }
        let place = |item: &MachineItem| {
            sheet.position(&item.id).ok_or_else(|| Mismatch::Sheet(Subject::Item(item.id.clone())))
        };
        let places = machine.items.iter().map(place).collect::<Result<_, _>>()?;
        if let Some(veto) = machine.vetoes.iter().find(|veto| sheet.scope(&veto.id).is_none()) {
            return Err(Mismatch::Sheet(Subject::Veto(veto.id.clone())));
        }
        let mut review = Self { machine, sheet, places, turns: None, decisions: BTreeMap::new() };
        for decision in decisions {
            if !review.has(&decision.subject) {
                return Err(Mismatch::Decision(decision.subject));
            }
            match decision.verdict {
                Verdict::Withdraw => review.decisions.remove(&decision.subject),
                _ => review.decisions.insert(decision.subject.clone(), decision),
            };
        }
        Ok(review)
    }

    /// The same review, in which missed passages must be ones of `transcript`.
    #[must_use]
    pub fn with_transcript(mut self, transcript: &Transcript<'_>) -> Self {
        let mut turns = vec![0; transcript.turns.len()];
        for turn in &transcript.turns {
            // Turns are sorted by their times, and a draft speaks of posted places.
            if let Some(chars) = usize::try_from(turn.index).ok().and_then(|at| turns.get_mut(at)) {
                *chars = u32::try_from(turn.text.chars().count()).unwrap_or(u32::MAX);
            }
        }
        self.turns = Some(turns);
        self
    }

    /// What the machine says.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// What may be said.
    #[must_use]
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// What has been decided so far.
    #[must_use]
    pub fn decisions(&self) -> &BTreeMap<Subject, Decision> {
        &self.decisions
    }

    /// The item with this id, where the draft has it.
    fn item(&self, id: &str) -> Option<(&MachineItem, &SheetItem)> {
        let mut items = self.machine.items.iter().zip(&self.places);
        let (item, place) = items.find(|(item, _)| item.id == id)?;
        Some((item, self.sheet.items.get(*place)?))
    }

    /// Whether the machine has proposed the veto with this id.
    fn is_proposed(&self, id: &str) -> bool {
        self.machine.vetoes.iter().any(|veto| veto.id == id)
    }

    /// What was decided about the veto with this id.
    fn veto(&self, id: &str) -> Option<&Decision> {
        self.decisions.get(&Subject::Veto(id.to_owned()))
    }
}

impl Decision {
    /// Whether it has a veto carried out.
    fn carries_out(&self) -> bool {
        matches!(self.subject, Subject::Veto(_)) && matches!(self.verdict, Verdict::Confirm | Verdict::Add)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fixture::{review, review_with};
    use super::*;

    #[test]
    fn a_sheet_of_another_rubric_is_refused() {
        let refused = |pointer, value| review_with(pointer, value).unwrap_err();
        let told = refused("/rubric/version", json!("2")).to_string();
        assert!(told.contains("评分表 t(版本 2)，取来的是 t(版本 1)"), "{told}");
        assert_eq!(refused("/items/0/id", json!("gone")), Mismatch::Sheet(Subject::Item("gone".to_owned())));
        assert_eq!(refused("/vetoes/0/id", json!("gone")), Mismatch::Sheet(Subject::Veto("gone".to_owned())));
    }

    #[test]
    fn stored_decisions_are_taken_in_their_order_and_none_of_another_draft() {
        let again = |decisions: &[(Subject, Verdict)]| {
            let Review { machine, sheet, .. } = review();
            let decisions =
                decisions.iter().map(|(subject, verdict)| Decision::new(subject.clone(), *verdict));
            Review::new(machine, sheet, decisions)
        };
        let finding = Subject::Finding(0);
        let kept = |decisions: &[(Subject, Verdict)]| {
            again(decisions).unwrap().decisions().get(&finding).map(|decision| decision.verdict)
        };
        let (confirm, reject) = ((finding.clone(), Verdict::Confirm), (finding.clone(), Verdict::Reject));
        let withdraw = (finding.clone(), Verdict::Withdraw);
        assert_eq!(kept(&[confirm.clone(), reject.clone()]), Some(Verdict::Reject));
        assert_eq!(kept(&[reject.clone(), confirm.clone()]), Some(Verdict::Confirm));
        assert_eq!(kept(&[confirm, withdraw]), None);
        let foreign = Subject::Finding(3);
        assert_eq!(again(&[reject, (foreign.clone(), Verdict::Confirm)]), Err(Mismatch::Decision(foreign)));
    }
}
