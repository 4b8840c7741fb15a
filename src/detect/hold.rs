//! Holds (等待): the agent asks, the customer agrees, waits, and the agent comes back.

use super::Scene;
use super::silence::{Owner, gaps, unheld_owner};
use crate::lexicon::Speaker;
use crate::transcript::{Channel, EventKind, Millis, Role};

/// One wait of the customer for the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The turn in which the agent asked; none where the customer was left waiting unasked.
    pub ask: Option<u32>,
    /// Whether the customer agreed.
    pub consent: Consent,
    /// When the wait begins: the end of the question, or the event.
    pub start_ms: Millis,
    /// When the agent is back.
    pub end_ms: Millis,
    /// The turn with which the agent comes back; none where the call ends first.
    pub back: Option<u32>,
}

/// Whether the customer agreed to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// In words, in this turn.
    Given(u32),
    /// By saying nothing against it.
    Implied,
    /// Nobody asked.
    NotAsked,
}

impl Hold {
    /// How long it lasts.
    #[must_use]
    pub fn length(&self) -> Millis {
        self.end_ms - self.start_ms
    }
}

/// All holds in the order of time; none in a chat, where waiting is counted as response time.
pub(super) fn find(scene: &Scene<'_>) -> Vec<Hold> {
    if scene.transcript().channel == Channel::Chat {
        return Vec::new();
    }
    let mut holds = reported(scene);
    holds.extend(announced(scene).filter(|hold| !holds_over(&holds, hold)).collect::<Vec<_>>());
    holds.extend(unannounced(scene).filter(|hold| !holds_over(&holds, hold)).collect::<Vec<_>>());
    holds.sort_by_key(|hold| hold.start_ms);
    holds
}

fn holds_over(known: &[Hold], hold: &Hold) -> bool {
    known.iter().any(|other| other.start_ms < hold.end_ms && hold.start_ms < other.end_ms)
}

/// Holds that the telephone system reported.
fn reported(scene: &Scene<'_>) -> Vec<Hold> {
    let mut holds = Vec::new();
    let mut since = None;
    for event in &scene.transcript().events {
        match (event.kind, since) {
            (EventKind::HoldOn, _) => since = Some(event.at_ms),
            (EventKind::HoldOff | EventKind::Hangup, Some(start)) if event.at_ms > start => {
                since = None;
                let ask = last_ask_before(scene, start);
                let consent = ask.map_or(Consent::NotAsked, |ask| consent(scene, ask, event.at_ms));
                let back = next_agent_turn(scene, event.at_ms, 0);
                holds.push(Hold { ask, consent, start_ms: start, end_ms: event.at_ms, back });
            }
            _ => {}
        }
    }
    holds
}

/// The agent's question to wait that the hold beginning at `start` follows.
fn last_ask_before(scene: &Scene<'_>, start: Millis) -> Option<u32> {
    let within = scene.dialogue.hold.consent_within.saturating_mul(2);
    let recent = |at: &u32| {
        let turn = scene.turn(*at);
        turn.start_ms.is_some_and(|from| from <= start)
            && turn.end_ms.is_some_and(|end| end.saturating_add(within) >= start)
    };
    scene.turns_of(Speaker::Agent).rev().filter(recent).find(|at| scene.says(*at, &scene.dialogue.hold.ask))
}

/// Holds that the agent announced and that the silence after it confirms.
fn announced<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = Hold> + 's {
    let terms = &scene.dialogue.hold;
    let asks = scene.turns_of(Speaker::Agent).filter(|at| scene.says(*at, &terms.ask));
    asks.filter_map(move |ask| {
        let start_ms = scene.turn(ask).end_ms?;
        let back = next_agent_turn(scene, start_ms, terms.progress_chars);
        let end_ms = match back {
            Some(back) => scene.turn(back).start_ms?,
            None => scene.end_ms()?,
        };
        let waited = end_ms.checked_sub(start_ms)?;
        let spoken = customer_speech(scene, start_ms, end_ms);
        (waited.saturating_sub(spoken) >= terms.least).then(|| Hold {
            ask: Some(ask),
            consent: consent(scene, ask, end_ms),
            start_ms,
            end_ms,
            back,
        })
    })
}

/// Waits that the agent imposed without a word.
fn unannounced<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = Hold> + 's {
    gaps(scene, scene.dialogue.hold.unannounced)
        .filter(|gap| unheld_owner(scene, gap) == Owner::Agent && scene.turn(gap.after).role == Role::Agent)
        .map(|gap| Hold {
            ask: None,
            consent: Consent::NotAsked,
            start_ms: gap.start_ms,
            end_ms: gap.end_ms,
            back: Some(gap.after),
        })
}

/// The agent's first turn from `from` on that says more than a murmur.
fn next_agent_turn(scene: &Scene<'_>, from: Millis, least_chars: u32) -> Option<u32> {
    scene.turns_of(Speaker::Agent).find(|at| {
        let starts_later = scene.turn(*at).start_ms.is_some_and(|start| start >= from);
        starts_later && scene.document.letters(*at) >= least_chars
    })
}

fn customer_speech(scene: &Scene<'_>, from: Millis, to: Millis) -> Millis {
    let turns = scene.transcript().turns.iter().filter(|turn| turn.role == Role::Customer);
    turns
        .filter_map(|turn| turn.times())
        .map(|(start, end)| end.min(to).saturating_sub(start.max(from)))
        .sum()
}

/// Whether the customer agreed after the question in turn `ask`.
fn consent(scene: &Scene<'_>, ask: u32, until: Millis) -> Consent {
    let terms = &scene.dialogue.hold;
    let asked = scene.turn(ask).end_ms.unwrap_or(0);
    let latest = asked.saturating_add(terms.consent_within).min(until);
    let answers = scene.turns_of(Speaker::Customer).filter(|at| *at > ask);
    let mut in_time = answers.take_while(|at| scene.turn(*at).start_ms.is_some_and(|start| start <= latest));
    in_time.find(|at| scene.says(*at, &terms.consent)).map_or(Consent::Implied, Consent::Given)
}
