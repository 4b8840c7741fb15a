//! The digits of a turn, written or spoken, in the groups and runs in which they stand.

use std::ops::Range;

use super::cue::{Cue, Heard, NUMERAL_TAILS};
use super::digit::{Before, digit_at, is_cross, is_x, may_begin, starts};
use super::pattern::{CROSS, by_itself};
use super::sign::{COVERED, UNSEEN, is_pause};
use crate::text::{is_han, position};

/// So many letters of fillers may stand between two groups of a number.
const MOST_FILLERS: usize = 12;

/// What stands before a group within its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing: the run begins.
    Begin,
    /// Blanks, or one hyphen, as in 138-0013-8000.
    Light,
    /// A full stop between written digits, as in 138.0013.8000 and 3.14.
    Dot,
    /// Commas, other pauses and fillers.
    Pause,
}

/// Digits that stand side by side.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Which digits of the turn.
    pub(super) digits: Range<usize>,
    pub(super) gap: Gap,
    /// Whether any was spoken (幺, 三) rather than written.
    pub(super) spoken: bool,
    /// Whether a number may begin here: behind letters it is part of a code, behind a currency an amount.
    pub(super) free: bool,
}

/// All digits of a turn.
#[derive(Debug, Default)]
pub(super) struct Digits {
    /// 0–9, [`CROSS`], or hidden.
    pub(super) values: Vec<u8>,
    /// The sign of each digit.
    at: Vec<u32>,
    /// The group of each digit.
    owner: Vec<u32>,
    pub(super) groups: Vec<Group>,
    /// The groups of each run: what is joined by pauses and fillers.
    pub(super) runs: Vec<Range<usize>>,
}

impl Digits {
    /// Reads the digits off `signs`, in which `words` are heard.
    pub(super) fn read(signs: &[char], words: &[Heard]) -> Self {
        let mut out = Self::default();
        let mut fillers = Fillers { words, next: 0 };
        let mut at = 0;
        while at < signs.len() {
            if let Some(end) = fillers.end_of(at) {
                at = end;
            } else if starts(signs, at, Before::Nothing) {
                at = out.run(signs, at, &mut fillers);
            } else {
                at += 1;
            }
        }
        out
    }

    /// A turn in which only an X is said.
    pub(super) fn cross(at: usize) -> Self {
        let mut out = Self::default();
        out.push(CROSS, at);
        out.groups.push(Group { digits: 0..1, gap: Gap::Begin, spoken: true, free: true });
        out.runs.push(0..1);
        out
    }

    /// Reads a run that begins at `at`, and returns where it ends.
    fn run(&mut self, signs: &[char], mut at: usize, fillers: &mut Fillers<'_>) -> usize {
        let first = self.groups.len();
        let mut gap = Gap::Begin;
        loop {
            at = self.group(signs, at, gap);
            if self.loses_its_last(signs, at) {
                break;
            }
            let run = self.groups[first].digits.start;
            let Some((next, kind)) = gap_behind(signs, at, fillers, self.values.len() - run) else { break };
            (at, gap) = (next, kind);
        }
        self.runs.push(first..self.groups.len());
        at
    }

    /// Reads a group that begins at `at`, and returns where it ends.
    fn group(&mut self, signs: &[char], start: usize, gap: Gap) -> usize {
        let (first, mut at, mut before) = (self.values.len(), start, Before::Nothing);
        let mut spoken = false;
        while let Some(digit) = digit_at(signs, at, before) {
            before = if is_han(signs[at]) { Before::Spoken } else { Before::Written };
            spoken |= before == Before::Spoken;
            let last = at + digit.signs - 1;
            // 三个零: from the first sign to the last.
            (1..digit.times).for_each(|_| self.push(digit.value, at));
            self.push(digit.value, last);
            at = behind_unseen(signs, last + 1, before);
        }
        let length = self.values.len() - first;
        if length == 0 || length == 17 && is_cross(signs, at) {
            self.push(CROSS, at);
            at += 1;
        }
        let free = gap != Gap::Dot && may_begin(signs, start);
        self.groups.push(Group { digits: first..self.values.len(), gap, spoken, free });
        at
    }

