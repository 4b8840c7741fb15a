//! Interruptions (打断): somebody starts to speak well before the other has finished, and says something.

use std::rc::Rc;

use super::Scene;
use crate::lexicon::Speaker;
use crate::transcript::{Millis, Role};

/// What counts as breaking in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupting {
    /// Who breaks in.
    pub by: Speaker,
    /// For how long both speak, at least.
    pub overlap: Millis,
    /// So many letters at least are more than attention.
    pub least_chars: u32,
}

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
    /// Where one side breaks into the other's words, in order.
    #[must_use]
    pub fn interruptions(&self, interrupting: &Interrupting) -> Rc<Vec<Interruption>> {
        self.interruptions.answer(interrupting, || find(self, *interrupting))
    }
}

fn find(scene: &Scene<'_>, Interrupting { by, overlap, least_chars }: Interrupting) -> Vec<Interruption> {
    let mut found = Vec::new();
    // The other's turns that are still being spoken; turns stand in the order of their begins.
    let mut spoken: Vec<(u32, Millis, Millis)> = Vec::new();
    for turn in scene.turns_of(Speaker::Any) {
        let Some((start, end)) = scene.turn(turn).times() else { continue };
        spoken.retain(|(_, _, until)| *until > start);
        let role = scene.turn(turn).role;
        if !by.is(role) {
            spoken.extend((role != Role::System).then_some((turn, start, end)));
            continue;
        }
        let begun_before = |begun: Millis| start >= begun.saturating_add(scene.dialogue.simultaneous);
        let Some((into, _, until)) = spoken.iter().rev().find(|(_, begun, _)| begun_before(*begun)) else {
            continue;
        };
        let overlap_ms = until - start;
        if overlap_ms >= overlap && scene.substance(turn) >= least_chars {
            found.push(Interruption { turn, into: *into, overlap: overlap_ms });
        }
    }
    found
}
