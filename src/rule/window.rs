//! Windows: the part of a dialogue in which a condition looks.

use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::found::Lack;
use super::kind::Compiler;
use crate::detect::dialogue::millis;
use crate::detect::{Scene, TimesQuality};
use crate::lexicon::Speaker;
use crate::transcript::Millis;

/// The part of a dialogue in which a condition looks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Window {
    /// All of it.
    Whole,
    FirstTurns(u32, Counted),
    LastTurns(u32, Counted),
    First(Millis),
    Last(Millis),
}

/// Whose turns are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Counted {
    Agent,
    Customer,
    All,
}

/// A window as a rule file writes it: exactly one of the four sizes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WindowShape {
    first_turns: Option<u32>,
    last_turns: Option<u32>,
    first_seconds: Option<f64>,
    last_seconds: Option<f64>,
    of: Option<Counted>,
}

impl Window {
    /// The window that `shape` describes for a condition about `speaker`.
    pub(super) fn compile(
        shape: Option<&Spanned<WindowShape>>,
        speaker: Speaker,
        compiler: &mut Compiler<'_>,
    ) -> Self {
        let Some(Spanned { value, referenced, .. }) = shape else { return Self::Whole };
        let own = match speaker {
            Speaker::Agent => Counted::Agent,
            Speaker::Customer => Counted::Customer,
            Speaker::System | Speaker::Any => Counted::All,
        };
        let of = value.of.unwrap_or(own);
        match (value.first_turns, value.last_turns, value.first_seconds, value.last_seconds) {
            (Some(count), None, None, None) => Self::FirstTurns(count, of),
            (None, Some(count), None, None) => Self::LastTurns(count, of),
            (None, None, Some(seconds), None) => Self::First(millis(seconds)),
            (None, None, None, Some(seconds)) => Self::Last(millis(seconds)),
            _ => {
                let help = "写 first_turns、last_turns、first_seconds、last_seconds 其中一个";
                compiler.mistake(*referenced, "窗口应当只有一个大小", help);
                Self::Whole
            }
        }
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
            Self::Last(length) => {
                timed(scene)?;
                let from = scene.end_ms().unwrap_or(0).saturating_sub(length);
                position(scene, |_, end| end >= from).unwrap_or(all)..all
            }
        })
    }
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
