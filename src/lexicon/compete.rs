//! Overlapping entries of one family: the longest wins, and an allow entry wins over what it covers.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Beaten, EntryId, List, ListId, Mention};

/// Everything that one scan found, by list and place.
#[derive(Debug, Default)]
pub struct Mentions {
    all: Vec<Mention>,
    /// For each list the begin of its mentions in `all`, and one past the last at the end; by rank.
    first: Vec<u32>,
    ranks: std::sync::Arc<[u32]>,
}

impl Mentions {
    /// The mentions of one list, in the order of the text.
    #[must_use]
    pub fn of(&self, list: ListId) -> &[Mention] {
        let rank = self.ranks.get(list.0 as usize).map_or(0, |rank| *rank as usize);
        match self.first.get(rank..rank + 2) {
            Some(&[from, to]) => &self.all[from as usize..to as usize],
            _ => &[],
        }
    }
}

/// The lists in an order in which those of one family stand together.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// For each list its place in the order.
    ranks: std::sync::Arc<[u32]>,
    /// The places of each family whose lists compete.
    families: Vec<Range<usize>>,
}

impl Order {
    pub(super) fn new(lists: &[List]) -> Self {
        let mut order: Vec<usize> = (0..lists.len()).collect();
        order.sort_by_key(|list| lists[*list].family);
        let mut ranks = vec![0; lists.len()];
        for (rank, list) in (0_u32..).zip(&order) {
            ranks[*list] = rank;
        }
        let runs = order.chunk_by(|a, b| lists[*a].family == lists[*b].family);
        let mut from = 0;
        let families = runs.filter_map(|run| {
            let family = from..from + run.len();
            from = family.end;
            lists[run[0]].competes.then_some(family)
        });
        let families = families.collect();
        Self { ranks: ranks.into(), families }
    }

    /// Decides between overlapping mentions of each family, drops the losers and files the rest by list.
    ///
    /// A forbidding entry that loses to an allow entry stays, marked, since nothing may be hidden from a
    /// reviewer; one that loses to a longer forbidding entry is part of that one and goes.
    pub(super) fn settle(&self, found: Vec<Mention>, allows: impl Fn(EntryId) -> bool) -> Mentions {
        let rank = |mention: &Mention| self.ranks[mention.list.0 as usize] as usize;
        let mut all = found;
        let mut first = file(&mut all, self.ranks.len(), rank);
        let mut any_gone = false;
        for family in &self.families {
            let mentions = &mut all[first[family.start] as usize..first[family.end] as usize];
            match mentions {
                [] => {}
                [only] if !allows(only.entry) => {}
                _ => {
                    compete(mentions, &allows);
                    any_gone |= mentions.iter().any(|mention| mention.beaten == Beaten::Gone);
                }
            }
        }
        if any_gone {
            all.retain(|mention| mention.beaten != Beaten::Gone);
            first = file(&mut all, self.ranks.len(), rank);
        }
        Mentions { all, first, ranks: self.ranks.clone() }
    }
}

/// Sorts mentions by rank, those of one rank staying in their order, and says where each rank begins.
fn file(mentions: &mut Vec<Mention>, ranks: usize, rank: impl Fn(&Mention) -> usize) -> Vec<u32> {
    let mut first = vec![0_u32; ranks + 1];
    for mention in mentions.iter() {
        first[rank(mention) + 1] += 1;
    }
    for at in 1..first.len() {
        first[at] += first[at - 1];
    }
    let mut next = first.clone();
    let mut filed = mentions.clone();
    for mention in mentions.iter() {
        let place = &mut next[rank(mention)];
        filed[*place as usize] = *mention;
        *place += 1;
    }
    *mentions = filed;
    first
}

/// Settles every cluster of overlapping mentions of one family.
fn compete(mentions: &mut [Mention], allows: &impl Fn(EntryId) -> bool) {
    let mut order: Vec<usize> = (0..mentions.len()).collect();
    order.sort_unstable_by_key(|at| (mentions[*at].start, *at));
    let mut from = 0;
    while from < order.len() {
        let mut end = mentions[order[from]].end;
        let mut to = from + 1;
        while to < order.len() && mentions[order[to]].start < end {
            end = end.max(mentions[order[to]].end);
            to += 1;
        }
        settle_cluster(mentions, &mut order[from..to], allows);
        from = to;
    }
}

/// Settles mentions that overlap: the longest first; of equals an allow entry, then the earliest.
fn settle_cluster(mentions: &mut [Mention], cluster: &mut [usize], allows: &impl Fn(EntryId) -> bool) {
    cluster.sort_unstable_by_key(|at| {
        let m = &mentions[*at];
        (u32::MAX - (m.end - m.start), !allows(m.entry), m.start, m.list, m.entry, *at)
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
