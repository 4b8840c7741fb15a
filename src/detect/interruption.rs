//! Interruptions (打断): somebody starts to speak well before the other has finished, and says something.

use super::Scene;
use crate::lexicon::Speaker;
use crate::transcript::{Millis, Role};

/// One turn that begins inside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruption {
    /// The turn that breaks in.
    pub turn: u32,
    /// The turn that is broken into.
    pub into: u32,
    /// For how long both speak.
    pub overlap: Millis,
}

impl Scene<'_> {
    /// Where `by` breaks into the other's words by at least `overlap`, with `least_chars` that are more than attention.
    #[must_use]
    pub fn interruptions(&self, by: Speaker, overlap: Millis, least_chars: u32) -> Vec<Interruption> {
        let mut found = Vec::new();
        for turn in self.turns_of(by) {
            let Some((start, _)) = self.turn(turn).times() else { continue };
            let into = self.spoken_over(by, turn, start);
            let Some((into, spoken_until)) = into else { continue };
            let overlap_ms = spoken_until.saturating_sub(start);
            if overlap_ms >= overlap && self.content_letters(turn) >= least_chars {
                found.push(Interruption { turn, into, overlap: overlap_ms });
            }
        }
        found
    }

    /// The other's turn that is being spoken at `start`, and when it ends.
    fn spoken_over(&self, by: Speaker, turn: u32, start: Millis) -> Option<(u32, Millis)> {
        (0..turn).rev().find_map(|other| {
            let (begun, end) = self.turn(other).times()?;
            let theirs = !by.is(self.turn(other).role) && self.turn(other).role != Role::System;
            let simultaneous = start < begun.saturating_add(self.dialogue.simultaneous);
            (theirs && !simultaneous && start < end).then_some((other, end))
        })
    }

    /// Letters of a turn that are not mere attention (嗯, 好的).
    fn content_letters(&self, turn: u32) -> u32 {
        let attention: usize = self
            .mentions_in(&self.dialogue.back_channel, turn)
            .map(|mention| self.document.slice(mention.span()).chars().count())
            .sum();
        self.document.letters(turn).saturating_sub(u32::try_from(attention).unwrap_or(u32::MAX))
    }
}
