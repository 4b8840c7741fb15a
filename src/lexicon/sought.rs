//! An entry as the scan finds it: a core that announces it, and the choices on both sides of the core.
//!
//! `(这|那|)(个|)(事|)不归(我|我们)管` has 24 wordings, but every one of them holds 不归我管 or 不归我们管.
//! Only such cores go into the automaton; what stands around a core is compared where it was found.

use std::ops::Range;

use smallvec::{SmallVec, smallvec};

use super::frequency::Frequencies;
use super::glance::{Announced, Asks, Glance, Letters, Needs};
use super::phrase::{self, Count};
use super::side::{Side, numerals};
use super::wording::{Piece, Wordings, has_letters};
use super::{Entry, EntryId, ListId};

/// One entry announces itself by at most so many cores.
const MOST_CORES: usize = 300;

/// What one core more costs, in cores that are found in a text of one letter: a larger automaton is slower.
const COST_OF_A_CORE: f64 = 5e-6;

/// What it costs to look at what stands around a core, in glances.
const COST_OF_A_LOOK: f64 = 20.0;

/// In about so many letters on either side of a core lies what else an entry is made of.
const LETTERS_NEAR: f64 = 8.0;

/// An entry that is looked for.
#[derive(Debug)]
pub(super) struct Sought {
    pub(super) entry: EntryId,
    pub(super) list: ListId,
    asks: Asks,
    pub(super) needs: Needs,
    pub(super) wordings: Wordings,
    /// The parts of the wordings that make the core.
    core: Range<usize>,
    before: Beside,
    after: Beside,
    /// What stands after the core is likely to be rarer than what stands before it.
    looks_after_first: bool,
}

/// Stretches of a text.
type Spans = SmallVec<[Range<usize>; 4]>;

/// Bytes of rows of pieces.
type Lengths = SmallVec<[usize; 16]>;

impl Sought {
    pub(super) fn new(id: EntryId, wordings: Wordings, entries: &[Entry], frequencies: &Frequencies) -> Self {
        let entry = &entries[id.0 as usize];
        let announced: Vec<Option<Announced>> =
            wordings.parts.iter().map(|part| Announced::of(part, frequencies)).collect();
        let core = best_core(&wordings.parts, &announced, frequencies);
        Self {
            entry: id,
            list: entry.list,
            asks: match (entry.anchor, entry.border) {
                _ if wordings.may_be_torn => Asks::Letters,
                (None, false) if wordings.are_plain() => Asks::Sentence,
                _ => Asks::More,
            },
            looks_after_first: likely_near(&announced[core.end..]) < likely_near(&announced[..core.start]),
            needs: Needs::of(&wordings, &core, &announced),
            before: Beside::new(Side::Before, wordings.parts[..core.start].iter().rev()),
            after: Beside::new(Side::After, wordings.parts[core.end..].iter()),
            wordings,
            core,
        }
    }

    /// The texts of which every match holds one.
    pub(super) fn cores(&self) -> Vec<String> {
        combinations(&self.wordings.parts[self.core.clone()])
    }

    /// What the letters next to a core tell about it.
    pub(super) fn glance(&self) -> Glance {
        Glance {
            before: self.before.letters,
            after: self.after.letters,
            needs_before: !self.before.may_be_empty,
            needs_after: !self.after.may_be_empty,
            asks: self.asks,
        }
    }

    /// The wordings around a core that stands at `core` in `text`, the longest first; `sentence` tells around which
    /// bytes which sentence stands.
    pub(super) fn around(
        &self,
        text: &str,
        core: &Range<usize>,
        sentence: &impl Fn(Range<usize>) -> Range<usize>,
    ) -> Spans {
        let mut spans = Spans::new();
        let before = || self.before.lengths(text, core.start, sentence);
        let after = || self.after.lengths(text, core.end, sentence);
        // What is more likely to be missing is looked at first.
        let missing = Lengths::new;
        let (before, after) = if self.looks_after_first {
            let after = after();
            (if after.is_empty() { missing() } else { before() }, after)
        } else {
            let before = before();
            let after = if before.is_empty() { missing() } else { after() };
            (before, after)
        };
        for b in &before {
            spans.extend(after.iter().map(|a| core.start - b..core.end + a));
        }
        if spans.len() > 1 {
            spans.sort_by_key(|span| std::cmp::Reverse(span.len()));
            spans.dedup();
        }
        spans
    }
}

/// What stands on one side of the core.
#[derive(Debug)]
struct Beside {
    side: Side,
    /// From the core outward.
    parts: Vec<Part>,
    /// The letters with which it may begin, seen from the core.
    letters: Letters,
    may_be_empty: bool,
}

/// A part as it is compared from the core outward.
#[derive(Debug)]
struct Part {
    kind: Kind,
    /// The letters with which it may begin, seen from the core.
    letters: Letters,
    may_be_empty: bool,
}

