//! Repetitions (重复): one side says much the same again.

use std::rc::Rc;

use super::Scene;
use crate::lexicon::{ListId, Speaker};
use crate::text::similarity::Pairs;

/// What counts as saying the same again.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeating {
    /// Who repeats.
    pub role: Speaker,
    /// With so many turns of the same side before it a turn is compared.
    pub within_turns: usize,
    /// How alike the two must be, 0 to 1.
    pub likeness: f64,
    /// Turns of fewer letters are passed over.
    pub least_chars: u32,
    /// Letters of these words are not counted.
    pub except: Vec<ListId>,
}

impl Scene<'_> {
    /// The turns that repeat an earlier one, in order.
    #[must_use]
    pub fn repetitions(&self, repeating: &Repeating) -> Rc<Vec<u32>> {
        self.repetitions.answer(repeating, || find(self, repeating))
    }
}

fn find(scene: &Scene<'_>, repeating: &Repeating) -> Vec<u32> {
    let pairs = scene.turn_pairs();
    let mut before: Vec<&Pairs> = Vec::new();
    let mut repetitions = Vec::new();
    for turn in scene.turns_of(repeating.role) {
        if scene.letters_besides(turn, &repeating.except) < repeating.least_chars {
            continue;
        }
        let said = &pairs[turn as usize];
        let mut earlier = before.iter().rev().take(repeating.within_turns);
        if earlier.any(|other| said.are_alike(other, repeating.likeness)) {
            repetitions.push(turn);
        }
        before.push(said);
    }
    repetitions
}
