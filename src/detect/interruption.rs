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
        // The other's turns that are still being spoken; turns stand in the order of their begins.
        let mut spoken: Vec<(u32, Millis, Millis)> = Vec::new();
        for turn in self.turns_of(Speaker::Any) {
            let Some((start, end)) = self.turn(turn).times() else { continue };
            spoken.retain(|(_, _, until)| *until > start);
            let role = self.turn(turn).role;
            if !by.is(role) {
                spoken.extend((role != Role::System).then_some((turn, start, end)));
                continue;
            }
            let begun_before = |begun: Millis| start >= begun.saturating_add(self.dialogue.simultaneous);
            let Some((into, _, until)) = spoken.iter().rev().find(|(_, begun, _)| begun_before(*begun))
            else {
                continue;
            };
            let overlap_ms = until - start;
            if overlap_ms >= overlap && self.substance(turn) >= least_chars {
                found.push(Interruption { turn, into: *into, overlap: overlap_ms });
            }
        }
        found
    }
}
