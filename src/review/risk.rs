//! What a draft has in it that a human should see soon: for the order of a queue, worked out while it is made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::draft::{Draft, DraftItem, FindingVerdict, ItemOutcome, Part};
use crate::rule::Severity;

/// Every verdict hangs on who said what, so that suspect roles weigh as much as ten doubts.
const SUSPECT_ROLES: u32 = 10;

/// Times that cannot be right weigh as much as five: only some verdicts hang on them.
const SUSPECT_TIMES: u32 = 5;

/// How soon a human should look at a draft, and what for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Risk {
    /// The heaviest severity among the hits: 0 no hit, 1 minor, 2 major, 3 critical.
    pub severity: u8,
    /// How much the machine could not tell: `candidates` + `not_measurable`, + 10 where the roles are suspect or missing,
    /// + 5 where the times are suspect.
    pub uncertainty: u32,
    /// Findings that count.
    pub hits: u32,
    /// Findings that a human decides.
    pub candidates: u32,
    /// Proposed vetoes.
    pub vetoes: u32,
    /// Items that are open because an input is missing.
    pub not_measurable: u32,
    /// Items that are open because only a human can tell.
    pub human: u32,
    /// The rules with a hit or a candidate, in the order of their ids.
    pub rules: Vec<RuleRisk>,
}

/// What one rule has found in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleRisk {
    /// The rule.
    pub rule: String,
    /// How bad a fault against it is.
    pub severity: Severity,
    /// Findings that count.
    pub hits: u32,
    /// Findings that a human decides.
    pub candidates: u32,
}

impl Risk {
    /// Its place in a queue, the highest first: by how bad the worst thing is, then by how much could not be told.
    ///
    /// A proposed veto weighs as much as the worst hit: it waits for a human, and may cost the whole call.
    #[must_use]
    pub fn rank(&self) -> u32 {
        let worst = if self.vetoes > 0 { weight(Severity::Critical) } else { self.severity };
        100 * u32::from(worst) + self.uncertainty.min(99)
    }
}

/// What there is in `draft` that a human should see.
#[must_use]
pub fn risk(draft: &Draft<'_>) -> Risk {
    let rules = rules(draft);
    let hits = rules.iter().map(|rule| rule.hits).sum();
    let candidates = rules.iter().map(|rule| rule.candidates).sum();
    let severities = rules.iter().filter(|rule| rule.hits > 0).map(|rule| weight(rule.severity));
    let open = |asked| count(draft.items.iter().filter(|item| outcome(item) == Some(asked)));
    let not_measurable = open(ItemOutcome::NotMeasurable);
    let roles = if draft.quality.roles == "ok" { 0 } else { SUSPECT_ROLES };
    let times = if draft.quality.times == "suspect" { SUSPECT_TIMES } else { 0 };
    Risk {
        severity: severities.max().unwrap_or(0),
        uncertainty: candidates + not_measurable + roles + times,
        hits,
        candidates,
        vetoes: count(draft.vetoes.iter()),
        not_measurable,
        human: open(ItemOutcome::Human),
        rules,
    }
}

/// What each rule has found.
fn rules(draft: &Draft<'_>) -> Vec<RuleRisk> {
    let mut rules: BTreeMap<&str, RuleRisk> = BTreeMap::new();
    for finding in draft.findings.iter().filter(|finding| finding.verdict != FindingVerdict::Suppressed) {
        let rule = finding.rule;
        let empty = || RuleRisk { rule: rule.to_owned(), severity: finding.severity, hits: 0, candidates: 0 };
        let counted = rules.entry(rule).or_insert_with(empty);
        match finding.verdict {
            FindingVerdict::Hit => counted.hits += 1,
            _ => counted.candidates += 1,
        }
    }
    rules.into_values().collect()
}

/// What became of an item, also of one that is already JSON.
fn outcome(item: &Part<'_, DraftItem<'_>>) -> Option<ItemOutcome> {
    #[derive(Deserialize)]
    struct Told {
        outcome: ItemOutcome,
    }
    let told = |json: &RawValue| serde_json::from_str::<Told>(json.get()).ok();
    match item {
        Part::Own(item) => Some(item.outcome),
        Part::Standing(json) => told(json).map(|told| told.outcome),
    }
}

fn count<T>(things: impl Iterator<Item = T>) -> u32 {
    u32::try_from(things.count()).unwrap_or(u32::MAX)
}

/// A severity as a number that sorts; 0 is none.
fn weight(severity: Severity) -> u8 {
    match severity {
        Severity::Minor => 1,
        Severity::Major => 2,
        Severity::Critical => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposed_veto_ranks_with_critical_hits_and_doubt_never_outranks_a_hit() {
        let rank =
            |severity, vetoes, uncertainty| Risk { severity, vetoes, uncertainty, ..Risk::default() }.rank();
        assert_eq!((rank(0, 0, 0), rank(0, 0, 30), rank(2, 0, 7)), (0, 30, 207));
        assert_eq!((rank(0, 1, 5), rank(1, 2, 5), rank(3, 1, 5)), (305, 305, 305));
        assert!(rank(0, 0, u32::MAX) < rank(1, 0, 0) && rank(2, 0, 5000) < rank(0, 1, 0));
    }
}
