//! The wordings of one entry: a core that the scan finds, and the choices on both sides of it.
//!
//! `(这|那|)(个|)(事|)不归(我|我们)管` has 24 wordings, but every one of them holds 不归我管 or 不归我们管.
//! Only such cores go into the automaton; what stands around a core is compared where it was found.

use std::ops::Range;

use smallvec::{SmallVec, smallvec};

use super::phrase::MOST_WORDINGS;
use crate::text::normalise_phrase;

/// One entry announces itself by at most so many cores: the more there are, the longer and rarer they can be.
const MOST_CORES: usize = 1000;

/// A core of so many characters is rare; longer ones are hardly rarer.
const RARE: usize = 3;

/// The wordings of one entry.
#[derive(Debug, Clone)]
pub(super) struct Wordings {
    parts: Vec<Part>,
    /// The parts that make the core.
    core: Range<usize>,
}

/// Stretches of a text.
pub(super) type Spans = SmallVec<[Range<usize>; 4]>;

/// Bytes of rows of pieces.
type Lengths = SmallVec<[usize; 8]>;

/// A part of a phrase: one of several wordings, the longest first.
type Part = Vec<Piece>;

/// A piece of normalised text, with the places at which the lexicon wrote punctuation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    text: String,
    /// First and last character, compared before the text is.
    ends: Option<(char, char)>,
    pauses: Vec<u32>,
}

impl Piece {
    fn new(written: &str) -> Self {
        let (text, pauses) = normalise_phrase(written);
        Self { pauses: pauses.iter().map(|pause| pause.at).collect(), ..Self::plain(text) }
    }

    fn plain(text: String) -> Self {
        Self { ends: text.chars().next().zip(text.chars().next_back()), text, pauses: Vec::new() }
    }

    fn begins(&self, text: &str, first: Option<char>) -> bool {
        self.ends.is_none_or(|(own, _)| Some(own) == first && text.starts_with(&self.text))
    }

    fn ends(&self, text: &str, last: Option<char>) -> bool {
        self.ends.is_none_or(|(_, own)| Some(own) == last && text.ends_with(&self.text))
    }
}

impl Wordings {
    /// The wordings of a phrase with these parts; none where a wording has no letter at all.
    pub(super) fn new(parts: &[Vec<String>]) -> Option<Self> {
        let mut parts: Vec<Part> = join_digits(parts)?.iter().map(|part| pieces(part)).collect();
        parts.retain(|part| part.iter().any(|piece| !piece.text.is_empty() || !piece.pauses.is_empty()));
        let core = best_core(&parts)?;
        Some(Self { parts, core })
    }

    /// Literals in normalised form, each of them a core.
    pub(super) fn of_literals(literals: &[String]) -> Self {
        let piece = |text: &String| Piece::plain(text.clone());
        Self { parts: vec![literals.iter().map(piece).collect()], core: 0..1 }
    }

    /// Characters of the longest wording.
    pub(super) fn longest(&self) -> usize {
        let longest = |part: &Part| part.iter().map(|piece| piece.text.chars().count()).max().unwrap_or(0);
        self.parts.iter().map(longest).sum()
    }

    /// The texts of which every match holds one.
    pub(super) fn cores(&self) -> Vec<String> {
        combinations(&self.parts[self.core.clone()])
    }

    /// Whether every wording is a core, with nothing around it and no pause inside to look at.
    pub(super) fn are_plain_cores(&self) -> bool {
        let no_pause = |part: &Part| part.iter().all(|piece| piece.pauses.is_empty());
        self.core.len() == self.parts.len() && self.parts.iter().all(no_pause)
    }

    /// The wordings around a core that stands at `core` in `text`, the longest first.
    pub(super) fn around(&self, text: &str, core: &Range<usize>) -> Spans {
        if self.core.len() == self.parts.len() {
            return smallvec![core.clone()];
        }
        let before = lengths_before(&self.parts[..self.core.start], &text[..core.start]);
        let after = lengths_after(&self.parts[self.core.end..], &text[core.end..]);
        let pairs = before.iter().flat_map(|b| after.iter().map(move |a| core.start - b..core.end + a));
        let mut spans: Spans = pairs.collect();
        if spans.len() > 1 {
            spans.sort_by_key(|span| std::cmp::Reverse(span.len()));
            spans.dedup();
        }
        spans
    }

    /// Whether `found`, which is one of the wordings, may be torn by sentence ends at these places: only
    /// where the lexicon wrote punctuation.
    pub(super) fn may_pause(&self, found: &str, places: &[u32]) -> bool {
        may_pause(&self.parts, found, places)
    }
}

/// Digits that meet from two parts would be read as one number: such parts are joined beforehand. None where they
/// would have more than [`MOST_WORDINGS`] wordings together.
pub(super) fn join_digits(parts: &[Vec<String>]) -> Option<Vec<Vec<String>>> {
    let digits =
        |c: Option<char>| c.is_some_and(|c| c.is_numeric() || "零〇幺一二三四五六七八九".contains(c));
    let mut joined: Vec<Vec<String>> = Vec::new();
    for part in parts {
        let meets = joined.last().is_some_and(|before| {
            before.iter().any(|text| digits(text.chars().last()))
                && part.iter().any(|text| digits(text.chars().next()))
        });
        match joined.last_mut().filter(|_| meets) {
            Some(before) if before.len() * part.len() > MOST_WORDINGS => return None,
            Some(before) => {
                *before = before.iter().flat_map(|a| part.iter().map(move |b| format!("{a}{b}"))).collect();
            }
            None => joined.push(part.clone()),
        }
    }
    Some(joined)
}

