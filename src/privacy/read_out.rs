//! Numbers that are read out over several turns, while the other side says 嗯 or repeats them.

use std::ops::Range;

use super::Kind;
use super::cue::Cue;
use super::line::{Announced, Line, NEAR};
use super::number::{Number, announced, digits_of};
use super::pattern::{
    LONGEST, Sort, announced_bank_card, announced_id_card, announced_phone, by_itself, part_of_id_card,
};
use crate::transcript::Role;

/// So many turns a number may take.
const MOST_TURNS: usize = 40;
/// So many turns without digits may stand between two with digits.
const MOST_QUIET: usize = 3;

/// Whose turns are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speakers {
    /// Those of the one who began; what others say between is a read-back.
    Own,
    /// All; what repeats the turn before, or all so far, is a read-back.
    All,
    /// Every second one with digits, where roles are unknown; those between are read-backs.
    Second,
}

/// A number in the making: the run of each turn, and all digits.
#[derive(Debug, Clone, Default)]
struct Reading {
    pieces: Vec<(usize, Range<usize>)>,
    digits: Vec<u8>,
}

/// What a reading is, and how sure that is.
#[derive(Debug)]
struct Found {
    rank: u8,
    reading: Reading,
    sort: Sort,
}

impl Found {
    /// The surer, the longer and the fuller one is right.
    fn reach(&self) -> (u8, usize, usize) {
        (self.rank, self.reading.last(), self.reading.digits.len())
    }
}

/// Finds the numbers that begin in one turn and end in another.
pub(super) fn find(lines: &mut [Line], before: &[Option<Cue>], found: &mut Vec<Number>) {
    for at in 0..lines.len() {
        let Some(announced) = beginning(lines, at, before) else { continue };
        let is_asked = is_asked(lines, at);
        let of = |speakers| best(follow(lines, at, speakers), announced, is_asked);
        let others = || [Speakers::All, Speakers::Second].into_iter().filter_map(of);
        let own = of(Speakers::Own);
        let is_known = matches!(lines[at].role, Role::Agent | Role::Customer);
        // Where roles are unknown, all turns are the same speaker's.
        let read = match own {
            Some(own) if is_known => Some(own),
            _ => own.into_iter().chain(others()).max_by_key(Found::reach),
        };
        let Some(Found { reading, sort, .. }) = read else { continue };
        let line = reading.last();
        found.push(Number { line, digits: reading.digits[sort.skip..].to_vec(), kind: sort.kind });
        for (line, groups) in reading.pieces {
            let digits = lines[line].digits.span(&groups);
            lines[line].cover(&digits, sort.kind);
        }
    }
}

/// What was said about a number that may begin at the end of this turn; none where it may not.
fn beginning(lines: &[Line], at: usize, before: &[Option<Cue>]) -> Option<Option<Announced>> {
    let line = &lines[at];
    let run = line.digits.runs.last().filter(|_| line.ends)?;
    let digits = line.digits.span(run);
    if digits.len() >= LONGEST || !line.is_open(&digits) || !line.group(run.start).free {
        return None;
    }
    Some(announced(line, run.start, before[at]))
}

/// Whether the turn before ends with a telephone number that is asked for; from further away prices are heard as well.
fn is_asked(lines: &[Line], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| lines[at].announced(lines[at].signs.len()));
    before.is_some_and(|said| said.cue == Cue::Phone && said.distance.is_some_and(|letters| letters <= NEAR))
}

/// What the number may be after each of its turns, from the second on.
fn follow(lines: &[Line], first: usize, speakers: Speakers) -> Vec<Reading> {
    let mut reading = Reading::default();
    let mut stages = Vec::new();
    let Some(run) = lines[first].digits.runs.last() else { return stages };
    reading.add(first, run, &lines[first]);
    let (mut quiet, mut is_second) = (0, false);
    for (at, line) in lines.iter().enumerate().skip(first + 1).take(MOST_TURNS) {
        if line.is_quiet() {
            quiet += 1;
            if quiet > MOST_QUIET {
                break;
            }
            continue;
        }
        let Some(run) = line.digits.runs.first().filter(|_| line.begins) else { break };
        quiet = 0;
        is_second = !is_second;
        let is_back = match speakers {
            Speakers::Own => line.role != lines[first].role,
            Speakers::All => reading.is_last(digits_of(line, run), lines),
            Speakers::Second => is_second,
        };
        if is_back {
            continue;
        }
        reading.add(at, run, line);
        if reading.digits.len() > LONGEST || line.is_amount(run) {
            break;
        }
        stages.push(reading.clone());
        if !line.is_pure() {
            break;
        }
    }
    stages
}

/// The surest sort of number among the stages of a reading: of two bank cards the longer one.
fn best(stages: Vec<Reading>, announced: Option<Announced>, is_asked: bool) -> Option<Found> {
    let cue = announced.map(|announced| announced.cue);
    let by_itself = |reading: &Reading| {
        let sort = by_itself(&reading.digits)?;
        let against = announced.is_some_and(|announced| announced.speaks_against(&reading.digits, sort));
        // Codes that begin with 0 are read out as well.
        let is_code = sort.kind == Kind::Phone && reading.digits[0] == 0 && cue != Some(Cue::Phone);
        (!against && !is_code).then_some(sort)
    };
    let as_said = |reading: &Reading| match cue? {
        Cue::IdCard => announced_id_card(&reading.digits).or_else(|| part_of_id_card(&reading.digits, true)),
        Cue::BankCard => announced_bank_card(&reading.digits),
        Cue::Phone if is_asked => announced_phone(&reading.digits),
        _ => None,
    };
    let rank = |reading: Reading| -> Option<Found> {
        let (rank, sort) = match by_itself(&reading) {
            Some(sort) if sort.kind == Kind::IdCard => (4, sort),
            Some(sort) if sort.kind == Kind::Phone => (3, sort),
            Some(sort) => (2, sort),
            None => (1, as_said(&reading)?),
        };
        Some(Found { rank, reading, sort })
    };
    stages.into_iter().filter_map(rank).max_by_key(|found| (found.rank, found.reading.digits.len()))
}

impl Reading {
    /// The turn in which it ends.
    fn last(&self) -> usize {
        self.pieces.last().map_or(0, |(line, _)| *line)
    }

    /// Whether `digits` are those of the last turn again, or all.
    fn is_last(&self, digits: &[u8], lines: &[Line]) -> bool {
        let last = self.pieces.last().map(|(line, run)| digits_of(&lines[*line], run));
        last == Some(digits) || self.digits == digits
    }

    fn add(&mut self, at: usize, run: &Range<usize>, line: &Line) {
        self.digits.extend_from_slice(digits_of(line, run));
        self.pieces.push((at, run.clone()));
    }
}
