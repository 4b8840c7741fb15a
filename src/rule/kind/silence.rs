//! `silence`: nobody speaks for a while, and it is owed by one of the listed sides.

use serde::Deserialize;

use super::{Compiler, Condition, Names};
use crate::detect::dialogue::millis;
use crate::detect::{Owner, Scene};
use crate::lexicon::{ListId, Speaker};
use crate::rule::View;
use crate::rule::found::{Found, Occurrence};
use crate::rule::window::timed;
use crate::transcript::{EventKind, Millis};
use crate::yaml::OneOrMany;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct SilenceShape {
    at_least_seconds: f64,
    at_most_seconds: Option<f64>,
    owner: Option<OneOrMany<Owner>>,
    #[serde(default)]
    at: At,
    after: Option<Speaker>,
    before: Option<Speaker>,
    except_after: Option<Names>,
}

/// Where in the call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum At {
    /// Before the first word.
    Start,
    /// Between two turns.
    #[default]
    Middle,
    /// After the last word.
    End,
}

#[derive(Debug)]
pub(in crate::rule) struct Silence {
    least: Millis,
    most: Option<Millis>,
    owners: Option<Vec<Owner>>,
    at: At,
    /// Who spoke last.
    after: Option<Speaker>,
    /// Who speaks next.
    before: Option<Speaker>,
    /// Silences that follow a turn with these words are none.
    except_after: Vec<ListId>,
}

impl SilenceShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Silence {
        Silence {
            least: millis(self.at_least_seconds),
            most: self.at_most_seconds.map(millis),
            owners: self.owner.as_ref().map(|owners| owners.as_slice().to_vec()),
            at: self.at,
            after: self.after,
            before: self.before,
            except_after: self.except_after.as_ref().map(|names| compiler.lists(names)).unwrap_or_default(),
        }
    }
}

impl Condition for Silence {
    fn kind(&self) -> &'static str {
        "silence"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        if let Err(lack) = timed(scene) {
            return Found::without(lack);
        }
        let stretches: Vec<Occurrence> = match self.at {
            At::Start => opening(scene).into_iter().collect(),
            At::End => closing(scene).into_iter().collect(),
            At::Middle => self.between_turns(scene),
        };
        let length = |o: &Occurrence| o.times.map_or(0, |(start, end)| end.saturating_sub(start));
        let fits = |o: &Occurrence| length(o) >= self.least && self.most.is_none_or(|most| length(o) <= most);
        Found::any(stretches.into_iter().filter(fits).collect())
    }
}

impl Silence {
    fn between_turns(&self, scene: &Scene<'_>) -> Vec<Occurrence> {
        let speaks = |speaker: Option<Speaker>, turn: u32| {
            speaker.is_none_or(|speaker| speaker.is(scene.turn(turn).role))
        };
        let asked = scene.silences().iter().filter(|silence| {
            self.owners.as_ref().is_none_or(|owners| owners.contains(&silence.owner))
                && speaks(self.after, silence.before)
                && speaks(self.before, silence.after)
                && (self.except_after.is_empty() || !scene.says(silence.before, &self.except_after))
        });
        asked.map(|silence| Occurrence::stretch(silence.before, silence.start_ms, silence.end_ms)).collect()
    }
}

/// From the moment when the call was answered to the first word.
fn opening(scene: &Scene<'_>) -> Option<Occurrence> {
    let answered = scene.transcript().events.iter().find(|event| event.kind == EventKind::Answer);
    let first = scene.start_ms()?;
    Some(Occurrence::stretch(0, answered.map_or(0, |event| event.at_ms).min(first), first))
}

/// From the last word to the end of the call.
fn closing(scene: &Scene<'_>) -> Option<Occurrence> {
    let last = scene.turns_of(Speaker::Any).max_by_key(|turn| scene.turn(*turn).end_ms)?;
    let spoken = scene.turn(last).end_ms?;
    Some(Occurrence::stretch(last, spoken, scene.end_ms()?.max(spoken)))
}
