//! How the dialogue sounds: every letter with its readings, and where any two of them follow each other.

use std::iter;
use std::ops::Range;

use super::Scene;
use crate::text::pinyin::{Readings, Syllable, readings};
use crate::text::position;
use crate::text::sieve::{class, pair};

/// The sounds of all turns.
#[derive(Debug)]
pub struct Sounds {
    /// Where each letter begins in the normalised text, and at the end its length.
    starts: Vec<u32>,
    readings: Vec<Readings>,
    /// Every two syllables that follow each other.
    pairs: Vec<Pair>,
    /// For each class of pairs one past the last of them in `pairs`; 0 where there is none.
    last: Vec<u32>,
}

/// Two syllables that follow each other.
#[derive(Debug, Clone, Copy)]
struct Pair {
    first: Syllable,
    second: Syllable,
    /// The letter with which they begin.
    at: u32,
    /// One past the one before it in its class, or 0.
    before: u32,
}

/// Words whose homophones (同音) are looked for.
#[derive(Debug)]
pub struct Homophones {
    /// Each with the readings of all of its letters.
    words: Vec<(String, Vec<Readings>)>,
    /// Two syllables with which one of them may begin, and which.
    beginnings: Vec<(Syllable, Syllable, u32)>,
}

impl Homophones {
    /// Those of `words` that have at least so many letters, which are at least two.
    #[must_use]
    pub fn new(words: Vec<String>, shortest: usize) -> Self {
        let read = |word: String| (word.chars().map(readings).collect::<Vec<_>>(), word);
        let words = words.into_iter().map(read).filter(|(letters, _)| letters.len() >= shortest);
        let words: Vec<_> = words.map(|(letters, word)| (word, letters)).collect();
        let beginnings = (0_u32..).zip(&words).flat_map(|(at, (_, letters))| {
            let two = letters.first().zip(letters.get(1)).into_iter();
            two.flat_map(|(first, second)| every_pair(*first, *second)).map(move |(a, b)| (a, b, at))
        });
        Self { beginnings: beginnings.collect(), words }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
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
        // Four times as many classes as pairs: most pairs that nobody said are told by one look.
        let mut last = vec![0; (readings.len() * 8).next_power_of_two().max(2)];
        let mut pairs: Vec<Pair> = Vec::with_capacity(readings.len() * 2);
        for (at, two) in (0_u32..).zip(readings.windows(2)) {
            for (first, second) in every_pair(two[0], two[1]) {
                let class = class(pair(first, second), last.len());
                let last = &mut last[class];
                pairs.push(Pair { first, second, at, before: *last });
                *last = position(pairs.len());
            }
        }
        Self { starts, readings, pairs, last }
    }

    /// Where something stands in the text that may be read as one of `words`, and as which.
    pub fn places<'s>(&'s self, words: &'s Homophones) -> impl Iterator<Item = (Range<u32>, &'s str)> {
        let known =
            words.beginnings.iter().filter(move |(first, second, _)| self.last_of(*first, *second) > 0);
        known.flat_map(move |(first, second, word)| {
            let (word, letters) = &words.words[*word as usize];
            let begun = self.begun_with(*first, *second).map(|at| at as usize);
            let heard = begun.filter(move |at| self.may_be(*at, letters));
            heard.map(move |at| (self.starts[at]..self.starts[at + letters.len()], word.as_str()))
        })
    }

    /// The letters with which these two syllables begin.
    fn begun_with(&self, first: Syllable, second: Syllable) -> impl Iterator<Item = u32> {
        let known = |after: u32| self.pairs.get(after.checked_sub(1)? as usize);
        let last = known(self.last_of(first, second));
        let all = iter::successors(last, move |pair| known(pair.before));
        all.filter(move |pair| pair.first == first && pair.second == second).map(|pair| pair.at)
    }

    /// One past the last pair of the same class.
    fn last_of(&self, first: Syllable, second: Syllable) -> u32 {
        self.last[class(pair(first, second), self.last.len())]
    }

    fn may_be(&self, at: usize, word: &[Readings]) -> bool {
        let heard = self.readings.get(at..at + word.len());
        heard.is_some_and(|heard| {
            let mut letters = heard.iter().zip(word);
            letters.all(|(heard, meant)| heard.iter().any(|reading| meant.contains(reading)))
        })
    }
}

/// Every way in which two letters are read one after the other.
fn every_pair(first: Readings, second: Readings) -> impl Iterator<Item = (Syllable, Syllable)> {
    let firsts = (0..first.len()).map(move |at| first[at]);
    firsts.flat_map(move |first| (0..second.len()).map(move |at| (first, second[at])))
}
