//! One pass over a document that finds every entry of every lexicon.

use std::collections::BTreeMap;
use std::ops::Range;

use daachorse::CharwiseDoubleArrayAhoCorasick;

use super::compete::Mentions;
use super::wording::Wordings;
use super::{Anchor, Entry, EntryId, Lexicons, ListId};
use crate::text::{Document, PauseKind, position};

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

/// The automaton over the cores of all entries.
pub(super) struct Scan {
    /// Its values are places in `owners`.
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
    /// The entries that have a core: for each core a row, of which the last one is marked.
    owners: Vec<Owner>,
    wordings: Vec<Wordings>,
}

/// An entry that has a certain core, with what most hits need to know about it in one place.
#[derive(Debug, Clone, Copy)]
struct Owner {
    entry: EntryId,
    list: ListId,
    /// Place in the wordings; none where the core is all that the entry asks for.
    wordings: Option<u32>,
    /// No further entry has this core.
    is_last: bool,
}

impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scan").field("owners", &self.owners.len()).finish_non_exhaustive()
    }
}

impl Scan {
    pub(super) fn new(wordings: Vec<(EntryId, Wordings)>, entries: &[Entry]) -> Result<Self, String> {
        let mut owners_of: BTreeMap<String, Vec<Owner>> = BTreeMap::new();
        for (at, (id, wordings)) in (0_u32..).zip(&wordings) {
            let entry = &entries[id.0 as usize];
            let is_plain = wordings.are_plain_cores() && entry.anchor.is_none() && !entry.border;
            let wordings_at = (!is_plain).then_some(at);
            let owner = Owner { entry: *id, list: entry.list, wordings: wordings_at, is_last: false };
            for core in wordings.cores() {
                owners_of.entry(core).or_default().push(owner);
            }
        }
        let mut owners = Vec::new();
        let mut cores = Vec::with_capacity(owners_of.len());
        for (core, own) in owners_of {
            cores.push((core, position(owners.len())));
            owners.extend(own);
            if let Some(last) = owners.last_mut() {
                last.is_last = true;
            }
        }
        let automaton = CharwiseDoubleArrayAhoCorasick::with_values(cores)
            .map_err(|error| format!("词条太多，无法编译：{error}"))?;
        let wordings = wordings.into_iter().map(|(_, wordings)| wordings).collect();
        Ok(Self { automaton, owners, wordings })
    }

    /// The entries whose core has this value.
    fn owners(&self, value: u32) -> impl Iterator<Item = &Owner> {
        let mut done = false;
        self.owners[value as usize..]
            .iter()
            .take_while(move |owner| !std::mem::replace(&mut done, owner.is_last))
    }
}

impl Lexicons {
    /// Finds every entry in `document`.
    #[must_use]
    pub fn scan(&self, document: &Document<'_>) -> Mentions {
        let mut found = Vec::with_capacity(256);
        let mut turn = 0;
        for core in self.scan.automaton.find_overlapping_iter(document.text()) {
            // Cores come in the order of their ends, so that the turn only ever moves on.
            while document.turns()[turn as usize].end < position(core.end()) {
                turn += 1;
            }
            for owner in self.scan.owners(core.value()) {
                self.mention(document, turn, owner, core.start()..core.end(), &mut found);
            }
        }
        self.order.settle(found, |entry| self.entry(entry).allow.is_some())
    }

    /// Adds the mentions of an entry around one of its cores: every wording that stands, since the longest
    /// may lose against another entry where a shorter one does not.
    fn mention(
        &self,
        document: &Document<'_>,
        turn: u32,
        owner: &Owner,
        core: Range<usize>,
        out: &mut Vec<Mention>,
    ) {
        let Owner { entry, list, wordings, .. } = *owner;
        let mention = |span: Range<usize>| {
            let (start, end) = (position(span.start), position(span.end));
            Mention { list, entry, turn, start, end, beaten: Beaten::No }
        };
        let Some(wordings) = wordings else {
            // A core without written pauses must not be torn.
            out.extend(Some(mention(core)).filter(|plain| !document.is_torn(&plain.span())));
            return;
        };
        let wordings = &self.scan.wordings[wordings as usize];
        let mentions = wordings.around(document.text(), &core).into_iter().map(mention);
        out.extend(mentions.filter(|mention| self.stands(document, mention, wordings)));
    }

    /// Whether the text around a mention is what its entry asks for.
    fn stands(&self, document: &Document<'_>, mention: &Mention, wordings: &Wordings) -> bool {
        let entry = self.entry(mention.entry);
        if document.is_torn(&mention.span()) {
            let inside = document.pauses_inside(mention.span()).iter();
            let torn = inside.filter(|pause| pause.kind != PauseKind::Weak);
            let places: Vec<u32> = torn.map(|pause| pause.at - mention.start).collect();
            if !wordings.may_pause(document.slice(mention.span()), &places) {
                return false;
            }
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
