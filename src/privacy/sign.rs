//! One sign for each character of a turn: the plain form in which personal data is looked for.

use crate::text::{Fold, PauseKind, digit, fold};

/// A character that an earlier masking has covered.
pub(super) const COVERED: char = '*';
/// Stands for characters that are not seen: quotation marks, zero-width characters.
pub(super) const UNSEEN: char = '\u{200b}';
/// Stands for characters in which nothing is looked for (any more).
pub(super) const DONE: char = '\u{fffd}';

/// Half-width, lower-case, simplified; as many signs as `text` has characters.
pub(super) fn signs(text: &str) -> Vec<char> {
    text.chars().map(sign).collect()
}

fn sign(c: char) -> char {
    match fold(c) {
        Fold::Letter(letter) => letter,
        Fold::Nothing => UNSEEN,
        Fold::Several => DONE,
        Fold::Pause(kind) => punctuation(c, kind),
    }
}

/// ASCII where there is an equal, else the pause that it makes.
fn punctuation(c: char, kind: PauseKind) -> char {
    match c {
        ' '..='~' | '\n' => c,
        '！'..='～' => u8::try_from(u32::from(c) - 0xFEE0).map_or(',', char::from),
        '〜' => '~',
        '\u{2010}'..='\u{2015}' | '−' | '﹣' | '➖' => '-',
        '¥' | '￥' => '$',
        _ if c.is_whitespace() => ' ',
        _ => match kind {
            PauseKind::Weak => ',',
            PauseKind::Strong => '。',
            PauseKind::Question => '?',
        },
    }
}

/// Whether a number may go on behind this sign: a pause of speech, or what groups the digits of a written number.
pub(super) fn is_pause(sign: char) -> bool {
    matches!(sign, ' ' | '\n' | ',' | '-' | '.' | '。' | '?' | '!' | ';' | '(' | ')' | UNSEEN)
}

/// Whether a sentence is over behind this sign.
pub(super) fn is_end(sign: char) -> bool {
    matches!(sign, '\n' | '。' | '?' | '!' | ';')
}

/// The value of a digit, written or spoken.
pub(super) fn value(sign: char) -> Option<u8> {
    digit(sign).and_then(|digit| u8::try_from(digit.to_digit(10)?).ok())
}

/// Whether `signs` go on with `word` at `at`.
pub(super) fn goes_on(signs: &[char], at: usize, word: &str) -> bool {
    let rest = signs.get(at..).unwrap_or_default();
    let mut rest = rest.iter();
    word.chars().all(|letter| rest.next() == Some(&letter))
}

/// The first of `words` with which `signs` go on at `at`.
pub(super) fn next_of<'w>(signs: &[char], at: usize, words: &[&'w str]) -> Option<&'w str> {
    words.iter().find(|word| goes_on(signs, at, word)).copied()
}

/// Whether one of `words` ends directly before `at`.
pub(super) fn ends_with_any(signs: &[char], at: usize, words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| at.checked_sub(word.chars().count()).is_some_and(|start| goes_on(signs, start, word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_one_sign() {
        let text = "手機：１３８－００１３　Ａ@ｑｑ．com“℡”😀～￥";
        let plain: String = signs(text).into_iter().collect();
        assert_eq!(plain, "手机:138-0013 a@qq.com\u{200b}\u{fffd}\u{200b},~$");
        assert_eq!(plain.chars().count(), text.chars().count());
    }

    #[test]
    fn words_are_compared_at_their_place() {
        let signs = signs("人民路3号楼");
        assert_eq!(next_of(&signs, 4, &["号院", "号楼", "号"]), Some("号楼"));
        assert!(ends_with_any(&signs, 3, &["大道", "路"]));
        assert!(!ends_with_any(&signs, 0, &["路"]));
        assert!(!goes_on(&signs, 5, "楼层"));
    }
}
