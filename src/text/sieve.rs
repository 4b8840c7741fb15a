//! Sets of letters, pairs or syllables that hold too many rather than too few: most of what is missing is known to be by a
//! single bit.

/// A set of numbers, one bit for each of 64 × `WORDS` classes; `WORDS` is a power of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sieve<const WORDS: usize>([u64; WORDS]);

impl<const WORDS: usize> Sieve<WORDS> {
    /// Holds nothing.
    pub const EMPTY: Self = Self([0; WORDS]);
    /// Holds everything.
    pub const ALL: Self = Self([u64::MAX; WORDS]);

    /// Adds a number.
    pub fn add(&mut self, number: u32) {
        let (word, bit) = Self::class(number);
        self.0[word] |= bit;
    }

    /// Adds what is in `other`.
    pub fn add_all(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    /// Whether a number may be in it.
    #[must_use]
    pub fn holds(&self, number: u32) -> bool {
        let (word, bit) = Self::class(number);
        self.0[word] & bit != 0
    }

    /// Whether anything may be in both.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).fold(0, |both, (own, other)| both | own & other) != 0
    }

    /// How many classes it has and `other` has not: so many numbers at least are in it alone.
    #[must_use]
    pub fn alone(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).map(|(own, other)| (own & !other).count_ones() as usize).sum()
    }

    /// The word of the bit of a number, and the bit.
    fn class(number: u32) -> (usize, u64) {
        let class = class(number, 64 * WORDS);
        (class / 64, 1 << (class % 64))
    }
}

impl<const WORDS: usize> FromIterator<u32> for Sieve<WORDS> {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        let mut sieve = Self::EMPTY;
        numbers.into_iter().for_each(|number| sieve.add(number));
        sieve
    }
}

/// The class of a number, of so many `classes`: a power of two, and at least two.
#[must_use]
pub fn class(number: u32, classes: usize) -> usize {
    (spread(number) >> (u32::BITS - classes.ilog2())) as usize
}

/// A number for two that follow each other; in the other order they have another one.
#[must_use]
pub fn pair(first: impl Into<u32>, second: impl Into<u32>) -> u32 {
    spread(first.into()).rotate_left(11) ^ second.into()
}

/// Makes of a number one whose upper bits differ for neighbouring numbers.
fn spread(number: u32) -> u32 {
    // 2³² over the golden ratio spreads them evenly.
    number.wrapping_mul(0x9E37_79B9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_held_and_most_of_the_rest_is_not() {
        let letters = |text: &str| text.chars().map(u32::from).collect::<Sieve<2>>();
        let some = letters("这事不归我管");
        assert!("这事不归我管".chars().all(|letter| some.holds(letter.into())));
        let wrong = ('\u{4e00}'..'\u{4f00}').filter(|letter| some.holds(u32::from(*letter))).count();
        assert!(wrong < 30, "{wrong}");
        assert!(some.meets(&letters("我")));
        assert!(!some.meets(&Sieve::EMPTY));
        assert_eq!(some.alone(&Sieve::ALL), 0);
        assert_eq!(some.alone(&Sieve::EMPTY), 6);
        let mut all = letters("这事不");
        all.add_all(&letters("归我管"));
        assert_eq!(all, some);
    }

    #[test]
    fn pairs_have_an_order() {
        assert_ne!(pair('甲', '乙'), pair('乙', '甲'));
    }
}
