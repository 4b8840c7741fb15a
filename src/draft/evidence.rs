//! Leads what was found back to the original words.

use std::ops::Range;

use super::{DraftEvidence, DraftSearch};
use crate::detect::{Scene, Standing};
use crate::judge::Judgement;
use crate::lexicon::Speaker;
use crate::rule::{Found, Occurrence, Outcome, Rule, RuleId, Searched};

/// No more places than this are listed for one rule in one place of a draft: a reviewer reads the first few.
const MOST_PLACES: usize = 5;

/// The place of an occurrence in the original transcript.
pub(super) fn place<'t>(scene: &Scene<'t>, occurrence: &Occurrence, rule: &'t str) -> DraftEvidence<'t> {
    let turn = scene.turn(occurrence.turn);
    let original = occurrence.original(scene);
    let times = occurrence.times.map(|(start, end)| (Some(start), Some(end)));
    let (start_ms, end_ms) = times.unwrap_or((turn.start_ms, turn.end_ms));
    DraftEvidence {
        turn: turn.index,
        start: original.start,
        end: original.end,
        text: original.text,
        start_ms,
        end_ms,
        rule,
    }
}

/// For every rule the places that speak for its outcome; where nothing could be measured, those that may speak for one.
#[derive(Debug)]
pub(super) struct Places<'t> {
    all: Vec<DraftEvidence<'t>>,
    /// By rule its part of `all`.
    of: Vec<Range<usize>>,
}

impl<'t> Places<'t> {
    pub(super) fn new(scene: &Scene<'t>, rules: &'t [Rule], judgement: &Judgement) -> Self {
        let mut places = Self { all: Vec::new(), of: vec![0..0; rules.len()] };
        for (id, found) in judgement.verdicts().filter(|(_, found)| !found.occurrences.is_empty()) {
            let at = id.0 as usize;
            let open = found.outcome == Outcome::NotMeasurable;
            let telling = |o: &&Occurrence| o.counts() || (open && o.standing == Standing::Candidate);
            let occurrences = found.occurrences.iter().filter(telling).take(MOST_PLACES);
            let before = places.all.len();
            places.all.extend(occurrences.map(|occurrence| place(scene, occurrence, &rules[at].id)));
            places.of[at] = before..places.all.len();
        }
        places
    }

    pub(super) fn of(&self, rule: RuleId) -> &[DraftEvidence<'t>] {
        &self.all[self.of[rule.0 as usize].clone()]
    }
}

/// The first match that does not count: what came nearest to what was looked for.
pub(super) fn nearest<'t>(scene: &Scene<'t>, found: &Found, rule: &'t str) -> Option<DraftEvidence<'t>> {
    let miss = found.occurrences.iter().find(|occurrence| !occurrence.counts())?;
    Some(place(scene, miss, rule))
}

/// The window that was searched, in turns of the posted transcript.
pub(super) fn search(scene: &Scene<'_>, searched: &Searched) -> Option<DraftSearch> {
    let window = searched.turns.clone();
    let turns = scene.transcript().turns.get(window.start as usize..window.end as usize)?;
    let (from, to) = (turns.first()?, turns.last()?);
    let count = turns.iter().filter(|turn| searched.speaker.is(turn.role)).count();
    let role = match searched.speaker {
        Speaker::Agent => "agent",
        Speaker::Customer => "customer",
        Speaker::System => "system",
        Speaker::Any => "any",
    };
    Some(DraftSearch {
        role,
        from_turn: from.index,
        to_turn: to.index,
        turns: u32::try_from(count).unwrap_or(u32::MAX),
    })
}
