//! `monologue`: one side speaks for long without a word of the other that is more than attention.

use serde::Deserialize;

use super::{Compiler, Condition};
use crate::detect::{self, dialogue::millis};
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Occurrence};
use crate::rule::window::{Window, timed};
use crate::transcript::Millis;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct MonologueShape {
    #[serde(default)]
    role: Speaker,
    at_least_chars: Option<u32>,
    at_least_seconds: Option<f64>,
}

#[derive(Debug)]
pub(in crate::rule) struct Monologue {
    role: Speaker,
    chars: Option<u32>,
    time: Option<Millis>,
}

impl MonologueShape {
    pub(super) fn compile(&self, _compiler: &mut Compiler<'_>) -> Monologue {
        Monologue { role: self.role, chars: self.at_least_chars, time: self.at_least_seconds.map(millis) }
    }
}

impl Condition for Monologue {
    fn kind(&self) -> &'static str {
        "monologue"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        if let (Some(_), Err(lack)) = (self.time, timed(scene)) {
            return Found::without(lack);
        }
        let monologues = scene.monologues(self.role);
        let long = monologues.iter().filter(|monologue| self.is_long(monologue));
        let occurrences = long.map(|monologue| match monologue.times {
            Some((from, to)) => Occurrence::stretch(monologue.turn, from, to),
            None => Occurrence::turn(monologue.turn),
        });
        Window::Whole.search(scene, self.role, |_| occurrences.collect())
    }
}

impl Monologue {
    fn is_long(&self, monologue: &detect::Monologue) -> bool {
        let lasts = |least| monologue.times.is_some_and(|(from, to)| to.saturating_sub(from) >= least);
        self.chars.is_none_or(|least| monologue.letters >= least) && self.time.is_none_or(lasts)
    }
}
