//! Stage 2: made matchable — normalised text with the way back to the original, words and language.

mod fold;
/// Which language it is, and whether it can be judged.
pub mod language;
mod normalise;
/// How characters sound.
pub mod pinyin;
/// Words, for the border test.
pub mod segment;
/// What is known to be missing at a glance.
pub mod sieve;
/// How alike two texts are.
pub mod similarity;

use std::ops::Range;

use crate::transcript::Transcript;

pub use fold::{Fold, PauseKind, digit, fold, is_han};
pub use normalise::Pause;
pub(crate) use normalise::position;
use normalise::{Normalised, Origin, Run, normalise};

/// Stands between two turns, so that nothing matches across them.
const TURN_END: char = '\n';

/// All turns of a transcript in normalised form, joined, so that they are scanned in one go.
///
/// Positions are bytes of the joined text; [`Document::original`] leads back to characters of the original.
#[derive(Debug)]
pub struct Document<'t> {
    transcript: &'t Transcript<'t>,
    text: String,
    turns: Vec<Range<u32>>,
    /// Letters before each turn, and at the end all of them.
    letters: Vec<u32>,
    /// Where the letters came from in their turns.
    runs: Vec<Run>,
    /// Runs before each turn, and at the end all of them.
    runs_before: Vec<u32>,
    pauses: Vec<Pause>,
    /// Where the pauses stand that end a sentence.
    sentence_ends: Vec<u32>,
    /// Where each number in Arabic digits stands.
    numbers: Vec<Range<u32>>,
    han: u32,
}

/// A stretch of the original text of one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Original<'t> {
    /// First character, in Unicode scalar values.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// The words as they were posted.
    pub text: &'t str,
}

impl<'t> Document<'t> {
    /// Normalises every turn of `transcript`.
    #[must_use]
    pub fn new(transcript: &'t Transcript<'t>) -> Self {
        let bytes: usize = transcript.turns.iter().map(|turn| turn.text.len() + 1).sum();
        let mut out = Normalised::with_capacity(transcript.turns.len(), bytes);
        let mut turns = Vec::with_capacity(transcript.turns.len());
        let mut letters = Vec::with_capacity(transcript.turns.len() + 1);
        let mut runs_before = Vec::with_capacity(transcript.turns.len() + 1);
        for turn in &transcript.turns {
            let start = position(out.text.len());
            letters.push(out.letters);
            runs_before.push(position(out.runs.len()));
            normalise(&turn.text, &mut out);
            turns.push(start..position(out.text.len()));
            out.text.push(TURN_END);
        }
        letters.push(out.letters);
        runs_before.push(position(out.runs.len()));
        let Normalised { text, pauses, han, runs, numbers, .. } = out;
        let ends = pauses.iter().filter(|pause| pause.kind != PauseKind::Weak);
        let sentence_ends = ends.map(|pause| pause.at).collect();
        Self { transcript, text, turns, letters, runs, runs_before, pauses, sentence_ends, numbers, han }
    }

    /// The transcript that it was made from.
    #[must_use]
    pub fn transcript(&self) -> &'t Transcript<'t> {
        self.transcript
    }

    /// The normalised text of all turns, each followed by a line end.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where each turn stands in the text, without its line end.
    #[must_use]
    pub fn turns(&self) -> &[Range<u32>] {
        &self.turns
    }

    /// Number of letters (字) in `turn`.
    #[must_use]
    pub fn letters(&self, turn: u32) -> u32 {
        self.letters[turn as usize + 1] - self.letters[turn as usize]
    }

    /// Letters in all, and the Chinese characters among them.
    #[must_use]
    pub fn letters_and_han(&self) -> (u32, u32) {
        (self.letters.last().copied().unwrap_or(0), self.han)
    }

    /// Where each run of Arabic digits stands, in order.
    #[must_use]
    pub fn numbers(&self) -> &[Range<u32>] {
        &self.numbers
    }

    /// The normalised text of a stretch.
    #[must_use]
    pub fn slice(&self, span: Range<u32>) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    /// The turn in which byte `at` stands.
    #[must_use]
    pub fn turn_at(&self, at: u32) -> u32 {
        position(self.turns.partition_point(|turn| turn.end < at))
    }

    /// Whether a sentence ends strictly inside `span`.
    #[must_use]
    pub fn is_torn(&self, span: &Range<u32>) -> bool {
        let before_end = self.sentence_ends.partition_point(|at| *at < span.end);
        before_end.checked_sub(1).is_some_and(|last| self.sentence_ends[last] > span.start)
    }

