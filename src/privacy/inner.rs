//! Numbers within a group of digits that is more than a number: said twice in one breath, run into the word behind, or hidden
//! in part by whoever sent them.

use std::ops::Range;

use super::Kind;
use super::cue::Cue;
use super::line::{Announced, Line};
use super::number::{Number, announced, take};
use super::pattern::{LONGEST, Sort, by_itself, veiled};
use crate::text::is_han;

/// So many digits have the numbers of identity cards and of mobiles, the only ones that are sure without a border.
const LENGTHS: [usize; 2] = [18, 11];

/// Finds them in what is not covered yet.
pub(super) fn find(lines: &mut [Line], before: &[Option<Cue>], found: &mut Vec<Number>) {
    for (at, line) in lines.iter_mut().enumerate() {
        for run in line.digits.runs.clone() {
            found.extend(in_run(line, &run, before[at]).into_iter().map(|number| number.in_line(at)));
        }
    }
}

/// The numbers within the groups of one run, now covered.
fn in_run(line: &mut Line, run: &Range<usize>, before: Option<Cue>) -> Vec<Number> {
    let is_due = |at: &usize| {
        let group = line.group(*at);
        group.free && group.digits.len() >= LENGTHS[1] && !line.is_amount(&(*at..at + 1))
    };
    let groups: Vec<usize> = run.clone().filter(is_due).collect();
    let mut found = Vec::new();
    if groups.is_empty() {
        return found;
    }
    let announced = announced(line, run.start, before);
    for group in groups {
        hide_rest(line, group, announced);
        found.extend(begin_of(line, group, announced).map(|(digits, sort)| take(line, &digits, sort)));
        found.extend(several(line, group, announced));
    }
    found
}

/// Covers all of a number of which too little was hidden.
fn hide_rest(line: &mut Line, group: usize, announced: Option<Announced>) {
    let said = announced.and_then(|announced| match announced.cue {
        Cue::Phone => Some(Kind::Phone),
        Cue::IdCard => Some(Kind::IdCard),
        _ => None,
    });
    let all = line.group(group).digits.clone();
    if !announced.is_some_and(Announced::names_another)
        && let Some(sort) = veiled(&line.digits.values[all.clone()], said)
    {
        line.cover(&all, sort.kind);
    }
}

/// All but the last digit of a spoken group, where that begins the next word: …八零零零一会儿.
fn begin_of(line: &Line, at: usize, announced: Option<Announced>) -> Option<(Range<usize>, Sort)> {
    let group = line.group(at);
    let behind = line.digits.signs(&(at..at + 1)).end;
    if !group.spoken || !line.signs.get(behind).is_some_and(|sign| is_han(*sign)) {
        return None;
    }
    let all = group.digits.start..group.digits.end - 1;
    let digits = &line.digits.values[all.clone()];
    let sort = by_itself(digits)?;
    let against = announced.is_some_and(|announced| announced.speaks_against(digits, sort));
    (!against).then_some((all, sort))
}

/// The numbers in a group of more digits than any has, which is covered whole: they stand side by side with nothing between, or
/// were announced.
fn several(line: &mut Line, at: usize, announced: Option<Announced>) -> Vec<Number> {
    let all = line.group(at).digits.clone();
    if all.len() <= LONGEST || !line.is_open(&all) {
        return Vec::new();
    }
    let is_told = announced.is_some_and(|announced| matches!(announced.cue, Cue::Phone | Cue::IdCard));
    let numbers = side_by_side(&line.digits.values[all.clone()], announced, is_told);
    if let Some(first) = numbers.first() {
        line.cover(&all, first.kind);
    }
    numbers
}

/// Numbers from the left on, one directly behind the other; or, with gaps, wherever one is.
fn side_by_side(digits: &[u8], announced: Option<Announced>, with_gaps: bool) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut rest = digits;
    while !rest.is_empty() {
        let begins = LENGTHS.into_iter().filter_map(|length| rest.get(..length));
        let mut sorts = begins.filter_map(|digits| Some((digits, by_itself(digits)?)));
        let is_sure = |digits: &[u8], sort: Sort| {
            let against = announced.is_some_and(|announced| announced.speaks_against(digits, sort));
            sort.kind != Kind::BankCard && !against
        };
        let number = sorts.find(|(digits, sort)| is_sure(digits, *sort));
        if number.is_none() && !with_gaps {
            return Vec::new();
        }
        rest = &rest[number.map_or(1, |(digits, _)| digits.len())..];
        numbers.extend(number.map(|(digits, sort)| Number::new(digits, sort)));
    }
    numbers
}
