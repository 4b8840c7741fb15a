//! Monologues (独白): one side speaks without a word of the other that is more than attention.

use std::rc::Rc;

use super::Scene;
use crate::lexicon::Speaker;
use crate::transcript::Millis;

/// Turns of one side, between which the other says nothing but that it attends.
#[derive(Debug, Clone, Copy)]
pub struct Monologue {
    /// The first of them.
    pub turn: u32,
    /// Letters of all of them.
    pub letters: u32,
    /// From the begin of the first to the end of the last, where both are known.
    pub times: Option<(Millis, Millis)>,
}

impl Scene<'_> {
    /// The monologues of `speaker`, in order, however short.
    #[must_use]
    pub fn monologues(&self, speaker: Speaker) -> Rc<Vec<Monologue>> {
        self.monologues.answer(&speaker, || find(self, speaker))
    }
}

fn find(scene: &Scene<'_>, speaker: Speaker) -> Vec<Monologue> {
    let mut found = Vec::new();
    let mut run: Vec<u32> = Vec::new();
    for turn in 0..scene.turn_count() {
        if speaker.is(scene.turn(turn).role) {
            run.push(turn);
        } else if scene.substance(turn) > 0 {
            found.extend(monologue(scene, &run));
            run.clear();
        }
    }
    found.extend(monologue(scene, &run));
    found
}

fn monologue(scene: &Scene<'_>, turns: &[u32]) -> Option<Monologue> {
    let (first, last) = (*turns.first()?, *turns.last()?);
    Some(Monologue {
        turn: first,
        letters: turns.iter().map(|turn| scene.document.letters(*turn)).sum(),
        times: scene.turn(first).start_ms.zip(scene.turn(last).end_ms),
    })
}
