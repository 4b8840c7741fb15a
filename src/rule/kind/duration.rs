//! `duration`: the call or chat is so long.

use serde::Deserialize;

use super::{Compiler, Condition, Span};
use crate::rule::View;
use crate::rule::found::{Found, Measure};
use crate::rule::window::timed;

/// Seconds from the first word to the end.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct DurationShape {
    at_least_seconds: Option<f64>,
    at_most_seconds: Option<f64>,
}

#[derive(Debug)]
pub(in crate::rule) struct Duration(Span);

impl DurationShape {
    pub(super) fn compile(&self, _compiler: &mut Compiler<'_>) -> Duration {
        Duration(Span { from: self.at_least_seconds, to: self.at_most_seconds })
    }
}

impl Condition for Duration {
    fn kind(&self) -> &'static str {
        "duration"
    }

    fn hears(&self) -> bool {
        false
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        if let Err(lack) = timed(scene) {
            return Found::without(lack);
        }
        let length = scene.end_ms().unwrap_or(0).saturating_sub(scene.start_ms().unwrap_or(0));
        let seconds = f64::from(length) / 1000.0;
        let measured = Some(Measure { value: seconds, unit: "秒" });
        Found { measured, ..Found::whether(self.0.contains(seconds)) }
    }
}
