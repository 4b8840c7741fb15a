//! The wordings of one entry: a row of parts, each of them one of several pieces of normalised text, a gap or a number.

use std::borrow::Cow;

use super::phrase::{MOST_WORDINGS, Part};
use super::side::Side;
use crate::text::normalise_phrase;

/// The wordings of one entry.
#[derive(Debug, Clone)]
pub(super) struct Wordings {
    pub(super) parts: Vec<Part<Piece>>,
    /// They count across the ends of sentences.
    pub(super) may_be_torn: bool,
}

/// A piece of normalised text, with the places at which the lexicon wrote punctuation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece {
    pub(super) text: String,
    pauses: Vec<u32>,
}

impl Wordings {
    /// The wordings of a phrase with these parts; none where a wording has no letter of its own at all.
    pub(super) fn new(parts: &[Part<String>]) -> Option<Self> {
        let parts = join_digits(parts)?;
        let mut parts: Vec<Part<Piece>> = parts.iter().map(normalised).collect();
        parts.retain(|part| match part {
            Part::Choice(pieces) => {
                pieces.iter().any(|piece| !piece.text.is_empty() || !piece.pauses.is_empty())
            }
            Part::Gap(_) | Part::Number(_) => true,
        });
        parts.iter().any(has_letters).then_some(Self { parts, may_be_torn: false })
    }

    /// Literals in normalised form, wherever they stand.
    pub(super) fn of_literals(literals: &[String]) -> Self {
        let piece = |text: &String| Piece { text: text.clone(), pauses: Vec::new() };
        Self { parts: vec![Part::Choice(literals.iter().map(piece).collect())], may_be_torn: true }
    }

    /// All pieces of all parts.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.parts.iter().flat_map(|part| match part {
            Part::Choice(pieces) => &pieces[..],
            Part::Gap(_) | Part::Number(_) => &[],
        })
    }

    /// Every wording, letter by letter; none where they are more than `most`, or where gaps or numbers leave them open.
    pub(super) fn all(&self, most: usize) -> Option<Vec<String>> {
        let mut all = vec![String::new()];
        for part in &self.parts {
            let Part::Choice(pieces) = part else { return None };
            if all.len() * pieces.len() > most {
                return None;
            }
            all = all
                .iter()
                .flat_map(|head| pieces.iter().map(move |piece| format!("{head}{}", piece.text)))
                .collect();
        }
        Some(all)
    }

    /// Characters of the longest wording.
    pub(super) fn longest(&self) -> usize {
        let length = |piece: &Piece| piece.text.chars().count();
        let longest = |part: &Part<Piece>| match part {
            Part::Choice(pieces) => pieces.iter().map(length).max().unwrap_or(0),
            Part::Gap(count) | Part::Number(count) => *count.end() as usize,
        };
        self.parts.iter().map(longest).sum()
    }

    /// Whether a mention that holds no end of a sentence needs no further look.
    pub(super) fn are_plain(&self) -> bool {
        let is_plain = |part: &Part<Piece>| match part {
            Part::Choice(pieces) => pieces.iter().all(|piece| piece.pauses.is_empty()),
            Part::Gap(_) | Part::Number(_) => true,
        };
        self.parts.iter().all(is_plain)
    }

    /// Whether `found`, which is one of the wordings, can be made of its parts so that every one of the `torn`
    /// places was written as a pause.
    pub(super) fn may_pause(&self, found: &str, torn: &[u32]) -> bool {
        // Ends of rows of pieces, and whether a tear at that end is still without a written pause.
        let mut ends: Vec<(u32, bool)> = vec![(0, false)];
        for part in &self.parts {
            let mut next: Vec<(u32, bool)> = Vec::new();
            for (at, unwritten) in &ends {
                let here = fitting(part, found, *at as usize);
                next.extend(here.iter().filter_map(|piece| piece.carries(*at, *unwritten, torn)));
            }
            next.sort_unstable();
            next.dedup();
            ends = next;
        }
        ends.iter().any(|(end, _)| *end as usize == found.len())
    }
}

