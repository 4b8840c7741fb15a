//! `turns`: something shows in all, or in enough, of the turns of one side.

use serde::Deserialize;

use super::{Compiler, Condition, ConditionShape, Span, ratio};
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Measure, Occurrence, Outcome, Searched};
use crate::rule::window::{Window, WindowShape};
use crate::yaml::Spanned;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct TurnsShape {
    of: ConditionShape,
    #[serde(default)]
    role: Speaker,
    #[serde(rename = "in")]
    window: Option<Spanned<WindowShape>>,
    #[serde(default)]
    least_chars: u32,
    /// The share of the turns in which it must show, 0 to 1.
    share: Option<Span>,
}

#[derive(Debug)]
pub(in crate::rule) struct Turns {
    of: Box<dyn Condition>,
    role: Speaker,
    window: Window,
    least_chars: u32,
    share: Span,
}

impl TurnsShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Turns {
        Turns {
            of: self.of.compile(compiler),
            role: self.role,
            window: Window::compile(self.window.as_ref(), self.role, compiler),
            least_chars: self.least_chars,
            share: self.share.unwrap_or(Span { from: Some(1.0), to: None }),
        }
    }
}

impl Condition for Turns {
    fn kind(&self) -> &'static str {
        "turns"
    }

    fn parts(&self) -> Vec<&dyn Condition> {
        vec![&*self.of]
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let window = match self.window.turns(scene) {
            Ok(turns) => turns,
            Err(lack) => return Found::without(lack),
        };
        let found = self.of.test(scene);
        if found.outcome == Outcome::NotMeasurable {
            return found;
        }
        let mut with: Vec<u32> = found.counting().map(|occurrence| occurrence.turn).collect();
        with.sort_unstable();
        let asked = || {
            let turns = scene.turns_of(self.role).filter(|turn| window.contains(turn));
            turns.filter(|turn| scene.document.letters(*turn) >= self.least_chars.max(1))
        };
        let has = |turn: &u32| with.binary_search(turn).is_ok();
        let all = asked().count();
        if all == 0 {
            return Found::of(Outcome::NotApplicable);
        }
        let share = ratio(asked().filter(has).count(), all);
        let holds = self.share.contains(share);
        Found {
            occurrences: asked().filter(|turn| has(turn) == holds).map(Occurrence::turn).collect(),
            measured: Some(Measure { value: share * 100.0, unit: "%" }),
            searched: Some(Searched { speaker: self.role, turns: window }),
            ..Found::whether(holds)
        }
    }
}
