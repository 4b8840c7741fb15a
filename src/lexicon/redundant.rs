//! Entries that say the same: those that can never win, since every one of their wordings is that of another entry of
//! their family already, and those that share some wordings with an entry of another lexicon.

use std::collections::{BTreeMap, HashMap};

use super::draft::MOST_FORMS;
use super::wording::Wordings;
use super::{Entry, EntryId, Lexicons, Speaker};

/// Entries of one family that say the same.
#[derive(Debug, Default)]
pub struct Same<'l> {
    /// Every entry that can never win, with the one that always wins in its stead.
    pub redundant: Vec<(&'l Entry, &'l Entry)>,
    /// Entries of different lexicons that share some wordings: what is said so counts for one of them alone.
    pub overlapping: Vec<Overlap<'l>>,
}

/// Two entries of one family that share wordings.
#[derive(Debug)]
pub struct Overlap<'l> {
    /// The entry that loses where a shared wording is said.
    pub entry: &'l Entry,
    /// The one that wins.
    pub winner: &'l Entry,
    /// The first of the wordings that they share.
    pub wording: String,
    /// How many they share.
    pub count: usize,
}

impl Lexicons {
    /// Compares all entries with those that stand before them.
    #[must_use]
    pub fn same(&self) -> Same<'_> {
        let mut wordings: Vec<(EntryId, &Wordings)> =
            self.watch[0].wordings().chain(self.spot.wordings()).collect();
        wordings.sort_by_key(|(entry, _)| *entry);
        // By family and form the first entry that has it.
        let mut known: HashMap<(u32, String), EntryId> = HashMap::new();
        let mut same = Same::default();
        for (id, wordings) in wordings {
            let entry = self.entry(id);
            let family = self.families[entry.list.0 as usize];
            let owners = forms(wordings).into_iter().map(|form| {
                let owner = *known.entry((family, form.clone())).or_insert(id);
                (owner, form)
            });
            let is_beaten =
                |(owner, _): &(EntryId, String)| *owner != id && self.entry(*owner).is_as_wide_as(entry);
            let (beaten, own): (Vec<_>, Vec<_>) = owners.partition(is_beaten);
            match &beaten[..] {
                [(owner, _), ..] if own.is_empty() => same.redundant.push((entry, self.entry(*owner))),
                _ => same.overlapping.extend(self.overlaps(entry, beaten)),
            }
        }
        same
    }

    /// With which entries of other lexicons `entry` shares forms.
    fn overlaps<'l>(&'l self, entry: &'l Entry, beaten: Vec<(EntryId, String)>) -> Vec<Overlap<'l>> {
        let mut by_owner: BTreeMap<EntryId, Overlap<'l>> = BTreeMap::new();
        let elsewhere = beaten.into_iter().filter(|(owner, _)| self.entry(*owner).file != entry.file);
        for (owner, wording) in elsewhere {
            let new = || Overlap { entry, winner: self.entry(owner), wording, count: 0 };
            by_owner.entry(owner).or_insert_with(new).count += 1;
        }
        by_owner.into_values().collect()
    }
}

impl Entry {
    /// Whether it stands wherever `other` does, where their letters are the same.
    fn is_as_wide_as(&self, other: &Self) -> bool {
        self.allow.is_some() == other.allow.is_some()
            && (self.anchor.is_none() || self.anchor == other.anchor)
            && (!self.border || other.border)
            && (self.speaker == other.speaker || self.speaker == Speaker::Any)
    }
}

/// Every wording, letter by letter, or the whole as it is written where they are too many or not plain.
fn forms(wordings: &Wordings) -> Vec<String> {
    let all = if wordings.are_plain() { wordings.all(MOST_FORMS) } else { None };
    all.unwrap_or_else(|| vec![format!("{:?}", wordings.parts)])
}