fn pieces(part: &[String]) -> Part {
    let mut pieces: Part = part.iter().map(|written| Piece::new(written)).collect();
    pieces.sort_by(|a, b| b.text.len().cmp(&a.text.len()).then_with(|| a.text.cmp(&b.text)));
    pieces.dedup();
    pieces
}

/// The row of parts that announces the entry best: its shortest combination is long enough to be rare, and
/// there are few combinations.
fn best_core(parts: &[Part]) -> Option<Range<usize>> {
    let shortest = |part: &Part| part.iter().map(|piece| piece.text.chars().count()).min().unwrap_or(0);
    let mut best: Option<((usize, usize, usize), Range<usize>)> = None;
    for from in 0..parts.len() {
        let (mut length, mut count) = (0, 1_usize);
        for (to, part) in parts.iter().enumerate().skip(from) {
            length += shortest(part);
            count = count.saturating_mul(part.len());
            if count > MOST_CORES && to > from {
                break;
            }
            let rank = (length.min(RARE), usize::MAX - count, length);
            if length > 0 && best.as_ref().is_none_or(|(other, _)| rank > *other) {
                best = Some((rank, from..to + 1));
            }
        }
    }
    best.map(|(_, range)| range)
}

/// All combinations of one piece of each part.
fn combinations(parts: &[Part]) -> Vec<String> {
    let mut all = vec![String::new()];
    for part in parts {
        all = all
            .iter()
            .flat_map(|head| part.iter().map(move |piece| format!("{head}{}", piece.text)))
            .collect();
    }
    all.sort();
    all.dedup();
    all
}

/// The bytes of every row of pieces that `text` ends with.
fn lengths_before(parts: &[Part], text: &str) -> Lengths {
    let mut lengths: Lengths = smallvec![0];
    for part in parts.iter().rev() {
        lengths = further(&lengths, |length| {
            let rest = &text[..text.len() - length];
            let end = rest.chars().next_back();
            part.iter().filter(move |piece| piece.ends(rest, end)).map(|piece| piece.text.len())
        });
    }
    lengths
}

/// The bytes of every row of pieces that `text` begins with.
fn lengths_after(parts: &[Part], text: &str) -> Lengths {
    let mut lengths: Lengths = smallvec![0];
    for part in parts {
        lengths = further(&lengths, |length| {
            let rest = &text[length..];
            let begin = rest.chars().next();
            part.iter().filter(move |piece| piece.begins(rest, begin)).map(|piece| piece.text.len())
        });
    }
    lengths
}

/// Every length with everything that fits behind it; each length once, so that the work stays small
/// however many ways lead to it.
fn further<I: Iterator<Item = usize>>(lengths: &Lengths, fitting: impl Fn(usize) -> I) -> Lengths {
    let mut longer = Lengths::new();
    for length in lengths {
        longer.extend(fitting(*length).map(|more| length + more));
    }
    longer.sort_unstable();
    longer.dedup();
    longer
}

/// Whether `text` can be made of `parts` so that every one of the `torn` places was written as a pause.
fn may_pause(parts: &[Part], text: &str, torn: &[u32]) -> bool {
    // Ends of rows of pieces, and whether a tear at that end is still without a written pause.
    let mut ends: Vec<(u32, bool)> = vec![(0, false)];
    for part in parts {
        let mut next: Vec<(u32, bool)> = Vec::new();
        for (at, unwritten) in &ends {
            let rest = &text[*at as usize..];
            let begin = rest.chars().next();
            let fitting = part.iter().filter(|piece| piece.begins(rest, begin));
            next.extend(fitting.filter_map(|piece| piece.carries(*at, *unwritten, torn)));
        }
        next.sort_unstable();
        next.dedup();
        ends = next;
    }
    ends.iter().any(|(end, _)| *end as usize == text.len())
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

#[cfg(test)]
mod tests {
    use super::super::phrase::parts;
    use super::*;

    fn wordings(phrase: &str) -> Wordings {
        Wordings::new(&parts(phrase).unwrap()).unwrap()
    }

    #[test]
    fn only_the_core_announces_an_entry() {
        assert_eq!(wordings("(这|那|)(个|)(事|)不归(我|我们)管").cores(), ["不归我们管", "不归我管"]);
        assert_eq!(wordings("喂").cores(), ["喂"]);
        assert!(Wordings::new(&parts("(啊|)，").unwrap()).is_none());
    }

    #[test]
    fn the_longest_wording_around_a_core_is_found() {
        let entry = wordings("(这|那|)(个|)(事|事情|)不归我管(啊|的|)");
        for (text, expected) in [
            ("您这个事情不归我管的", "这个事情不归我管的"),
            ("不归我管", "不归我管"),
            ("那不归我管吗", "那不归我管"),
        ] {
            let core = text.find("不归我管").unwrap();
            let found = entry.around(text, &(core..core + "不归我管".len()));
            assert_eq!(found.first().map(|span| &text[span.clone()]), Some(expected));
        }
    }

    #[test]
    fn sentence_ends_are_allowed_only_where_punctuation_was_written() {
        let entry = wordings("喂，(你|)说话(呀|)");
        assert!(entry.may_pause("喂你说话", &[3]));
        assert!(entry.may_pause("喂说话", &[3]));
        assert!(!entry.may_pause("喂你说话", &[6]));
        assert!(!wordings("喂说话").may_pause("喂说话", &[3]));
    }

    #[test]
    fn numbers_that_meet_from_two_parts_are_read_as_one() {
        assert_eq!(wordings("幺(零零|一一)八六").cores(), ["10086", "11186"]);
    }
}
