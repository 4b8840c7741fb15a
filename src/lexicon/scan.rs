//! One pass over a document that finds every entry of every lexicon.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use daachorse::CharwiseDoubleArrayAhoCorasick;

use super::compete::{Mentions, Order};
use super::glance::{Asks, Glance, Needs, Next, Stretch};
use super::sought::Sought;
use super::wording::Wordings;
use super::{Anchor, EntryId, Lexicons, ListId};
use crate::text::{Document, PauseKind, position};
use crate::transcript::Role;

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

/// The automaton over the cores of some entries.
pub(super) struct Scan {
    /// Its values are places in `rows`.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    /// For each core a row of the entries that have it, the last of them marked; cores of the same entries share a row.
    rows: Vec<Owner>,
    /// Shared by all scans that look for the entry.
    sought: Vec<Arc<Sought>>,
    /// What each of them needs in its sentence, side by side: most cores are asked about it.
    needs: Vec<Needs>,
    order: Order,
}

/// An entry that has a certain core, with what most hits need to know about it in one place.
struct Owner {
    glance: Glance,
    entry: EntryId,
    list: ListId,
    /// Place in `sought`.
    sought: u32,
    /// No further entry has this core.
    is_last: bool,
}

impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scan").field("sought", &self.sought.len()).finish_non_exhaustive()
    }
}

impl Scan {
    /// A scan for these entries, whose lists are filed in `order`.
    pub(super) fn new(sought: Vec<Arc<Sought>>, order: Order) -> Result<Self, String> {
        let numbered = (0_u32..).zip(&sought);
        let mut owned: Vec<(String, u32)> = numbered
            .flat_map(|(at, sought)| sought.cores().into_iter().map(move |core| (core, at)))
            .collect();
        owned.sort_unstable();
        let mut rows = Vec::new();
        let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut begin_of = |owners: Vec<u32>| {
            *known.entry(owners).or_insert_with_key(|owners| {
                let begin = position(rows.len());
                rows.extend(owners.iter().map(|at| Owner::new(*at, &sought)));
                rows.last_mut().into_iter().for_each(|owner| owner.is_last = true);
                begin
            })
        };
        let of_one_core = owned.chunk_by_mut(|a, b| a.0 == b.0);
        let cores: Vec<(String, u32)> = of_one_core
            .map(|owned| {
                let owners = owned.iter().map(|(_, at)| *at).collect();
                (std::mem::take(&mut owned[0].0), begin_of(owners))
            })
            .collect();
        let automaton = match &cores[..] {
            [] => None,
            _ => Some(
                CharwiseDoubleArrayAhoCorasick::with_values(cores)
                    .map_err(|error| format!("词条太多，无法编译：{error}"))?,
            ),
        };
        let needs = sought.iter().map(|sought| sought.needs).collect();
        Ok(Self { automaton, rows, sought, needs, order })
    }

    /// The wordings of every entry.
    pub(super) fn wordings(&self) -> impl Iterator<Item = (EntryId, &Wordings)> {
        self.sought.iter().map(|sought| (sought.entry, &sought.wordings))
    }

    /// Whether the entries of `list` are looked for.
    pub(super) fn covers(&self, list: ListId) -> bool {
        self.order.covers(list)
    }

    /// Finds every entry in these turns of `document`.
    pub(super) fn find(&self, lexicons: &Lexicons, document: &Document<'_>, turns: Range<u32>) -> Mentions {
        // About so many mentions are found in ordinary speech.
        let mut found = Vec::with_capacity(turns.len() * 8);
        if let Some(automaton) = &self.automaton {
            let mut walk = Walk::new(self, lexicons, document, turns);
            for core in automaton.find_overlapping_iter(walk.text) {
                walk.core(core.start()..core.end(), core.value(), &mut found);
            }
        }
        let role = |turn: u32| document.transcript().turns[turn as usize].role;
        let foreign = |mention: &Mention| {
            let role = role(mention.turn);
            role != Role::Unknown && !lexicons.entry(mention.entry).speaker.is(role)
        };
        self.order.settle(found, |entry| lexicons.entry(entry).allow.is_some(), foreign)
    }
}

impl Owner {
    fn new(at: u32, sought: &[Arc<Sought>]) -> Self {
        let Sought { entry, list, .. } = *sought[at as usize];
        Self { glance: sought[at as usize].glance(), entry, list, sought: at, is_last: false }
    }
}

/// The way through a text from core to core. Cores come in the order of their ends, so that it only ever moves on.
struct Walk<'w> {
    scan: &'w Scan,
    lexicons: &'w Lexicons,
    document: &'w Document<'w>,
    text: &'w str,
    /// Where the text begins in the document.
    base: u32,
    turn: u32,
    /// The ends of sentences that are still ahead, and the last one before.
    sentence_ends: &'w [u32],
    last_end: u32,
    /// The turn and the sentence of the last core that was asked about.
    near: [Stretch; 2],
}

