//! Where words stand in a pack: in the text of its files, or in an entry that would hear them.

use std::collections::BTreeSet;

use crate::lexicon::{self, ListId};
use crate::pack::Pack;
use crate::rule;
use crate::score;

/// Parts of a pack that have to do with some words, by their ids, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places<'p> {
    /// Rules in whose files the words stand, or that would hear them.
    pub rules: Vec<&'p str>,
    /// Lexicons in whose files the words stand, or with an entry that would hear them.
    pub lexicons: Vec<&'p str>,
    /// Rubrics in whose files the words stand.
    pub rubrics: Vec<&'p str>,
}

/// Looks for `words`; capital and small letters are the same. Entries are found in every wording that they stand for, also
/// in the middle of `words`.
#[must_use]
pub fn search<'p>(pack: &'p Pack, words: &str) -> Places<'p> {
    let words = words.trim().to_lowercase();
    let entries = pack.lexicons.entries_in(&words);
    let entries = entries.iter().map(|entry| pack.lexicons.entry(*entry));
    let (lists, mut files): (Vec<ListId>, BTreeSet<&str>) =
        entries.map(|entry| (entry.list(), &*entry.file)).unzip();
    let holding = pack.sources.iter().filter(|source| source.text.to_lowercase().contains(&words));
    files.extend(holding.map(|source| source.path.as_str()));
    let hears = |rule: &rule::Rule| rule.lists.iter().any(|list| lists.contains(list));
    let is_in = |folder: &str, id: &str, extension: &str| {
        files.contains(format!("{folder}{id}.{extension}").as_str())
    };
    let rules = pack.rules.iter().filter(|rule| hears(rule) || is_in(rule::FOLDER, &rule.id, "yaml"));
    let lexicons = pack.lexicons.catalogue().iter().filter(|it| is_in(lexicon::FOLDER, &it.id, "txt"));
    let rubrics = pack.rubrics().filter(|rubric| is_in(score::FOLDER, &rubric.id, "yaml"));
    let mut rubrics: Vec<&str> = rubrics.map(|rubric| rubric.id.as_str()).collect();
    rubrics.sort_unstable();
    Places {
        rules: rules.map(|rule| rule.id.as_str()).collect(),
        lexicons: lexicons.map(|lexicon| lexicon.id.as_str()).collect(),
        rubrics,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_are_written_and_where_they_would_be_heard() {
        let pack = Pack::shipped().unwrap();
        let found = search(&pack, "这个事不归我管");
        assert!(found.lexicons.contains(&"forbidden/not-my-job"), "{found:?}");
        assert!(found.rules.contains(&"forbidden/not-my-job"), "{found:?}");
        let named = search(&pack, "V31-01");
        assert!(
            named.rubrics.contains(&"v3.1") && named.rules.contains(&"courtesy/greeting-any"),
            "{named:?}"
        );
        assert!(search(&pack, "qxzzyq").rules.is_empty());
    }
}
