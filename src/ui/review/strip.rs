//! The whole dialogue at a glance: who spoke when, to scale, with silences, holds and findings.

use std::fmt::{self, Display, Formatter};

use super::super::draft::ShownFinding;
use super::super::titles::side;
use super::talk::{Facts, ShownTurn, mark};
use crate::detect::Owner;
use crate::transcript::Millis;

/// A share of the width, in thousandths: the picture is as wide as there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Share(u64);

impl Display for Share {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}%", self.0 / 10, self.0 % 10)
    }
}

/// The picture.
#[derive(Debug, Default)]
pub(crate) struct Strip {
    pub(crate) bars: Vec<Bar>,
    /// The minutes that are written below, and where.
    pub(crate) minutes: Vec<(Share, u32)>,
    pub(crate) marks: Vec<Mark>,
}

/// A stretch of time.
#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) class: &'static str,
    pub(crate) x: Share,
    pub(crate) width: Share,
    /// The turn that it is; none for silences and holds.
    pub(crate) turn: Option<u32>,
}

/// A finding.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) class: &'static str,
    pub(crate) x: Share,
    pub(crate) turn: u32,
}

/// Draws turns that have times; none where there is nothing to scale by.
pub(crate) fn strip(turns: &[ShownTurn<'_>], findings: &[ShownFinding], facts: &Facts) -> Option<Strip> {
    let last = turns.iter().filter_map(|turn| turn.end).max().filter(|last| *last > 0)?;
    let scale = |at: Millis| Share(u64::from(at.min(last)) * 1000 / u64::from(last));
    let bar = |class, start: Millis, end: Millis, turn| {
        let (x, end) = (scale(start), scale(end));
        Bar { class, x, width: Share(end.0.saturating_sub(x.0).max(1)), turn }
    };
    let mut strip = Strip::default();
    let silences = facts.silences.iter().filter(|silence| silence.owner != Owner::Hold);
    strip.bars.extend(silences.map(|silence| bar("silence", silence.start_ms, silence.end_ms, None)));
    strip.bars.extend(facts.holds.iter().map(|hold| bar("hold", hold.start_ms, hold.end_ms, None)));
    for turn in turns {
        let (Some(start), Some(end)) = (turn.start, turn.end) else { continue };
        strip.bars.push(bar(side(turn.role), start, end, Some(turn.index)));
        let told =
            turn.findings.iter().map(|n| &findings[*n]).map(mark).filter(|class| *class != "suppressed");
        strip.marks.extend(told.map(|class| Mark { class, x: scale(start), turn: turn.index }));
    }
    strip.minutes = minutes(last).map(|minute| (scale(minute * 60_000), minute)).collect();
    Some(strip)
}

/// The minutes that are written below: at most a dozen.
fn minutes(last: Millis) -> impl Iterator<Item = u32> {
    let all = last / 60_000;
    let step = [1, 2, 5, 10, 30, 60].into_iter().find(|step| all / step <= 12).unwrap_or(120);
    (step..=all).step_by(step as usize)
}
