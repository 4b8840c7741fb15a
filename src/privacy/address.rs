//! The numbers in an address: 人民路***号*栋***室.
//!
//! A number is taken for one where the words around it make it one (人民路120号, 花园小区3栋, 502室, 3栋502); from there on the
//! numbers that follow closely are taken too. So 工号068, 3号线, 11月8号 and 三楼 stay.

use std::ops::Range;

use super::cue::{Cue, Heard};
use super::house::{
    After, Before, LAST_DAY, Number, counted, is_day, lead, letters_since_said, numbers, words_around,
};
use super::line::Line;
use super::sign::{COVERED, is_end, is_pause};
use super::{Kind, Place};

/// So many signs may stand between two numbers of an address: 路72号蓝天公寓3栋.
const REACH: usize = 10;
/// So many signs before a weak name of an estate the word 地址 may stand.
const SAID: usize = 24;
/// So many turns before and behind, the number of an address is known again.
const TURNS_NEAR: usize = 4;

/// A number that was found, to know it again where it is repeated.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    line: usize,
    said: Vec<char>,
    after: After,
}

/// Finds the numbers of addresses in what is not covered yet.
pub(super) fn find(lines: &mut [Line]) {
    let mut found = Vec::new();
    for at in 0..lines.len() {
        let (before, rest) = lines.split_at_mut(at);
        let line = &mut rest[0];
        let mut numbers = numbers(line);
        answer(line, &mut numbers, before);
        let mut last: Option<&Number> = None;
        let is_part = |(at, number): (usize, &Number)| {
            let is_part = last.is_some_and(|last| goes_further(line, last, number))
                || begins(line, number, numbers.get(at + 1));
            if is_part {
                last = numbers.get(at);
            }
            is_part
        };
        let taken: Vec<bool> = numbers.iter().enumerate().map(is_part).collect();
        for (number, _) in numbers.iter().zip(taken).filter(|(_, taken)| *taken) {
            let said = line.signs[number.start()..number.end].to_vec();
            found.push(Found { line: at, said, after: number.after });
            cover(line, number);
        }
    }
    repeated(lines, &found);
}

/// A number that is all that is said, up to the next one, belongs to what was said or asked in the turns before.
fn answer(line: &Line, numbers: &mut [Number], before: &[Line]) {
    let next = numbers.get(1).map_or(line.signs.len(), Number::start);
    let Some(first) = numbers.first_mut().filter(|first| first.before == Before::Nothing) else { return };
    if touches(line, 0..first.start()) && touches(line, first.end..next) {
        first.before = lead(before);
    }
}

fn cover(line: &mut Line, number: &Number) {
    for part in &number.parts {
        line.signs[part.clone()].fill(COVERED);
        line.places.push(Place::of(part.clone(), Kind::Address));
    }
}

/// Covers what is repeated of an address within some turns: 七十二号，对.
fn repeated(lines: &mut [Line], found: &[Found]) {
    for (at, line) in lines.iter_mut().enumerate() {
        let from = found.partition_point(|number| number.line + TURNS_NEAR < at);
        let near = found[from..].iter().take_while(|number| number.line <= at + TURNS_NEAR).take(16);
        let near: Vec<&Found> = near.collect();
        if near.is_empty() {
            continue;
        }
        for number in numbers(line) {
            let said = &line.signs[number.start()..number.end];
            // A house may also be a day of the month.
            let is_plain = match number.after {
                After::House => counted(&line.signs[number.parts[0].clone()]) > LAST_DAY,
                After::Nothing => number.is_room(line) && touches(line, number.end..number.end + 1),
                After::Foreign | After::Floor => false,
                _ => true,
            };
            if is_plain && near.iter().any(|found| found.said == said) {
                cover(line, &number);
            }
        }
    }
}

/// Whether an address begins with `number`.
fn begins(line: &Line, number: &Number, next: Option<&Number>) -> bool {
    use After::{Building, Floor, Foreign, House, Lane, Nothing, Room, Unit};
    let follows = |next: &&Number| touches(line, number.end..next.start());
    let next = next.filter(follows);
    let is_row = number.parts.len() > 1 && number.is_room(line);
    match (number.before, number.after) {
        (_, Foreign) => false,
        (_, House) if is_day(line, number) => false,
        (Before::Road, House | Lane | Building | Unit | Room) | (Before::Estate, House | Lane) => true,
        (Before::Road, Nothing) => {
            is_row || next.is_some_and(|next| matches!(next.after, House | Building | Lane))
        }
        (Before::Estate | Before::Name, Nothing) => is_row,
        (Before::Block, Nothing) => number.is_room(line),
        // 地址是502, but not 改地址要收200.
        (Before::Said, Nothing) => number.is_room(line) && letters_since_said(line, number.start()) == 0,
        // 地址是杨庄北里52号
        (Before::Name, House) => {
            let start = number.start();
            words_around(line, &(start.saturating_sub(SAID)..start)).any(|word| word.cue == Cue::Address)
        }
        (Before::Estate | Before::Name | Before::Block, Building | Unit | Room) => true,
        (Before::Said, House | Lane | Building | Unit | Room) => true,
        (_, Room) => number.is_spelled(line),
        (_, Building | Unit | Lane) => next
            .is_some_and(|next| matches!(next.after, Building | Unit | Room | Floor) || next.is_room(line)),
        (_, House) => next.is_some_and(|next| matches!(next.after, Building | Unit)),
        _ => false,
    }
}

/// Whether `number` goes on with the address of which `last` is part.
fn goes_further(line: &Line, last: &Number, number: &Number) -> bool {
    use After::{Building, Floor, Foreign, House, Lane, Nothing, Room, Unit};
    let gap = last.end..number.start();
    if number.after == Foreign || gap.len() > REACH {
        return false;
    }
    let has_pause = || line.signs[gap.clone()].iter().copied().any(is_pause);
    if touches(line, gap.clone()) {
        return match number.after {
            Floor => !has_pause(),
            House => matches!(last.after, Lane | Building | Unit | Nothing) && !is_day(line, number),
            Nothing => number.is_room(line) || last.end == number.start(),
            _ => true,
        };
    }
    let between = &line.signs[gap.clone()];
    let speaks = |word: &Heard| word.cue != Cue::Filler && word.start >= gap.start && word.end <= gap.end;
    if between.iter().copied().any(is_end) || words_around(line, &gap).any(speaks) {
        return false;
    }
    match number.after {
        Building | Unit | Room | Lane => true,
        Floor => !has_pause(),
        Nothing => matches!(number.before, Before::Estate | Before::Name) && number.is_room(line),
        House | Foreign => false,
    }
}

/// Whether only pauses and fillers stand in a gap.
fn touches(line: &Line, gap: Range<usize>) -> bool {
    gap.len() <= REACH && line.letters_within(&gap, 1) == 0
}
