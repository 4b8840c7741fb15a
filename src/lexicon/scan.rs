//! One pass over a document that finds every entry of every lexicon.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::compete::compete;
use super::{Anchor, EntryId, Lexicons, ListId};
use crate::text::{Document, PauseKind, normalise_phrase};

/// An entry found in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// The list that the entry belongs to.
    pub list: ListId,
    /// The entry.
    pub entry: EntryId,
    /// The turn in which it stands.
    pub turn: u32,
    /// First byte in the normalised text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Whether a longer entry of the family speaks against it.
    pub beaten: Beaten,
}

impl Mention {
    /// Where it stands in the normalised text.
    #[must_use]
    pub fn span(&self) -> Range<u32> {
        self.start..self.end
    }
}

/// The outcome of the competition among overlapping entries of a family: the longest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beaten {
    /// It stands.
    No,
    /// An allow entry covers it.
    ByAllow(EntryId),
    /// A longer entry covers it, or it is an allow entry itself: not a match.
    Gone,
}

/// Everything that one scan found, by list and place.
#[derive(Debug, Default)]
pub struct Mentions {
    all: Vec<Mention>,
    first: Vec<u32>,
}

impl Mentions {
    /// The mentions of one list, in the order of the text.
    #[must_use]
    pub fn of(&self, list: ListId) -> &[Mention] {
        let at = list.0 as usize;
        let (from, to) = (self.first.get(at).copied(), self.first.get(at + 1).copied());
        match (from, to) {
            (Some(from), Some(to)) => &self.all[from as usize..to as usize],
            _ => &[],
        }
    }
}

/// One wording of one entry.
#[derive(Debug)]
pub(super) struct Wording {
    text: String,
    entry: EntryId,
    /// Byte offsets at which the lexicon wrote punctuation: there the text may have any.
    pauses: Vec<u32>,
}

impl Wording {
    pub(super) fn new(phrase: &str, entry: EntryId) -> Self {
        let (text, pauses) = normalise_phrase(phrase);
        let pauses = pauses.iter().map(|pause| pause.at).collect();
        Self { text, entry, pauses }
    }

    /// A literal of a pattern, already in normalised form.
    pub(super) fn literal(text: &str, entry: EntryId) -> Self {
        Self { text: text.to_owned(), entry, pauses: Vec::new() }
    }
}

/// The automaton over all wordings.
#[derive(Debug)]
pub(super) struct Scan {
    automaton: AhoCorasick,
    /// For each pattern of the automaton, its range in `wordings`.
    ranges: Vec<Range<u32>>,
    /// Sorted by text, so that equal texts of several entries share a pattern.
    wordings: Vec<Wording>,
}

impl Scan {
    pub(super) fn new(mut wordings: Vec<Wording>) -> Result<Self, String> {
        wordings.sort_by(|a, b| a.text.cmp(&b.text).then(a.entry.cmp(&b.entry)));
        wordings.dedup_by(|a, b| a.text == b.text && a.entry == b.entry);
        let mut ranges: Vec<Range<u32>> = Vec::new();
        let mut patterns: Vec<&str> = Vec::new();
        for (at, wording) in (0_u32..).zip(&wordings) {
            if patterns.last() == Some(&wording.text.as_str()) {
                if let Some(range) = ranges.last_mut() {
                    range.end = at + 1;
                }
            } else {
                patterns.push(&wording.text);
                ranges.push(at..at + 1);
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&patterns)
            .map_err(|error| format!("词条太多,无法编译:{error}"))?;
        Ok(Self { automaton, ranges, wordings })
    }
}

impl Lexicons {
    /// Finds every entry in `document`.
    #[must_use]
    pub fn scan(&self, document: &Document<'_>) -> Mentions {
        let mut all = Vec::with_capacity(64);
        for found in self.scan.automaton.find_overlapping_iter(document.text()) {
            let range = &self.scan.ranges[found.pattern().as_usize()];
            let (start, end) = (position(found.start()), position(found.end()));
            let turn = document.turn_at(start);
            for wording in &self.scan.wordings[range.start as usize..range.end as usize] {
                let list = self.entry(wording.entry).list;
                let mention = Mention { list, entry: wording.entry, turn, start, end, beaten: Beaten::No };
                if self.stands(document, &mention, &wording.pauses) {
                    all.push(mention);
                }
            }
        }
        let family = |list: ListId| self.lists[list.0 as usize].family;
        compete(&mut all, family, |entry| self.entry(entry).allow.is_some());
        let mut first = vec![0_u32; self.lists.len() + 1];
        for mention in &all {
            first[mention.list.0 as usize + 1] += 1;
        }
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        Mentions { all, first }
    }

    /// Whether the text around a mention is what its entry asks for.
    fn stands(&self, document: &Document<'_>, mention: &Mention, pauses: &[u32]) -> bool {
        let entry = self.entry(mention.entry);
        let inside = document.pauses_inside(mention.span());
        if inside.iter().any(|p| p.kind != PauseKind::Weak && !pauses.contains(&(p.at - mention.start))) {
            return false;
        }
        let turn = &document.turns()[mention.turn as usize];
        let starts = || mention.start == turn.start || document.pause_at(mention.start).is_some();
        let ends = || mention.end == turn.end || document.pause_at(mention.end).is_some();
        let anchored = match entry.anchor {
            None => true,
            Some(Anchor::Start) => starts(),
            Some(Anchor::End) => ends(),
            Some(Anchor::Whole) => starts() && ends(),
        };
        anchored && (!entry.border || self.at_word_borders(document, mention))
    }

    fn at_word_borders(&self, document: &Document<'_>, mention: &Mention) -> bool {
        let sentence = document.stretch(mention.turn, &mention.span(), PauseKind::Strong);
        let borders = self.segmenter.borders(document.slice(sentence.clone()));
        let is_border = |at: u32| borders.binary_search(&((at - sentence.start) as usize)).is_ok();
        is_border(mention.start) && is_border(mention.end)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "intake limits a transcript to a few megabytes")]
fn position(at: usize) -> u32 {
    at as u32
}
