//! Overlapping entries of one family: the longest wins, and an allow entry wins over what it covers.

use super::{Beaten, EntryId, ListId, Mention};

/// Decides between overlapping mentions of a family, drops the losers and sorts the rest by list and place.
///
/// A forbidding entry that loses to an allow entry stays, marked, since nothing may be hidden from a
/// reviewer; one that loses to a longer forbidding entry is part of that one and goes.
pub(super) fn compete(
    mentions: &mut Vec<Mention>,
    family: impl Fn(ListId) -> u32,
    allows: impl Fn(EntryId) -> bool,
) {
    mentions.sort_unstable_by_key(|m| (family(m.list), m.start, u32::MAX - m.end, m.list, m.entry));
    let mut from = 0;
    while from < mentions.len() {
        let of = family(mentions[from].list);
        let mut end = mentions[from].end;
        let mut to = from + 1;
        while to < mentions.len() && family(mentions[to].list) == of && mentions[to].start < end {
            end = end.max(mentions[to].end);
            to += 1;
        }
        settle(&mut mentions[from..to], &allows);
        from = to;
    }
    mentions.retain(|mention| mention.beaten != Beaten::Gone);
    mentions.sort_unstable_by_key(|m| (m.list, m.start, m.end, m.entry));
}

/// Settles one cluster of overlapping mentions: the longest first; of equals an allow entry, then the earliest.
fn settle(cluster: &mut [Mention], allows: &impl Fn(EntryId) -> bool) {
    if let [only] = cluster {
        if allows(only.entry) {
            only.beaten = Beaten::Gone;
        }
        return;
    }
    let mut order: Vec<usize> = (0..cluster.len()).collect();
    order.sort_by_key(|&at| {
        let m = &cluster[at];
        (u32::MAX - (m.end - m.start), !allows(m.entry), m.start, m.list, m.entry)
    });
    let mut winners: Vec<Mention> = Vec::new();
    for at in order {
        let mention = cluster[at];
        let winner = winners.iter().find(|winner| winner.start < mention.end && mention.start < winner.end);
        cluster[at].beaten = match winner {
            None => {
                winners.push(mention);
                if allows(mention.entry) { Beaten::Gone } else { Beaten::No }
            }
            Some(winner) if allows(winner.entry) && !allows(mention.entry) => Beaten::ByAllow(winner.entry),
            Some(_) => Beaten::Gone,
        };
    }
}
