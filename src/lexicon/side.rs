//! Reading away from the core of an entry, in either direction.

use std::ops::Range;

use super::phrase::Count;

/// On which side of the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

impl Side {
    /// The letter next to byte `at` of `text`, seen from the core.
    pub(super) fn next(self, text: &str, at: usize) -> Option<char> {
        match self {
            Self::Before => text[..at].chars().next_back(),
            Self::After => text[at..].chars().next(),
        }
    }

    /// The letter of `text` that is nearest to the core.
    pub(super) fn nearest(self, text: &str) -> Option<char> {
        self.next(text, if self == Self::Before { text.len() } else { 0 })
    }

    /// The byte that lies so many bytes from `at`.
    pub(super) fn away(self, at: usize, bytes: usize) -> usize {
        match self {
            Self::Before => at - bytes,
            Self::After => at + bytes,
        }
    }

    /// The byte next to `at`, seen from the core: what lies there belongs to one sentence.
    pub(super) fn outward(self, at: usize) -> Range<usize> {
        match self {
            Self::Before => at.saturating_sub(1)..at,
            Self::After => at..at + 1,
        }
    }

    /// Whether `piece` stands at byte `at` of `text`.
    pub(super) fn fits(self, text: &str, at: usize, piece: &str) -> bool {
        match self {
            Self::Before => text[..at].ends_with(piece),
            Self::After => text[at..].starts_with(piece),
        }
    }

    /// The bytes of every gap of so many letters next to byte `at` of `text`, where only `sentence` is looked at.
    pub(super) fn gaps(
        self,
        text: &str,
        sentence: &Range<usize>,
        at: usize,
        count: &Count,
    ) -> impl Iterator<Item = usize> {
        let ends = self.letters(text, sentence, at).scan(0, |bytes, letter| {
            *bytes += letter.len_utf8();
            Some(*bytes)
        });
        let least = *count.start() as usize;
        let all = std::iter::once(0).chain(ends);
        all.take(*count.end() as usize + 1).skip(least)
    }

    /// The bytes of the number next to byte `at` of `text`, if it has so many digits and does not begin before.
    /// A spoken number counts where one digit is enough. Only `sentence` is looked at.
    pub(super) fn number(
        self,
        text: &str,
        sentence: &Range<usize>,
        at: usize,
        count: &Count,
    ) -> Option<usize> {
        let opposite = if self == Self::Before { Self::After } else { Self::Before };
        if opposite.letters(text, sentence, at).next().is_some_and(is_numeral) {
            return None;
        }
        let (mut letters, mut bytes, mut spoken) = (0, 0, false);
        for letter in self.letters(text, sentence, at).take_while(|letter| is_numeral(*letter)) {
            letters += 1;
            bytes += letter.len_utf8();
            spoken |= !letter.is_ascii_digit();
        }
        (count.contains(&letters) && (!spoken || *count.start() == 1)).then_some(bytes)
    }

    fn letters(self, text: &str, sentence: &Range<usize>, at: usize) -> impl Iterator<Item = char> {
        let (before, after) = match self {
            Self::Before => (Some(text[sentence.start.min(at)..at].chars().rev()), None),
            Self::After => (None, Some(text[at..sentence.end.max(at)].chars())),
        };
        before.into_iter().flatten().chain(after.into_iter().flatten())
    }
}

/// The letters of which numbers are made.
pub(super) const NUMERALS: &str = "0123456789零〇幺一二两三四五六七八九十百千万";

fn is_numeral(letter: char) -> bool {
    letter.is_ascii_digit() || !letter.is_ascii() && NUMERALS.contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_whole_or_not_at_all() {
        let after =
            |text: &str, at: usize, count: Count| Side::After.number(text, &(0..text.len()), at, &count);
        assert_eq!(after("号068是", 3, 1..=8), Some(3));
        assert_eq!(after("号068是", 4, 1..=8), None);
        assert_eq!(after("号三十五", 3, 1..=8), Some(9));
        assert_eq!(after("号三十五", 3, 2..=8), None);
        assert_eq!(after("号123456789", 3, 1..=8), None);
        assert_eq!(Side::Before.number("我是068号", &(0..12), 9, &(2..=8)), Some(3));
        assert_eq!(Side::After.number("号1234567", &(0..6), 3, &(2..=4)), Some(3));
    }

    #[test]
    fn a_gap_stays_in_its_sentence() {
        let gaps = |side: Side, sentence, at, count| {
            side.gaps("甲乙丙丁", &sentence, at, &count).collect::<Vec<_>>()
        };
        assert_eq!(gaps(Side::After, 0..6, 0, 0..=3), [0, 3, 6]);
        assert_eq!(gaps(Side::Before, 6..12, 12, 0..=3), [0, 3, 6]);
        assert_eq!(gaps(Side::After, 0..12, 0, 2..=2), [6]);
    }
}
