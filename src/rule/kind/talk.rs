//! `talk`: how much one side says.

use serde::Deserialize;

use super::{Compiler, Condition};
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Searched};

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct TalkShape {
    role: Speaker,
    at_least_chars: Option<u32>,
    at_most_chars: Option<u32>,
    at_least_turns: Option<u32>,
    at_most_turns: Option<u32>,
}

/// The options are what is tested.
type Talk = TalkShape;

impl TalkShape {
    pub(super) fn compile(&self, _compiler: &mut Compiler<'_>) -> Talk {
        *self
    }
}

impl Condition for Talk {
    fn test(&self, scene: &View<'_, '_>) -> Found {
        let turns = scene.turns_of(self.role).filter(|at| scene.document.letters(*at) > 0);
        let (mut count, mut letters) = (0_u32, 0_u32);
        for turn in turns {
            count += 1;
            letters += scene.document.letters(turn);
        }
        let within = |value: u32, least: Option<u32>, most: Option<u32>| {
            least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most)
        };
        let holds = within(letters, self.at_least_chars, self.at_most_chars)
            && within(count, self.at_least_turns, self.at_most_turns);
        let searched = Some(Searched { speaker: self.role, turns: 0..scene.turn_count() });
        Found { searched, ..Found::whether(holds) }
    }
}