/// What `part` may be at byte `at` of `found`.
fn fitting<'p>(part: &'p Part<Piece>, found: &str, at: usize) -> Vec<Cow<'p, Piece>> {
    let unpaused =
        |bytes: usize| Cow::Owned(Piece { text: found[at..at + bytes].to_owned(), pauses: Vec::new() });
    // Where a sentence ends is looked at afterwards.
    let all = 0..found.len();
    match part {
        Part::Choice(pieces) => {
            let fitting = pieces.iter().filter(|piece| found[at..].starts_with(&piece.text));
            fitting.map(Cow::Borrowed).collect()
        }
        Part::Gap(count) => {
            let mut gaps = Vec::new();
            Side::After.gaps(found, &all, at, count, |bytes| gaps.push(unpaused(bytes)));
            gaps
        }
        Part::Number(count) => Side::After.number(found, &all, at, count).into_iter().map(unpaused).collect(),
    }
}

/// Whether every way through `part` leaves letters that the phrase names.
pub(super) fn has_letters(part: &Part<Piece>) -> bool {
    matches!(part, Part::Choice(pieces) if pieces.iter().all(|piece| !piece.text.is_empty()))
}

fn normalised(part: &Part<String>) -> Part<Piece> {
    match part {
        Part::Choice(wordings) => Part::Choice(pieces(wordings)),
        Part::Gap(count) => Part::Gap(count.clone()),
        Part::Number(count) => Part::Number(count.clone()),
    }
}

fn pieces(part: &[String]) -> Vec<Piece> {
    let piece = |written: &String| {
        let (text, pauses) = normalise_phrase(written);
        Piece { text, pauses: pauses.iter().map(|pause| pause.at).collect() }
    };
    let mut pieces: Vec<Piece> = part.iter().map(piece).collect();
    pieces.sort();
    pieces.dedup();
    pieces
}

impl Piece {
    /// The end of this piece at byte `at`, and whether a tear there is unwritten; nothing if a tear
    /// before its end is.
    fn carries(&self, at: u32, unwritten: bool, torn: &[u32]) -> Option<(u32, bool)> {
        let end = at + u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let written = |place: u32| self.pauses.contains(&(place - at));
        let torn_inside = torn.iter().any(|place| at < *place && *place < end && !written(*place));
        let torn_before = unwritten && !written(at);
        if self.text.is_empty() {
            return Some((end, torn_before));
        }
        let open = torn.contains(&end) && !written(end);
        (!torn_inside && !torn_before).then_some((end, open))
    }
}

/// Digits that meet from two parts would be read as one number: such parts are joined beforehand. None where they
/// would have more than [`MOST_WORDINGS`] wordings together.
pub(super) fn join_digits(parts: &[Part<String>]) -> Option<Vec<Part<String>>> {
    let digits =
        |c: Option<char>| c.is_some_and(|c| c.is_numeric() || "零〇幺一二三四五六七八九".contains(c));
    let meet = |before: &[String], after: &[String]| {
        before.iter().any(|text| digits(text.chars().last()))
            && after.iter().any(|text| digits(text.chars().next()))
    };
    let mut joined: Vec<Part<String>> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Choice(before)), Part::Choice(after)) if meet(before, after) => {
                if before.len() * after.len() > MOST_WORDINGS {
                    return None;
                }
                *before = before.iter().flat_map(|a| after.iter().map(move |b| format!("{a}{b}"))).collect();
            }
            _ => joined.push(part.clone()),
        }
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::super::phrase::{Classes, parts};
    use super::*;

    fn wordings(phrase: &str) -> Wordings {
        Wordings::new(&parts(phrase, &Classes::new()).unwrap()).unwrap()
    }

    #[test]
    fn sentence_ends_are_allowed_only_where_punctuation_was_written() {
        let entry = wordings("喂，(你|)说话(呀|)");
        assert!(entry.may_pause("喂你说话", &[3]));
        assert!(entry.may_pause("喂说话", &[3]));
        assert!(!entry.may_pause("喂你说话", &[6]));
        assert!(!wordings("喂说话").may_pause("喂说话", &[3]));
        assert!(wordings("喂{3}，说话").may_pause("喂你们说话", &[9]));
        assert!(!wordings("喂{3}，说话").may_pause("喂你们说话", &[6]));
        assert!(!wordings("喂{3}说话").may_pause("喂说话", &[3]));
    }

    #[test]
    fn numbers_that_meet_from_two_parts_are_read_as_one() {
        let texts: Vec<String> =
            wordings("幺(零零|一一)八六").pieces().map(|piece| piece.text.clone()).collect();
        assert_eq!(texts, ["10086", "11186"]);
    }

    #[test]
    fn a_phrase_without_letters_has_no_wordings() {
        assert!(Wordings::new(&parts("(啊|)，", &Classes::new()).unwrap()).is_none());
    }
}
