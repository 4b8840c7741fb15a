//! Licence plates, written or spoken: 京A·12345, 皖A,D幺七零二六.

use super::cue::{Cue, Heard, PLATE_TAILS, PROVINCES};
use super::line::Line;
use super::sign::{COVERED, is_pause, value};
use super::{Kind, Place};

/// Characters behind the letter of the city: five, or six where the car is electric.
const FEWEST: usize = 5;
const MOST: usize = 6;
/// So many of them at least are digits.
const FEWEST_DIGITS: usize = 3;

/// So many turns back, the one with the question or the first part of a plate is looked for.
const TURNS_BACK: usize = 4;

/// With what part of a plate a turn may begin, after those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// With none that would not be known by itself.
    Nothing,
    /// With the letter of the city: a plate was asked for.
    Letter,
    /// With what stands behind it: 京A, 嗯, 12345.
    Rest,
}

/// What a turn may begin with after `before`, of which only the last one may say much.
pub(super) fn expected(before: &[Line]) -> Expected {
    for line in before.iter().rev().take(TURNS_BACK) {
        let last = line.signs.iter().rposition(|sign| !is_pause(*sign));
        if last.is_some_and(|last| is_letter(line.signs[last]) && is_province_before(&line.signs, last)) {
            return Expected::Rest;
        }
        if line.words.iter().any(|word| word.cue == Cue::Plate) {
            return Expected::Letter;
        }
        if !line.is_quiet() {
            break;
        }
    }
    Expected::Nothing
}

/// Where a turn begins, but for pauses and fillers.
fn begin(signs: &[char], words: &[Heard]) -> usize {
    let mut words = words.iter().filter(|word| word.cue == Cue::Filler).peekable();
    let mut at = 0;
    while at < signs.len() {
        match words.next_if(|word| word.start == at) {
            Some(filler) => at = filler.end,
            None if is_pause(signs[at]) => at += 1,
            None => break,
        }
    }
    at
}

/// Covers what stands behind the letter of the city.
pub(super) fn find(signs: &mut [char], words: &[Heard], expected: Expected, places: &mut Vec<Place>) {
    let mut announced = words.iter().filter(|word| word.cue == Cue::Plate).map(|word| word.end).peekable();
    let begin = if expected == Expected::Nothing { signs.len() } else { begin(signs, words) };
    let mut at = 0;
    if expected == Expected::Rest
        && let Some(symbols) = symbols(signs, begin)
    {
        at = symbols.last().map_or(at, |last| *last + 1);
        cover(signs, &symbols, places);
    }
    while at < signs.len() {
        let letter = at;
        at += 1;
        if !is_letter(signs[letter]) {
            continue;
        }
        // Behind the word 车牌 the province may be misheard, or missing.
        while announced.next_if(|end| *end + 3 < letter).is_some() {}
        let is_plate = letter == begin
            || announced.peek().is_some_and(|end| *end <= letter)
            || is_province_before(signs, letter);
        if let Some(symbols) = is_plate.then(|| symbols(signs, letter + 1)).flatten() {
            at = symbols.last().map_or(at, |last| *last + 1);
            cover(signs, &symbols, places);
        }
    }
}

fn is_province_before(signs: &[char], letter: usize) -> bool {
    let mut before = signs[..letter].iter().rev().take(3).skip_while(|sign| is_pause(**sign));
    before.next().is_some_and(|sign| PROVINCES.contains(*sign))
}

/// The places of the characters from `at` on, behind the letter of the city, where they make a plate.
fn symbols(signs: &[char], mut at: usize) -> Option<Vec<usize>> {
    let mut symbols = Vec::with_capacity(MOST + 1);
    while symbols.len() <= MOST {
        at = skip_pauses(signs, at);
        let Some(sign) = signs.get(at) else { break };
        if is_letter(*sign) || value(*sign).is_some() {
            symbols.push(at);
        } else {
            if PLATE_TAILS.contains(*sign) && symbols.len() + 1 == FEWEST {
                symbols.push(at);
            }
            break;
        }
        at += 1;
    }
    // Nothing of a plate stands directly behind it, nor what another masking has covered.
    let ends = |length: usize| {
        let behind = symbols[length - 1] + 1;
        symbols.get(length).is_none_or(|next| *next > behind) && signs.get(behind) != Some(&COVERED)
    };
    let length = [MOST, FEWEST].into_iter().find(|length| symbols.len() >= *length && ends(*length))?;
    symbols.truncate(length);
    let digits = symbols.iter().filter(|at| value(signs[**at]).is_some()).count();
    (digits >= FEWEST_DIGITS).then_some(symbols)
}

/// Plates have no I and no O.
fn is_letter(sign: char) -> bool {
    sign.is_ascii_lowercase() && !matches!(sign, 'i' | 'o')
}

fn skip_pauses(signs: &[char], at: usize) -> usize {
    let pauses = signs[at.min(signs.len())..].iter().take(3).take_while(|sign| is_pause(**sign)).count();
    at + pauses
}

/// Neighbours make one place.
fn cover(signs: &mut [char], symbols: &[usize], places: &mut Vec<Place>) {
    for group in symbols.chunk_by(|one, next| one + 1 == *next) {
        if let (Some(first), Some(last)) = (group.first(), group.last()) {
            signs[*first..=*last].fill(COVERED);
            places.push(Place::of(*first..last + 1, Kind::Plate));
        }
    }
}