#[derive(Debug)]
enum Kind {
    /// What is not empty, in the order of the letter that is nearest to the core.
    Pieces(Vec<(char, String)>),
    Gap(Count),
    Number(Count),
}

impl Beside {
    fn new<'p>(side: Side, outward: impl Iterator<Item = &'p phrase::Part<Piece>>) -> Self {
        let parts: Vec<Part> = outward.map(|part| Part::new(side, part)).collect();
        let needed = parts.iter().position(|part| !part.may_be_empty);
        let near = &parts[..needed.map_or(parts.len(), |at| at + 1)];
        let mut letters = Letters::EMPTY;
        near.iter().for_each(|part| letters.add_all(&part.letters));
        Self { side, letters, may_be_empty: needed.is_none(), parts }
    }

    /// The bytes of every row of parts that stands in `text` next to a core that begins or ends at byte `at`; each
    /// number once, so that the work stays small however many ways lead to it.
    fn lengths(&self, text: &str, at: usize, sentence: &impl Fn(Range<usize>) -> Range<usize>) -> Lengths {
        let mut lengths: Lengths = smallvec![0];
        for part in &self.parts {
            let known = lengths.len();
            for nth in 0..known {
                part.add_to(lengths[nth], self.side, text, at, sentence, &mut lengths);
            }
            let longer = lengths.len() > known;
            if !part.may_be_empty {
                lengths.drain(..known);
            }
            if longer {
                lengths.sort_unstable();
                lengths.dedup();
            }
        }
        lengths
    }
}

impl Part {
    fn new(side: Side, written: &phrase::Part<Piece>) -> Self {
        match written {
            phrase::Part::Choice(written) => {
                let known =
                    written.iter().filter_map(|piece| Some((side.nearest(&piece.text)?, piece.text.clone())));
                let mut pieces: Vec<_> = known.collect();
                pieces.sort();
                pieces.dedup();
                let letters = pieces.iter().map(|(letter, _)| u32::from(*letter)).collect();
                let may_be_empty = written.iter().any(|piece| piece.text.is_empty());
                Self { kind: Kind::Pieces(pieces), letters, may_be_empty }
            }
            phrase::Part::Gap(count) => Self {
                kind: Kind::Gap(count.clone()),
                letters: Letters::ALL,
                may_be_empty: *count.start() == 0,
            },
            phrase::Part::Number(count) => Self {
                kind: Kind::Number(count.clone()),
                letters: numerals(count).chars().map(u32::from).collect(),
                may_be_empty: false,
            },
        }
    }

    /// Adds what `length`, counted from byte `at` of `text`, becomes with everything that the part may be behind it.
    fn add_to(
        &self,
        length: usize,
        side: Side,
        text: &str,
        at: usize,
        sentence: &impl Fn(Range<usize>) -> Range<usize>,
        lengths: &mut Lengths,
    ) {
        let here = side.away(at, length);
        let around = || sentence(side.outward(here));
        match &self.kind {
            Kind::Pieces(pieces) => {
                let known = self.known_by(pieces, side.next(text, here)).iter();
                known
                    .filter(|(_, piece)| side.fits(text, here, piece))
                    .for_each(|(_, piece)| lengths.push(length + piece.len()));
            }
            Kind::Gap(count) => side.gaps(text, &around(), here, count, |bytes| {
                if bytes > 0 {
                    lengths.push(length + bytes);
                }
            }),
            Kind::Number(count) => {
                side.number(text, &around(), here, count).into_iter().for_each(|b| lengths.push(length + b));
            }
        }
    }

    /// The pieces that may stand where `letter` is nearest to the core.
    fn known_by<'p>(&self, pieces: &'p [(char, String)], letter: Option<char>) -> &'p [(char, String)] {
        let Some(letter) = letter.filter(|letter| self.letters.holds(u32::from(*letter))) else { return &[] };
        let from = pieces.partition_point(|(known_by, _)| *known_by < letter);
        let count = pieces[from..].partition_point(|(known_by, _)| *known_by == letter);
        &pieces[from..from + count]
    }
}

