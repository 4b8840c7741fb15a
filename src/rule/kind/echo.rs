//! `echo`: what one side said is said again by the other, as when an agent reads a number back.

use std::cell::LazyCell;

use serde::Deserialize;

use super::{Compiler, Condition, ConditionShape};
use crate::detect::Scene;
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Occurrence, Outcome, Searched};
use crate::yaml::Spanned;

/// More than this is not looked at: no conversation holds so many things to be said again.
const MOST_SAID: usize = 1000;
/// A larger window is refused: what is said so much later is no echo.
const MOST_TURNS: usize = 50;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct EchoShape {
    of: ConditionShape,
    #[serde(default)]
    by: Speaker,
    within_turns: Spanned<usize>,
    least_chars: usize,
    tail: Option<usize>,
}

#[derive(Debug)]
pub(in crate::rule) struct Echo {
    of: Box<dyn Condition>,
    by: Speaker,
    /// Turns of the one who says it again.
    within_turns: usize,
    /// What is shorter needs no echo.
    least_chars: usize,
    /// So many of its last letters are enough.
    tail: Option<usize>,
}

impl EchoShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Echo {
        compiler.bound(&self.within_turns, MOST_TURNS);
        Echo {
            of: self.of.compile(compiler),
            by: self.by,
            within_turns: self.within_turns.value,
            least_chars: self.least_chars,
            tail: self.tail,
        }
    }
}

impl Condition for Echo {
    fn kind(&self) -> &'static str {
        "echo"
    }

    fn parts(&self) -> Vec<&dyn Condition> {
        vec![&*self.of]
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let said = self.of.test(scene);
        if said.outcome == Outcome::NotMeasurable {
            return said;
        }
        // Most rules find nothing that could be read back.
        let turns: LazyCell<Vec<u32>, _> = LazyCell::new(|| scene.turns_of(self.by).collect());
        let (mut echoes, mut missed, mut searched) = (Vec::new(), Vec::new(), None);
        for occurrence in said.counting().take(MOST_SAID) {
            let words = words(scene, occurrence);
            if words.chars().count() < self.least_chars {
                continue;
            }
            let later = &turns[turns.partition_point(|at| *at <= occurrence.turn)..];
            let later = &later[..self.within_turns.min(later.len())];
            // Who never speaks again has no chance to.
            let Some(last) = later.last() else { continue };
            match later.iter().find_map(|turn| self.echo(scene, *turn, words)) {
                Some(echo) => echoes.push(echo),
                None => {
                    searched = Some(Searched { speaker: self.by, turns: occurrence.turn + 1..last + 1 });
                    missed.push(occurrence.clone());
                }
            }
        }
        match (echoes.is_empty(), missed.is_empty()) {
            (true, true) => Found { searched: said.searched, ..Found::of(Outcome::NotApplicable) },
            (_, true) => Found { occurrences: echoes, ..Found::of(Outcome::Met) },
            (_, false) => Found { occurrences: missed, searched, ..Found::of(Outcome::NotMet) },
        }
    }
}

impl Echo {
    /// Where `words` stand in `turn`, or their end where that is enough.
    fn echo(&self, scene: &Scene<'_>, turn: u32, words: &str) -> Option<Occurrence> {
        let place = &scene.document.turns()[turn as usize];
        let text = scene.document.slice(place.clone());
        let tail = || {
            let before = words.chars().count().saturating_sub(self.tail?);
            Some(words.char_indices().nth(before).map_or(words, |(at, _)| &words[at..]))
        };
        let stands = |part: &str| Some((text.find(part)?, part.len()));
        let (at, length) = stands(words).or_else(|| stands(tail()?))?;
        let start = place.start + crate::text::position(at);
        let span = Some(start..start + crate::text::position(length));
        Some(Occurrence { span, ..Occurrence::turn(turn) })
    }
}

/// The words of an occurrence; where a number stands in them, the number alone.
fn words<'s>(scene: &'s Scene<'_>, occurrence: &Occurrence) -> &'s str {
    let span = occurrence.span.clone();
    let span = span.unwrap_or_else(|| scene.document.turns()[occurrence.turn as usize].clone());
    let numbers = scene.document.numbers();
    let inside = &numbers[numbers.partition_point(|number| number.end <= span.start)..];
    let number = inside.first().filter(|number| number.start < span.end);
    scene.document.slice(number.cloned().unwrap_or(span))
}
