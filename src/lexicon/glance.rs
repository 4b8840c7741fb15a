//! What tells at a glance that an entry does not stand around one of its cores: it decides most cases.

use std::ops::Range;

use super::frequency::Frequencies;
use super::phrase;
use super::side::numerals;
use super::wording::{Piece, Wordings, has_letters};
use crate::text::sieve::{Sieve, pair};

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
        let (before, after) = (hold(&self.before, before), hold(&self.after, after));
        if self.needs_before && !before || self.needs_after && !after {
            return Next::Nothing;
        }
        if before || after { Next::Look } else { Next::Alone(self.asks) }
    }
}

/// Some letters.
pub(super) type Letters = Sieve<2>;

/// Whether there is a letter, and it is one of these.
fn hold(letters: &Letters, letter: Option<char>) -> bool {
    letter.is_some_and(|letter| letters.holds(letter.into()))
}

/// Some letters and pairs of letters.
type Signs = Sieve<4>;

/// What is told to stand everywhere, also where no letter does.
fn anything() -> Signs {
    // No letter has this number.
    Signs::from_iter([0])
}

/// Stretches of more bytes hold so many signs that they tell nothing.
const LONGEST_STRETCH: usize = 4096;

/// The signs of a stretch of text on either side of each of its letters.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    place: Range<usize>,
    /// By bytes from its begin; what lies within letters or behind its end means nothing.
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
            side.resize(side.len().max(stretch.len() + 1), anything());
        }
        (self.before[0], self.after[stretch.len()]) = (anything(), anything());
        let (mut signs, mut last) = (anything(), None);
        for (at, letter) in stretch.char_indices() {
            signs.add(letter.into());
            if let Some(last) = last.replace(letter) {
                signs.add(pair(last, letter));
            }
            self.before[at + letter.len_utf8()] = signs;
        }
        let (mut signs, mut last) = (anything(), None);
        for (at, letter) in stretch.char_indices().rev() {
            signs.add(letter.into());
            if let Some(last) = last.replace(letter) {
                signs.add(pair(letter, last));
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
            || needs.before.meets(&self.before[start]) && needs.after.meets(&self.after[end])
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
    /// What entries of these wordings need around the parts that are their `core`; `announced` tells of each part what
    /// announces it.
    pub(super) fn of(wordings: &Wordings, core: &Range<usize>, announced: &[Option<Announced>]) -> Self {
        let rarest = |parts: &[Option<Announced>]| {
            let known = parts.iter().flatten().min_by(|a, b| a.often.total_cmp(&b.often));
            known.map_or_else(anything, |part| part.signs)
        };
        Self {
            before: rarest(&announced[..core.start]),
            after: rarest(&announced[core.end..]),
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
        let (mut signs, mut often) = (Signs::EMPTY, 0.0);
        let mut add = |(expected, sign)| {
            often += expected;
            signs.add(sign);
        };
        match part {
            phrase::Part::Choice(pieces) if has_letters(part) => {
                pieces.iter().for_each(|piece| add(rarest(&piece.text, frequencies)));
            }
            phrase::Part::Number(count) => {
                let letters = numerals(count).chars();
                letters.for_each(|letter| add((frequencies.expected(&letter.to_string()), letter.into())));
            }
            phrase::Part::Choice(_) | phrase::Part::Gap(_) => return None,
        }
        Some(Self { signs, often })
    }
}

/// The rarest pair of letters of `text`, or its only letter: how often it is likely to stand in a text of one letter, and
/// its number.
fn rarest(text: &str, frequencies: &Frequencies) -> (f64, u32) {
    let letters = text.char_indices().zip(text.chars().skip(1));
    let pairs = letters.map(|((at, first), second)| {
        let written = &text[at..at + first.len_utf8() + second.len_utf8()];
        (frequencies.expected(written), pair(first, second))
    });
    let only = || (frequencies.expected(text), text.chars().next().map_or(0, u32::from));
    pairs.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_else(only)
}
