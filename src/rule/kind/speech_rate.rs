//! `speech_rate`: the letters a minute of one side stay within a range.

use serde::Deserialize;

use super::{Compiler, Condition, Span, ratio};
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Measure, Occurrence, Outcome};
use crate::rule::window::timed;
use crate::transcript::Channel;
use crate::yaml::Spanned;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct SpeechRateShape {
    #[serde(default)]
    role: Speaker,
    least_chars: Spanned<u32>,
    median: Option<Span>,
    relative: Option<Span>,
    outside: Option<OutsideShape>,
}

/// How many turns may lie outside of a wider range.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct OutsideShape {
    from: f64,
    to: f64,
    at_most: f64,
}

#[derive(Debug)]
pub(in crate::rule) struct SpeechRate {
    speaker: Speaker,
    least_chars: u32,
    median: Option<Span>,
    /// How many times as fast as the other side.
    relative: Option<Span>,
    outside: Option<OutsideShape>,
}

impl SpeechRateShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> SpeechRate {
        if self.median.is_none() && self.relative.is_none() {
            let help = "median 是每分钟多少字，relative 是对方语速的多少倍，至少写一个";
            compiler.mistake(self.least_chars.referenced, "没有写语速应在什么范围", help);
        }
        if self.relative.is_some() && matches!(self.role, Speaker::System | Speaker::Any) {
            let help = "relative 是与对方比，role 写 agent 或 customer";
            compiler.mistake(self.least_chars.referenced, "看不出与谁比语速", help);
        }
        SpeechRate {
            speaker: self.role,
            least_chars: self.least_chars.value,
            median: self.median,
            relative: self.relative,
            outside: self.outside,
        }
    }
}

impl Condition for SpeechRate {
    fn kind(&self) -> &'static str {
        "speech_rate"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        if scene.transcript().channel == Channel::Chat {
            return Found::of(Outcome::NotApplicable);
        }
        if let Err(lack) = timed(scene) {
            return Found::without(lack);
        }
        let paces = scene.paces(self.speaker, self.least_chars);
        let Some(median) = paces.median else { return Found::of(Outcome::NotApplicable) };
        let odd = paces.turns.iter().filter(|(_, rate)| self.is_odd(*rate));
        let odd: Vec<u32> = odd.map(|(turn, _)| *turn).collect();
        let few_odd =
            self.outside.is_none_or(|outside| ratio(odd.len(), paces.turns.len()) <= outside.at_most);
        let others = self.relative.and_then(|_| scene.paces(self.speaker.other(), self.least_chars).median);
        let times = others.map(|others| median / others);
        let keeps_pace =
            self.relative.is_none_or(|relative| times.is_none_or(|times| relative.contains(times)));
        // With nothing to compare with, only what is said of the rate itself can be told.
        let measure = match (self.relative, times) {
            (Some(_), None) if self.median.is_none() && few_odd => return Found::of(Outcome::NotApplicable),
            (Some(_), Some(times)) if self.median.is_none() => Measure { value: times, unit: "倍" },
            _ => Measure { value: median, unit: "字/分" },
        };
        let in_range = self.median.is_none_or(|range| range.contains(median));
        let found = Found::whether(in_range && few_odd && keeps_pace);
        Found {
            occurrences: odd.into_iter().map(Occurrence::turn).collect(),
            measured: Some(measure),
            ..found
        }
    }
}

impl SpeechRate {
    fn is_odd(&self, rate: f64) -> bool {
        let Some(outside) = self.outside else {
            return self.median.is_some_and(|range| !range.contains(rate));
        };
        rate < outside.from || rate > outside.to
    }
}
