//! `hold`: every wait of the customer was asked for, agreed to, short enough, and ended with the right words.

use serde::Deserialize;

use super::{Compiler, Condition, Names};
use crate::detect::dialogue::millis;
use crate::detect::{Consent, Hold, Scene};
use crate::lexicon::ListId;
use crate::rule::View;
use crate::rule::found::{Found, Measure, Occurrence, Outcome};
use crate::rule::window::timed;
use crate::transcript::Millis;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct HoldShape {
    asked: Option<bool>,
    consented: Option<bool>,
    returned_with: Option<Names>,
    at_most_seconds: Option<f64>,
    callback: Option<bool>,
}

/// What every hold must be; what is not asked for is not looked at.
#[derive(Debug)]
pub(in crate::rule) struct HoldDemand {
    asked: Option<bool>,
    consented: Option<bool>,
    returned_with: Option<Vec<ListId>>,
    most: Option<Millis>,
    callback: bool,
}

impl HoldShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> HoldDemand {
        HoldDemand {
            asked: self.asked,
            consented: self.consented,
            returned_with: self.returned_with.as_ref().map(|names| compiler.lists(names)),
            most: self.at_most_seconds.map(millis),
            callback: self.callback.unwrap_or(false),
        }
    }
}

impl Condition for HoldDemand {
    fn kind(&self) -> &'static str {
        "hold"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        if let Err(lack) = timed(scene) {
            return Found::without(lack);
        }
        let holds = scene.holds();
        if holds.is_empty() {
            return Found::of(Outcome::NotApplicable);
        }
        let place = |hold: &Hold| {
            let turn = hold.ask.or(hold.back).unwrap_or(0);
            Occurrence::stretch(turn, hold.start_ms, hold.end_ms)
        };
        let faults: Vec<_> = holds.iter().filter(|hold| !self.is_satisfied(scene, hold)).map(place).collect();
        let longest = self.most.and_then(|_| holds.iter().map(Hold::length).max());
        let found = if faults.is_empty() {
            Found { occurrences: holds.iter().map(place).collect(), ..Found::of(Outcome::Met) }
        } else {
            Found { occurrences: faults, ..Found::of(Outcome::NotMet) }
        };
        let measured = longest.map(|longest| Measure { value: f64::from(longest) / 1000.0, unit: "秒" });
        Found { measured, ..found }
    }
}

impl HoldDemand {
    fn is_satisfied(&self, scene: &Scene<'_>, hold: &Hold) -> bool {
        let asked = self.asked.is_none_or(|asked| hold.ask.is_some() == asked);
        let agreed = matches!(hold.consent, Consent::Given(_));
        let consented = self.consented.is_none_or(|consented| agreed == consented);
        let returned = self.returned_with.as_ref().is_none_or(|lists| returned_with(scene, hold, lists));
        let short = self.most.is_none_or(|most| hold.length() <= most);
        let in_time = short || (self.callback && offers_callback(scene, hold));
        asked && consented && returned && in_time
    }
}

/// Whether the turn of return begins with one of the phrases. A call that ended on hold had no return.
fn returned_with(scene: &Scene<'_>, hold: &Hold, lists: &[ListId]) -> bool {
    let Some(back) = hold.back else { return true };
    let begin = scene.document.turns()[back as usize].start;
    scene.standing_in(back, lists).any(|mention| {
        let ahead = scene.document.slice(begin..mention.start).chars().count();
        ahead <= scene.dialogue.hold.return_chars as usize
    })
}

/// Whether the agent offered to call back, from the question to wait up to the return.
fn offers_callback(scene: &Scene<'_>, hold: &Hold) -> bool {
    let last = hold.back.unwrap_or(u32::MAX);
    let first = hold.ask.unwrap_or(last);
    (first..=last)
        .take_while(|at| (*at as usize) < scene.transcript().turns.len())
        .any(|at| scene.says(at, &scene.dialogue.hold.callback))
}
