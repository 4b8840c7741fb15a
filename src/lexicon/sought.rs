//! An entry as the scan finds it: a core that announces it, and the choices on both sides of the core.
//!
//! `(这|那|)(个|)(事|)不归(我|我们)管` has 24 wordings, but every one of them holds 不归我管 or 不归我们管.
//! Only such cores go into the automaton; what stands around a core is compared where it was found.

use std::ops::Range;

use smallvec::SmallVec;

use super::beside::{Beside, Known, Lengths};
use super::frequency::Frequencies;
use super::glance::{Announced, Asks, Glance, Needs};
use super::phrase;
use super::side::Side;
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

    /// Keeps what stands in other entries as well only once.
    pub(super) fn share(&mut self, known: &mut Known) {
        self.before.share(known);
        self.after.share(known);
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
