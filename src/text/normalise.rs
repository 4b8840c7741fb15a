//! Turns the text of one turn into the form that is matched, optionally noting where each character came from.

use std::ops::Range;

use super::fold::{Fold, PauseKind, digit, fold, is_han, is_plain_han, several};

/// A place in normalised text at which the speaker paused or punctuation stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Byte position: the pause stands before the character that begins here.
    pub at: u32,
    /// How far it separates.
    pub kind: PauseKind,
}

/// Where normalised text goes.
#[derive(Debug, Default)]
pub(super) struct Normalised {
    /// The letters, simplified, half-width, lower-case, without punctuation.
    pub(super) text: String,
    /// The pauses that punctuation left, in order.
    pub(super) pauses: Vec<Pause>,
    /// Letters and digits written so far.
    pub(super) letters: u32,
    /// Chinese characters among them.
    pub(super) han: u32,
}

/// Takes note of the original position of each normalised character.
pub(super) trait Origins {
    /// The next normalised characters stem, one by one, from these original characters.
    fn note(&mut self, from: Range<u32>);
}

/// Notes nothing: phrases of a lexicon need no way back.
impl Origins for () {
    fn note(&mut self, _from: Range<u32>) {}
}

impl Origins for Vec<u32> {
    fn note(&mut self, from: Range<u32>) {
        self.extend(from);
    }
}

/// Normalises `original` and appends it to `out`.
///
/// Runs of three or more digits, however read out (幺三八, 一二三, 068), become Arabic digits; runs of two
/// do where one of them is 零, 〇, 幺 or Arabic, since 三五个 and 一一 are words.
pub(super) fn normalise(original: &str, out: &mut Normalised, origins: &mut impl Origins) {
    let mut digits = DigitRun::default();
    let mut rest = original;
    let mut at = 0;
    loop {
        at += plain_run(&mut rest, at, out, &mut digits, origins);
        let mut characters = rest.chars();
        let Some(c) = characters.next() else { break };
        rest = characters.as_str();
        match fold(c) {
            Fold::Letter(letter) => {
                push(out, &mut digits, letter);
                origins.note(at..at + 1);
            }
            Fold::Pause(_) if c == '.' && is_decimal_point(out, rest) => {
                push(out, &mut digits, '.');
                origins.note(at..at + 1);
            }
            Fold::Pause(kind) => pause(out, &mut digits, kind),
            Fold::Nothing => {}
            Fold::Several => {
                for letter in several(c) {
                    push(out, &mut digits, letter);
                    origins.note(at..at + 1);
                }
            }
        }
        at += 1;
    }
    digits.close(out);
}

/// Copies the characters at the head of `rest` that stand for themselves, and says how many they are.
fn plain_run(
    rest: &mut &str,
    at: u32,
    out: &mut Normalised,
    digits: &mut DigitRun,
    origins: &mut impl Origins,
) -> u32 {
    let mut count = 0;
    let mut end = 0;
    for c in rest.chars().take_while(|c| is_plain_han(*c)) {
        count += 1;
        end += c.len_utf8();
    }
    if count > 0 {
        origins.note(at..at + count);
        digits.close(out);
        let (plain, behind) = rest.split_at(end);
        out.text.push_str(plain);
        out.letters += count;
        out.han += count;
        *rest = behind;
    }
    count
}

/// Whether a full stop between what is written and what follows belongs to a number.
fn is_decimal_point(out: &Normalised, rest: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let paused = out.pauses.last().is_some_and(|pause| pause.at == position(out.text.len()));
    out.text.ends_with(digit) && !paused && rest.starts_with(digit)
}

fn push(out: &mut Normalised, digits: &mut DigitRun, letter: char) {
    match digit(letter) {
        Some(_) => digits.extend(out.text.len(), letter),
        None => digits.close(out),
    }
    out.text.push(letter);
    out.letters += 1;
    out.han += u32::from(is_han(letter));
}