    fn push(&mut self, value: u8, at: usize) {
        self.values.push(value);
        self.at.push(position(at));
        self.owner.push(position(self.groups.len()));
    }

    /// Takes the last digit out of a spoken group where it belongs to what follows: …八零零零一个月; but not where the
    /// group is a number with it: …八零零零张先生.
    fn loses_its_last(&mut self, signs: &[char], end: usize) -> bool {
        let Some(group) = self.groups.last_mut() else { return false };
        let is_numeral = group.digits.len() > 1
            && end.checked_sub(1).is_some_and(|last| is_han(signs[last]))
            && signs.get(end).is_some_and(|sign| NUMERAL_TAILS.contains(sign))
            && by_itself(&self.values[group.digits.clone()]).is_none();
        if is_numeral {
            group.digits.end -= 1;
            self.values.truncate(group.digits.end);
            self.at.truncate(group.digits.end);
            self.owner.truncate(group.digits.end);
        }
        is_numeral
    }

    /// The groups of `run` whose digits are exactly those from `start` on, so many; none where they end within a group.
    pub(super) fn window(&self, run: &Range<usize>, start: usize, length: usize) -> Option<Range<usize>> {
        let first = *self.owner.get(start)? as usize;
        let last = *self.owner.get(start + length - 1)? as usize;
        (run.contains(&last) && self.groups[last].digits.end == start + length).then_some(first..last + 1)
    }

    /// The digits of neighbouring groups.
    pub(super) fn span(&self, groups: &Range<usize>) -> Range<usize> {
        self.groups[groups.start].digits.start..self.groups[groups.end - 1].digits.end
    }

    /// The signs of neighbouring groups.
    pub(super) fn signs(&self, groups: &Range<usize>) -> Range<usize> {
        self.signs_of(&self.span(groups))
    }

    /// From the sign of the first to that of the last of some digits.
    pub(super) fn signs_of(&self, digits: &Range<usize>) -> Range<usize> {
        self.at[digits.start] as usize..self.at[digits.end - 1] as usize + 1
    }

    /// Whether some digits were written in one go, and nothing with them.
    pub(super) fn in_one_go(&self, digits: &Range<usize>) -> bool {
        let group = &self.groups[self.owner[digits.start] as usize];
        group.digits == *digits && !group.spoken
    }

    /// The parts of some digits that stand in one group each.
    pub(super) fn parts(&self, digits: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let groups = self.owner[digits.start] as usize..self.owner[digits.end - 1] as usize + 1;
        let (start, end) = (digits.start, digits.end);
        let parts = self.groups[groups].iter();
        parts.map(move |group| group.digits.start.max(start)..group.digits.end.min(end))
    }

    /// Leaves out the runs of a single digit: 一, 三 are mostly words.
    pub(super) fn drop_single_digits(&mut self) {
        let spans: Vec<usize> = self.runs.iter().map(|run| self.span(run).len()).collect();
        let mut spans = spans.into_iter();
        self.runs.retain(|_| spans.next().is_some_and(|length| length > 1));
    }
}

/// Where a group goes on behind what is not seen; where it does not, `at`.
fn behind_unseen(signs: &[char], at: usize, before: Before) -> usize {
    let unseen = signs[at..].iter().take_while(|sign| **sign == UNSEEN).count();
    if starts(signs, at + unseen, before) { at + unseen } else { at }
}

/// Where the next group of a run begins that has so many digits so far, and what stands before it.
fn gap_behind(signs: &[char], end: usize, fillers: &mut Fillers<'_>, so_far: usize) -> Option<(usize, Gap)> {
    let (mut at, mut spoken) = (end, 0);
    loop {
        if let Some(next) = fillers.end_of(at) {
            spoken += next - at;
            at = next;
            if spoken > MOST_FILLERS {
                return None;
            }
            continue;
        }
        let ends = || is_cross(signs, at) && (so_far >= 14 || is_last(signs, at));
        if starts(signs, at, Before::Nothing) || ends() {
            break;
        }
        if !signs.get(at).copied().is_some_and(is_pause) {
            return None;
        }
        at += 1;
    }
    let written = |at: usize| signs.get(at).is_some_and(|sign| sign.is_ascii_digit() || *sign == COVERED);
    let gap = match &signs[end..at] {
        ['.'] if end > 0 && written(end - 1) && written(at) => Gap::Dot,
        [] | ['-'] => Gap::Light,
        blanks if blanks.iter().all(|sign| *sign == ' ') => Gap::Light,
        _ => Gap::Pause,
    };
    Some((at, gap))
}

