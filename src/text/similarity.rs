//! How alike two stretches of text are: the pairs of neighbouring letters that they share.

use super::sieve::{Sieve, pair};

/// The pairs of neighbouring letters of a text; a single letter stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs {
    /// Sorted.
    all: Vec<(char, char)>,
    known: Sieve<2>,
}

impl Pairs {
    /// Those of normalised `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let seconds = text.chars().skip(1).chain(std::iter::once('\0'));
        let mut pairs: Vec<_> = text.chars().zip(seconds).collect();
        // The last letter is half of the pair before it already.
        if pairs.len() > 1 {
            pairs.pop();
        }
        pairs.sort_unstable();
        let known = pairs.iter().map(|(first, second)| pair(*first, *second)).collect();
        Self { all: pairs, known }
    }

    /// Twice the pairs that both have, divided by all that they have (Dice's coefficient): 0 to 1.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f64 {
        dice(self.shared(other, |_| true), self.all.len() + other.all.len())
    }

    /// Whether they are at least that much alike; texts of very different length, and those that share hardly a class
    /// of pairs, are told apart without a look.
    #[must_use]
    pub fn are_alike(&self, other: &Self, least: f64) -> bool {
        let all = self.all.len() + other.all.len();
        let short = self.all.len().min(other.all.len());
        let enough = |shared: usize| all > 0 && dice(shared, all) >= least;
        let own = self.all.len() - self.known.alone(&other.known);
        enough(short.min(own)) && enough(self.shared(other, enough))
    }

    /// Its pairs, each as a number (see [`pair`]).
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.all.iter().map(|(first, second)| pair(*first, *second))
    }

    /// Whether another text that has so many of its pairs may be at least that much like it.
    #[must_use]
    pub fn suffices(&self, shared: usize, least: f64) -> bool {
        // At best the other text has nothing but these.
        dice(shared, self.all.len() + shared) >= least
    }

    /// How many pairs both have; no more are counted once so many as are left would not be `worth` it.
    fn shared(&self, other: &Self, worth: impl Fn(usize) -> bool) -> usize {
        let (mut a, mut b, mut shared) = (0, 0, 0);
        while let (Some(x), Some(y)) = (self.all.get(a), other.all.get(b)) {
            let order = x.cmp(y);
            if order.is_ne() && !worth(shared + (self.all.len() - a).min(other.all.len() - b)) {
                break;
            }
            a += usize::from(order.is_le());
            b += usize::from(order.is_ge());
            shared += usize::from(order.is_eq());
        }
        shared
    }
}

/// Dice's coefficient of two texts that share so many of all their pairs; none where there are none.
#[expect(clippy::cast_precision_loss, reason = "no turn has so many letters")]
fn dice(shared: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { 2.0 * shared as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_the_share_of_common_pairs() {
        let likeness = |a: &str, b: &str| Pairs::of(a).likeness(&Pairs::of(b));
        assert_eq!(likeness("请问还有什么可以帮您", "请问还有什么可以帮您"), 1.0);
        assert_eq!(likeness("好", "好"), 1.0);
        assert_eq!(likeness("好", "不"), 0.0);
        assert_eq!(likeness("", ""), 0.0);
        assert_eq!(likeness("甲乙丙", "甲乙丁"), 0.5);
        assert!(!Pairs::of("好的").are_alike(&Pairs::of("好的我现在就帮您查一下"), 0.8));
        assert!(Pairs::of("甲乙丙").are_alike(&Pairs::of("甲乙丁"), 0.5));
    }
}
