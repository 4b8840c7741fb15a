//! A dialogue as people read it: who said what, the places where something was found, and what there is to say of them.

use askama::Template;

use super::Frame;
use crate::draft::FindingVerdict;
use crate::rule::Severity;
use crate::transcript::{Role, Transcript};

/// A dialogue with its places marked.
#[derive(Debug, Template)]
#[template(path = "dialogue.html")]
pub struct Dialogue {
    /// What every page has.
    page: Frame,
    /// What its anchors begin with, where a page has several.
    prefix: String,
    /// Whether each note leads to why its rule says so.
    explains: bool,
    turns: Vec<Said>,
}

/// A place in a dialogue, and how it is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Index of the turn in the posted transcript.
    pub turn: u32,
    /// First character, in Unicode scalar values.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// What it is worth.
    pub worth: FindingVerdict,
    /// What there is to say of it below the turn.
    pub note: Option<Note>,
}

/// What there is to say of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The rule that found it.
    pub rule: String,
    /// The rule's Chinese name.
    pub title: String,
    /// How bad a fault it is.
    pub severity: Severity,
    /// Why it does not count, where it does not.
    pub why: Option<String>,
    /// What is better said instead.
    pub better: Option<String>,
}

/// A turn, cut where marks begin and end.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    index: u32,
    role: Role,
    at: Option<String>,
    pieces: Vec<Piece>,
    notes: Vec<Numbered>,
}

/// A stretch of a turn that is marked in one way.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    text: String,
    worth: Option<FindingVerdict>,
    /// The numbers of the notes on what ends here.
    ends: Vec<usize>,
}

/// A note and the number by which its place refers to it.
#[derive(Debug, PartialEq, Eq)]
struct Numbered {
    number: usize,
    worth: FindingVerdict,
    note: Note,
}

impl Numbered {
    fn counts(&self) -> bool {
        self.worth != FindingVerdict::Suppressed
    }

    /// Where it does not count, nothing need be said better.
    fn better(&self) -> Option<&str> {
        self.note.better.as_deref().filter(|_| self.counts())
    }
}

impl Piece {
    fn shade(&self) -> Option<&'static str> {
        self.worth.map(shade)
    }
}

impl Dialogue {
    /// The dialogue of `transcript` with `marks`, which are numbered in their order.
    #[must_use]
    pub fn new(page: Frame, transcript: &Transcript<'_>, marks: &[Mark], explains: bool) -> Self {
        let turns = transcript.turns.iter().map(|turn| {
            let own: Vec<(usize, &Mark)> =
                marks.iter().enumerate().filter(|(_, mark)| mark.turn == turn.index).collect();
            let note = |(at, mark): &(usize, &Mark)| {
                let note = mark.note.clone()?;
                Some(Numbered { number: at + 1, worth: mark.worth, note })
            };
            Said {
                index: turn.index,
                role: turn.role,
                at: turn.start_ms.map(clock),
                notes: own.iter().filter_map(note).collect(),
                pieces: cut(&turn.text, &own),
            }
        });
        Self { page, prefix: String::new(), explains, turns: turns.collect() }
    }

    /// The same as one of several of a page, whose anchors begin with `prefix`.
    #[must_use]
    pub fn among(self, prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), ..self }
    }
}