impl<'w> Walk<'w> {
    fn new(scan: &'w Scan, lexicons: &'w Lexicons, document: &'w Document<'w>, turns: Range<u32>) -> Self {
        let spans = &document.turns()[turns.start as usize..turns.end as usize];
        let span = spans.first().map_or(0, |turn| turn.start)..spans.last().map_or(0, |turn| turn.end);
        Self {
            scan,
            lexicons,
            document,
            text: document.slice(span.clone()),
            base: span.start,
            turn: turns.start,
            sentence_ends: document.sentence_ends_from(span.start),
            last_end: 0,
            near: Default::default(),
        }
    }

    /// Adds the mentions of all entries that have the core which stands at `place` in the text.
    fn core(&mut self, place: Range<usize>, value: u32, out: &mut Vec<Mention>) {
        let before = self.text[..place.start].chars().next_back();
        let after = self.text[place.end..].chars().next();
        let core = self.base + position(place.start)..self.base + position(place.end);
        while self.document.turns()[self.turn as usize].end < core.end {
            self.turn += 1;
        }
        while let Some(end) = self.sentence_ends.first().filter(|end| **end < core.end) {
            self.last_end = *end;
            self.sentence_ends = &self.sentence_ends[1..];
        }
        let is_torn = self.last_end > core.start;
        for owner in &self.scan.rows[value as usize..] {
            match owner.glance.next_to(before, after) {
                Next::Nothing => {}
                Next::Alone(Asks::Sentence) if is_torn => {}
                Next::Alone(Asks::Letters | Asks::Sentence) => out.push(self.mention(owner, core.clone())),
                Next::Alone(Asks::More) => {
                    let mention = self.mention(owner, core.clone());
                    out.extend(Some(mention).filter(|mention| self.stands(owner, mention)));
                }
                Next::Look if self.lacks(owner, &place) => {}
                Next::Look => self.around(owner, &core, out),
            }
            if owner.is_last {
                break;
            }
        }
    }

    fn mention(&self, owner: &Owner, span: Range<u32>) -> Mention {
        let Owner { entry, list, .. } = *owner;
        Mention { list, entry, turn: self.turn, start: span.start, end: span.end, beaten: Beaten::No }
    }

    /// Where a stretch of the document stands in the text.
    fn in_text(&self, span: &Range<u32>) -> Range<usize> {
        (span.start - self.base) as usize..(span.end - self.base) as usize
    }

    /// The sentence in which the last core ends.
    fn sentence(&self) -> Range<u32> {
        let turn = &self.document.turns()[self.turn as usize];
        let end = self.sentence_ends.first().map_or(turn.end, |end| turn.end.min(*end));
        self.last_end.max(turn.start)..end
    }

    /// Whether the sentence or turn of the last core, which stands at `place`, lacks what an entry needs around it.
    fn lacks(&mut self, owner: &Owner, place: &Range<usize>) -> bool {
        let needs = &self.scan.needs[owner.sought as usize];
        let within = match needs.in_sentence {
            true => self.sentence(),
            false => self.document.turns()[self.turn as usize].clone(),
        };
        let within = self.in_text(&within);
        let stretch = &mut self.near[usize::from(needs.in_sentence)];
        stretch.read(self.text, within);
        !stretch.may_hold(needs, place)
    }

    /// Adds the mentions of an entry around one of its cores: every wording that stands, since the longest
    /// may lose against another entry where a shorter one does not.
    fn around(&self, owner: &Owner, core: &Range<u32>, out: &mut Vec<Mention>) {
        let place = self.in_text(core);
        let own = self.sentence();
        let sentence = |near: Range<usize>| {
            let near = self.base + position(near.start)..self.base + position(near.end);
            let is_own = own.start <= near.start && near.end <= own.end;
            let Range { start, end } =
                if is_own { own.clone() } else { self.document.sentence(self.turn, &near) };
            (start.max(self.base) - self.base) as usize..(end.max(self.base) - self.base) as usize
        };
        for span in self.scan.sought[owner.sought as usize].around(self.text, &place, &sentence) {
            let span = self.base + position(span.start)..self.base + position(span.end);
            let mention = self.mention(owner, span);
            if self.stands(owner, &mention) {
                out.push(mention);
            }
        }
    }

    /// Whether the text around a mention is what its entry asks for.
    fn stands(&self, owner: &Owner, mention: &Mention) -> bool {
        let (document, entry) = (self.document, self.lexicons.entry(mention.entry));
        if document.is_torn(&mention.span()) {
            let inside = document.pauses_inside(mention.span()).iter();
            let torn = inside.filter(|pause| pause.kind != PauseKind::Weak);
            let places: Vec<u32> = torn.map(|pause| pause.at - mention.start).collect();
            let wordings = &self.scan.sought[owner.sought as usize].wordings;
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
        anchored && (!entry.border || self.at_word_borders(mention))
    }

    fn at_word_borders(&self, mention: &Mention) -> bool {
        let sentence = self.document.sentence(mention.turn, &mention.span());
        let borders = self.lexicons.segmenter.borders(self.document.slice(sentence.clone()));
        let is_border = |at: u32| borders.binary_search(&((at - sentence.start) as usize)).is_ok();
        is_border(mention.start) && is_border(mention.end)
    }
}
