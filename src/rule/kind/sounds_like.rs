//! `sounds_like`: something is written that sounds like words of a lexicon, as recognisers write it; never more than a
//! candidate.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Compiler, Condition, Names};
use crate::detect::Standing;
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Occurrence, Searched};
use crate::rule::window::{Window, WindowShape};
use crate::text::pinyin::{Readings, Syllable, readings};
use crate::text::position;

/// Words of fewer letters sound like too much.
const SHORTEST: usize = 3;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct SoundsLikeShape {
    lexicon: Names,
    role: Option<Speaker>,
    #[serde(rename = "in")]
    window: Option<Spanned<WindowShape>>,
}

#[derive(Debug)]
pub(in crate::rule) struct SoundsLike {
    /// The words by their first syllable, each with the readings of all of its letters.
    words: BTreeMap<Syllable, Vec<(String, Vec<Readings>)>>,
    speaker: Speaker,
    window: Window,
}

impl SoundsLikeShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> SoundsLike {
        let lists = compiler.lists(&self.lexicon);
        let speaker = self.role.unwrap_or_else(|| compiler.lexicons.speaker_of(&lists));
        let mut words: BTreeMap<Syllable, Vec<(String, Vec<Readings>)>> = BTreeMap::new();
        for word in compiler.lexicons.plain_wordings(&lists) {
            let sounds: Vec<Readings> = word.chars().map(readings).collect();
            if sounds.len() < SHORTEST {
                continue;
            }
            for first in &sounds[0] {
                words.entry(*first).or_default().push((word.clone(), sounds.clone()));
            }
        }
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
        let turns = match self.window.turns(scene) {
            Ok(turns) => turns,
            Err(lack) => return Found::without(lack),
        };
        let mut occurrences = Vec::new();
        for (turn, sentence) in scene.sentences_of(self.speaker, turns.clone()) {
            let heard = self.heard_in(scene.document.slice(sentence.clone()));
            occurrences.extend(heard.into_iter().map(|span| Occurrence {
                span: Some(sentence.start + span.start..sentence.start + span.end),
                standing: Standing::Candidate,
                ..Occurrence::turn(turn)
            }));
        }
        let searched = Some(Searched { speaker: self.speaker, turns });
        Found { searched, ..Found::any(occurrences) }
    }
}

impl SoundsLike {
    /// Where in `text` something stands that sounds like a word and is none: the longest at each place.
    fn heard_in(&self, text: &str) -> Vec<Range<u32>> {
        let letters: Vec<(usize, char)> = text.char_indices().collect();
        let sounds: Vec<Readings> = letters.iter().map(|(_, letter)| readings(*letter)).collect();
        let byte = |at: usize| letters.get(at).map_or(text.len(), |(byte, _)| *byte);
        let mut heard = Vec::new();
        let mut next = 0;
        while next < letters.len() {
            let known = sounds[next].iter().filter_map(|first| self.words.get(first)).flatten();
            let alike = known.filter(|(_, word)| sound_alike(&sounds[next..], word));
            let Some((word, _)) = alike.max_by_key(|(word, _)| word.len()) else {
                next += 1;
                continue;
            };
            let end = next + word.chars().count();
            if &text[byte(next)..byte(end)] != word {
                heard.push(position(byte(next))..position(byte(end)));
            }
            next = end;
        }
        heard
    }
}

/// Whether `heard` begins with something that may be read as `word`.
fn sound_alike(heard: &[Readings], word: &[Readings]) -> bool {
    heard.len() >= word.len()
        && heard.iter().zip(word).all(|(heard, meant)| heard.iter().any(|reading| meant.contains(reading)))
}
