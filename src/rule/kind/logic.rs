//! `all`, `any`, `not`, `at_least`, `count`: conditions over conditions.
//!
//! A part that does not apply says nothing; a part that cannot be measured leaves the whole open,
//! unless the other parts decide it already.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Compiler, Condition, ConditionShape};
use crate::rule::View;
use crate::rule::found::{Found, Lacking, Measure, Occurrence, Outcome};

/// `all` or `any`: what the parts come to together.
#[derive(Debug)]
pub(in crate::rule) struct Together {
    kind: &'static str,
    parts: Vec<Box<dyn Condition>>,
    /// The outcome that stands first decides.
    order: [Outcome; 4],
}

#[derive(Debug)]
pub(in crate::rule) struct Not(Box<dyn Condition>);

/// Stands where a condition could not be compiled: such a pack does not load.
#[derive(Debug)]
pub(super) struct Nothing;

impl Condition for Nothing {
    fn kind(&self) -> &'static str {
        "nothing"
    }

    fn test(&self, _scene: &View<'_, '_>) -> Found {
        Found::of(Outcome::NotApplicable)
    }
}

impl Together {
    pub(super) fn all(shapes: &[ConditionShape], compiler: &mut Compiler<'_>) -> Self {
        let order = [Outcome::NotMet, Outcome::NotMeasurable, Outcome::Met, Outcome::NotApplicable];
        Self { kind: "all", parts: compiler.conditions(shapes), order }
    }

    pub(super) fn any(shapes: &[ConditionShape], compiler: &mut Compiler<'_>) -> Self {
        let order = [Outcome::Met, Outcome::NotMeasurable, Outcome::NotMet, Outcome::NotApplicable];
        Self { kind: "any", parts: compiler.conditions(shapes), order }
    }
}

impl Not {
    pub(super) fn new(shape: &ConditionShape, compiler: &mut Compiler<'_>) -> Self {
        Self(shape.compile(compiler))
    }
}

impl Condition for Together {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn parts(&self) -> Vec<&dyn Condition> {
        self.parts.iter().map(|part| &**part).collect()
    }

    /// Tests all parts; the parts with the outcome that decides are the evidence.
    fn test(&self, scene: &View<'_, '_>) -> Found {
        let rank = |outcome: Outcome| self.order.iter().position(|other| *other == outcome);
        let mut whole = Found::of(Outcome::NotApplicable);
        for part in &self.parts {
            // What one part measured says nothing about the whole.
            let found = Found { measured: None, ..part.test(scene) };
            if rank(found.outcome) < rank(whole.outcome) {
                whole = found;
            } else if found.outcome == whole.outcome {
                merge(&mut whole.occurrences, found.occurrences);
                whole.lacking.add(found.lacking);
                whole.searched = whole.searched.or(found.searched);
            }
        }
        whole
    }

    fn hears(&self) -> bool {
        self.parts.iter().any(|part| part.hears())
    }
}

impl Condition for Not {
    fn kind(&self) -> &'static str {
        "not"
    }

    fn parts(&self) -> Vec<&dyn Condition> {
        vec![&*self.0]
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let mut found = self.0.test(scene);
        // What does not count there is no near miss here.
        found.occurrences.retain(Occurrence::counts);
        match found.outcome {
            Outcome::Met => Found { outcome: Outcome::NotMet, ..found },
            Outcome::NotMet => Found { outcome: Outcome::Met, occurrences: Vec::new(), ..found },
            Outcome::NotApplicable | Outcome::NotMeasurable => found,
        }
    }

    fn hears(&self) -> bool {
        self.0.hears()
    }
}

/// Adds what another part found; words that one part finds within those of another are the same occurrence.
fn merge(known: &mut Vec<Occurrence>, more: Vec<Occurrence>) {
    if more.is_empty() {
        return;
    }
    known.extend(more);
    known.sort_by_key(|occurrence| {
        let span = occurrence.span.clone().unwrap_or(0..0);
        (occurrence.turn, span.start, std::cmp::Reverse(span.end), occurrence.times)
    });
    known.dedup_by(|later, earlier| later.is_within(earlier));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct AtLeastShape {
    n: Spanned<usize>,
    of: Vec<ConditionShape>,
}

#[derive(Debug)]
pub(in crate::rule) struct AtLeast {
    n: usize,
    of: Vec<Box<dyn Condition>>,
}

impl AtLeastShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> AtLeast {
        if self.n.value == 0 || self.n.value > self.of.len() {
            let message = format!("{} 个条件里不能要求成立 {} 个", self.of.len(), self.n.value);
            compiler.mistake(self.n.referenced, message, "n 从 1 到条件的个数");
        }
        AtLeast { n: self.n.value, of: compiler.conditions(&self.of) }
    }
}

impl Condition for AtLeast {
    fn kind(&self) -> &'static str {
        "at_least"
    }

    fn parts(&self) -> Vec<&dyn Condition> {
        self.of.iter().map(|part| &**part).collect()
    }

    /// Parts that do not apply cannot hold; parts that cannot be measured leave it open where they would decide.
    fn test(&self, scene: &View<'_, '_>) -> Found {
        let (mut met, mut open) = (0, 0);
        let mut whole = Found::of(Outcome::NotMet);
        for part in &self.of {
            let found = part.test(scene);
            match found.outcome {
                Outcome::Met => {
                    met += 1;
                    merge(&mut whole.occurrences, found.occurrences);
                }
                Outcome::NotMeasurable => {
                    open += 1;
                    whole.lacking.add(found.lacking);
                }
                Outcome::NotMet | Outcome::NotApplicable => {
                    whole.searched = whole.searched.or(found.searched);
                }
            }
        }
        whole.outcome = match (met >= self.n, met + open >= self.n) {
            (true, _) => Outcome::Met,
            (false, true) => Outcome::NotMeasurable,
            (false, false) => Outcome::NotMet,
        };
        if whole.outcome != Outcome::NotMeasurable {
            whole.lacking = Lacking::default();
        }
        whole
    }

    fn hears(&self) -> bool {
        self.of.iter().any(|part| part.hears())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct CountShape {
    of: ConditionShape,
    at_least: Option<u32>,
    at_most: Option<u32>,
}

#[derive(Debug)]
pub(in crate::rule) struct Count {
    of: Box<dyn Condition>,
    at_least: Option<u32>,
    at_most: Option<u32>,
}

impl CountShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Count {
        Count { of: self.of.compile(compiler), at_least: self.at_least, at_most: self.at_most }
    }
}

impl Condition for Count {
    fn kind(&self) -> &'static str {
        "count"
    }

    fn parts(&self) -> Vec<&dyn Condition> {
        vec![&*self.of]
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let found = self.of.test(scene);
        if found.outcome == Outcome::NotMeasurable {
            return found;
        }
        let count = u32::try_from(found.counting().count()).unwrap_or(u32::MAX);
        let enough = self.at_least.is_none_or(|least| count >= least);
        let holds = enough && self.at_most.is_none_or(|most| count <= most);
        let outcome = if holds { Outcome::Met } else { Outcome::NotMet };
        Found { outcome, measured: Some(Measure { value: f64::from(count), unit: "次" }), ..found }
    }
}
