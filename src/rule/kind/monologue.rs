//! `monologue`: one side speaks for long without a word of the other that is more than attention.

use serde::Deserialize;

use super::{Compiler, Condition};
use crate::detect::dialogue::millis;
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
        let mut occurrences = Vec::new();
        let mut run = Vec::new();
        for turn in 0..scene.turn_count() {
            if self.role.is(scene.turn(turn).role) {
                run.push(turn);
            } else if scene.substance(turn) > 0 {
                occurrences.extend(self.long(scene, &std::mem::take(&mut run)));
            }
        }
        occurrences.extend(self.long(scene, &run));
        Window::Whole.search(scene, self.role, |_| occurrences)
    }
}

impl Monologue {
    /// The monologue that these turns are, if it is long enough.
    fn long(&self, scene: &View<'_, '_>, turns: &[u32]) -> Option<Occurrence> {
        let (first, last) = (*turns.first()?, *turns.last()?);
        let letters: u32 = turns.iter().map(|turn| scene.document.letters(*turn)).sum();
        let times = scene.turn(first).start_ms.zip(scene.turn(last).end_ms);
        let is_long = self.chars.is_none_or(|least| letters >= least)
            && self.time.is_none_or(|least| times.is_some_and(|(from, to)| to.saturating_sub(from) >= least));
        is_long.then(|| match times {
            Some((from, to)) => Occurrence::stretch(first, from, to),
            None => Occurrence::turn(first),
        })
    }
}
