//! The little dialogues inside rules that prove them.

use serde::Deserialize;
use serde_saphyr::Location;

use super::Demand;
use crate::yaml::Spanned;

/// One example of a rule.
#[derive(Debug, Clone)]
pub struct Example {
    /// What the rule must say to it.
    pub expected: Expected,
    /// The dialogue, in the form of a script, with the place of the match in double brackets.
    pub script: String,
    /// Where it stands in the rule's file.
    pub place: Location,
}

/// What a rule must say to an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It occurs, and counts.
    Hit,
    /// It occurs, and a human decides.
    Candidate,
    /// It does not occur, or does not count.
    Miss,
    /// The standard is met.
    Met,
    /// The standard is not met.
    NotMet,
    /// The rule has nothing to say.
    NotApplicable,
    /// An input is missing.
    NotMeasurable,
}

/// The examples as a rule file writes them.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(super) struct ExamplesShape {
    hit: Vec<Spanned<String>>,
    candidate: Vec<Spanned<String>>,
    miss: Vec<Spanned<String>>,
    met: Vec<Spanned<String>>,
    not_met: Vec<Spanned<String>>,
    not_applicable: Vec<Spanned<String>>,
    not_measurable: Vec<Spanned<String>>,
}

/// Fewer examples than this on either side prove nothing.
const FEWEST: usize = 2;

impl ExamplesShape {
    /// Which examples a rule of this kind still needs, in Chinese.
    pub(super) fn missing(&self, demand: Demand) -> Option<&'static str> {
        let enough = match demand {
            Demand::Expect => self.met.len() >= FEWEST && self.not_met.len() >= FEWEST,
            Demand::Forbid | Demand::Observe => {
                self.hit.len() + self.candidate.len() >= FEWEST && self.miss.len() >= FEWEST
            }
        };
        match demand {
            _ if enough => None,
            Demand::Expect => Some("met 和 not_met 各至少两个例子"),
            Demand::Forbid | Demand::Observe => Some("hit(或 candidate)和 miss 各至少两个例子"),
        }
    }

    /// All examples, one by one.
    pub(super) fn into_examples(self) -> Vec<Example> {
        let lists = [
            (Expected::Hit, self.hit),
            (Expected::Candidate, self.candidate),
            (Expected::Miss, self.miss),
            (Expected::Met, self.met),
            (Expected::NotMet, self.not_met),
            (Expected::NotApplicable, self.not_applicable),
            (Expected::NotMeasurable, self.not_measurable),
        ];
        let examples = lists.into_iter().flat_map(|(expected, scripts)| {
            scripts.into_iter().map(move |Spanned { value, referenced }| Example {
                expected,
                script: value,
                place: referenced,
            })
        });
        examples.collect()
    }
}