    /// Where sentences end, from byte `at` on, in order.
    #[must_use]
    pub fn sentence_ends_from(&self, at: u32) -> &[u32] {
        &self.sentence_ends[self.sentence_ends.partition_point(|end| *end < at)..]
    }

    /// The pauses strictly inside `span`.
    #[must_use]
    pub fn pauses_inside(&self, span: Range<u32>) -> &[Pause] {
        let from = self.pauses.partition_point(|pause| pause.at <= span.start);
        let to = self.pauses.partition_point(|pause| pause.at < span.end);
        self.pauses.get(from..to).unwrap_or_default()
    }

    /// The strongest pause directly before the character at byte `at`, if any.
    #[must_use]
    pub fn pause_at(&self, at: u32) -> Option<PauseKind> {
        let found = self.pauses.binary_search_by_key(&at, |pause| pause.at).ok()?;
        Some(self.pauses[found].kind)
    }

    /// The part of `turn` around `span` without any pause beyond it.
    #[must_use]
    pub fn clause(&self, turn: u32, span: &Range<u32>) -> Range<u32> {
        between(&self.pauses, |pause| pause.at, &self.turns[turn as usize], span)
    }

    /// The part of `turn` around `span` without an end of a sentence beyond it.
    #[must_use]
    pub fn sentence(&self, turn: u32, span: &Range<u32>) -> Range<u32> {
        between(&self.sentence_ends, |at| *at, &self.turns[turn as usize], span)
    }

    /// The sentences of `turn`, in order; empty ones are left out.
    pub fn sentences(&self, turn: u32) -> impl Iterator<Item = Range<u32>> {
        let whole = self.turns[turn as usize].clone();
        let inside =
            self.sentence_ends_from(whole.start).iter().copied().take_while(move |at| *at < whole.end);
        let mut start = whole.start;
        inside.chain([whole.end]).filter_map(move |end| {
            let sentence = start..end;
            start = end;
            (!sentence.is_empty()).then_some(sentence)
        })
    }

    /// Whether no sentence ends within a stretch of one turn.
    #[must_use]
    pub fn is_one_sentence(&self, span: &Range<u32>) -> bool {
        let next = self.sentence_ends_from(span.start + 1).first();
        next.is_none_or(|at| *at >= span.end)
    }

    /// The original words behind a stretch of `turn`.
    #[must_use]
    pub fn original(&self, turn: u32, span: &Range<u32>) -> Original<'t> {
        let posted: &'t str = &self.transcript.turns[turn as usize].text;
        let Some(last) = self.slice(span.clone()).chars().next_back() else {
            return Original { start: 0, end: 0, text: "" };
        };
        let first = self.origin(turn, span.start);
        let last = self.origin(turn, span.end - position(last.len_utf8()));
        let behind = &posted[last.byte as usize..];
        let end = posted.len() - behind.len() + behind.chars().next().map_or(0, char::len_utf8);
        Original { start: first.character, end: last.character + 1, text: &posted[first.byte as usize..end] }
    }

    /// The character of `turn` from which the letter at byte `at` came.
    fn origin(&self, turn: u32, at: u32) -> Origin {
        let [from, to] = [turn, turn + 1].map(|turn| self.runs_before[turn as usize] as usize);
        let runs = &self.runs[from..to];
        // Every letter has come from somewhere, so that a run begins at it or before it.
        runs[runs.partition_point(|run| run.at <= at).saturating_sub(1)].origin(&self.text, at)
    }

    /// The whole of a turn as it was posted.
    #[must_use]
    pub fn original_turn(&self, turn: u32) -> Original<'t> {
        let text: &'t str = &self.transcript.turns[turn as usize].text;
        Original { start: 0, end: position(text.chars().count()), text }
    }
}

/// The part of `whole` around `span` that reaches to the nearest of the marks, which are in order, on either side.
fn between<T>(marks: &[T], at: impl Fn(&T) -> u32, whole: &Range<u32>, span: &Range<u32>) -> Range<u32> {
    let before = marks.partition_point(|mark| at(mark) <= span.start);
    let start = before.checked_sub(1).map_or(whole.start, |last| at(&marks[last]).max(whole.start));
    let after = marks.partition_point(|mark| at(mark) < span.end);
    start..marks.get(after).map_or(whole.end, |next| at(next).min(whole.end))
}

/// Normalises a phrase of a lexicon as text is normalised; its pauses say where punctuation was written.
#[must_use]
pub fn normalise_phrase(phrase: &str) -> (String, Vec<Pause>) {
    let mut out = Normalised::default();
    normalise(phrase, &mut out);
    (out.text, out.pauses)
}
