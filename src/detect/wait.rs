//! Waits (等待应答): the other side has said something, and nothing has come back yet.

use std::rc::Rc;

use super::Scene;
use crate::lexicon::{ListId, Speaker};
use crate::transcript::Millis;

/// What counts as a question and as its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Who answers.
    pub role: Speaker,
    /// Of several messages in a row the wait is counted from the last, and not from the first.
    pub from_last: bool,
    /// After a longer pause another session begins: what comes then is no answer.
    pub session_gap: Option<Millis>,
    /// Turns of nothing but these words are sent by a machine.
    pub automatic: Vec<ListId>,
    /// Turns of nothing but these words need no answer.
    pub needs_none: Vec<ListId>,
}

/// The other side waits for an answer.
#[derive(Debug, Clone, Copy)]
pub struct Wait {
    /// The turn after which it begins.
    pub turn: u32,
    /// When it begins.
    pub since: Millis,
    /// When the other side last said something.
    pub last: Millis,
    /// When the answer came, if it did.
    pub answered: Option<Millis>,
}

impl Wait {
    /// When it ended: with the answer, else with the last word of who waited.
    #[must_use]
    pub fn until(&self) -> Millis {
        self.answered.unwrap_or(self.last)
    }

    /// How long it was.
    #[must_use]
    pub fn length(&self) -> Millis {
        self.until().saturating_sub(self.since)
    }
}

impl Scene<'_> {
    /// Every wait of the other side, in order; turns without times are passed over.
    #[must_use]
    pub fn waits(&self, waiting: &Waiting) -> Rc<Vec<Wait>> {
        self.waits.answer(waiting, || find(self, waiting))
    }
}

fn find(scene: &Scene<'_>, waiting: &Waiting) -> Vec<Wait> {
    let mut waits: Vec<Wait> = Vec::new();
    let mut open: Option<Wait> = None;
    for turn in 0..scene.turn_count() {
        let Some((start, end)) = scene.turn(turn).times() else { continue };
        let is_late =
            |wait: &Wait| waiting.session_gap.is_some_and(|gap| start > wait.last.saturating_add(gap));
        waits.extend(open.take_if(|wait| is_late(wait)));
        let says = says(scene, waiting, turn);
        match says {
            Says::Answer => {
                waits.extend(open.take().map(|wait| Wait { answered: Some(start), ..wait }));
            }
            Says::Nothing => {}
            Says::Question | Says::More => {
                let asked = Wait { turn, since: end, last: end, answered: None };
                open = match open {
                    None if says == Says::More => None,
                    Some(wait) if !waiting.from_last => Some(Wait { last: end, ..wait }),
                    Some(_) | None => Some(asked),
                };
            }
        }
    }
    waits.extend(open);
    waits
}

/// What a turn is to one who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Answer,
    Question,
    /// Words of the other side that need no answer by themselves.
    More,
    Nothing,
}

fn says(scene: &Scene<'_>, waiting: &Waiting, turn: u32) -> Says {
    let role = scene.turn(turn).role;
    let is_other = Speaker::Agent.is(role) || Speaker::Customer.is(role);
    match waiting.role.is(role) {
        // A picture answers as well.
        true if scene.document.letters(turn) == 0 => Says::Answer,
        true if scene.letters_besides(turn, &waiting.automatic) > 0 => Says::Answer,
        false if is_other && scene.letters_besides(turn, &waiting.needs_none) > 0 => Says::Question,
        false if is_other => Says::More,
        _ => Says::Nothing,
    }
}
