//! Overlapping entries of one family: the longest wins, and an allow entry wins over what it covers.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Beaten, EntryId, List, ListId, Mention};

/// Everything that one scan found, by list and place.
#[derive(Debug, Clone, Default)]
pub struct Mentions {
    all: Vec<Mention>,
    /// For each list the begin of its mentions in `all`, and one past the last at the end; by rank.
    first: Vec<u32>,
    ranks: Ranks,
}

/// For each list its place in an order, where it has one.
type Ranks = std::sync::Arc<[Option<u32>]>;

impl Mentions {
    /// The mentions of one list, in the order of the text.
    #[must_use]
    pub fn of(&self, list: ListId) -> &[Mention] {
        let place =
            self.ranks[list.0 as usize].and_then(|rank| self.first.get(rank as usize..rank as usize + 2));
        match place {
            Some(&[from, to]) => &self.all[from as usize..to as usize],
            _ => &[],
        }
    }

    /// The entries of all mentions.
    pub fn entries(&self) -> impl Iterator<Item = EntryId> {
        self.all.iter().map(|mention| mention.entry)
    }
}

/// Some of the lists, in an order in which those of one family stand together.
#[derive(Debug)]
pub(super) struct Order {
    ranks: Ranks,
    /// How many lists have a rank.
    size: usize,
    /// The ranks of each family whose lists compete.
    families: Vec<Range<usize>>,
}

impl Order {
    /// The order of those `lists` that are `included`.
    pub(super) fn new(lists: &[List], included: &dyn Fn(&List) -> bool) -> Self {
        let mut order: Vec<usize> = (0..lists.len()).filter(|list| included(&lists[*list])).collect();
        order.sort_by_key(|list| lists[*list].family);
        let mut ranks = vec![None; lists.len()];
        for (rank, list) in (0_u32..).zip(&order) {
            ranks[*list] = Some(rank);
        }
        let runs = order.chunk_by(|a, b| lists[*a].family == lists[*b].family);
        let mut from = 0;
        let families = runs.filter_map(|run| {
            let family = from..from + run.len();
            from = family.end;
            lists[run[0]].competes.then_some(family)
        });
        let families = families.collect();
        Self { ranks: ranks.into(), size: order.len(), families }
    }

    /// Whether `list` has a place in it.
    pub(super) fn covers(&self, list: ListId) -> bool {
        self.ranks[list.0 as usize].is_some()
    }

    /// Decides between overlapping mentions of each family, drops the losers and files the rest by list.
    ///
    /// A forbidding entry that loses to an allow entry stays, marked, since nothing may be hidden from a
    /// reviewer; one that loses to a longer forbidding entry is part of that one and goes. A mention is `foreign` in the
    /// words of somebody whom its entry is not about.
    pub(super) fn settle(
        &self,
        found: Vec<Mention>,
        allows: impl Fn(EntryId) -> bool,
        foreign: impl Fn(&Mention) -> bool,
    ) -> Mentions {
        let mut mentions = self.file(&found);
        let mut any_gone = false;
        let mut scratch = Vec::new();
        for family in &self.families {
            let (from, to) = (mentions.first[family.start], mentions.first[family.end]);
            match &mut mentions.all[from as usize..to as usize] {
                [] => {}
                [only] if !allows(only.entry) => {}
                several => any_gone |= compete(several, &allows, &foreign, &mut scratch),
            }
        }
        if any_gone {
            mentions.forget_gone();
        }
        mentions
    }

    /// Files mentions by rank, those of one rank staying in their order.
    fn file(&self, found: &[Mention]) -> Mentions {
        let rank = |mention: &Mention| self.ranks[mention.list.0 as usize].map_or(0, |rank| rank as usize);
        let mut first = vec![0_u32; self.size + 1];
        for mention in found {
            first[rank(mention) + 1] += 1;
        }
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        let mut next = first.clone();
        let mut all = found.to_vec();
        for mention in found {
            let place = &mut next[rank(mention)];
            all[*place as usize] = *mention;
            *place += 1;
        }
        Mentions { all, first, ranks: self.ranks.clone() }
    }
}

impl Mentions {
    /// Closes the gaps that the losers leave.
    fn forget_gone(&mut self) {
        // Where the losers stand, so that each list begins so many places earlier as stand before it.
        let gone = |mention: &Mention| mention.beaten == Beaten::Gone;
        let mut losers =
            (0_u32..).zip(&self.all).filter(|(_, mention)| gone(mention)).map(|(at, _)| at).peekable();
        let mut before = 0;
        for begin in &mut self.first {
            while losers.next_if(|at| at < begin).is_some() {
                before += 1;
            }
            *begin -= before;
        }
        self.all.retain(|mention| !gone(mention));
    }
}

/// Settles every cluster of overlapping mentions of one family, and says whether any of them is to go.
fn compete(
    mentions: &mut [Mention],
    allows: &impl Fn(EntryId) -> bool,
    foreign: &impl Fn(&Mention) -> bool,
    order: &mut Vec<usize>,
) -> bool {
    order.clear();
    order.extend(0..mentions.len());
    order.sort_unstable_by_key(|at| (mentions[*at].start, *at));
    let mut any_gone = false;
    let mut from = 0;
    while from < order.len() {
        let mut end = mentions[order[from]].end;
        let mut to = from + 1;
        while to < order.len() && mentions[order[to]].start < end {
            end = end.max(mentions[order[to]].end);
            to += 1;
        }
        let cluster = &mut order[from..to];
        if cluster.len() > 1 || allows(mentions[cluster[0]].entry) {
            settle_cluster(mentions, cluster, allows, foreign);
            any_gone |= cluster.iter().any(|at| mentions[*at].beaten == Beaten::Gone);
        }
        from = to;
    }
    any_gone
}

/// Settles mentions that overlap: those in the words of whom they are about first, then the longest; of equals an allow
/// entry, then the earliest.
fn settle_cluster(
    mentions: &mut [Mention],
    cluster: &mut [usize],
    allows: &impl Fn(EntryId) -> bool,
    foreign: &impl Fn(&Mention) -> bool,
) {
    cluster.sort_unstable_by_key(|at| {
        let m = &mentions[*at];
        (foreign(m), u32::MAX - (m.end - m.start), !allows(m.entry), m.start, m.list, m.entry, *at)
    });
    // By their begins, with the order in which they won. Winners do not overlap, so that those which reach
    // into a mention stand next to each other.
    let mut winners: BTreeMap<u32, (usize, Mention)> = BTreeMap::new();
    for at in cluster.iter() {
        let mention = mentions[*at];
        let near =
            winners.range(..mention.end).rev().take_while(|(_, (_, winner))| mention.start < winner.end);
        let winner =
            near.map(|(_, winner)| *winner).min_by_key(|(order, _)| *order).map(|(_, winner)| winner);
        mentions[*at].beaten = match winner {
            None => {
                winners.insert(mention.start, (winners.len(), mention));
                if allows(mention.entry) { Beaten::Gone } else { Beaten::No }
            }
            Some(winner) if allows(winner.entry) && !allows(mention.entry) => Beaten::ByAllow(winner.entry),
            Some(_) => Beaten::Gone,
        };
    }
}
