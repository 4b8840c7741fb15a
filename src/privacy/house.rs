//! Numbers as they stand in addresses, and what stands around them.

use std::ops::Range;

use super::cue::{
    Cue, ESTATE_LETTERS, ESTATES, Heard, LAST_LETTERS, MEASURES, NO_BUILDINGS, NO_ESTATES, NO_NAMES,
    ORDINALS, ROADS, SIDES,
};
use super::line::{Line, NEAR};
use super::sign::{COVERED, ends_with_any, goes_on, is_pause, next_of, value};
use crate::text::is_han;

/// So many signs before a number the word 地址 may stand.
const SAID: usize = 8;
/// So many turns back, a question or a street is looked for.
const TURNS_BACK: usize = 4;
/// No month has more days.
pub(super) const LAST_DAY: u32 = 31;

/// What a number of a building is followed by, longer ones first.
const AFTER: [(&str, After); 16] = [
    ("号楼", After::Building),
    ("号院", After::Building),
    ("栋", After::Building),
    ("幢", After::Building),
    ("#", After::Building),
    ("单元", After::Unit),
    ("门", After::Unit),
    ("号房", After::Room),
    ("号室", After::Room),
    ("房间", After::Room),
    ("室", After::Room),
    ("弄", After::Lane),
    ("组", After::Lane),
    ("层", After::Floor),
    ("楼", After::Floor),
    ("号", After::House),
];
/// The first letters of these.
const FIRST_LETTERS: &str = "号栋幢#单门房室弄组层楼";

/// What stands behind a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    House,
    Lane,
    Building,
    Unit,
    Floor,
    Room,
    Nothing,
    /// It counts something, or names something else.
    Foreign,
}

/// What stands before a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Road,
    Estate,
    /// Something that may be the end of the name of an estate.
    Name,
    /// A building that goes by a letter: A栋, B座.
    Block,
    /// A word such as 地址.
    Said,
    Nothing,
}

/// A number, or several with hyphens between, as in 12-3-502.
#[derive(Debug)]
pub(super) struct Number {
    pub(super) parts: Vec<Range<usize>>,
    pub(super) before: Before,
    pub(super) after: After,
    /// Where what stands behind it ends.
    pub(super) end: usize,
}

impl Number {
    /// Its first sign.
    pub(super) fn start(&self) -> usize {
        self.parts.first().map_or(self.end, |part| part.start)
    }

    /// Whether it looks like that of a room: 502, 幺幺零四, 3-502.
    pub(super) fn is_room(&self, line: &Line) -> bool {
        self.after == After::Nothing && self.is_spelled(line)
    }

    /// Whether its last part is told digit by digit, three or four of them.
    pub(super) fn is_spelled(&self, line: &Line) -> bool {
        let Some(last) = self.parts.last() else { return false };
        let digits = &line.signs[last.clone()];
        matches!(digits.len(), 3 | 4) && !digits.iter().any(|sign| matches!(sign, '十' | '百' | '千' | '两'))
    }
}

/// All numbers of a turn that are not covered.
pub(super) fn numbers(line: &Line) -> Vec<Number> {
    let signs = &line.signs;
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < signs.len() {
        let mut parts = Vec::new();
        let mut end = at;
        while let Some(part) = part(signs, end) {
            end = part.end;
            parts.push(part);
            if signs.get(end) != Some(&'-') || parts.len() == 4 {
                break;
            }
            end += 1;
        }
        let Some(last) = parts.last().map(|part| part.end) else {
            at += 1;
            continue;
        };
        at = last;
        let start = parts[0].start;
        let is_bordered = !is_covered(signs, start.checked_sub(1)) && !is_covered(signs, Some(last));
        if is_bordered && parts.iter().all(|part| part.len() <= 6) {
            let (after, end) = after(signs, last);
            let after = if is_ordinal(line, start) { After::Foreign } else { after };
            numbers.push(Number { parts, before: before(line, start), after, end });
        }
    }
    numbers
}

