//! What tells at a glance that an entry does not stand around one of its cores: it decides most cases.

use std::ops::Range;

use super::frequency::Frequencies;
use super::phrase;
use super::side::{DIGITS, NUMERALS};
use super::wording::{Piece, Wordings, has_letters};
use crate::text::spread;

/// What an entry asks for besides the letters of a wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// Nothing.
    Letters,
    /// That they stand in one sentence.
    Sentence,
    /// Pauses, a place in its clause, or borders of words.
    More,
}

/// What the letters next to a core tell about an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glance {
    /// The letters with which it may go on before the core.
    pub(super) before: Letters,
    /// And after it.
    pub(super) after: Letters,
    /// It goes on before the core wherever it stands.
    pub(super) needs_before: bool,
    /// And after it.
    pub(super) needs_after: bool,
    /// What else it asks for where it is the core alone.
    pub(super) asks: Asks,
}

/// What a glance tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// It does not stand there.
    Nothing,
    /// The core is all of it, if it has what else it asks for.
    Alone(Asks),
    /// There may be more of it, or it may not stand there.
    Look,
}

impl Glance {
    /// What stands between these letters.
    pub(super) fn next_to(&self, before: Option<char>, after: Option<char>) -> Next {
        let (before, after) = (self.before.hold(before), self.after.hold(after));
        if self.needs_before && !before || self.needs_after && !after {
            return Next::Nothing;
        }
        if before || after { Next::Look } else { Next::Alone(self.asks) }
    }
}

/// Some letters, one bit for each of 128 classes: it holds too many rather than too few.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Letters(u128);

impl Letters {
    pub(super) const ANY: Self = Self(u128::MAX);

    pub(super) fn of(letters: impl Iterator<Item = char>) -> Self {
        Self(letters.fold(0, |all, letter| all | Self::class(letter)))
    }

    /// These and those.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn class(letter: char) -> u128 {
        1 << (spread(u32::from(letter)) >> 25)
    }

    pub(super) fn hold(self, letter: Option<char>) -> bool {
        letter.is_some_and(|letter| self.0 & Self::class(letter) != 0)
    }
}

/// Some letters and pairs of letters, one bit for each of 255 classes: it holds too many rather than too few.
#[derive(Debug, Clone, Copy, Default)]
struct Signs([u64; 4]);

impl Signs {
    /// What stands everywhere, also where no letter does: it has a bit of its own.
    const ANYTHING: Self = Self([0, 0, 0, 1 << 63]);

    fn add_letter(&mut self, letter: char) {
        self.add(spread(u32::from(letter)));
    }

    fn add_pair(&mut self, first: char, second: char) {
        // One of them is moved aside, so that 甲乙 and 乙甲 differ.
        self.add(spread(spread(u32::from(first)).rotate_left(11) ^ u32::from(second)));
    }

    fn add(&mut self, spread: u32) {
        let class = (spread >> 24).min(254);
        self.0[(class / 64) as usize] |= 1 << (class % 64);
    }

    /// Whether anything is in both.
    fn meet(&self, others: &Self) -> bool {
        self.0.iter().zip(&others.0).fold(0, |both, (a, b)| both | a & b) != 0
    }
}

/// Stretches of more bytes hold so many signs that they tell nothing.
const LONGEST_STRETCH: usize = 4096;

/// The signs of a stretch of text on either side of each of its letters.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    place: Range<usize>,
    /// By bytes from its begin; what lies within letters means nothing.
    before: Vec<Signs>,
    after: Vec<Signs>,
}

