//! `repeat`: one side says the same thing again.

use serde::Deserialize;

use super::{Compiler, Condition, Names};
use crate::detect::Repeating;
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Occurrence};
use crate::rule::window::Window;
use crate::yaml::Spanned;

/// A larger window is refused: each turn is compared with so many before it.
const MOST_TURNS: usize = 50;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct RepeatShape {
    #[serde(default)]
    role: Speaker,
    within_turns: Spanned<usize>,
    likeness: f64,
    least_chars: u32,
    except: Option<Names>,
}

#[derive(Debug)]
pub(in crate::rule) struct Repeat(Repeating);

impl RepeatShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Repeat {
        compiler.bound(&self.within_turns, MOST_TURNS);
        Repeat(Repeating {
            role: self.role,
            within_turns: self.within_turns.value,
            likeness: self.likeness,
            least_chars: self.least_chars,
            except: self.except.as_ref().map(|names| compiler.lists(names)).unwrap_or_default(),
        })
    }
}

impl Condition for Repeat {
    fn kind(&self) -> &'static str {
        "repeat"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        Window::Whole.search(scene, self.0.role, |_| {
            scene.repetitions(&self.0).iter().map(|turn| Occurrence::turn(*turn)).collect()
        })
    }
}
