//! Talk (发言量): how much one side says in all.

use std::rc::Rc;

use super::Scene;
use crate::lexicon::Speaker;

/// What one side says in all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Talk {
    /// Turns with words.
    pub turns: u32,
    /// Their letters.
    pub letters: u32,
    /// How long they last, in milliseconds.
    pub millis: u64,
}

impl Scene<'_> {
    /// What `speaker` says in all.
    #[must_use]
    pub fn talk(&self, speaker: Speaker) -> Rc<Talk> {
        self.talk.answer(&speaker, || sum(self, speaker))
    }
}

fn sum(scene: &Scene<'_>, speaker: Speaker) -> Talk {
    let turns = scene.turns_of(speaker).filter(|at| scene.document.letters(*at) > 0);
    turns.fold(Talk::default(), |said, turn| {
        let times = scene.turn(turn).times().map_or(0, |(start, end)| end.saturating_sub(start));
        Talk {
            turns: said.turns + 1,
            letters: said.letters + scene.document.letters(turn),
            millis: said.millis + u64::from(times),
        }
    })
}
