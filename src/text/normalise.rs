//! Turns the text of one turn into the form that is matched, noting where each letter came from.

use std::ops::Range;

use super::fold::{Fold, PauseKind, PlainHan, digit, fold, is_han, several};

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
    /// Where each run of Arabic digits stands.
    pub(super) numbers: Vec<Range<u32>>,
    /// Where the letters came from, in order; no run goes on from one original into the next.
    pub(super) runs: Vec<Run>,
    /// Runs of the originals before the current one.
    runs_before: usize,
}

/// Letters that stand in the normalised text as their characters do in the original: one for each, equally many
/// bytes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Where it begins in the normalised text.
    pub(super) at: u32,
    /// Letters before it in the normalised text.
    letters: u32,
    /// Where it begins in the original.
    pub(super) origin: Origin,
}

/// A character of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    /// Its number.
    pub(super) character: u32,
    /// Its first byte.
    pub(super) byte: u32,
}

impl Run {
    /// The character from which the letter at byte `at` of `text` came.
    pub(super) fn origin(&self, text: &str, at: u32) -> Origin {
        let before = position(text[self.at as usize..at as usize].chars().count());
        Origin { character: self.origin.character + before, byte: self.origin.byte + (at - self.at) }
    }
}

impl Normalised {
    /// Room for so many turns with so many bytes in all.
    pub(super) fn with_capacity(turns: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            pauses: Vec::with_capacity(turns * 2),
            runs: Vec::with_capacity(turns * 4),
            ..Self::default()
        }
    }

    /// Notes that the next letter comes from `origin`.
    fn note(&mut self, origin: Origin) {
        let (at, letters) = (position(self.text.len()), self.letters);
        let goes_on = self.runs[self.runs_before..].last().is_some_and(|run| {
            origin.byte.checked_sub(run.origin.byte) == Some(at - run.at)
                && origin.character.checked_sub(run.origin.character) == Some(letters - run.letters)
        });
        if !goes_on {
            self.runs.push(Run { at, letters, origin });
        }
    }

    /// Forgets where the letters from byte `start` on came from, and tells it.
    fn forget(&mut self, start: usize) -> Vec<Origin> {
        let mut next = self.runs.partition_point(|run| run.at as usize <= start);
        // Every letter has come from somewhere, so that a run begins at it or before it.
        let mut origin = self.runs[next - 1].origin(&self.text, position(start));
        let mut origins = Vec::new();
        for (offset, letter) in self.text[start..].char_indices() {
            if let Some(run) = self.runs.get(next).filter(|run| run.at as usize == start + offset) {
                origin = run.origin;
                next += 1;
            }
            origins.push(origin);
            origin.character += 1;
            origin.byte += position(letter.len_utf8());
        }
        while self.runs.pop_if(|run| run.at as usize >= start).is_some() {}
        origins
    }
}

/// Normalises `original` and appends it to `out`.
///
/// Runs of three or more digits, however read out (幺三八, 一二三, 068), become Arabic digits; runs of two
/// do where one of them is 零, 〇, 幺 or Arabic, since 三五个 and 一一 are words.
pub(super) fn normalise(original: &str, out: &mut Normalised) {
    out.runs_before = out.runs.len();
    let plain = PlainHan::get();
    let mut digits = DigitRun::default();
    let mut character = 0;
    let mut rest = original;
    loop {
        let (count, bytes) = plain.run(rest);
        copy(&rest[..bytes], count, here(original, rest, character), out, &mut digits);
        rest = &rest[bytes..];
        character += count;
        let origin = here(original, rest, character);
        let mut characters = rest.chars();
        let Some(c) = characters.next() else { break };
        rest = characters.as_str();
        match fold(c) {
            Fold::Letter(letter) => push(out, &mut digits, letter, origin),
            Fold::Pause(_) if c == '.' && is_decimal_point(out, rest) => push(out, &mut digits, '.', origin),
            Fold::Pause(kind) => pause(out, &mut digits, kind),
            Fold::Nothing => {}
            Fold::Several => several(c).for_each(|letter| push(out, &mut digits, letter, origin)),
        }
        character += 1;
    }
    digits.close(out);
}

