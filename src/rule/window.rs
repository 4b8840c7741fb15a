//! Windows: the part of a dialogue in which a condition looks.

use std::ops::Range;

use serde::Deserialize;

use super::found::{Found, Lack, Occurrence, Searched};
use super::kind::Compiler;
use crate::detect::dialogue::millis;
use crate::detect::{Scene, TimesQuality};
use crate::lexicon::Speaker;
use crate::transcript::Millis;
use crate::yaml::Spanned;

/// The part of a dialogue in which a condition looks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Window {
    /// All of it.
    Whole,
    FirstTurns(u32, Counted),
    LastTurns(u32, Counted),
    First(Millis),
    Last(Millis),
    /// These turns, counted from 1 or, where negative, from the end.
    Turns(i32, i32, Counted),
    /// This part of all turns, from and to, in 0 to 1.
    Part(f64, f64),
}

/// Whose turns are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Counted {
    Agent,
    Customer,
    All,
}

/// A window as a rule file writes it: exactly one of the sizes.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct WindowShape {
    first_turns: Option<u32>,
    last_turns: Option<u32>,
    first_seconds: Option<f64>,
    last_seconds: Option<f64>,
    first_percent: Option<f64>,
    last_percent: Option<f64>,
    turns: Option<[i32; 2]>,
    of: Option<Counted>,
}

impl Window {
    /// The window that `shape` describes for a condition about `speaker`.
    pub(super) fn compile(
        shape: Option<&Spanned<WindowShape>>,
        speaker: Speaker,
        compiler: &mut Compiler<'_>,
    ) -> Self {
        let Some(Spanned { value, referenced }) = shape else { return Self::Whole };
        let own = match speaker {
            Speaker::Agent => Counted::Agent,
            Speaker::Customer => Counted::Customer,
            Speaker::System | Speaker::Any => Counted::All,
        };
        let of = value.of.unwrap_or(own);
        let share = |percent: f64| (percent / 100.0).clamp(0.0, 1.0);
        let mut sizes = [
            value.first_turns.map(|count| Self::FirstTurns(count, of)),
            value.last_turns.map(|count| Self::LastTurns(count, of)),
            value.first_seconds.map(|seconds| Self::First(millis(seconds))),
            value.last_seconds.map(|seconds| Self::Last(millis(seconds))),
            value.first_percent.map(|percent| Self::Part(0.0, share(percent))),
            value.last_percent.map(|percent| Self::Part(1.0 - share(percent), 1.0)),
            value.turns.map(|[from, to]| Self::Turns(from, to, of)),
        ]
        .into_iter()
        .flatten();
        match (sizes.next(), sizes.next()) {
            (Some(window), None) => window,
            _ => {
                let help = "写 first_turns、last_turns、first_seconds、last_seconds、first_percent、last_percent、turns 其中一个";
                compiler.mistake(*referenced, "窗口应当只有一个大小", help);
                Self::Whole
            }
        }
    }

    /// What `find` finds in the turns of the window, and where the words of `speaker` were searched for it.
    pub(super) fn search(
        self,
        scene: &Scene<'_>,
        speaker: Speaker,
        find: impl FnOnce(&Range<u32>) -> Vec<Occurrence>,
    ) -> Found {
        let turns = match self.turns(scene) {
            Ok(turns) => turns,
            Err(lack) => return Found::without(lack),
        };
        let found = Found::any(find(&turns));
        Found { searched: Some(Searched { speaker, turns }), ..found }
    }

    /// The turns of the window.
    ///
    /// # Errors
    /// A window of seconds needs times.
    pub(super) fn turns(self, scene: &Scene<'_>) -> Result<Range<u32>, Lack> {
        let all = scene.turn_count();
        let counted = |of: Counted| {
            scene.turns_of(match of {
                Counted::Agent => Speaker::Agent,
                Counted::Customer => Speaker::Customer,
                Counted::All => Speaker::Any,
            })
        };
        Ok(match self {
            Self::Whole => 0..all,
            Self::FirstTurns(count, of) => {
                0..counted(of).nth(count.saturating_sub(1) as usize).map_or(all, |at| at + 1)
            }
            Self::LastTurns(count, of) => {
                counted(of).nth_back(count.saturating_sub(1) as usize).unwrap_or(0)..all
            }
            Self::First(length) => {
                timed(scene)?;
                let from = scene.start_ms().unwrap_or(0).saturating_add(length);
                0..position(scene, |start, _| start >= from).unwrap_or(all)
            }
            Self::Turns(from, to, of) => {
                let counted: Vec<u32> = counted(of).collect();
                let from = nth(from, counted.len()).unwrap_or(if from < 0 { 0 } else { counted.len() });
                let to = nth(to, counted.len()).map_or(if to < 0 { 0 } else { counted.len() }, |to| to + 1);
                match counted.get(from..to.max(from)) {
                    Some([first, .., last]) => *first..last + 1,
                    Some([only]) => *only..only + 1,
                    _ => 0..0,
                }
            }
            Self::Part(from, to) => share_of(all, from)..share_of(all, to),
            Self::Last(length) => {
                timed(scene)?;
                let from = scene.end_ms().unwrap_or(0).saturating_sub(length);
                position(scene, |_, end| end >= from).unwrap_or(all)..all
            }
        })
    }
}

/// The place of turn number `nth`, counted from 1 or, where negative, from the end, among so many.
fn nth(nth: i32, count: usize) -> Option<usize> {
    let distance = nth.unsigned_abs() as usize;
    let at = if nth < 0 { count.checked_sub(distance)? } else { distance.checked_sub(1)? };
    (at < count).then_some(at)
}

/// So large a share of `all` turns, rounded to whole turns.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares lie between 0 and 1")]
fn share_of(all: u32, share: f64) -> u32 {
    (f64::from(all) * share).round() as u32
}

/// The first turn whose begin and end satisfy `test`.
fn position(scene: &Scene<'_>, test: impl Fn(Millis, Millis) -> bool) -> Option<u32> {
    let turns = scene.turns_of(Speaker::Any);
    turns.into_iter().find(|at| scene.turn(*at).times().is_some_and(|(start, end)| test(start, end)))
}

/// Whether times can be used.
///
/// # Errors
/// When some turns have none, or they cannot be trusted.
pub(super) fn timed(scene: &Scene<'_>) -> Result<(), Lack> {
    if scene.quality.times == TimesQuality::Ok { Ok(()) } else { Err(Lack::Times) }
}