fn pause(out: &mut Normalised, digits: &mut DigitRun, kind: PauseKind) {
    if kind != PauseKind::Weak {
        digits.close(out);
    }
    let at = position(out.text.len());
    match out.pauses.last_mut() {
        Some(last) if last.at == at => last.kind = last.kind.max(kind),
        _ => out.pauses.push(Pause { at, kind }),
    }
}

/// A byte position as it is stored; intake limits a transcript to far less than 4 GiB.
#[expect(clippy::cast_possible_truncation, reason = "intake limits a transcript to a few megabytes")]
pub(crate) fn position(at: usize) -> u32 {
    at as u32
}

/// Digits that stand side by side at the end of what has been written.
#[derive(Default)]
struct DigitRun {
    start: usize,
    length: u32,
    spelled: bool,
    unmistakable: bool,
}

impl DigitRun {
    fn extend(&mut self, at: usize, letter: char) {
        if self.length == 0 {
            self.start = at;
        }
        self.length += 1;
        self.spelled |= !letter.is_ascii_digit();
        self.unmistakable |= letter.is_ascii_digit() || matches!(letter, '零' | '〇' | '幺');
    }

    /// Ends the run, and rewrites it in Arabic digits where it is a number.
    fn close(&mut self, out: &mut Normalised) {
        let Self { start, length, spelled, unmistakable } = std::mem::take(self);
        if !spelled || length < 2 || (length == 2 && !unmistakable) {
            return;
        }
        let spoken = out.text.split_off(start);
        let arabic = |offset: usize| start + spoken.get(..offset).map_or(0, |before| before.chars().count());
        for pause in out.pauses.iter_mut().rev().take_while(|pause| pause.at as usize > start) {
            pause.at = position(arabic(pause.at as usize - start));
        }
        out.text.extend(spoken.chars().map(|letter| digit(letter).unwrap_or(letter)));
        let han = spoken.chars().filter(|letter| is_han(*letter)).count();
        out.han -= position(han);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(original: &str) -> String {
        let mut out = Normalised::default();
        normalise(original, &mut out, &mut ());
        out.text
    }

    #[test]
    fn noise_and_punctuation_are_dropped() {
        assert_eq!(text("这 事,不\u{200b}归～我*管！！"), "这事不归我管");
        assert_eq!(text("這事不歸我管"), "这事不归我管");
        assert_eq!(text("ＡＢＣ　wifi"), "abcwifi");
    }

    #[test]
    fn spoken_digits_become_arabic_where_they_are_numbers() {
        assert_eq!(text("幺三八零零幺三"), "1380013");
        assert_eq!(text("零六八号为您服务"), "068号为您服务");
        assert_eq!(text("零六号"), "06号");
        assert_eq!(text("三五个,等一下,一一核对"), "三五个等一下一一核对");
        assert_eq!(text("一三八,零零,幺三"), "1380013");
        assert_eq!(text("版本6.1。"), "版本6.1");
        assert_eq!(text("一个月"), "一个月");
    }

    #[test]
    fn pauses_stand_where_punctuation_stood_also_around_digits() {
        let mut out = Normalised::default();
        normalise("好,幺三八,零零幺。对?", &mut out, &mut ());
        assert_eq!((out.text.as_str(), out.letters, out.han), ("好138001对", 8, 2));
        let pauses: Vec<_> = out.pauses.iter().map(|pause| (pause.at, pause.kind)).collect();
        assert_eq!(
            pauses,
            [(3, PauseKind::Weak), (6, PauseKind::Weak), (9, PauseKind::Strong), (12, PauseKind::Question)]
        );
    }

    #[test]
    fn every_character_knows_where_it_came_from() {
        let mut out = Normalised::default();
        let mut origins = Vec::new();
        normalise("您, ℡幺三八", &mut out, &mut origins);
        assert_eq!(out.text, "您tel138");
        assert_eq!(origins, [0, 3, 3, 3, 4, 5, 6]);
    }
}
