//! One turn as the search sees it: its signs, its words, its digits, and what has been found in it.

use std::ops::Range;

use super::cue::{Cue, DENIALS, Heard, NO_UNITS, UNITS, heard};
use super::digits::{Digits, Group, lone_cross};
use super::pattern::{HIDDEN, Sort, is_mobile};
use super::sign::{COVERED, is_pause, next_of, signs, value};
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

    /// A turn that is still to be [`Line::read`]; only its e-mail addresses are found.
    pub(super) fn new(role: Role, text: &str) -> Self {
        let mut signs = signs(text);
        let mut places = Vec::new();
        email::find(&mut signs, &mut places);
        Self {
            role,
            signs,
            words: Vec::new(),
            digits: Digits::default(),
            begins: false,
            ends: false,
            letters: 0,
            places,
        }
    }

    /// Reads its words and digits, and finds the licence plates, as far as the turns before lead to expect them.
    pub(super) fn read(&mut self, before: &[Self]) {
        self.words = heard(&self.signs);
        plate::find(&mut self.signs, &self.words, plate::expected(before), &mut self.places);
        self.digits = Digits::read(&self.signs, &self.words);
        if let Some(at) = lone_cross(&self.signs, &self.words) {
            self.digits = Digits::cross(at);
        }
        self.look_around();
        if !self.is_pure() {
            self.digits.drop_single_digits();
            self.look_around();
        }
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

    /// Whether an amount of money or a share ends behind `groups`, cents and all.
    pub(super) fn is_amount(&self, groups: &Range<usize>) -> bool {
        let end = self.digits.signs(groups).end;
        let cents = match &self.signs[end..] {
            ['.', rest @ ..] => rest.iter().take(3).take_while(|sign| value(**sign).is_some()).count(),
            _ => 0,
        };
        let at = if matches!(cents, 1 | 2) { end + 1 + cents } else { end };
        next_of(&self.signs, at, &UNITS).is_some() && next_of(&self.signs, at, &NO_UNITS).is_none()
    }

    /// Whether all of these are digits that nothing covers yet.
    pub(super) fn is_open(&self, digits: &Range<usize>) -> bool {
        !self.digits.values[digits.clone()].contains(&HIDDEN)
    }

    pub(super) fn group(&self, at: usize) -> &Group {
        &self.digits.groups[at]
    }

    /// Covers a number. One that is written in one go keeps its first and last digits, as far as they tell nobody.
    pub(super) fn cover_number(&mut self, all: &Range<usize>, sort: Sort) {
        let mut digits = all.start + sort.skip..all.end;
        if self.digits.in_one_go(all) {
            let (first, last) = match sort.kind {
                Kind::Phone if digits.len() >= 10 => (3, 4),
                Kind::IdCard | Kind::BankCard => (0, 4),
                _ => (0, 0),
            };
            digits = digits.start + first..digits.end - last;
        }
        self.cover(&digits, sort.kind);
        self.digits.values[all.clone()].fill(HIDDEN);
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
    matches!(cue, Cue::IdCard | Cue::BankCard | Cue::Phone | Cue::Other | Cue::Subject)
}

impl Announced {
    /// Whether it speaks of something that is nobody's number, directly before.
    pub(super) fn names_another(self) -> bool {
        self.is_another() && self.distance.is_some_and(|distance| distance <= NEAR)
    }

    /// Whether it says that `digits` are not of this sort, although they look like it: the surer they do, the more it takes.
    pub(super) fn speaks_against(self, digits: &[u8], sort: Sort) -> bool {
        match sort.kind {
            Kind::IdCard => false,
            Kind::Phone if is_mobile(&digits[sort.skip..]) => {
                self.cue == Cue::Other && self.distance == Some(0)
            }
            // Every tenth number of that length has such a check digit.
            Kind::BankCard => self.is_another(),
            _ => self.names_another(),
        }
    }

    fn is_another(self) -> bool {
        matches!(self.cue, Cue::Other | Cue::Subject)
    }
}
