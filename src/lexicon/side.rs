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

    /// Tells the bytes of every gap of so many letters next to byte `at` of `text`, where only `sentence` is looked at.
    pub(super) fn gaps(
        self,
        text: &str,
        sentence: &Range<usize>,
        at: usize,
        count: &Count,
        mut tell: impl FnMut(usize),
    ) {
        let mut bytes = 0;
        for letters in 0..=*count.end() {
            if letters >= *count.start() {
                tell(bytes);
            }
            let Some(letter) = self.next_in(text, sentence, self.away(at, bytes)) else { break };
            bytes += letter.len_utf8();
        }
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
        let (mut letters, mut bytes, mut spoken) = (0, 0, false);
        while let Some(letter) = self.next_in(text, sentence, self.away(at, bytes)).filter(|c| is_numeral(*c))
        {
            letters += 1;
            bytes += letter.len_utf8();
            spoken |= !letter.is_ascii_digit();
        }
        let counts = count.contains(&letters) && (!spoken || *count.start() == 1);
        let begins_here = || !opposite.next_in(text, sentence, at).is_some_and(is_numeral);
        (counts && begins_here()).then_some(bytes)
    }

    /// The letter next to byte `at` of `text`, where only `sentence` is looked at.
    fn next_in(self, text: &str, sentence: &Range<usize>, at: usize) -> Option<char> {
        match self {
            Self::Before if at > sentence.start => text[..at].chars().next_back(),
            Self::After if at < sentence.end => text[at..].chars().next(),
            Self::Before | Self::After => None,
        }
    }
}

/// The letters with which a number of so many digits may be written: spoken numbers count where one digit is enough.
pub(super) fn numerals(count: &Count) -> &'static str {
    if *count.start() == 1 { NUMERALS } else { DIGITS }
}

/// The letters of which numbers are made.
const NUMERALS: &str = "0123456789零〇幺一二两三四五六七八九十百千万";
/// Those that are no words.
const DIGITS: &str = "0123456789";

fn is_numeral(letter: char) -> bool {
    matches!(
        letter,
        '0'..='9'
            | '零'
            | '〇'
            | '幺'
            | '一'
            | '二'
            | '两'
            | '三'
            | '四'
            | '五'
            | '六'
            | '七'
            | '八'
            | '九'
            | '十'
            | '百'
            | '千'
            | '万'
    )
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
    fn the_letters_of_numbers_are_those_that_are_listed() {
        assert!(NUMERALS.chars().all(is_numeral));
        assert_eq!((0..0x10000).filter_map(char::from_u32).filter(|c| is_numeral(*c)).count(), 27);
    }

    #[test]
    fn a_gap_stays_in_its_sentence() {
        let gaps = |side: Side, sentence, at, count| {
            let mut gaps = Vec::new();
            side.gaps("甲乙丙丁", &sentence, at, &count, |bytes| gaps.push(bytes));
            gaps
        };
        assert_eq!(gaps(Side::After, 0..6, 0, 0..=3), [0, 3, 6]);
        assert_eq!(gaps(Side::Before, 6..12, 12, 0..=3), [0, 3, 6]);
        assert_eq!(gaps(Side::After, 0..12, 0, 2..=2), [6]);
    }
}
