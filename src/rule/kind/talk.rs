//! `talk`: how much one side says, by itself or beside the other.

use serde::Deserialize;

use super::{Compiler, Condition, Span};
use crate::detect;
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Measure, Outcome, Searched};
use crate::rule::window::timed;

#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct TalkShape {
    role: Speaker,
    at_least_chars: Option<u32>,
    at_most_chars: Option<u32>,
    at_least_turns: Option<u32>,
    at_most_turns: Option<u32>,
    /// Of the letters of both sides, 0 to 1.
    share_of_chars: Option<Span>,
    /// Of the time in which either side speaks, 0 to 1.
    share_of_time: Option<Span>,
}

/// What is counted of all that one side says.
type Amount = fn(&detect::Talk) -> u64;

/// The options are what is tested.
type Talk = TalkShape;

impl TalkShape {
    pub(super) fn compile(&self, _compiler: &mut Compiler<'_>) -> Talk {
        *self
    }
}

impl Condition for Talk {
    fn kind(&self) -> &'static str {
        "talk"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let said = scene.talk(self.role);
        let within = |value: u32, least: Option<u32>, most: Option<u32>| {
            least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most)
        };
        let mut holds = within(said.letters, self.at_least_chars, self.at_most_chars)
            && within(said.turns, self.at_least_turns, self.at_most_turns);
        let mut measured = None;
        if let (Some(_), Err(lack)) = (self.share_of_time, timed(scene)) {
            return Found::without(lack);
        }
        let shares: [(Option<Span>, Amount); 2] =
            [(self.share_of_chars, |talk| talk.letters.into()), (self.share_of_time, |talk| talk.millis)];
        for (span, amount) in shares.into_iter().filter_map(|(span, amount)| Some((span?, amount))) {
            let all = amount(&scene.talk(Speaker::Agent)) + amount(&scene.talk(Speaker::Customer));
            if all == 0 {
                return Found::of(Outcome::NotApplicable);
            }
            let share = share(amount(&said), all);
            holds &= span.contains(share);
            measured = Some(Measure { value: share * 100.0, unit: "%" });
        }
        let searched = Some(Searched { speaker: self.role, turns: 0..scene.turn_count() });
        Found { searched, measured, ..Found::whether(holds) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no dialogue has so many letters or milliseconds")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