/// `01:05`, from the begin of the call.
fn clock(ms: u32) -> String {
    let seconds = ms / 1000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// Cuts `text` wherever a mark begins or ends; of marks that overlap the graver one is shown.
fn cut(text: &str, marks: &[(usize, &Mark)]) -> Vec<Piece> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let last = starts.len() - 1;
    let place = |at: u32| (at as usize).min(last);
    let mut cuts: Vec<usize> =
        marks.iter().flat_map(|(_, mark)| [place(mark.start), place(mark.end)]).chain([0, last]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let ends = |at: usize| {
        let ending = marks.iter().filter(|(_, mark)| mark.note.is_some() && place(mark.end) == at);
        ending.map(|(number, _)| number + 1).collect()
    };
    let piece = |pair: &[usize]| {
        let covers = |mark: &&Mark| place(mark.start) <= pair[0] && pair[1] <= place(mark.end);
        let worth = marks.iter().map(|(_, mark)| *mark).filter(covers).map(|mark| mark.worth).min();
        Piece { text: text[starts[pair[0]]..starts[pair[1]]].to_owned(), worth, ends: ends(pair[1]) }
    };
    // What is found at the very begin and has no length belongs to no piece.
    let before = Piece { text: String::new(), worth: None, ends: ends(0) };
    Some(before)
        .filter(|piece| !piece.ends.is_empty())
        .into_iter()
        .chain(cuts.windows(2).map(piece))
        .collect()
}

/// What a speaker is called.
fn speaker(role: Role) -> &'static str {
    match role {
        Role::Agent => "客服",
        Role::Customer => "客户",
        Role::System => "系统",
        Role::Other => "其他",
        Role::Unknown => "未知",
    }
}

/// The speaker as a class of the style sheet.
fn class(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Customer => "customer",
        Role::System | Role::Other | Role::Unknown => "other",
    }
}

/// What a place is worth, as a class of the style sheet.
fn shade(worth: FindingVerdict) -> &'static str {
    match worth {
        FindingVerdict::Hit => "hit",
        FindingVerdict::Candidate => "candidate",
        FindingVerdict::Suppressed => "suppressed",
    }
}

/// What a place is worth, in words.
#[must_use]
pub(super) fn worth_title(worth: FindingVerdict) -> &'static str {
    match worth {
        FindingVerdict::Hit => "命中",
        FindingVerdict::Candidate => "疑似",
        FindingVerdict::Suppressed => "不算",
    }
}

/// How bad a fault is, in words.
#[must_use]
pub(super) fn severity_title(severity: Severity) -> &'static str {
    match severity {
        Severity::Minor => "轻微",
        Severity::Major => "一般",
        Severity::Critical => "严重",
    }
}

/// How bad a fault is, as the number in its class of the style sheet.
#[must_use]
pub(super) fn severity_rank(severity: Severity) -> u8 {
    match severity {
        Severity::Minor => 1,
        Severity::Major => 2,
        Severity::Critical => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(start: u32, end: u32, worth: FindingVerdict) -> Mark {
        let note =
            Note { rule: "r".into(), title: "t".into(), severity: Severity::Minor, why: None, better: None };
        Mark { turn: 0, start, end, worth, note: Some(note) }
    }

    fn told(text: &str, marks: &[Mark]) -> Vec<String> {
        let marks: Vec<_> = marks.iter().enumerate().collect();
        let told = |piece: Piece| format!("{}{:?}{:?}", piece.text, piece.worth.map(shade), piece.ends);
        cut(text, &marks).into_iter().map(told).collect()
    }

    #[test]
    fn a_turn_is_cut_where_marks_begin_and_end() {
        use FindingVerdict::{Candidate, Hit, Suppressed};
        assert_eq!(told("您好", &[]), ["您好None[]"]);
        assert_eq!(told("", &[]), Vec::<String>::new());
        assert_eq!(
            told("对不起，不归我管", &[mark(4, 8, Hit)]),
            ["对不起，None[]", "不归我管Some(\"hit\")[1]"]
        );
        let overlapping = [mark(0, 3, Suppressed), mark(2, 4, Hit), mark(0, 1, Candidate)];
        let pieces = ["一Some(\"candidate\")[3]", "二Some(\"suppressed\")[]", "三Some(\"hit\")[1]"];
        assert_eq!(told("一二三四五", &overlapping)[..3], pieces);
    }

    #[test]
    fn marks_beyond_the_text_and_without_length_break_nothing() {
        use FindingVerdict::Hit;
        assert_eq!(told("好", &[mark(0, 9, Hit)]), ["好Some(\"hit\")[1]"]);
        assert_eq!(told("好", &[mark(7, 9, Hit)]), ["好None[1]"]);
        assert_eq!(told("好", &[mark(0, 0, Hit)]), ["None[1]", "好None[]"]);
    }
}
