//! Guards (语境豁免): lists whose words, near a match, speak against it.

use std::collections::BTreeMap;

use super::ListId;
use super::file::LexiconFile;
use crate::diagnostic::Source;

/// Index of a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuardId(u32);

impl GuardId {
    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A list whose words speak against a match nearby.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Name by which entries ask for it and findings report it.
    pub name: String,
    /// Its words.
    pub lists: Vec<ListId>,
    /// Where its words stand, relative to the match.
    pub side: Side,
    /// At most so many characters lie between its word and the match.
    pub reach: u32,
    /// What may lie between.
    pub across: Across,
    /// What becomes of the match.
    pub effect: Effect,
    /// Only an odd number of its words speaks against the match: two negations cancel out.
    pub odd: bool,
}

/// Where the words of a guard stand, relative to the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before it.
    Before,
    /// After it.
    After,
    /// Before or after it.
    Around,
    /// Anywhere in the same turn.
    Turn,
}

/// What may lie between the word of a guard and the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Across {
    /// No punctuation at all.
    Clause,
    /// No end of a sentence.
    Sentence,
    /// Anything within the turn.
    Turn,
}

/// What a guard makes of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It does not count.
    Suppress,
    /// A human decides.
    Candidate,
}

/// A guard as the head of a lexicon describes it, before its lists are known.
#[derive(Debug, Clone)]
pub(super) struct GuardShape {
    pub(super) side: Side,
    pub(super) reach: u32,
    pub(super) across: Across,
    pub(super) effect: Effect,
    pub(super) odd: bool,
}

impl GuardShape {
    pub(super) fn with_lists(&self, name: &str, lists: Vec<ListId>) -> Guard {
        let Self { side, reach, across, effect, odd } = *self;
        Guard { name: name.to_owned(), lists, side, reach, across, effect, odd }
    }
}

/// The name of the guard that the lexicon `id` describes: the last part of its path.
pub(super) fn name_of(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// The guards of all files, numbered in the order of their names.
pub(super) fn names(files: &[(&Source, LexiconFile)]) -> BTreeMap<String, GuardId> {
    let mut names: Vec<_> = files
        .iter()
        .filter(|(_, file)| file.header.guard.is_some())
        .map(|(source, _)| name_of(source.id(super::FOLDER)).to_owned())
        .collect();
    names.sort();
    names.into_iter().enumerate().map(|(index, name)| (name, GuardId::new(index))).collect()
}
