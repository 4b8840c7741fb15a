//! A single digit: written, spoken, misheard, repeated (三个零), covered, or the X of an identity card.

use super::cue::{CONTACTS, RADIO, SOUNDS};
use super::pattern::HIDDEN;
use super::sign::{COVERED, value};

/// What stands directly before a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Nothing,
    Written,
    Spoken,
}

/// A digit, said once or several times.
pub(super) struct Digit {
    pub(super) value: u8,
    /// 三个零 is said three times.
    pub(super) times: usize,
    pub(super) signs: usize,
}

/// Whether a digit stands at `at`.
pub(super) fn starts(signs: &[char], at: usize, before: Before) -> bool {
    digit_at(signs, at, before).is_some()
}

/// The digit at `at`.
pub(super) fn digit_at(signs: &[char], at: usize, before: Before) -> Option<Digit> {
    let sign = *signs.get(at)?;
    let next = signs.get(at + 1).copied();
    if next == Some('个') && before != Before::Written {
        let repeated = signs.get(at + 2).copied().and_then(seen);
        if let (Some(times), Some(value)) = (count(sign), repeated) {
            return Some(Digit { value, times, signs: 3 });
        }
    }
    let follows = |least: u8| next.and_then(told).is_some_and(|value| value >= least);
    let value = seen(sign).or_else(|| match before {
        // 腰三八…: a mobile number goes on with 3–9.
        Before::Nothing if matches!(sign, '腰' | '妖' | '吆' | '夭') => follows(3).then_some(1),
        Before::Nothing => meant(sign, &RADIO).filter(|_| follows(0) || is_cross(signs, at + 1)),
        Before::Written | Before::Spoken => {
            let is_within = || follows(0) || next == Some(COVERED);
            meant(sign, &RADIO).or_else(|| meant(sign, &SOUNDS).filter(|_| is_within()))
        }
    })?;
    Some(Digit { value, times: 1, signs: 1 })
}

/// The value of a digit that may be covered.
fn seen(sign: char) -> Option<u8> {
    if sign == COVERED { Some(HIDDEN) } else { value(sign) }
}

/// The value of a digit as it is said, over the radio as well.
fn told(sign: char) -> Option<u8> {
    value(sign).or_else(|| meant(sign, &RADIO))
}

/// What `sign` means by this table.
fn meant(sign: char, table: &[(char, u8)]) -> Option<u8> {
    table.iter().find(|(sound, _)| *sound == sign).map(|(_, value)| *value)
}

/// How often 三个零 says its zero.
fn count(sign: char) -> Option<usize> {
    let value = if sign == '两' { Some(2) } else { value(sign) };
    value.filter(|value| (1..=8).contains(value)).map(usize::from)
}

/// Whether a number may begin at `at`.
pub(super) fn may_begin(signs: &[char], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| signs.get(at)).copied();
    let Some(last) = before(1) else { return true };
    match last {
        'a'..='z' => {
            let word = signs[..at].iter().rev().take(12).take_while(|sign| sign.is_ascii_lowercase());
            let word: String = word.collect::<Vec<_>>().into_iter().rev().collect();
            CONTACTS.contains(&word.as_str())
        }
        '/' | '.' => {
            !before(2).is_some_and(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '/' | COVERED))
        }
        '$' | '#' => false,
        _ => true,
    }
}

/// What the X of an identity card is written as.
pub(super) fn is_x(sign: char) -> bool {
    matches!(sign, 'x' | '×' | '叉')
}

/// Whether an X that is not part of a word stands at `at`, which ends the number of an identity card.
pub(super) fn is_cross(signs: &[char], at: usize) -> bool {
    signs.get(at).copied().is_some_and(is_x) && !signs.get(at + 1).is_some_and(char::is_ascii_lowercase)
}
