//! `phrase`: a word of a lexicon is said.

use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Compiler, Condition, Names};
use crate::lexicon::{Mention, Speaker, Watched};
use crate::rule::View;
use crate::rule::found::{Found, Occurrence, Searched};
use crate::rule::window::{Window, WindowShape};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct PhraseShape {
    lexicon: Names,
    role: Option<Speaker>,
    #[serde(rename = "in")]
    window: Option<Spanned<WindowShape>>,
}

#[derive(Debug)]
pub(in crate::rule) struct Phrase {
    /// Each with its family.
    lists: Vec<(Watched, u32)>,
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
        let lists =
            lists.into_iter().map(|list| (compiler.lexicons.watch(list), compiler.lexicons.family_of(list)));
        let lists = lists.collect();
        Phrase { lists, role: self.role, speaker, window }
    }
}

impl Condition for Phrase {
    fn test(&self, scene: &View<'_, '_>) -> Found {
        let turns = match self.window.turns(scene) {
            Ok(turns) => turns,
            Err(lack) => return Found::without(lack),
        };
        let mut occurrences = Vec::new();
        for (list, family) in &self.lists {
            occurrences.extend(inside(scene.mentions(*list), &turns).iter().map(|mention| Occurrence {
                turn: mention.turn,
                span: Some(mention.span()),
                times: None,
                standing: scene.standing(mention, self.role),
                family: *family,
            }));
        }
        if self.lists.len() > 1 && occurrences.len() > 1 {
            occurrences.sort_by_key(|occurrence| occurrence.span.as_ref().map(|span| span.start));
        }
        let searched = Some(Searched { speaker: self.speaker, turns });
        Found { searched, ..Found::any(occurrences) }
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