impl Stretch {
    /// Reads the stretch of `text` at `place`, unless it is the one that was read last.
    pub(super) fn read(&mut self, text: &str, place: Range<usize>) {
        if self.place == place {
            return;
        }
        self.place = place;
        if self.place.len() > LONGEST_STRETCH {
            return;
        }
        let stretch = &text[self.place.clone()];
        for side in [&mut self.before, &mut self.after] {
            side.clear();
            side.resize(stretch.len() + 1, Signs::ANYTHING);
        }
        let (mut signs, mut last) = (Signs::ANYTHING, None);
        for (at, letter) in stretch.char_indices() {
            signs.add_letter(letter);
            if let Some(last) = last.replace(letter) {
                signs.add_pair(last, letter);
            }
            self.before[at + letter.len_utf8()] = signs;
        }
        let (mut signs, mut last) = (Signs::ANYTHING, None);
        for (at, letter) in stretch.char_indices().rev() {
            signs.add_letter(letter);
            if let Some(last) = last.replace(letter) {
                signs.add_pair(letter, last);
            }
            self.after[at] = signs;
        }
    }

    /// Whether what `needs` says may stand around a core at these bytes of the text.
    pub(super) fn may_hold(&self, needs: &Needs, core: &Range<usize>) -> bool {
        // A core that reaches out of its sentence is part of nothing that stays within it.
        let Some(start) = core.start.checked_sub(self.place.start) else { return false };
        let end = core.end - self.place.start;
        self.place.len() > LONGEST_STRETCH
            || needs.before.meet(&self.before[start]) && needs.after.meet(&self.after[end])
    }
}

/// Signs of which one stands on either side of the core of an entry, wherever the entry stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs {
    before: Signs,
    after: Signs,
    /// Whether it stands in one sentence, and not only in one turn.
    pub(super) in_sentence: bool,
}

impl Needs {
    /// What entries of these wordings need around the parts that are their `core`.
    pub(super) fn of(wordings: &Wordings, core: &Range<usize>, frequencies: &Frequencies) -> Self {
        let rarest = |parts: &[phrase::Part<Piece>]| {
            let known = parts.iter().filter_map(|part| Announced::of(part, frequencies));
            known.min_by(|a, b| a.often.total_cmp(&b.often)).map_or(Signs::ANYTHING, |part| part.signs)
        };
        Self {
            before: rarest(&wordings.parts[..core.start]),
            after: rarest(&wordings.parts[core.end..]),
            in_sentence: wordings.are_plain() && !wordings.may_be_torn,
        }
    }
}

/// What announces a part that is never empty.
pub(super) struct Announced {
    signs: Signs,
    /// How often one of them is likely to stand in a text of one letter.
    pub(super) often: f64,
}

impl Announced {
    /// The rarest sign of each of the pieces of `part`.
    pub(super) fn of(part: &phrase::Part<Piece>, frequencies: &Frequencies) -> Option<Self> {
        let (mut signs, mut often) = (Signs::default(), 0.0);
        match part {
            phrase::Part::Choice(pieces) if has_letters(part) => {
                pieces.iter().for_each(|piece| often += signs.add_rarest(&piece.text, frequencies));
            }
            phrase::Part::Number(count) => {
                let letters = if *count.start() == 1 { NUMERALS } else { DIGITS };
                for letter in letters.chars() {
                    signs.add_letter(letter);
                    often += frequencies.expected(letter.encode_utf8(&mut [0; 4]));
                }
            }
            phrase::Part::Choice(_) | phrase::Part::Gap(_) => return None,
        }
        Some(Self { signs, often })
    }
}

impl Signs {
    /// Adds the rarest pair of letters of `text`, or its only letter, and tells how often it is likely to stand in a
    /// text of one letter.
    fn add_rarest(&mut self, text: &str, frequencies: &Frequencies) -> f64 {
        let letters = text.char_indices().zip(text.chars().skip(1));
        let pairs = letters.map(|((at, first), second)| {
            let pair = &text[at..at + first.len_utf8() + second.len_utf8()];
            (frequencies.expected(pair), first, second)
        });
        match pairs.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((often, first, second)) => {
                self.add_pair(first, second);
                often
            }
            None => {
                text.chars().for_each(|letter| self.add_letter(letter));
                frequencies.expected(text)
            }
        }
    }
}
