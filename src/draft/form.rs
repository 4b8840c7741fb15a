//! What is the same in every draft of a rubric, written once: most rules and many items have nothing to tell.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::{DraftItem, DraftVerdict, reason};
use crate::lexicon::Plan;
use crate::rule::{Lacking, Outcome, Rule, RuleId};
use crate::score::{Item, ItemResult, Rubric};

/// A rubric as it is drafted, with the parts of drafts that do not depend on the transcript.
#[derive(Debug)]
pub struct Form {
    /// The rubric.
    pub rubric: Rubric,
    /// What its rules need to have looked for.
    pub plan: Plan,
    /// For each rule and outcome the verdict without evidence.
    verdicts: Vec<[Standing; 4]>,
    /// For each item that a human decides, and that does not apply, without evidence.
    items: Vec<[Standing; 2]>,
}

/// A part in JSON; none where it cannot be written, which does not happen.
type Standing = Option<Box<RawValue>>;

/// A part of a draft.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Part<'a, T> {
    /// The same in every draft, already in JSON.
    Standing(&'a RawValue),
    /// Written for this transcript; apart, since most parts are standing ones and small.
    Own(Box<T>),
}

impl Form {
    /// The form of `rubric`, whose verdicts are those of `rules`, for which `plan` is scanned.
    #[must_use]
    pub fn new(rubric: Rubric, rules: &[Rule], plan: Plan) -> Self {
        let verdict = |rule, outcome| to_raw_value(&DraftVerdict::bare(rule, outcome)).ok();
        let item = |item, result| to_raw_value(&DraftItem::bare(&rubric, item, result)).ok();
        let verdicts = rules.iter().map(|rule| OUTCOMES.map(|outcome| verdict(rule, outcome))).collect();
        let items = rubric.items.iter();
        let items = items.map(|it| [item(it, ItemResult::Human), item(it, not_applicable(it))]).collect();
        Self { verdicts, items, rubric, plan }
    }

    /// The verdict on a rule that has nothing to tell but its outcome.
    pub(super) fn verdict(&self, rule: RuleId, outcome: Outcome) -> Option<&RawValue> {
        let at = OUTCOMES.iter().position(|other| *other == outcome)?;
        self.verdicts.get(rule.0 as usize)?[at].as_deref()
    }

    /// The item with this number, if such a result is told in the same words every time.
    pub(super) fn item(&self, at: usize, result: ItemResult) -> Option<&RawValue> {
        let [human, not_applicable] = self.items.get(at)?;
        match result {
            ItemResult::Human => human.as_deref(),
            ItemResult::NotApplicable(_) => not_applicable.as_deref(),
            _ => None,
        }
    }
}

const OUTCOMES: [Outcome; 4] =
    [Outcome::Met, Outcome::NotMet, Outcome::NotApplicable, Outcome::NotMeasurable];

/// What becomes of an item that does not apply.
fn not_applicable(item: &Item) -> ItemResult {
    ItemResult::NotApplicable(item.na.points(item.max()))
}

impl<'a> DraftVerdict<'a> {
    /// The outcome alone.
    pub(super) fn bare(rule: &'a Rule, outcome: Outcome) -> Self {
        Self {
            rule: &rule.id,
            reference: &rule.reference,
            outcome,
            measured: None,
            lacking: Lacking::default(),
            evidence: Vec::new(),
            searched: None,
            nearest: None,
            better: rule.better.as_deref().filter(|_| outcome == rule.demand.telling()),
        }
    }
}

impl<'a> DraftItem<'a> {
    /// An item for which there is no evidence, and whose result needs none.
    fn bare(rubric: &'a Rubric, item: &'a Item, result: ItemResult) -> Self {
        Self::new(rubric, item, result, reason::bare(rubric, item, result), Vec::new())
    }
}
