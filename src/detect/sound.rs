//! How the dialogue sounds: every letter with its readings, and where any two of them follow each other.

use std::ops::Range;

use super::Scene;
use crate::text::pinyin::{Readings, Syllable, readings};
use crate::text::position;
use crate::text::sieve::{Sieve, pair};

/// The sounds of all turns.
#[derive(Debug)]
pub struct Sounds {
    /// Where each letter begins in the normalised text, and at the end its length.
    starts: Vec<u32>,
    readings: Vec<Readings>,
    /// Two syllables and the letter with which they begin, sorted.
    pairs: Vec<(Syllable, Syllable, u32)>,
    /// With some times as many classes as there are letters in a call.
    known: Box<Sieve<128>>,
}

impl Scene<'_> {
    /// How the dialogue sounds.
    #[must_use]
    pub fn sounds(&self) -> &Sounds {
        self.sounds.get_or_init(|| Sounds::of(self.document.text()))
    }
}

impl Sounds {
    fn of(text: &str) -> Self {
        let mut starts: Vec<u32> = text.char_indices().map(|(at, _)| position(at)).collect();
        starts.push(position(text.len()));
        let readings: Vec<Readings> = text.chars().map(readings).collect();
        let mut pairs = Vec::with_capacity(readings.len() * 2);
        for (at, two) in (0_u32..).zip(readings.windows(2)) {
            let seconds = |first| two[1].iter().map(move |second| (first, *second, at));
            pairs.extend(two[0].iter().flat_map(|first| seconds(*first)));
        }
        pairs.sort_unstable();
        let known = pairs.iter().map(|(first, second, _)| pair(*first, *second)).collect();
        Self { starts, readings, pairs, known: Box::new(known) }
    }

    /// Where something stands in the text that may be read as `word`, which has at least two letters.
    pub fn places<'s>(&'s self, word: &'s [Readings]) -> impl Iterator<Item = Range<u32>> + 's {
        let [first, second, ..] = word else { return None.into_iter().flatten() };
        let beginnings = first.iter().flat_map(move |a| second.iter().map(move |b| (*a, *b)));
        let known = beginnings.filter(|(first, second)| self.known.holds(pair(*first, *second)));
        let begun = known.flat_map(|pair| self.begun_with(pair));
        let heard = begun.map(|at| at as usize).filter(move |at| self.may_be(*at, word));
        Some(heard.map(move |at| self.starts[at]..self.starts[at + word.len()])).into_iter().flatten()
    }

    /// The letters with which these two syllables begin.
    fn begun_with(&self, (first, second): (Syllable, Syllable)) -> impl Iterator<Item = u32> {
        let from = self.pairs.partition_point(|pair| (pair.0, pair.1) < (first, second));
        let same = self.pairs[from..].iter().take_while(move |pair| (pair.0, pair.1) == (first, second));
        same.map(|pair| pair.2)
    }

    fn may_be(&self, at: usize, word: &[Readings]) -> bool {
        let heard = self.readings.get(at..at + word.len());
        heard.is_some_and(|heard| {
            let mut letters = heard.iter().zip(word);
            letters.all(|(heard, meant)| heard.iter().any(|reading| meant.contains(reading)))
        })
    }
}
