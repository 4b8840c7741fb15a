//! A dialogue as people read it: who said what, the places where something was found, and what there is to say of them.

use askama::Template;

use super::cut::{Stretch, cut};
use super::{Frame, titles};
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
        self.worth.map(titles::shade)
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
                at: turn.start_ms.map(titles::clock),
                notes: own.iter().filter_map(note).collect(),
                pieces: pieces(&turn.text, &own),
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

/// Cuts `text` wherever a mark begins or ends; of marks that overlap the graver one is shown.
fn pieces(text: &str, marks: &[(usize, &Mark)]) -> Vec<Piece> {
    let spans: Vec<(u32, u32)> = marks.iter().map(|(_, mark)| (mark.start, mark.end)).collect();
    let last = text.chars().count();
    let ends = |at: usize| {
        let ending =
            marks.iter().filter(|(_, mark)| mark.note.is_some() && (mark.end as usize).min(last) == at);
        ending.map(|(number, _)| number + 1).collect()
    };
    let piece = |stretch: Stretch<'_>| Piece {
        text: stretch.text.to_owned(),
        worth: stretch.marks.iter().map(|number| marks[*number].1.worth).min(),
        ends: ends(stretch.end),
    };
    // What is found at the very begin and has no length belongs to no piece.
    let before = Piece { text: String::new(), worth: None, ends: ends(0) };
    let before = Some(before).filter(|piece| !piece.ends.is_empty());
    before.into_iter().chain(cut(text, &spans).into_iter().map(piece)).collect()
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
        let told = |piece: Piece| format!("{}{:?}{:?}", piece.text, piece.shade(), piece.ends);
        pieces(text, &marks).into_iter().map(told).collect()
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
