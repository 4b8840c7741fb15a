//! What stands on either side of the core of an entry, compared from the core outward.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::glance::Letters;
use super::phrase::{self, Count};
use super::side::{Side, numerals};
use super::wording::Piece;
use crate::text::position;

/// Bytes of rows of parts.
pub(super) type Lengths = SmallVec<[usize; 16]>;

/// What parts may be. Many entries have parts in common; kept once, they are mostly in the processor's cache.
pub(super) type Known = HashSet<Arc<Pieces>>;

/// What stands on one side of the core.
#[derive(Debug)]
pub(super) struct Beside {
    side: Side,
    /// From the core outward.
    parts: Vec<Part>,
    /// The letters with which it may begin, seen from the core.
    pub(super) letters: Letters,
    pub(super) may_be_empty: bool,
}

/// A part as it is compared from the core outward.
#[derive(Debug)]
struct Part {
    kind: Kind,
    /// The letters with which it may begin, seen from the core.
    letters: Letters,
    may_be_empty: bool,
}

#[derive(Debug)]
enum Kind {
    Pieces(Arc<Pieces>),
    Gap(Count),
    Number(Count),
}

/// Several texts that are not empty, side by side.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Pieces {
    text: Box<str>,
    /// Of each its letter that is nearest to the core, by which they are sorted, and its end in `text`.
    ends: Box<[(char, u32)]>,
}

impl Pieces {
    fn new(side: Side, texts: impl Iterator<Item = String>) -> Self {
        let known = texts.filter_map(|text| Some((side.nearest(&text)?, text)));
        let mut known: Vec<(char, String)> = known.collect();
        known.sort();
        known.dedup();
        let mut text = String::new();
        let ends = known.iter().map(|(letter, own)| {
            text.push_str(own);
            (*letter, position(text.len()))
        });
        Self { ends: ends.collect(), text: text.into() }
    }

    /// Those in which this letter is nearest to the core.
    fn known_by(&self, letter: char) -> impl Iterator<Item = &str> {
        let from = self.ends.partition_point(|(nearest, _)| *nearest < letter);
        let mut begin = from.checked_sub(1).map_or(0, |before| self.ends[before].1);
        let same = self.ends[from..].iter().take_while(move |(nearest, _)| *nearest == letter);
        same.map(move |(_, end)| &self.text[std::mem::replace(&mut begin, *end) as usize..*end as usize])
    }
}

impl Beside {
    pub(super) fn new<'p>(side: Side, outward: impl Iterator<Item = &'p phrase::Part<Piece>>) -> Self {
        let parts: Vec<Part> = outward.map(|part| Part::new(side, part)).collect();
        let needed = parts.iter().position(|part| !part.may_be_empty);
        let near = &parts[..needed.map_or(parts.len(), |at| at + 1)];
        let mut letters = Letters::EMPTY;
        near.iter().for_each(|part| letters.add_all(&part.letters));
        Self { side, letters, may_be_empty: needed.is_none(), parts }
    }

    /// Keeps what stands in other entries as well only once.
    pub(super) fn share(&mut self, known: &mut Known) {
        for part in &mut self.parts {
            let Kind::Pieces(pieces) = &mut part.kind else { continue };
            match known.get(pieces) {
                Some(same) => *pieces = same.clone(),
                None => drop(known.insert(pieces.clone())),
            }
        }
    }

    /// The bytes of every row of parts that stands in `text` next to a core that begins or ends at byte `at`; each
    /// number once, so that the work stays small however many ways lead to it.
    pub(super) fn lengths(
        &self,
        text: &str,
        at: usize,
        sentence: &impl Fn(Range<usize>) -> Range<usize>,
    ) -> Lengths {
        let mut lengths: Lengths = smallvec![0];
        for part in &self.parts {
            let known = lengths.len();
            for nth in 0..known {
                part.add_to(lengths[nth], self.side, text, at, sentence, &mut lengths);
            }
            let longer = lengths.len() > known;
            if !part.may_be_empty {
                lengths.drain(..known);
            }
            if lengths.is_empty() {
                break;
            }
            if longer {
                lengths.sort_unstable();
                lengths.dedup();
            }
        }
        lengths
    }
}

impl Part {
    fn new(side: Side, written: &phrase::Part<Piece>) -> Self {
        match written {
            phrase::Part::Choice(written) => {
                let pieces = Pieces::new(side, written.iter().map(|piece| piece.text.clone()));
                let letters = pieces.ends.iter().map(|(letter, _)| u32::from(*letter)).collect();
                let may_be_empty = written.iter().any(|piece| piece.text.is_empty());
                Self { kind: Kind::Pieces(Arc::new(pieces)), letters, may_be_empty }
            }
            phrase::Part::Gap(count) => Self {
                kind: Kind::Gap(count.clone()),
                letters: Letters::ALL,
                may_be_empty: *count.start() == 0,
            },
            phrase::Part::Number(count) => Self {
                kind: Kind::Number(count.clone()),
                letters: numerals(count).chars().map(u32::from).collect(),
                may_be_empty: false,
            },
        }
    }

    /// Adds what `length`, counted from byte `at` of `text`, becomes with everything that the part may be behind it.
    fn add_to(
        &self,
        length: usize,
        side: Side,
        text: &str,
        at: usize,
        sentence: &impl Fn(Range<usize>) -> Range<usize>,
        lengths: &mut Lengths,
    ) {
        let here = side.away(at, length);
        let around = || sentence(side.outward(here));
        match &self.kind {
            Kind::Pieces(pieces) => {
                let next = side.next(text, here).filter(|letter| self.letters.holds(u32::from(*letter)));
                let known = next.into_iter().flat_map(|letter| pieces.known_by(letter));
                known
                    .filter(|piece| side.fits(text, here, piece))
                    .for_each(|piece| lengths.push(length + piece.len()));
            }
            Kind::Gap(count) => side.gaps(text, &around(), here, count, |bytes| {
                if bytes > 0 {
                    lengths.push(length + bytes);
                }
            }),
            Kind::Number(count) => {
                side.number(text, &around(), here, count).into_iter().for_each(|b| lengths.push(length + b));
            }
        }
    }
}
