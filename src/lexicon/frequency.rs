//! How often letters are likely to stand in a dialogue, estimated from the examples of the rules and the lexicons: what
//! they are full of, conversations are full of.

use std::collections::HashMap;

/// A pair that was never seen is so much rarer than its letters apart from each other would be.
const UNSEEN: f64 = 0.2;

/// The share of each letter in all text, and how often it follows which.
#[derive(Debug, Default)]
pub(super) struct Frequencies {
    letters: HashMap<char, u32>,
    pairs: HashMap<(char, char), u32>,
    all: f64,
}

impl Frequencies {
    /// Counts the letters of `text` in.
    pub(super) fn count(&mut self, text: &str) {
        let mut last = None;
        for letter in text.chars() {
            *self.letters.entry(letter).or_insert(0) += 1;
            self.all += 1.0;
            if let Some(last) = last.replace(letter) {
                *self.pairs.entry((last, letter)).or_insert(0) += 1;
            }
        }
    }

    /// How many times `text` stands in a text of one letter on average, were each letter to depend on the one before
    /// it alone.
    pub(super) fn expected(&self, text: &str) -> f64 {
        let mut letters = text.chars();
        let Some(mut last) = letters.next() else { return 1.0 };
        let mut expected = self.share(last);
        for letter in letters {
            let pairs = self.pairs.get(&(last, letter)).copied().unwrap_or(0);
            let following = f64::from(pairs) / self.seen(last);
            expected *= following + (1.0 - following) * UNSEEN * self.share(letter);
            last = letter;
        }
        expected
    }

    fn share(&self, letter: char) -> f64 {
        self.seen(letter) / self.all.max(1.0)
    }

    /// A letter that was not counted is as rare as the rarest that was.
    fn seen(&self, letter: char) -> f64 {
        f64::from(self.letters.get(&letter).copied().unwrap_or(1))
    }
}
