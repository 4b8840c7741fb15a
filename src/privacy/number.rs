//! Numbers that stand within one turn.

use std::ops::Range;

use super::Kind;
use super::cue::Cue;
use super::digits::Gap;
use super::line::{Announced, Line, NEAR};
use super::pattern::{
    LONGEST, Sort, announced_bank_card, announced_id_card, announced_phone, by_itself, may_begin,
    part_of_id_card,
};

/// So many turns back an announcement is looked for.
const TURNS_BACK: usize = 6;
/// A number of fewer digits is nobody's.
const FEWEST: usize = 7;
/// The numbers of digits that are tried, those first that are surest.
const LENGTHS: [usize; 9] = [18, 11, 12, 13, 14, 15, 19, 17, 16];

/// A number that was found, to know it again where it is repeated.
#[derive(Debug, Clone)]
pub(super) struct Number {
    pub(super) line: usize,
    pub(super) digits: Vec<u8>,
    pub(super) kind: Kind,
}

impl Number {
    pub(super) fn new(digits: &[u8], sort: Sort) -> Self {
        Self { line: 0, digits: digits[sort.skip..].to_vec(), kind: sort.kind }
    }

    pub(super) fn in_line(self, line: usize) -> Self {
        Self { line, ..self }
    }
}

/// For each turn what was announced last before it, at most some turns ago.
pub(super) fn announcements(lines: &[Line]) -> Vec<Option<Cue>> {
    let mut last: Option<(usize, Cue)> = None;
    let recent = |(at, line): (usize, &Line)| {
        let before = last.filter(|(said, _)| at - said <= TURNS_BACK).map(|(_, cue)| cue);
        if let Some(cue) = line.last_announced() {
            last = Some((at, cue));
        }
        before
    };
    lines.iter().enumerate().map(recent).collect()
}

/// What was said about the number that begins with `group`, in its turn or before.
pub(super) fn announced(line: &Line, group: usize, before: Option<Cue>) -> Option<Announced> {
    let start = line.digits.signs(&(group..group + 1)).start;
    line.announced(start).or_else(|| before.map(|cue| Announced { cue, distance: None }))
}

/// Which turns are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turns {
    /// All; but where nothing but digits is said, numbers that begin with 0 may be part of a longer one.
    First,
    /// Those again.
    Again,
}

/// Finds the numbers that are what they are by themselves.
pub(super) fn by_themselves(
    lines: &mut [Line],
    before: &[Option<Cue>],
    turns: Turns,
    found: &mut Vec<Number>,
) {
    for (at, line) in lines.iter_mut().enumerate() {
        for run in line.digits.runs.clone() {
            found.extend(in_run(line, &run, before[at], turns).into_iter().map(|number| number.in_line(at)));
        }
    }
}

/// The numbers that are what they are by themselves in one run, now covered.
fn in_run(line: &mut Line, run: &Range<usize>, before: Option<Cue>, turns: Turns) -> Vec<Number> {
    if line.digits.span(run).len() < FEWEST {
        return Vec::new();
    }
    let announced = announced(line, run.start, before);
    // What is left for the second time begins with 0, where nothing but digits is said.
    let is_due = |group: &usize| {
        let is_left = line.is_pure() && line.digits.values[line.group(*group).digits.start] == 0;
        is_left == (turns == Turns::Again)
    };
    let due: Vec<usize> = run.clone().filter(is_due).collect();
    let mut found = Vec::new();
    for group in &due {
        let sort = whole(line, *group, run, announced);
        let digits = line.group(*group).digits.clone();
        found.extend(sort.map(|sort| take(line, &digits, sort)));
    }
    for group in due {
        let number = joined(line, group, run, announced);
        found.extend(number.map(|(groups, sort)| take(line, &line.digits.span(&groups), sort)));
    }
    found
}

/// Covers a number and keeps it.
pub(super) fn take(line: &mut Line, all: &Range<usize>, sort: Sort) -> Number {
    let number = Number::new(&line.digits.values[all.clone()], sort);
    line.cover_number(all, sort);
    number
}

/// What one group is.
fn whole(line: &Line, at: usize, run: &Range<usize>, announced: Option<Announced>) -> Option<Sort> {
    let group = line.group(at);
    if !group.free || group.digits.len() > LONGEST || line.is_amount(&(at..at + 1)) {
        return None;
    }
    let digits = &line.digits.values[group.digits.clone()];
    let sort = by_itself(digits)?;
    let against = announced.is_some_and(|announced| announced.speaks_against(digits, sort));
    // The word speaks of the first number; another one behind it is what it looks like.
    let is_other = || at > run.start && !group.spoken && sort.kind != Kind::BankCard;
    (!against || is_other()).then_some(sort)
}

/// What the groups from `first` on are together.
fn joined(
    line: &Line,
    first: usize,
    run: &Range<usize>,
    announced: Option<Announced>,
) -> Option<(Range<usize>, Sort)> {
    let group = line.group(first);
    if !group.free || !line.is_open(&group.digits) {
        return None;
    }
    let start = group.digits.start;
    let is_card = group.spoken || matches!(group.digits.len(), 1 | 4 | 6 | 8) || announced.is_some();
    let lengths = LENGTHS.iter().filter(|length| may_begin(&line.digits.values[start..], **length, is_card));
    let windows = lengths.filter_map(|length| line.digits.window(run, start, *length));
    let mut sorts = windows.filter(|groups| groups.len() > 1).filter_map(|groups| {
        let digits = digits_of(line, &groups);
        let sort = by_itself(digits)?;
        let fits = !announced.is_some_and(|announced| announced.speaks_against(digits, sort))
            && is_grouped(line, &groups, sort, announced)
            && !line.is_amount(&groups);
        fits.then_some((groups, sort))
    });
    sorts.next()
}