/// Where `rest` begins in the original, of which it is the end.
fn here(original: &str, rest: &str, character: u32) -> Origin {
    Origin { character, byte: position(original.len() - rest.len()) }
}

/// Copies `plain`, which is `count` Chinese characters that stand for themselves.
fn copy(plain: &str, count: u32, origin: Origin, out: &mut Normalised, digits: &mut DigitRun) {
    if count > 0 {
        digits.close(out);
        out.note(origin);
        out.text.push_str(plain);
        out.letters += count;
        out.han += count;
    }
}

/// Whether a full stop between what is written and what follows belongs to a number.
fn is_decimal_point(out: &Normalised, rest: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let paused = out.pauses.last().is_some_and(|pause| pause.at == position(out.text.len()));
    out.text.ends_with(digit) && !paused && rest.starts_with(digit)
}

fn push(out: &mut Normalised, digits: &mut DigitRun, letter: char, origin: Origin) {
    match digit(letter) {
        Some(_) => digits.extend(out.text.len(), letter),
        None => digits.close(out),
    }
    out.note(origin);
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

    /// Ends the run, where there is one.
    fn close(&mut self, out: &mut Normalised) {
        if self.length > 0 {
            self.rewrite(out);
        }
    }

    /// Writes the run in Arabic digits where it is a number.
    fn rewrite(&mut self, out: &mut Normalised) {
        let Self { start, length, spelled, unmistakable } = std::mem::take(self);
        if spelled && (length < 2 || (length == 2 && !unmistakable)) {
            return;
        }
        out.numbers.push(position(start)..position(start) + length);
        if !spelled {
            return;
        }
        let origins = out.forget(start);
        let spoken = out.text.split_off(start);
        let arabic = |offset: usize| start + spoken.get(..offset).map_or(0, |before| before.chars().count());
        for pause in out.pauses.iter_mut().rev().take_while(|pause| pause.at as usize > start) {
            pause.at = position(arabic(pause.at as usize - start));
        }
        out.letters -= length;
        for (letter, origin) in spoken.chars().zip(origins) {
            out.note(origin);
            out.text.push(digit(letter).unwrap_or(letter));
            out.letters += 1;
            out.han -= u32::from(is_han(letter));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(original: &str) -> String {
        let mut out = Normalised::default();
        normalise(original, &mut out);
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
        normalise("好,幺三八,零零幺。对?", &mut out);
        assert_eq!((out.text.as_str(), out.letters, out.han), ("好138001对", 8, 2));
        let pauses: Vec<_> = out.pauses.iter().map(|pause| (pause.at, pause.kind)).collect();
        assert_eq!(
            pauses,
            [(3, PauseKind::Weak), (6, PauseKind::Weak), (9, PauseKind::Strong), (12, PauseKind::Question)]
        );
    }

    #[test]
    fn no_run_goes_on_into_the_next_original() {
        let mut out = Normalised::default();
        normalise("这", &mut out);
        out.text.push('\n');
        // As far behind its begin as the other turn and the line end are long.
        normalise("😀这", &mut out);
        let runs: Vec<_> =
            out.runs.iter().map(|run| (run.at, run.origin.character, run.origin.byte)).collect();
        assert_eq!(runs, [(0, 0, 0), (4, 1, 4)]);
    }

    #[test]
    fn every_character_knows_where_it_came_from() {
        let mut out = Normalised::default();
        normalise("您, ℡幺三八", &mut out);
        assert_eq!(out.text, "您tel138");
        let runs = out.runs.iter().map(|run| (run.at, run.origin.character, run.origin.byte));
        let several = [(3, 3, 5), (4, 3, 5), (5, 3, 5)];
        let digits = [(6, 4, 8), (7, 5, 11), (8, 6, 14)];
        assert_eq!(runs.collect::<Vec<_>>(), [&[(0, 0, 0)], &several[..], &digits[..]].concat());
    }
}
