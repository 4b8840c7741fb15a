//! How characters sound: what a recogniser writes wrong still sounds right.

use std::ops::{Deref, RangeInclusive};
use std::slice;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti as _;
use smallvec::{SmallVec, smallvec};

/// One syllable without its tone, in which sounds that many speakers do not tell apart are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Syllable(u32);

impl From<Syllable> for u32 {
    fn from(Syllable(packed): Syllable) -> Self {
        packed
    }
}

/// Every way in which one character is read.
#[derive(Debug, Clone, Copy)]
pub enum Readings {
    /// Those of a common Chinese character.
    Known(&'static [Syllable]),
    /// What is none sounds like itself alone.
    Itself(Syllable),
}

impl Deref for Readings {
    type Target = [Syllable];

    fn deref(&self) -> &[Syllable] {
        match self {
            Self::Known(readings) => readings,
            Self::Itself(sound) => slice::from_ref(sound),
        }
    }
}

/// The characters that have readings.
const COMMON: RangeInclusive<char> = '\u{3400}'..='\u{9fff}';

/// The readings of a character of normalised text.
#[must_use]
pub fn readings(c: char) -> Readings {
    static KNOWN: LazyLock<Vec<SmallVec<[Syllable; 2]>>> = LazyLock::new(|| COMMON.map(looked_up).collect());
    match c {
        _ if COMMON.contains(&c) => Readings::Known(&KNOWN[c as usize - *COMMON.start() as usize]),
        _ => Readings::Itself(alone(c)),
    }
}

fn looked_up(c: char) -> SmallVec<[Syllable; 2]> {
    let Some(all) = c.to_pinyin_multi() else { return smallvec![alone(c)] };
    let mut readings: SmallVec<_> = all.into_iter().map(|reading| syllable(reading.plain())).collect();
    readings.sort_unstable();
    readings.dedup();
    readings
}

/// The sound of a character that has no other; above those of all syllables.
fn alone(c: char) -> Syllable {
    Syllable(u32::MAX - c as u32)
}

/// Packs the letters of a syllable into a number: six of them at most, each in five bits.
fn syllable(written: &str) -> Syllable {
    let folded = fold(written);
    let letters = folded.bytes().take(6);
    Syllable(letters.fold(0, |packed, letter| packed << 5 | u32::from(letter & 31)))
}

/// Writes as one what is often heard as one: zh and z, ch and c, sh and s, n and l, in and ing, en and eng.
fn fold(written: &str) -> String {
    let (initial, rest) = match written.as_bytes() {
        [b'z' | b'c' | b's', b'h', ..] => (&written[..1], &written[2..]),
        [b'n', _, ..] => ("l", &written[1..]),
        _ => ("", written),
    };
    let rest =
        ["ing", "eng"].iter().find(|end| rest.ends_with(*end)).map_or(rest, |_| &rest[..rest.len() - 1]);
    // ü is written with two bytes.
    format!("{initial}{}", rest.replace('ü', "v"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound_alike(a: &str, b: &str) -> bool {
        let meets = |(a, b): (char, char)| readings(a).iter().any(|reading| readings(b).contains(reading));
        a.chars().count() == b.chars().count() && a.chars().zip(b.chars()).all(meets)
    }

    #[test]
    fn what_many_do_not_tell_apart_sounds_alike() {
        for (a, b) in
            [("归", "规"), ("是", "四"), ("您", "零"), ("牛", "流"), ("行", "杭"), ("不归我管", "不规我馆")]
        {
            assert!(sound_alike(a, b), "{a} {b}");
        }
        for (a, b) in [("归", "给"), ("管", "光"), ("a", "b"), ("一", "1")] {
            assert!(!sound_alike(a, b), "{a} {b}");
        }
    }
}
