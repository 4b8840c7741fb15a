//! The turns and sentences in the form in which they are compared with each other.

use std::ops::Range;

use super::Scene;
use crate::lexicon::Speaker;
use crate::text::sieve::Sieve;
use crate::text::similarity::Pairs;

/// A sentence, ready to be compared.
#[derive(Debug)]
pub struct Comparable {
    /// Its turn.
    pub turn: u32,
    /// Where it stands in the normalised text.
    pub span: Range<u32>,
    /// Its pairs of letters.
    pub pairs: Pairs,
}

/// All sentences.
#[derive(Debug)]
pub struct Comparables {
    /// Of everybody, in order.
    pub sentences: Vec<Comparable>,
    /// Every pair of letters in them; with some times as many classes as there are pairs in a call.
    known: Box<Sieve<64>>,
}

impl Comparables {
    /// Whether any sentence can be at least that much like `sample`: enough of its pairs stand somewhere.
    #[must_use]
    pub fn may_be_like(&self, sample: &Pairs, least: f64) -> bool {
        let known = sample.numbers().filter(|number| self.known.holds(*number)).count();
        sample.suffices(known, least)
    }
}

impl Scene<'_> {
    /// The pairs of letters of every turn.
    #[must_use]
    pub fn turn_pairs(&self) -> &[Pairs] {
        self.turn_pairs.get_or_init(|| {
            let turns = self.document.turns().iter();
            turns.map(|turn| Pairs::of(self.document.slice(turn.clone()))).collect()
        })
    }

    /// Every sentence.
    #[must_use]
    pub fn comparables(&self) -> &Comparables {
        self.comparables.get_or_init(|| {
            let all = self.sentences_of(Speaker::Any, 0..self.turn_count()).map(|(turn, span)| Comparable {
                turn,
                pairs: Pairs::of(self.document.slice(span.clone())),
                span,
            });
            let sentences: Vec<Comparable> = all.collect();
            let known = sentences.iter().flat_map(|sentence| sentence.pairs.numbers()).collect();
            Comparables { sentences, known: Box::new(known) }
        })
    }
}
