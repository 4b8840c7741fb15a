//! `talk`: how much one side says, by itself or beside the other.

use serde::Deserialize;

use super::{Compiler, Condition, Span};
use crate::detect::Scene;
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
        let said = Said::by(scene, self.role);
        let within = |value: u32, least: Option<u32>, most: Option<u32>| {
            least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most)
        };
        let mut holds = within(said.letters, self.at_least_chars, self.at_most_chars)
            && within(said.turns, self.at_least_turns, self.at_most_turns);
        let mut measured = None;
        if let (Some(_), Err(lack)) = (self.share_of_time, timed(scene)) {
            return Found::without(lack);
        }
        let shares =
            [(self.share_of_chars, Said::letters as fn(Said) -> u64), (self.share_of_time, Said::millis)];
        for (span, amount) in shares.into_iter().filter_map(|(span, amount)| Some((span?, amount))) {
            let both = [Speaker::Agent, Speaker::Customer].map(|speaker| Said::by(scene, speaker));
            let all: u64 = both.into_iter().map(amount).sum();
            if all == 0 {
                return Found::of(Outcome::NotApplicable);
            }
            let share = share(amount(said), all);
            holds &= span.contains(share);
            measured = Some(Measure { value: share * 100.0, unit: "%" });
        }
        let searched = Some(Searched { speaker: self.role, turns: 0..scene.turn_count() });
        Found { searched, measured, ..Found::whether(holds) }
    }
}

/// What one side says in all.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    turns: u32,
    letters: u32,
    millis: u64,
}

impl Said {
    fn letters(self) -> u64 {
        u64::from(self.letters)
    }

    fn millis(self) -> u64 {
        self.millis
    }

    fn by(scene: &Scene<'_>, speaker: Speaker) -> Self {
        let turns = scene.turns_of(speaker).filter(|at| scene.document.letters(*at) > 0);
        turns.fold(Self::default(), |said, turn| {
            let times = scene.turn(turn).times().map_or(0, |(start, end)| end.saturating_sub(start));
            Self {
                turns: said.turns + 1,
                letters: said.letters + scene.document.letters(turn),
                millis: said.millis + u64::from(times),
            }
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "no dialogue has so many letters or milliseconds")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
