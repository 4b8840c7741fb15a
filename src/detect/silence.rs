//! Silences of the merged timeline, each with the side that owed the next word.

use super::Scene;
use crate::transcript::{Channel, Millis, Role};

/// A stretch in which nobody speaks (静默).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// When it begins.
    pub start_ms: Millis,
    /// When it ends.
    pub end_ms: Millis,
    /// The turn before it.
    pub before: u32,
    /// The turn after it.
    pub after: u32,
    /// Whose silence it is.
    pub owner: Owner,
}

impl Silence {
    /// How long it lasts.
    #[must_use]
    pub fn length(&self) -> Millis {
        self.end_ms - self.start_ms
    }
}

/// Whose silence it is, in the order in which this is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The customer was asked to wait.
    Hold,
    /// The customer is doing what the agent asked for.
    Task,
    /// The customer owes an answer, or asked the agent to wait.
    Customer,
    /// The agent owes an answer, or paused in the middle.
    Agent,
    /// Nobody in particular.
    Shared,
}

/// Every gap of at least the length that the dialogue file states. A chat has pauses, but no silences.
pub(super) fn find(scene: &Scene<'_>) -> Vec<Silence> {
    if scene.transcript().channel == Channel::Chat {
        return Vec::new();
    }
    gaps(scene, scene.dialogue.silence_least)
        .map(|gap| Silence { owner: owner(scene, &gap), ..gap })
        .collect()
}

/// Stretches without speech between two turns, not yet attributed.
pub(super) fn gaps<'s>(scene: &'s Scene<'_>, least: Millis) -> impl Iterator<Item = Silence> + 's {
    let mut last: Option<(Millis, u32)> = None;
    let timed = scene.transcript().turns.iter().zip(0_u32..);
    timed.filter_map(|(turn, at)| Some((turn.times()?, at))).filter_map(move |((start, end), at)| {
        let gap = last.filter(|(spoken, _)| start >= spoken.saturating_add(least)).map(|(spoken, before)| {
            Silence { start_ms: spoken, end_ms: start, before, after: at, owner: Owner::Shared }
        });
        if last.is_none_or(|(spoken, _)| end >= spoken) {
            last = Some((end, at));
        }
        gap
    })
}

fn owner(scene: &Scene<'_>, gap: &Silence) -> Owner {
    // Events and words are timed by different machines, so that a hold rarely covers its silence exactly.
    let mostly_hold = |hold: &super::Hold| {
        let shared = hold.end_ms.min(gap.end_ms).saturating_sub(hold.start_ms.max(gap.start_ms));
        shared >= gap.length() / 2
    };
    if scene.holds().iter().any(mostly_hold) {
        return Owner::Hold;
    }
    unheld_owner(scene, gap)
}

/// Whose silence a gap is, holds left aside.
pub(super) fn unheld_owner(scene: &Scene<'_>, gap: &Silence) -> Owner {
    let (before, after) = (scene.turn(gap.before).role, scene.turn(gap.after).role);
    match before {
        Role::Agent if scene.says(gap.before, &scene.dialogue.customer_task) => Owner::Task,
        Role::Agent if scene.is_question(gap.before) => Owner::Customer,
        Role::Agent if after == Role::Agent => Owner::Agent,
        Role::Customer if scene.says(gap.before, &scene.dialogue.customer_wait) => Owner::Customer,
        Role::Customer => Owner::Agent,
        _ => Owner::Shared,
    }
}
