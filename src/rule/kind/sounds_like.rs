//! `sounds_like`: something is written that sounds like words of a lexicon, as recognisers write it; never more than a
//! candidate.

use std::cmp::Reverse;
use std::ops::Range;

use serde::Deserialize;

use super::{Compiler, Condition, Names};
use crate::detect::{Homophones, Scene, Standing};
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Occurrence};
use crate::rule::window::{Window, WindowShape};
use crate::yaml::Spanned;

/// Words of fewer letters sound like too much.
const SHORTEST: usize = 3;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct SoundsLikeShape {
    lexicon: Names,
    role: Option<Speaker>,
    #[serde(rename = "in")]
    window: Option<Spanned<WindowShape>>,
}

#[derive(Debug)]
pub(in crate::rule) struct SoundsLike {
    words: Homophones,
    speaker: Speaker,
    window: Window,
}

impl SoundsLikeShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> SoundsLike {
        let lists = compiler.lists(&self.lexicon);
        let speaker = self.role.unwrap_or_else(|| compiler.lexicons.speaker_of(&lists));
        let words = Homophones::new(compiler.lexicons.plain_wordings(&lists), SHORTEST);
        if words.is_empty() {
            let message = format!("这里没有 {SHORTEST} 个字以上、不带间隔和数字的词条");
            compiler.mistake(self.lexicon.referenced, message, "太短的词会与太多的话同音");
        }
        SoundsLike { words, speaker, window: Window::compile(self.window.as_ref(), speaker, compiler) }
    }
}

impl Condition for SoundsLike {
    fn kind(&self) -> &'static str {
        "sounds_like"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        self.window.search(scene, self.speaker, |turns| {
            let occurrences = self.heard(scene).into_iter().filter_map(|span| {
                let turn = scene.document.turn_at(span.start);
                let counts = turns.contains(&turn) && self.speaker.is(scene.turn(turn).role);
                let place = Occurrence { standing: Standing::Candidate, ..Occurrence::turn(turn) };
                counts.then_some(Occurrence { span: Some(span), ..place })
            });
            occurrences.collect()
        })
    }
}

impl SoundsLike {
    /// Where something stands that sounds like a word and is none: the longest at each place.
    fn heard(&self, scene: &Scene<'_>) -> Vec<Range<u32>> {
        let places = scene.sounds().places(&self.words).map(|(span, word)| {
            let is_other = scene.document.slice(span.clone()) != word;
            (span.start, Reverse(span.end), is_other)
        });
        // What is one of the words stands before what only sounds like another.
        let mut places: Vec<(u32, Reverse<u32>, bool)> = places.collect();
        places.sort_unstable();
        let mut heard = Vec::new();
        let mut next = 0;
        for (start, Reverse(end), is_other) in places {
            let span = start..end;
            if start < next || !scene.document.is_one_sentence(&span) {
                continue;
            }
            next = end;
            heard.extend(is_other.then_some(span));
        }
        heard
    }
}
