//! How often letters are likely to stand in a dialogue, estimated from the lexicons: what they are full of,
//! conversations are full of.

use std::collections::HashMap;

/// The share of each letter in all text.
#[derive(Debug)]
pub(super) struct Frequencies {
    counts: HashMap<char, u32>,
    all: f64,
}

impl Frequencies {
    /// Those of these texts taken together.
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut counts = HashMap::new();
        let mut all = 0.0;
        for letter in texts.flat_map(str::chars) {
            *counts.entry(letter).or_insert(0) += 1;
            all += 1.0;
        }
        Self { counts, all }
    }

    /// How many times `text` stands in a text of one letter on average, were letters to follow each other at random.
    pub(super) fn expected(&self, text: &str) -> f64 {
        // A letter that was not counted is as rare as the rarest that was.
        let count = |letter: char| f64::from(self.counts.get(&letter).copied().unwrap_or(1));
        text.chars().map(|letter| count(letter) / self.all.max(1.0)).product()
    }
}