fn is_covered(signs: &[char], at: Option<usize>) -> bool {
    at.and_then(|at| signs.get(at)) == Some(&COVERED)
}

/// The signs of one number that begins at `at`.
fn part(signs: &[char], at: usize) -> Option<Range<usize>> {
    let is_digit =
        |sign: &&char| sign.is_ascii_digit() || "零〇一二三四五六七八九十百千两幺".contains(**sign);
    let length = signs.get(at..)?.iter().take_while(is_digit).count();
    (length > 0).then_some(at..at + length)
}

/// Whether the number at `start` is one of a row, or that of something else: 第三号, 工号0168.
fn is_ordinal(line: &Line, start: usize) -> bool {
    let last = start.checked_sub(1).map(|at| line.signs[at]);
    let numbered = words_around(line, &(start.saturating_sub(1)..start))
        .any(|word| matches!(word.cue, Cue::Other | Cue::Subject));
    numbered || last.is_some_and(|last| ORDINALS.contains(&last) || last.is_ascii_lowercase() || last == '.')
}

/// What stands behind a number that ends at `end`, and where that ends.
fn after(signs: &[char], end: usize) -> (After, usize) {
    // Most numbers have nothing of the kind behind them.
    let begins = signs.get(end).is_some_and(|sign| FIRST_LETTERS.contains(*sign));
    if begins && next_of(signs, end, &NO_BUILDINGS).is_some() {
        return (After::Foreign, end);
    }
    let words = if begins { &AFTER[..] } else { &[] };
    let found = words.iter().find(|(word, _)| goes_on(signs, end, word));
    if let Some((word, after)) = found {
        let behind = end + word.chars().count();
        let is_flat = *after == After::Room && part(signs, behind).is_some();
        return if is_flat { (After::Foreign, end) } else { (*after, behind) };
    }
    let is_measured = |sign: &char| MEASURES.contains(*sign) || sign.is_ascii_lowercase();
    let is_foreign = signs.get(end).is_some_and(is_measured);
    (if is_foreign { After::Foreign } else { After::Nothing }, end)
}

/// What stands before a number that begins at `start`.
fn before(line: &Line, start: usize) -> Before {
    let signs = &line.signs;
    let pauses = signs[..start].iter().rev().take(2).take_while(|sign| is_pause(**sign)).count();
    let named = start - pauses;
    // Most numbers have nothing of the kind before them.
    let last = named.checked_sub(1).map_or(' ', |last| signs[last]);
    if !["栋幢", SIDES, LAST_LETTERS, ESTATE_LETTERS].iter().any(|letters| letters.contains(last)) {
        return said(line, start);
    }
    let sides = signs[..named].iter().rev().take(3).take_while(|sign| SIDES.contains(**sign)).count();
    if is_road(signs, named) || is_road(signs, named - sides) {
        return Before::Road;
    }
    if ends_with_any(signs, named, &ESTATES) {
        return Before::Estate;
    }
    let letter = |back: usize| named.checked_sub(back).map(|at| signs[at]);
    if matches!(&signs[..named], [.., block, '栋' | '幢' | '座'] if block.is_ascii_lowercase()) {
        return Before::Block;
    }
    if letter(1).is_some_and(|last| ESTATE_LETTERS.contains(last))
        && letter(2).is_some_and(|last| last.is_alphanumeric() && !NO_ESTATES.contains(last))
    {
        return Before::Name;
    }
    said(line, start)
}

/// Whether the estate that ends before `end` has a name: 阳光小区, but not 我们小区.
fn is_named(signs: &[char], end: usize) -> bool {
    let estate = ESTATES.iter().find(|estate| ends_with_any(signs, end, &[estate]));
    let last = estate.and_then(|estate| end.checked_sub(estate.chars().count() + 1));
    last.is_some_and(|last| is_han(signs[last]) && !NO_ESTATES.contains(signs[last]))
}

