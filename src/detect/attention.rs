//! Attention (倾听应答): what the listener says while the other speaks for long.

use std::rc::Rc;

use super::Scene;
use crate::lexicon::{ListId, Speaker};
use crate::transcript::Millis;

/// What counts as speaking for long, and as a sign of attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// Who listens.
    pub role: Speaker,
    /// The words that show attention.
    pub signs: Vec<ListId>,
    /// A turn is long that lasts longer,
    pub long: Millis,
    /// or has more letters.
    pub long_chars: u32,
}

/// The long turns, and the attention that they get.
#[derive(Debug, Default)]
pub struct Attention {
    /// The long turns.
    pub long: Vec<u32>,
    /// The turns of the listener that show attention to them.
    pub signs: Vec<u32>,
}

impl Scene<'_> {
    /// The long turns of the other side, and the signs of attention that they get.
    #[must_use]
    pub fn attention(&self, listening: &Listening) -> Rc<Attention> {
        self.attention.answer(listening, || find(self, listening))
    }
}

fn find(scene: &Scene<'_>, listening: &Listening) -> Attention {
    let other = if listening.role == Speaker::Agent { Speaker::Customer } else { Speaker::Agent };
    let long: Vec<u32> = scene.turns_of(other).filter(|at| is_long(scene, listening, *at)).collect();
    let signs = long.iter().flat_map(|turn| signs(scene, listening, *turn)).collect();
    Attention { long, signs }
}

fn is_long(scene: &Scene<'_>, listening: &Listening, turn: u32) -> bool {
    let times = scene.turn(turn).times();
    times.is_some_and(|(start, end)| end.saturating_sub(start) > listening.long)
        || scene.document.letters(turn) > listening.long_chars
}

/// Turns of the listener that begin during `turn` or directly after it, and begin with attention.
fn signs(scene: &Scene<'_>, listening: &Listening, turn: u32) -> Vec<u32> {
    let end = scene.turn(turn).end_ms;
    let listens = |at: &u32| listening.role.is(scene.turn(*at).role);
    let mut signs = Vec::new();
    for at in (turn + 1..scene.turn_count()).filter(listens) {
        let during = end.zip(scene.turn(at).start_ms).is_some_and(|(end, start)| start < end);
        // With nobody else between them it is still the reaction to `turn`.
        if !during && !(turn + 1..at).all(|between| listens(&between)) {
            break;
        }
        let begin = scene.document.turns()[at as usize].start;
        if scene.standing_in(at, &listening.signs).any(|sign| sign.start == begin) {
            signs.push(at);
        }
    }
    signs
}
