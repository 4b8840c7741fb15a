//! `back_channel`: long turns of one side get signs of attention from the other.

use serde::Deserialize;

use super::{Compiler, Condition, Names, ratio};
use crate::detect::dialogue::millis;
use crate::detect::{Attention, Listening, TimesQuality};
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Lack, Measure, Occurrence, Outcome};

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
    listening: Listening,
    at_least: Option<f64>,
    at_most: Option<f64>,
}

impl BackChannelShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> BackChannel {
        BackChannel {
            listening: Listening {
                role: self.role,
                signs: compiler.lists(&self.lexicon),
                long: millis(self.long_seconds),
                long_chars: self.long_chars,
            },
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
        let attention = scene.attention(&self.listening);
        let Attention { long, signs } = &*attention;
        if long.is_empty() {
            return Found::of(Outcome::NotApplicable);
        }
        let ratio = ratio(signs.len(), long.len());
        let enough = self.at_least.is_none_or(|least| ratio >= least);
        let found = Found::whether(enough && self.at_most.is_none_or(|most| ratio <= most));
        let shown = if signs.is_empty() { long } else { signs };
        let occurrences = shown.iter().map(|turn| Occurrence::turn(*turn)).collect();
        Found { occurrences, measured: Some(Measure { value: ratio, unit: "次/长话轮" }), ..found }
    }
}