/// Whether a number of this sort may be grouped like that: three prices are no telephone number.
fn is_grouped(line: &Line, groups: &Range<usize>, sort: Sort, announced: Option<Announced>) -> bool {
    let all = &line.digits.groups[groups.clone()];
    let mut lengths: Vec<usize> = all.iter().map(|group| group.digits.len()).collect();
    let gaps = || all[1..].iter().map(|group| group.gap);
    if gaps().any(|gap| gap == Gap::Dot) {
        return lengths == [3, 4, 4] && gaps().all(|gap| gap == Gap::Dot);
    }
    let cue = announced.map(|announced| announced.cue);
    if lengths[0] == sort.skip {
        lengths.remove(0);
    }
    match sort.kind {
        // Spoken, or spelled out digit by digit.
        _ if all.iter().any(|group| group.spoken) || lengths.iter().all(|length| *length == 1) => true,
        Kind::BankCard => {
            cue == Some(Cue::BankCard)
                || gaps().all(|gap| gap == Gap::Light)
                    && matches!(lengths[..], [4, 4, 4, ..] | [6, 10 | 13] | [6, 4, ..] | [8, 8])
        }
        Kind::Phone => {
            cue == Some(Cue::Phone)
                || matches!(
                    lengths[..],
                    [11] | [2..=4, 7 | 8] | [3 | 4, 3 | 4, 4] | [7, 4] | [4, 4, 3] | [3, 3, 5]
                )
        }
        _ => true,
    }
}

/// Finds the numbers that are what they are since it was announced.
pub(super) fn as_announced(lines: &mut [Line], before: &[Option<Cue>], found: &mut Vec<Number>) {
    for (at, line) in lines.iter_mut().enumerate() {
        for run in line.digits.runs.clone() {
            found.extend(
                in_announced_run(line, &run, before[at]).into_iter().map(|number| number.in_line(at)),
            );
        }
    }
}

/// The numbers in one run that are what was announced, now covered: the whole run, else a part of it.
fn in_announced_run(line: &mut Line, run: &Range<usize>, before: Option<Cue>) -> Vec<Number> {
    let mut found = Vec::new();
    let is_long = line.digits.span(run).len() >= FEWEST;
    let Some(announced) = announced(line, run.start, before).filter(|_| is_long) else { return found };
    let groups = run.clone().map(|group| group..group + 1);
    let windows = run.clone().filter_map(|group| line.digits.window(run, line.group(group).digits.start, 18));
    let all: Vec<Range<usize>> = [run.clone()].into_iter().chain(windows).chain(groups).collect();
    for groups in all {
        let sort = as_said(line, &groups, announced);
        found.extend(sort.map(|sort| take(line, &line.digits.span(&groups), sort)));
    }
    found
}

/// What `groups` are after what was said about them.
fn as_said(line: &Line, groups: &Range<usize>, announced: Announced) -> Option<Sort> {
    let span = line.digits.span(groups);
    let free = line.group(groups.start).free && span.len() <= LONGEST && !line.is_amount(groups);
    if !free || !line.is_open(&span) {
        return None;
    }
    let digits = &line.digits.values[span];
    let within = |most: usize| announced.distance.map_or(line.begins, |distance| distance <= most);
    match announced.cue {
        Cue::IdCard => announced_id_card(digits).or_else(|| part_of_id_card(digits, within(NEAR))),
        Cue::BankCard => announced_bank_card(digits),
        Cue::Phone => announced_phone(digits).filter(|_| within(0)),
        _ => None,
    }
}

/// Covers the parts of numbers that are repeated, tried or read back within some turns.
pub(super) fn repeated(lines: &mut [Line], before: &[Option<Cue>], found: &mut [Number]) {
    found.sort_by_key(|number| number.line);
    for (at, line) in lines.iter_mut().enumerate() {
        let from = found.partition_point(|number| number.line + TURNS_BACK < at);
        let near: Vec<&Number> =
            found[from..].iter().take_while(|number| number.line <= at + TURNS_BACK / 2).take(16).collect();
        if near.is_empty() {
            continue;
        }
        let own = near.iter().any(|number| number.line == at);
        for run in line.digits.runs.clone() {
            let fewest = if own || line.is_pure() { 3 } else { 4 };
            let told = own || line.begins || line.ends;
            if !told || announced(line, run.start, before[at]).is_some_and(Announced::names_another) {
                continue;
            }
            let groups = run.clone().map(|group| group..group + 1);
            for groups in [run.clone()].into_iter().chain(groups) {
                cover_part(line, &groups, fewest, &near);
            }
        }
    }
}

/// Covers `groups` where they are a part of one of `numbers`.
fn cover_part(line: &mut Line, groups: &Range<usize>, fewest: usize, numbers: &[&Number]) {
    let span = line.digits.span(groups);
    if span.len() < fewest || !line.is_open(&span) || line.is_amount(groups) {
        return;
    }
    let digits = &line.digits.values[span.clone()];
    let whole = numbers.iter().find(|number| number.digits.windows(digits.len()).any(|part| part == digits));
    if let Some(kind) = whole.map(|number| number.kind) {
        line.cover(&span, kind);
    }
}

/// The digits of some groups.
pub(super) fn digits_of<'l>(line: &'l Line, groups: &Range<usize>) -> &'l [u8] {
    &line.digits.values[line.digits.span(groups)]
}
