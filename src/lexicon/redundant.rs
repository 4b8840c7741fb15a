//! Entries that can never win: every one of their wordings is that of another entry of their family already.

use std::collections::BTreeMap;

use super::draft::MOST_FORMS;
use super::wording::Wordings;
use super::{Entry, EntryId, Lexicons, Speaker};

impl Lexicons {
    /// Every entry that can never win, with the one that always wins in its stead.
    #[must_use]
    pub fn redundant(&self) -> Vec<(&Entry, &Entry)> {
        let mut wordings: Vec<(EntryId, &Wordings)> =
            self.watch[0].wordings().chain(self.spot.wordings()).collect();
        wordings.sort_by_key(|(entry, _)| *entry);
        // By family and form the first entry that has it.
        let mut known: BTreeMap<(u32, String), EntryId> = BTreeMap::new();
        let mut redundant = Vec::new();
        for (id, wordings) in wordings {
            let entry = self.entry(id);
            let family = self.families[entry.list.0 as usize];
            let forms = forms(wordings);
            let owners = forms.iter().map(|form| known.get(&(family, form.clone())).copied());
            let beaten = |owner: &EntryId| self.entry(*owner).is_as_wide_as(entry);
            let owners: Option<Vec<EntryId>> = owners.map(|owner| owner.filter(beaten)).collect();
            match owners.as_deref() {
                Some([first, ..]) => redundant.push((entry, self.entry(*first))),
                _ => forms.into_iter().for_each(|form| {
                    known.entry((family, form)).or_insert(id);
                }),
            }
        }
        redundant
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