/// Whether the turn is over behind `at`.
fn is_last(signs: &[char], at: usize) -> bool {
    let rest = &signs[at + 1..];
    rest.len() < MOST_FILLERS && rest.iter().all(|sign| is_pause(*sign))
}

/// The fillers of a turn, asked for from left to right.
struct Fillers<'w> {
    words: &'w [Heard],
    next: usize,
}

impl Fillers<'_> {
    /// Where the filler ends that begins at `at`, if one does.
    fn end_of(&mut self, at: usize) -> Option<usize> {
        while self.words.get(self.next).is_some_and(|word| word.start < at) {
            self.next += 1;
        }
        // A look ahead that failed is repeated from further left.
        while self.next > 0 && self.words[self.next - 1].start >= at {
            self.next -= 1;
        }
        let word = self.words.get(self.next)?;
        (word.start == at && word.cue == Cue::Filler).then_some(word.end)
    }
}

/// Whether `signs` hold nothing but an X, and words that say nothing: the end of a number that is read out over turns.
pub(super) fn lone_cross(signs: &[char], words: &[Heard]) -> Option<usize> {
    let at = signs.iter().position(|sign| is_x(*sign))?;
    let is_filled = |at: usize| {
        is_pause(signs[at])
            || words.iter().any(|word| word.cue == Cue::Filler && (word.start..word.end).contains(&at))
    };
    (signs.len() <= MOST_FILLERS && (0..signs.len()).all(|other| other == at || is_filled(other)))
        .then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::cue::heard;
    use crate::privacy::sign::signs;

    /// The runs of a text: groups joined by `+`, runs by a blank.
    fn runs(text: &str) -> String {
        let signs = signs(text);
        let digits = Digits::read(&signs, &heard(&signs));
        let group = |group: &Group| -> String {
            let digit = |value: &u8| char::from_digit(u32::from(*value), 10).unwrap_or('X');
            digits.values[group.digits.clone()].iter().map(digit).collect()
        };
        let run =
            |run: &Range<usize>| digits.groups[run.clone()].iter().map(group).collect::<Vec<_>>().join("+");
        digits.runs.iter().map(run).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn written_and_spoken_digits_are_read_alike() {
        assert_eq!(runs("１３８零零幺三"), "1380013");
        assert_eq!(runs("一三八，嗯，零零一三，然后是八零零零"), "138+0013+8000");
        assert_eq!(runs("138-0013 8000元"), "138+0013+8000");
        assert_eq!(runs("3000元，8000元"), "3000 8000");
        assert_eq!(runs("我看一下啊，一三八等一下零零"), "138+00");
    }

    #[test]
    fn repeated_and_misheard_digits_are_understood() {
        assert_eq!(runs("幺三八三个零幺两八"), "138000128");
        assert_eq!(runs("138，3个0，两个8"), "138+000+88");
        assert_eq!(runs("腰三八零零"), "13800");
        assert_eq!(runs("腰疼，两位，什么一"), "1");
        assert_eq!(runs("三八零零一个月"), "3800");
    }

    #[test]
    fn a_cross_ends_a_long_number_only() {
        assert_eq!(runs("11010519491231002X"), "11010519491231002X");
        assert_eq!(runs("一一零一零五一九四九一二三一零零二，最后是叉"), "11010519491231002+X");
        assert_eq!(runs("12x大小"), "12");
        assert_eq!(runs("0208458X。"), "0208458+X", "the end of one that began in another turn");
    }

    #[test]
    fn behind_codes_and_currencies_nothing_begins() {
        for (text, free) in
            [("SF123", false), ("电话tel123", true), ("¥123", false), ("a/123", false), ("张三/123", true)]
        {
            let signs = signs(text);
            assert_eq!(Digits::read(&signs, &heard(&signs)).groups[0].free, free, "{text}");
        }
    }
}
