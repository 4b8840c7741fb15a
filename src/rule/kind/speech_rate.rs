//! `speech_rate`: the letters a minute of one side stay within a range.

use serde::Deserialize;

use super::{Compiler, Condition, Span, ratio};
use crate::detect::pace;
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Measure, Occurrence, Outcome};
use crate::rule::window::timed;
use crate::transcript::Channel;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct SpeechRateShape {
    #[serde(default)]
    role: Speaker,
    least_chars: u32,
    median: Span,
    outside: Option<OutsideShape>,
}

/// How many turns may lie outside of a wider range.
#[derive(Debug, Clone, Copy, Deserialize)]
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
    median: Span,
    outside: Option<OutsideShape>,
}

impl SpeechRateShape {
    pub(super) fn compile(&self, _compiler: &mut Compiler<'_>) -> SpeechRate {
        let Self { role, least_chars, median, outside } = *self;
        SpeechRate { speaker: role, least_chars, median, outside }
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
        let mut rates: Vec<f64> = paces.iter().map(|(_, rate)| *rate).collect();
        let Some(median) = pace::median(&mut rates) else {
            return Found::of(Outcome::NotApplicable);
        };
        let odd: Vec<u32> =
            paces.iter().filter(|(_, rate)| self.is_odd(*rate)).map(|(turn, _)| *turn).collect();
        let few_odd = self.outside.is_none_or(|outside| ratio(odd.len(), rates.len()) <= outside.at_most);
        let found = Found::whether(self.median.contains(median) && few_odd);
        Found {
            occurrences: odd.into_iter().map(Occurrence::turn).collect(),
            measured: Some(Measure { value: median, unit: "字/分" }),
            ..found
        }
    }
}

impl SpeechRate {
    fn is_odd(&self, rate: f64) -> bool {
        let Some(outside) = self.outside else { return !self.median.contains(rate) };
        rate < outside.from || rate > outside.to
    }
}
