//! `ratio`: how often one thing shows for each time that another does, such as 您 for each 你.

use serde::Deserialize;

use super::{Compiler, Condition, ConditionShape, ratio};
use crate::rule::View;
use crate::rule::found::{Found, Measure, Outcome};

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct RatioShape {
    of: ConditionShape,
    to: ConditionShape,
    at_least: Option<f64>,
    at_most: Option<f64>,
    #[serde(default)]
    least_count: usize,
}

#[derive(Debug)]
pub(in crate::rule) struct Ratio {
    of: Box<dyn Condition>,
    to: Box<dyn Condition>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    /// With fewer of both together nothing can be said.
    least_count: usize,
}

impl RatioShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Ratio {
        Ratio {
            of: self.of.compile(compiler),
            to: self.to.compile(compiler),
            at_least: self.at_least,
            at_most: self.at_most,
            least_count: self.least_count.max(1),
        }
    }
}

impl Condition for Ratio {
    fn kind(&self) -> &'static str {
        "ratio"
    }

    fn parts(&self) -> Vec<&dyn Condition> {
        vec![&*self.of, &*self.to]
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let (of, to) = (self.of.test(scene), self.to.test(scene));
        for part in [&of, &to] {
            if part.outcome == Outcome::NotMeasurable {
                return part.clone();
            }
        }
        let [parts, whole] = [&of, &to].map(|found| found.counting().count());
        if parts + whole < self.least_count {
            return Found::of(Outcome::NotApplicable);
        }
        // Where the other never shows, the one is as many times as often as anybody can ask for.
        let value = if whole == 0 { f64::MAX } else { ratio(parts, whole) };
        let holds =
            self.at_least.is_none_or(|least| value >= least) && self.at_most.is_none_or(|most| value <= most);
        // What speaks against the outcome is what there is too much of.
        let occurrences = if holds == self.at_least.is_some() { of.occurrences } else { to.occurrences };
        let measured = (whole > 0).then_some(Measure { value, unit: "倍" });
        Found { occurrences, measured, searched: of.searched, ..Found::whether(holds) }
    }
}
