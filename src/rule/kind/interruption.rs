//! `interruption`: one side breaks into the other's words; only two channels can show it.

use serde::Deserialize;

use super::{Compiler, Condition};
use crate::detect::Interrupting;
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Lack, Occurrence};
use crate::rule::window::timed;
use crate::transcript::{Millis, Separation};

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct InterruptionShape {
    #[serde(default)]
    by: Speaker,
    overlap_ms: Millis,
    least_chars: u32,
}

#[derive(Debug)]
pub(in crate::rule) struct Interruption(Interrupting);

impl InterruptionShape {
    pub(super) fn compile(&self, _compiler: &mut Compiler<'_>) -> Interruption {
        Interruption(Interrupting { by: self.by, overlap: self.overlap_ms, least_chars: self.least_chars })
    }
}

impl Condition for Interruption {
    fn kind(&self) -> &'static str {
        "interruption"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        if scene.transcript().separation != Separation::TwoChannel {
            return Found::without(Lack::TwoChannel);
        }
        if let Err(lack) = timed(scene) {
            return Found::without(lack);
        }
        let found = scene.interruptions(&self.0);
        Found::any(found.iter().map(|interruption| Occurrence::turn(interruption.turn)).collect())
    }
}
