//! The turns and sentences in the form in which they are compared with each other.

use std::ops::Range;

use super::Scene;
use crate::lexicon::Speaker;
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

impl Scene<'_> {
    /// The pairs of letters of every turn.
    #[must_use]
    pub fn turn_pairs(&self) -> &[Pairs] {
        self.turn_pairs.get_or_init(|| {
            let turns = self.document.turns().iter();
            turns.map(|turn| Pairs::of(self.document.slice(turn.clone()))).collect()
        })
    }

    /// Every sentence of everybody, in order.
    #[must_use]
    pub fn comparables(&self) -> &[Comparable] {
        self.comparables.get_or_init(|| {
            let all = self.sentences_of(Speaker::Any, 0..self.turn_count());
            all.map(|(turn, span)| Comparable {
                turn,
                pairs: Pairs::of(self.document.slice(span.clone())),
                span,
            })
            .collect()
        })
    }
}