/// What the turns before say about a number with which a turn begins: only the last of them may say much.
pub(super) fn lead(lines: &[Line]) -> Before {
    for line in lines.iter().rev().take(TURNS_BACK) {
        let end = line.signs.len();
        match before(line, end) {
            Before::Said if letters_since_said(line, end) <= NEAR => return Before::Said,
            Before::Road => return Before::Road,
            _ => {}
        }
        if !line.is_quiet() {
            break;
        }
    }
    Before::Nothing
}

/// Whether 15号 is a day: what might make it a house stands apart, and the sentence goes on behind it.
pub(super) fn is_day(line: &Line, number: &Number) -> bool {
    let (start, end) = (number.start(), number.end);
    let goes_on = line.signs.get(end).is_some_and(|sign| is_han(*sign) && value(*sign).is_none())
        && line.letters_within(&(end..end + 1), 1) == 1;
    if !goes_on || number.parts.len() > 1 || counted(&line.signs[number.parts[0].clone()]) > LAST_DAY {
        return false;
    }
    let is_apart = || start.checked_sub(1).is_none_or(|last| is_pause(line.signs[last]));
    match number.before {
        Before::Road => is_apart(),
        Before::Estate => is_apart() || !is_named(&line.signs, start),
        _ => is_apart() || letters_since_said(line, start) > 0,
    }
}

/// How many letters stand between the last word that says something and `start`, where there is such a word.
pub(super) fn letters_since_said(line: &Line, start: usize) -> usize {
    last_said(line, start).map_or(0, |word| line.letters_within(&(word.end..start), NEAR + 1))
}

/// The value of a number in digits or with 十 and 百.
pub(super) fn counted(signs: &[char]) -> u32 {
    let (sum, last) = signs.iter().fold((0_u32, 0_u32), |(sum, last), sign| match sign {
        '百' => (sum + last * 100, 0),
        '十' => (sum + last.max(1) * 10, 0),
        _ => (sum, last.saturating_mul(10).saturating_add(value(*sign).map_or(0, u32::from))),
    });
    sum.saturating_add(last)
}

fn said(line: &Line, start: usize) -> Before {
    let said = last_said(line, start);
    if said.is_some_and(|word| word.cue == Cue::Address) { Before::Said } else { Before::Nothing }
}

/// The last word near before `start` that says something.
fn last_said(line: &Line, start: usize) -> Option<&Heard> {
    let says = |word: &&Heard| word.cue != Cue::Filler && word.end <= start;
    words_around(line, &(start.saturating_sub(SAID)..start)).filter(says).last()
}

/// Whether the name of a street ends before `end`.
fn is_road(signs: &[char], end: usize) -> bool {
    let Some(road) = ROADS.iter().find(|road| ends_with_any(signs, end, &[road])) else { return false };
    let name = end - road.chars().count();
    let letter = |back: usize| name.checked_sub(back).map(|at| signs[at]);
    let is_name = |letter: Option<char>| letter.is_some_and(is_han);
    // 三路 alone is a bus, 光明三路 is a street.
    let is_counted = letter(1).is_some_and(|last| "一二三四五六七八九十".contains(last));
    is_name(letter(1))
        && letter(1).is_some_and(|last| !NO_NAMES.contains(last))
        && (!is_counted || is_name(letter(2)) && letter(2) != Some('坐'))
}

/// The words of the tables that stand in a stretch, or reach into it.
pub(super) fn words_around<'l>(line: &'l Line, stretch: &Range<usize>) -> impl Iterator<Item = &'l Heard> {
    let (from, end) = (line.words.partition_point(|word| word.end <= stretch.start), stretch.end);
    line.words[from..].iter().take_while(move |word| word.start < end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_that_are_looked_at_first_miss_no_word() {
        for word in AFTER.map(|(word, _)| word).iter().chain(&NO_BUILDINGS) {
            assert!(word.starts_with(|letter| FIRST_LETTERS.contains(letter)), "{word}");
        }
        for word in ROADS.iter().chain(&ESTATES) {
            assert!(word.ends_with(|letter| LAST_LETTERS.contains(letter)), "{word}");
        }
    }
}