/// The row of parts that announces the entry best: found rarely, made of few combinations, and seldom next to what else
/// the entry is made of where the entry is not. Gaps and numbers announce nothing.
fn best_core(
    parts: &[phrase::Part<Piece>],
    announced: &[Option<Announced>],
    frequencies: &Frequencies,
) -> Range<usize> {
    let mut best = (f64::INFINITY, 0..0);
    for from in 0..parts.len() {
        let (mut announces, mut count, mut found) = (false, 1_usize, 1.0);
        for (to, part) in parts.iter().enumerate().skip(from) {
            let phrase::Part::Choice(pieces) = part else { break };
            announces |= has_letters(part);
            count = count.saturating_mul(pieces.len());
            found *= pieces.iter().map(|piece| frequencies.expected(&piece.text)).sum::<f64>();
            if count > MOST_CORES && to > from {
                break;
            }
            let looks = likely_near(&announced[..from]) * likely_near(&announced[to + 1..]);
            #[expect(clippy::cast_precision_loss, reason = "there are at most MOST_CORES")]
            let cost = found * (1.0 + looks * COST_OF_A_LOOK) + count as f64 * COST_OF_A_CORE;
            if announces && cost < best.0 {
                best = (cost, from..to + 1);
            }
        }
    }
    best.1
}

/// How likely it is that all these parts seem to stand near a core: as likely as the rarest.
fn likely_near(parts: &[Option<Announced>]) -> f64 {
    parts.iter().flatten().map(|part| part.often * LETTERS_NEAR).fold(1.0, f64::min)
}

/// All combinations of one piece of each part.
fn combinations(parts: &[phrase::Part<Piece>]) -> Vec<String> {
    let mut all = vec![String::new()];
    for part in parts {
        let phrase::Part::Choice(pieces) = part else { continue };
        all = all
            .iter()
            .flat_map(|head| pieces.iter().map(move |piece| format!("{head}{}", piece.text)))
            .collect();
    }
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::super::LexiconsDraft;
    use super::super::glance::Next;
    use super::super::phrase::{Classes, parts};
    use super::*;

    fn sought(phrase: &str) -> Sought {
        let wordings = Wordings::new(&parts(phrase, &Classes::new()).unwrap()).unwrap();
        let entry = Entry::plain(phrase.to_owned(), LexiconsDraft::default().new_list(1, true));
        let mut frequencies = Frequencies::default();
        frequencies.count("这个事我们的啊");
        Sought::new(EntryId(0), wordings, &[entry], &frequencies)
    }

    #[test]
    fn only_the_core_announces_an_entry() {
        assert_eq!(sought("(这|那|)(个|)(事|)不归(我|我们)管").cores(), ["不归我们管", "不归我管"]);
        assert_eq!(sought("喂").cores(), ["喂"]);
    }

    #[test]
    fn the_longest_wording_around_a_core_is_found() {
        let entry = sought("(这|那|)(个|)(事|事情|)不归我管(啊|的|)");
        for (text, expected) in [
            ("您这个事情不归我管的", "这个事情不归我管的"),
            ("不归我管", "不归我管"),
            ("那不归我管吗", "那不归我管"),
        ] {
            let core = text.find("不归我管").unwrap();
            let found = entry.around(text, &(core..core + "不归我管".len()), &|_| 0..text.len());
            assert_eq!(found.first().map(|span| &text[span.clone()]), Some(expected));
        }
    }

    #[test]
    fn the_letters_next_to_a_core_decide_most_cases() {
        let next_to = |entry: &str, before, after| sought(entry).glance().next_to(before, after);
        // What begins with almost any letter is no part of the core.
        let entry = "(这|个|事|我|们|的|啊)喂(啊|)";
        assert_eq!(sought(entry).cores(), ["喂"]);
        assert_eq!(next_to(entry, Some('甲'), None), Next::Nothing);
        assert_eq!(next_to(entry, Some('这'), None), Next::Look);
        assert_eq!(next_to("不归我管(啊|的|)", Some('甲'), Some('甲')), Next::Alone(Asks::Sentence));
        assert_eq!(next_to("不归我管(啊|的|)", Some('甲'), Some('啊')), Next::Look);
    }

    #[test]
    fn gaps_and_numbers_are_filled_from_the_core_outward() {
        let spans = |phrase: &str, text: &'static str| {
            let entry = sought(phrase);
            let core = entry.cores().into_iter().find(|core| text.contains(core.as_str())).unwrap();
            let at = text.find(&core).unwrap();
            let found = entry.around(text, &(at..at + core.len()), &|_| 0..text.len());
            found.iter().map(|span| &text[span.clone()]).collect::<Vec<_>>()
        };
        assert_eq!(spans("(师傅|同事){4}上门", "有师傅明天上门"), ["师傅明天上门"]);
        assert_eq!(spans("(师傅|同事){1}上门", "有师傅明天上门"), Vec::<&str>::new());
        assert_eq!(spans("工号{2}<数字>", "我的工号是三十五号"), ["工号是三十五"]);
        assert_eq!(spans("姓{1-2}", "我姓欧阳"), ["姓欧阳", "姓欧"]);
        assert_eq!(spans("<数字7-12>{8}对吗", "1380013号码对吗"), ["1380013号码对吗"]);
        assert_eq!(spans("<数字8-12>{8}对吗", "1380013号码对吗"), Vec::<&str>::new());
    }
}
