//! `back_channel`: long turns of one side get signs of attention from the other.

use serde::Deserialize;

use super::{Compiler, Condition, Names, ratio};
use crate::detect::dialogue::millis;
use crate::detect::{Scene, TimesQuality};
use crate::lexicon::{ListId, Speaker};
use crate::rule::View;
use crate::rule::found::{Found, Lack, Measure, Occurrence, Outcome};
use crate::transcript::Millis;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct BackChannelShape {
    lexicon: Names,
    #[serde(default)]
    role: Speaker,
    long_seconds: f64,
    long_chars: u32,
    at_least: Option<f64>,
    at_most: Option<f64>,
}

#[derive(Debug)]
pub(in crate::rule) struct BackChannel {
    lists: Vec<ListId>,
    speaker: Speaker,
    long: Millis,
    long_chars: u32,
    at_least: Option<f64>,
    at_most: Option<f64>,
}

impl BackChannelShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> BackChannel {
        BackChannel {
            lists: compiler.lists(&self.lexicon),
            speaker: self.role,
            long: millis(self.long_seconds),
            long_chars: self.long_chars,
            at_least: self.at_least,
            at_most: self.at_most,
        }
    }
}

impl Condition for BackChannel {
    fn kind(&self) -> &'static str {
        "back_channel"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        if scene.quality.times == TimesQuality::Missing {
            return Found::without(Lack::Times);
        }
        let other = if self.speaker == Speaker::Agent { Speaker::Customer } else { Speaker::Agent };
        let long: Vec<u32> = scene.turns_of(other).filter(|at| self.is_long(scene, *at)).collect();
        if long.is_empty() {
            return Found::of(Outcome::NotApplicable);
        }
        let signs: Vec<u32> = long.iter().flat_map(|turn| self.signs(scene, *turn)).collect();
        let ratio = ratio(signs.len(), long.len());
        let enough = self.at_least.is_none_or(|least| ratio >= least);
        let found = Found::whether(enough && self.at_most.is_none_or(|most| ratio <= most));
        let shown = if signs.is_empty() { &long } else { &signs };
        let occurrences = shown.iter().map(|turn| Occurrence::turn(*turn)).collect();
        Found { occurrences, measured: Some(Measure { value: ratio, unit: "次/长话轮" }), ..found }
    }
}

impl BackChannel {
    fn is_long(&self, scene: &Scene<'_>, turn: u32) -> bool {
        let lasts =
            scene.turn(turn).times().is_some_and(|(start, end)| end.saturating_sub(start) > self.long);
        lasts || scene.document.letters(turn) > self.long_chars
    }

    /// Turns of the listener that begin during `turn` or directly after it, and begin with attention.
    fn signs(&self, scene: &Scene<'_>, turn: u32) -> Vec<u32> {
        let end = scene.turn(turn).end_ms;
        let mut signs = Vec::new();
        let all = scene.turn_count();
        for at in (turn + 1..all).filter(|at| self.speaker.is(scene.turn(*at).role)) {
            let during = end.zip(scene.turn(at).start_ms).is_some_and(|(end, start)| start < end);
            if !during && at > turn + 1 && !signs_only_between(scene, self.speaker, turn, at) {
                break;
            }
            if self.begins_with_attention(scene, at) {
                signs.push(at);
            }
        }
        signs
    }

    fn begins_with_attention(&self, scene: &Scene<'_>, turn: u32) -> bool {
        let begin = scene.document.turns()[turn as usize].start;
        scene.standing_in(turn, &self.lists).any(|mention| mention.start == begin)
    }
}

/// Whether only the listener speaks from `turn` up to `at`: then `at` is still the reaction to `turn`.
fn signs_only_between(scene: &Scene<'_>, listener: Speaker, turn: u32, at: u32) -> bool {
    (turn + 1..at).all(|between| listener.is(scene.turn(between).role))
}
