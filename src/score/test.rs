//! Tests over verdicts, by which a rubric picks levels, bonuses, deductions and vetoes.

use crate::judge::Judgement;
use crate::rule::RuleId;
use crate::rule::{Found, Lacking, Measure, Outcome};

/// A test over verdicts, compiled.
#[derive(Debug, Clone)]
pub enum Test {
    /// The standard of every one of these rules is met.
    Met(Vec<RuleId>),
    /// The standard of at least one of these rules is not met.
    NotMet(Vec<RuleId>),
    /// None of these rules applies.
    NotApplicable(Vec<RuleId>),
    /// What a rule measured lies in this range; the upper end is excluded.
    Measured {
        /// The rule.
        rule: RuleId,
        /// Lower end.
        at_least: Option<f64>,
        /// Upper end, excluded.
        below: Option<f64>,
    },
    /// All of these tests hold.
    All(Vec<Test>),
    /// At least one of these tests holds.
    Any(Vec<Test>),
    /// The test does not hold.
    Not(Box<Test>),
}

/// Whether a test holds: a missing input may leave it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It would need these inputs.
    Open(Lacking),
}

impl Test {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self, judgement: &Judgement) -> Truth {
        match self {
            Self::Met(rules) => all(rules.iter().map(|rule| is(judgement, *rule, Outcome::Met))),
            Self::NotMet(rules) => any(rules.iter().map(|rule| is(judgement, *rule, Outcome::NotMet))),
            Self::NotApplicable(rules) => {
                all(rules.iter().map(|rule| is(judgement, *rule, Outcome::NotApplicable)))
            }
            Self::Measured { rule, at_least, below } => match judgement.of(*rule) {
                Some(Found { outcome: Outcome::NotMeasurable, lacking, .. }) => Truth::Open(*lacking),
                Some(Found { measured: Some(Measure { value, .. }), .. }) => Truth::from(
                    at_least.is_none_or(|least| *value >= least) && below.is_none_or(|below| *value < below),
                ),
                _ => Truth::No,
            },
            Self::All(tests) => all(tests.iter().map(|test| test.holds(judgement))),
            Self::Any(tests) => any(tests.iter().map(|test| test.holds(judgement))),
            Self::Not(test) => test.holds(judgement).negated(),
        }
    }

    /// The rules that it looks at, in the order of the file.
    pub fn rules(&self, out: &mut Vec<RuleId>) {
        match self {
            Self::Met(rules) | Self::NotMet(rules) | Self::NotApplicable(rules) => out.extend(rules),
            Self::Measured { rule, .. } => out.push(*rule),
            Self::All(tests) | Self::Any(tests) => tests.iter().for_each(|test| test.rules(out)),
            Self::Not(test) => test.rules(out),
        }
    }
}

impl Truth {
    fn negated(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            open @ Self::Open(_) => open,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

fn is(judgement: &Judgement, rule: RuleId, outcome: Outcome) -> Truth {
    match judgement.outcome(rule) {
        Some(Outcome::NotMeasurable) => {
            Truth::Open(judgement.of(rule).map_or_else(Lacking::default, |found| found.lacking))
        }
        Some(found) => Truth::from(found == outcome),
        None => Truth::No,
    }
}

fn all(truths: impl Iterator<Item = Truth>) -> Truth {
    any(truths.map(Truth::negated)).negated()
}

fn any(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut whole = Truth::No;
    for truth in truths {
        match (truth, &mut whole) {
            (Truth::Yes, _) => return Truth::Yes,
            (Truth::Open(lacking), Truth::Open(all)) => all.add(lacking),
            (Truth::Open(lacking), whole) => *whole = Truth::Open(lacking),
            (Truth::No, _) => {}
        }
    }
    whole
}
