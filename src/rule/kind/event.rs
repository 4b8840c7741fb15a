//! `event`: the telephone system reported something, so many times.

use serde::Deserialize;

use super::{Compiler, Condition};
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Lack, Measure, Occurrence};
use crate::transcript::{Event, EventKind};

#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct EventShape {
    #[serde(rename = "type")]
    kind: EventKind,
    by: Option<Speaker>,
    at_least: Option<u32>,
    at_most: Option<u32>,
}

/// The options are what is tested.
type EventDemand = EventShape;

impl EventShape {
    pub(super) fn compile(&self, _compiler: &mut Compiler<'_>) -> EventDemand {
        *self
    }
}

impl Condition for EventDemand {
    fn kind(&self) -> &'static str {
        "event"
    }

    fn hears(&self) -> bool {
        false
    }

    /// A transcript without any event comes from a system that reports none.
    fn test(&self, scene: &View<'_, '_>) -> Found {
        let events = &scene.transcript().events;
        if events.is_empty() {
            return Found::without(Lack::Events);
        }
        let by = |event: &Event| self.by.is_none_or(|by| event.by.is_some_and(|role| by.is(role)));
        let found: Vec<_> = events.iter().filter(|event| event.kind == self.kind && by(event)).collect();
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let least = self.at_least.unwrap_or(u32::from(self.at_most.is_none()));
        let holds = count >= least && self.at_most.is_none_or(|most| count <= most);
        let place = |event: &&Event| {
            let turns = &scene.transcript().turns;
            let before =
                turns.partition_point(|turn| turn.start_ms.is_some_and(|start| start <= event.at_ms));
            Occurrence::stretch(crate::text::position(before.saturating_sub(1)), event.at_ms, event.at_ms)
        };
        Found {
            occurrences: found.iter().map(place).collect(),
            measured: Some(Measure { value: f64::from(count), unit: "次" }),
            ..Found::whether(holds)
        }
    }
}
