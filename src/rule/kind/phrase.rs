//! `phrase`: a word of a lexicon is said.

use std::ops::Range;

use serde::Deserialize;

use super::{Compiler, Condition, Names};
use crate::lexicon::{ListId, Mention, Speaker, Watched};
use crate::rule::View;
use crate::rule::found::{Found, Occurrence, Outcome};
use crate::rule::window::{Window, WindowShape};
use crate::yaml::Spanned;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct PhraseShape {
    lexicon: Names,
    role: Option<Speaker>,
    #[serde(rename = "in")]
    window: Option<Spanned<WindowShape>>,
    /// So many of the named lexicons must show; one where nothing is said.
    distinct: Option<Spanned<usize>>,
}

#[derive(Debug)]
pub(in crate::rule) struct Phrase {
    /// Each with its family and with the number of the name by which the rule means it.
    lists: Vec<(Watched, u32, usize)>,
    /// So many of the names must show.
    distinct: usize,
    /// Whose words count, where the rule says so; otherwise each entry says it.
    role: Option<Speaker>,
    speaker: Speaker,
    window: Window,
}

impl PhraseShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Phrase {
        let lists = compiler.lists(&self.lexicon);
        let speaker = self.role.unwrap_or_else(|| compiler.lexicons.speaker_of(&lists));
        let window = Window::compile(self.window.as_ref(), speaker, compiler);
        let names = self.lexicon.value.as_slice();
        let named = |list: &ListId, name: &String| {
            compiler.lexicons.lists(name).is_some_and(|lists| lists.contains(list))
        };
        let of_name = |list: &ListId| names.iter().position(|name| named(list, name)).unwrap_or(0);
        let numbers: Vec<usize> = lists.iter().map(of_name).collect();
        let distinct = self.distinct.as_ref().map_or(1, |distinct| distinct.value);
        if let Some(written) = self.distinct.as_ref().filter(|_| distinct == 0 || distinct > names.len()) {
            let message = format!("列了 {} 张词表，不能要求出现其中 {distinct} 张", names.len());
            compiler.mistake(written.referenced, message, "distinct 从 1 到词表的张数");
        }
        let watched = |(list, name)| (compiler.lexicons.watch(list), compiler.lexicons.family_of(list), name);
        let lists = lists.into_iter().zip(numbers).map(watched).collect();
        Phrase { lists, distinct, role: self.role, speaker, window }
    }
}

impl Condition for Phrase {
    fn kind(&self) -> &'static str {
        "phrase"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let mut names = Vec::new();
        let found = self.window.search(scene, self.speaker, |turns| {
            let mut occurrences = Vec::new();
            for (list, family, name) in &self.lists {
                let before = occurrences.len();
                occurrences.extend(inside(scene.mentions(*list), turns).iter().map(|mention| Occurrence {
                    turn: mention.turn,
                    span: Some(mention.span()),
                    times: None,
                    standing: scene.standing(mention, self.role),
                    family: *family,
                    entry: Some(mention.entry),
                }));
                let counts = occurrences[before..].iter().any(Occurrence::counts);
                names.extend(counts.then_some(*name));
            }
            if self.lists.len() > 1 && occurrences.len() > 1 {
                occurrences.sort_by_key(|occurrence| occurrence.span.as_ref().map(|span| span.start));
            }
            occurrences
        });
        if self.distinct > 1 && found.outcome == Outcome::Met {
            names.sort_unstable();
            names.dedup();
            let outcome = if names.len() >= self.distinct { Outcome::Met } else { Outcome::NotMet };
            return Found { outcome, ..found };
        }
        found
    }
}

/// The mentions whose turn is in `turns`; mentions of one list stand in the order of the text.
fn inside<'m>(mentions: &'m [Mention], turns: &Range<u32>) -> &'m [Mention] {
    // Most words are not said at all.
    if mentions.is_empty() {
        return mentions;
    }
    let from = mentions.partition_point(|mention| mention.turn < turns.start);
    let to = mentions.partition_point(|mention| mention.turn < turns.end);
    &mentions[from..to]
}
