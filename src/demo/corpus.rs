//! The dialogues of `corpora/` that the binary carries, with what a careful human says about them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::Value;

/// Good service.
#[derive(RustEmbed)]
#[folder = "corpora/clean"]
struct Clean;

/// Service of every quality.
#[derive(RustEmbed)]
#[folder = "corpora/labelled"]
struct Labelled;

/// An invented dialogue with its labels.
#[derive(Debug, Deserialize)]
pub(super) struct Dialogue {
    transcript: Value,
    /// What a careful human says about it.
    #[serde(rename = "expect")]
    pub(super) labels: Labels,
}

/// What a careful human says about a dialogue.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Labels {
    /// Passages that are faults.
    pub(super) findings: Vec<Label>,
    /// Passages about which one may argue.
    pub(super) doubtful: Vec<Label>,
    /// By the number of a criterion: points, `"na"`, whether a veto is due, or null where nobody would swear to it.
    pub(super) items: BTreeMap<String, Value>,
}

/// A passage that was marked.
#[derive(Debug, Deserialize)]
pub(super) struct Label {
    /// The number of the criterion.
    #[serde(rename = "ref")]
    pub(super) reference: String,
    /// The place of the turn in the posted list.
    pub(super) turn: u32,
    /// The words, as they stand in the turn.
    pub(super) text: String,
}

/// Every dialogue, in the order of names.
pub(super) fn dialogues() -> Vec<Dialogue> {
    let clean = Clean::iter().filter_map(|name| Some((Clean::get(&name)?.data, name)));
    let labelled = Labelled::iter().filter_map(|name| Some((Labelled::get(&name)?.data, name)));
    let mut files: Vec<_> = clean.chain(labelled).collect();
    files.sort_by(|(_, a), (_, b)| a.cmp(b));
    files.iter().filter_map(|(bytes, _)| serde_json::from_slice(bytes).ok()).collect()
}

/// The numbers of all criteria by which passages are marked anywhere: of others labels say nothing.
pub(super) fn marked(dialogues: &[Dialogue]) -> BTreeSet<&str> {
    let labels = dialogues.iter().flat_map(|it| it.labels.findings.iter().chain(&it.labels.doubtful));
    labels.map(|label| label.reference.as_str()).collect()
}

impl Dialogue {
    /// The transcript as a system would post it, had the dialogue begun on this day, at the same time of day.
    pub(super) fn on(&self, day: Date) -> Vec<u8> {
        let mut transcript = self.transcript.clone();
        if let Some((_, time)) = transcript["started_at"].as_str().and_then(|began| began.split_once('T')) {
            transcript["started_at"] = format!("{day}T{time}").into();
        }
        transcript.to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_dialogue_that_can_be_posted_on_any_day() {
        let dialogues = dialogues();
        assert_eq!(dialogues.len(), Clean::iter().count() + Labelled::iter().count());
        let day = jiff::civil::date(2027, 1, 2);
        let limits = crate::transcript::limits::Limits::default();
        let mut dated = 0;
        for dialogue in &dialogues {
            let body = dialogue.on(day);
            let transcript = crate::transcript::intake::read(&body, &limits).unwrap();
            dated += usize::from(transcript.began().is_some_and(|began| began.date() == day));
        }
        assert!(dated * 100 > dialogues.len() * 98, "{dated}");
        assert!(marked(&dialogues).contains("F31"));
    }
}
