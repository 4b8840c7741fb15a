//! `silence`: nobody speaks for a while, and it is owed by one of the listed sides.

use serde::Deserialize;

use super::{Compiler, Condition};
use crate::detect::Owner;
use crate::detect::dialogue::millis;
use crate::rule::View;
use crate::rule::found::{Found, Occurrence};
use crate::rule::window::timed;
use crate::transcript::Millis;
use crate::yaml::OneOrMany;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct SilenceShape {
    at_least_seconds: f64,
    at_most_seconds: Option<f64>,
    owner: Option<OneOrMany<Owner>>,
}

#[derive(Debug)]
pub(in crate::rule) struct Silence {
    least: Millis,
    most: Option<Millis>,
    owners: Option<Vec<Owner>>,
}

impl SilenceShape {
    pub(super) fn compile(&self, _compiler: &mut Compiler<'_>) -> Silence {
        Silence {
            least: millis(self.at_least_seconds),
            most: self.at_most_seconds.map(millis),
            owners: self.owner.as_ref().map(|owners| owners.as_slice().to_vec()),
        }
    }
}

impl Condition for Silence {
    fn kind(&self) -> &'static str {
        "silence"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        if let Err(lack) = timed(scene) {
            return Found::without(lack);
        }
        let silences = scene.silences().iter().filter(|silence| {
            silence.length() >= self.least
                && self.most.is_none_or(|most| silence.length() <= most)
                && self.owners.as_ref().is_none_or(|owners| owners.contains(&silence.owner))
        });
        let stretch = |s: &crate::detect::Silence| Occurrence::stretch(s.before, s.start_ms, s.end_ms);
        Found::any(silences.map(stretch).collect())
    }
}
