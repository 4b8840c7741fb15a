//! One turn as the search sees it: its signs, its words, its digits, and what has been found in it.

use std::ops::Range;

use super::cue::{Cue, DENIALS, Heard, UNITS, heard};
use super::digits::{Digits, Group, lone_cross};
use super::pattern::{HIDDEN, Sort};
use super::sign::{COVERED, is_pause, next_of, signs};
use super::{Kind, Place, email, plate};
use crate::text::position;
use crate::transcript::Role;

/// A word that says what a number is, or is not, is near up to so many letters before it.
pub(super) const NEAR: usize = 4;

/// So many letters that are no fillers are more than attention: 您继续说, 稍等我拿笔.
const QUIET: usize = 6;

/// One turn.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) role: Role,
    pub(super) signs: Vec<char>,
    pub(super) words: Vec<Heard>,
    pub(super) digits: Digits,
    /// Whether nothing but fillers stands before its first digits.
    pub(super) begins: bool,
    /// Whether nothing but fillers stands behind its last digits.
    pub(super) ends: bool,
    /// Letters that are no fillers, at most [`Line::MANY`].
    pub(super) letters: usize,
    pub(super) places: Vec<Place>,
}

/// What was said before a number about what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Announced {
    pub(super) cue: Cue,
    /// Letters between, where it was said in the same turn.
    pub(super) distance: Option<usize>,
}

impl Line {
    /// So many letters are enough to say something.
    pub(super) const MANY: usize = 9;

    /// Reads a turn, and finds what can be found without its digits: e-mail addresses and licence plates.
    pub(super) fn new(role: Role, text: &str) -> Self {
        let mut signs = signs(text);
        let mut places = Vec::new();
        email::find(&mut signs, &mut places);
        let words = heard(&signs);
        plate::find(&mut signs, &words, &mut places);
        let mut line = Self {
            role,
            digits: Digits::read(&signs, &words),
            signs,
            words,
            begins: false,
            ends: false,
            letters: 0,
            places,
        };
        if let Some(at) = lone_cross(&line.signs, &line.words) {
            line.digits = Digits::cross(at);
        }
        line.look_around();
        if !line.is_pure() {
            line.digits.drop_single_digits();
            line.look_around();
        }
        line
    }

    /// Whether it consists of one run of digits and of fillers.
    pub(super) fn is_pure(&self) -> bool {
        self.begins && self.ends && self.digits.runs.len() == 1
    }

    /// Whether it has no digits and says next to nothing.
    pub(super) fn is_quiet(&self) -> bool {
        self.digits.runs.is_empty() && self.letters < QUIET
    }

    fn look_around(&mut self) {
        let whole = 0..self.signs.len();
        let runs = &self.digits.runs;
        self.letters = self.letters_within(&whole, Self::MANY);
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
            (self.begins, self.ends) = (false, false);
            return;
        };
        let before = 0..self.digits.signs(first).start;
        let behind = self.digits.signs(last).end..whole.end;
        self.begins = self.letters_within(&before, 1) == 0;
        self.ends = self.letters_within(&behind, 1) == 0;
    }

    /// Signs that are neither pauses nor fillers, counted up to `enough`.
    pub(super) fn letters_within(&self, stretch: &Range<usize>, enough: usize) -> usize {
        let mut word = self.words.partition_point(|word| word.end <= stretch.start);
        let (mut at, mut letters) = (stretch.start, 0);
        while at < stretch.end.min(self.signs.len()) && letters < enough {
            while self.words.get(word).is_some_and(|word| word.end <= at) {
                word += 1;
            }
            match self.words.get(word) {
                Some(filler) if filler.cue == Cue::Filler && filler.start <= at => at = filler.end,
                _ => {
                    letters += usize::from(!is_pause(self.signs[at]) && self.signs[at] != ':');
                    at += 1;
                }
            }
        }
        letters
    }

    /// The last word before sign `at` that says what a number is.
    pub(super) fn announced(&self, at: usize) -> Option<Announced> {
        let before = &self.words[..self.words.partition_point(|word| word.end <= at)];
        let word = before.iter().rev().take(24).find(|word| names_number(word.cue))?;
        let between = word.end..at;
        let denied = self.signs[between.clone()].iter().take(16).any(|sign| DENIALS.contains(sign));
        let distance = if denied { Line::MANY } else { self.letters_within(&between, Self::MANY) };
        Some(Announced { cue: word.cue, distance: Some(distance) })
    }

    /// The last word at all that says what a number is.
    pub(super) fn last_announced(&self) -> Option<Cue> {
        self.words.iter().rev().find(|word| names_number(word.cue)).map(|word| word.cue)
    }

    /// Whether an amount of money or a share ends behind `groups`.
    pub(super) fn is_amount(&self, groups: &Range<usize>) -> bool {
        next_of(&self.signs, self.digits.signs(groups).end, &UNITS).is_some()
    }

    /// Whether all of these are digits that nothing covers yet.
    pub(super) fn is_open(&self, digits: &Range<usize>) -> bool {
        !self.digits.values[digits.clone()].contains(&HIDDEN)
    }

    pub(super) fn group(&self, at: usize) -> &Group {
        &self.digits.groups[at]
    }

    /// Covers a number. One that is written in one go keeps its first and last digits, as far as they tell nobody.
    pub(super) fn cover_number(&mut self, groups: &Range<usize>, sort: Sort) {
        let mut digits = self.digits.span(groups);
        digits.start += sort.skip;
        if groups.len() == 1 && !self.group(groups.start).spoken {
            let (first, last) = match sort.kind {
                Kind::Phone if digits.len() >= 10 => (3, 4),
                Kind::IdCard | Kind::BankCard => (0, 4),
                _ => (0, 0),
            };
            digits = digits.start + first..digits.end - last;
        }
        self.cover(&digits, sort.kind);
        let all = self.digits.span(groups);
        self.digits.values[all].fill(HIDDEN);
    }

    /// Covers some digits, each group by itself, so that what stands between can still be read.
    pub(super) fn cover(&mut self, digits: &Range<usize>, kind: Kind) {
        let parts: Vec<Range<usize>> = self.digits.parts(digits).filter(|part| !part.is_empty()).collect();
        for part in parts {
            let stretch = self.digits.signs_of(&part);
            self.digits.values[part].fill(HIDDEN);
            self.signs[stretch.clone()].fill(COVERED);
            self.places.push(Place::of(stretch, kind));
        }
    }
}

impl Place {
    pub(super) fn of(stretch: Range<usize>, kind: Kind) -> Self {
        Self { start: position(stretch.start), end: position(stretch.end), kind }
    }
}

fn names_number(cue: Cue) -> bool {
    matches!(cue, Cue::IdCard | Cue::BankCard | Cue::Phone | Cue::Other)
}

impl Announced {
    /// Whether it says that the number is nobody's.
    pub(super) fn speaks_against(self) -> bool {
        self.cue == Cue::Other && self.distance.is_some_and(|distance| distance <= NEAR)
    }
}
