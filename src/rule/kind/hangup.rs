//! `hangup`: one side ends the call, perhaps soon after something else.

use serde::Deserialize;

use super::{Compiler, Condition, ConditionShape};
use crate::detect::Scene;
use crate::detect::dialogue::millis;
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Lack, Occurrence, Outcome};
use crate::rule::window::timed;
use crate::transcript::{EventKind, Millis};

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct HangupShape {
    by: Speaker,
    after: Option<ConditionShape>,
    within_seconds: Option<f64>,
}

#[derive(Debug)]
pub(in crate::rule) struct Hangup {
    by: Speaker,
    after: Option<Box<dyn Condition>>,
    within: Option<Millis>,
}

impl HangupShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Hangup {
        Hangup {
            by: self.by,
            after: self.after.as_ref().map(|after| after.compile(compiler)),
            within: self.within_seconds.map(millis),
        }
    }
}

impl Condition for Hangup {
    fn kind(&self) -> &'static str {
        "hangup"
    }

    fn parts(&self) -> Vec<&dyn Condition> {
        self.after.iter().map(|after| &**after).collect()
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let event = scene.transcript().events.iter().rev().find(|event| event.kind == EventKind::Hangup);
        let Some((at, by)) = event.and_then(|event| Some((event.at_ms, event.by?))) else {
            return Found::without(Lack::HangupEvent);
        };
        let last = scene.turn_count().saturating_sub(1);
        let place = Occurrence::stretch(last, at, at);
        if !self.by.is(by) {
            return Found { occurrences: Vec::new(), ..Found::of(Outcome::NotMet) };
        }
        if let (Some(_), Some(_), Err(lack)) = (self.within, &self.after, timed(scene)) {
            return Found::without(lack);
        }
        let after = match self.after.as_ref().map(|after| after.test(scene)) {
            Some(found) if found.outcome == Outcome::NotMeasurable => return found,
            Some(found) => found.counting().any(|occurrence| self.soon_after(scene, occurrence.turn, at)),
            None => true,
        };
        if after { Found::any(vec![place]) } else { Found::of(Outcome::NotMet) }
    }
}

impl Hangup {
    fn soon_after(&self, scene: &Scene<'_>, turn: u32, hangup: Millis) -> bool {
        let Some(within) = self.within else { return true };
        scene.turn(turn).end_ms.is_some_and(|end| hangup.saturating_sub(end) <= within)
    }
}
