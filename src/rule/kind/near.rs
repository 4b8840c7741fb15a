//! `near`: something shows before, after or around something else, at most so far away; or with nothing of it near.

use serde::Deserialize;

use super::{Compiler, Condition, ConditionShape};
use crate::detect::Scene;
use crate::detect::dialogue::millis;
use crate::rule::View;
use crate::rule::found::{Found, Occurrence, Outcome};
use crate::rule::window::timed;
use crate::transcript::Millis;
use crate::yaml::Spanned;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct NearShape {
    of: ConditionShape,
    to: ConditionShape,
    #[serde(default)]
    side: Side,
    within_turns: Option<u32>,
    within_seconds: Option<f64>,
    within_chars: Option<u32>,
    #[serde(default)]
    which: Option<Spanned<WhichShape>>,
}

/// On which side of the anchor it must show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Side {
    Before,
    After,
    #[default]
    Around,
}

/// Which of the anchors it must be near to: one of them, each of them, or the one with this number, which counts
/// from 1 or, where negative, from the end.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum WhichShape {
    Nth(i32),
    Word(Word),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Word {
    Any,
    Every,
    None,
    First,
    Last,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Any,
    Every,
    /// It must show where none of them is near.
    None,
    Nth(i32),
}

#[derive(Debug)]
pub(in crate::rule) struct Near {
    of: Box<dyn Condition>,
    to: Box<dyn Condition>,
    side: Side,
    turns: Option<u32>,
    time: Option<Millis>,
    chars: Option<u32>,
    which: Which,
}

impl NearShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Near {
        let which = match self.which.as_ref().map(|which| (which.value, which.referenced)) {
            None | Some((WhichShape::Word(Word::Any), _)) => Which::Any,
            Some((WhichShape::Word(Word::Every), _)) => Which::Every,
            Some((WhichShape::Word(Word::None), _)) => Which::None,
            Some((WhichShape::Word(Word::First), _)) => Which::Nth(1),
            Some((WhichShape::Word(Word::Last), _)) => Which::Nth(-1),
            Some((WhichShape::Nth(nth), place)) => {
                if nth == 0 {
                    compiler.mistake(place, "没有第 0 次", "第一次写 1，最后一次写 -1");
                }
                Which::Nth(nth)
            }
        };
        Near {
            of: self.of.compile(compiler),
            to: self.to.compile(compiler),
            side: self.side,
            turns: self.within_turns,
            time: self.within_seconds.map(millis),
            chars: self.within_chars,
            which,
        }
    }
}

impl Condition for Near {
    fn kind(&self) -> &'static str {
        "near"
    }

    fn parts(&self) -> Vec<&dyn Condition> {
        vec![&*self.to, &*self.of]
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let anchors = match self.to.test(scene).triggered() {
            Ok(anchors) => anchors,
            Err(absent) if self.which == Which::None && absent.outcome != Outcome::NotMeasurable => absent,
            Err(absent) => return absent,
        };
        let found = self.of.test(scene);
        if found.outcome == Outcome::NotMeasurable {
            return found;
        }
        if let (Some(_), Err(lack)) = (self.time, timed(scene)) {
            return Found::without(lack);
        }
        let anchors = in_order(scene, &anchors);
        if self.which == Which::None {
            return self.apart(scene, &in_order(scene, &found), &Targets::new(anchors));
        }
        let found = Targets::new(in_order(scene, &found));
        let Some(asked) = self.asked(&anchors) else { return Found::of(Outcome::NotApplicable) };
        let (mut near, mut alone) = (Vec::new(), Vec::new());
        for anchor in asked {
            match found.beside(anchor, self.side, false).find(|target| self.is_near(scene, anchor, target)) {
                Some(target) => near.push(target.occurrence.clone()),
                None => alone.push(anchor.occurrence.clone()),
            }
        }
        near.dedup();
        let met = if self.which == Which::Any { !near.is_empty() } else { alone.is_empty() };
        let (outcome, occurrences) = if met { (Outcome::Met, near) } else { (Outcome::NotMet, alone) };
        Found { occurrences, ..Found::of(outcome) }
    }
}

impl Near {
    /// Whether any of `found` has none of the anchors near it.
    fn apart(&self, scene: &Scene<'_>, found: &[Placed<'_>], anchors: &Targets<'_>) -> Found {
        // Seen from what is found, an anchor before it is one that it follows.
        let side = match self.side {
            Side::Before => Side::After,
            Side::After => Side::Before,
            Side::Around => Side::Around,
        };
        let has_near = |placed: &&Placed<'_>| {
            anchors.beside(placed, side, true).any(|anchor| self.is_near(scene, placed, anchor))
        };
        let apart = found.iter().filter(|placed| !has_near(placed));
        Found::any(apart.map(|placed| placed.occurrence.clone()).collect())
    }

    /// The anchors that count; none where there are not so many.
    fn asked<'a, 'o>(&self, anchors: &'a [Placed<'o>]) -> Option<&'a [Placed<'o>]> {
        let Which::Nth(nth) = self.which else { return Some(anchors) };
        let from_begin = usize::try_from(nth).ok().and_then(|nth| nth.checked_sub(1));
        let from_end = || anchors.len().checked_sub(nth.unsigned_abs() as usize);
        let at = from_begin.or_else(|| if nth < 0 { from_end() } else { None })?;
        anchors.get(at..=at)
    }

    fn is_near(&self, scene: &Scene<'_>, a: &Placed<'_>, b: &Placed<'_>) -> bool {
        let (first, second) = if a.start <= b.start { (a, b) } else { (b, a) };
        self.turns.is_none_or(|most| second.occurrence.turn - first.occurrence.turn <= most)
            && self.chars.is_none_or(|most| letters_between(scene, first, second) <= most as usize)
            && self.time.is_none_or(|most| {
                let ends = times(scene, first.occurrence).map(|(_, end)| end);
                let begins = times(scene, second.occurrence).map(|(start, _)| start);
                ends.zip(begins).is_some_and(|(end, start)| start <= end.saturating_add(most))
            })
    }
}

/// An occurrence, and the stretch of text where it stands.
#[derive(Debug, Clone, Copy)]
struct Placed<'o> {
    start: u32,
    end: u32,
    occurrence: &'o Occurrence,
}

/// The occurrences that count, in the order of the text.
fn in_order<'o>(scene: &Scene<'_>, found: &'o Found) -> Vec<Placed<'o>> {
    let place = |occurrence: &'o Occurrence| {
        let turn = || scene.document.turns().get(occurrence.turn as usize).cloned().unwrap_or_default();
        let span = occurrence.span.clone().unwrap_or_else(turn);
        // A silence stands behind the turn in which it begins.
        let start =
            if occurrence.times.is_some() && occurrence.span.is_none() { span.end } else { span.start };
        Placed { start, end: span.end, occurrence }
    };
    let mut placed: Vec<_> = found.counting().map(place).collect();
    placed.sort_by_key(|placed| (placed.start, placed.end));
    placed
}

/// Where what is looked for shows, so that the nearest on either side of a place is found at once.
struct Targets<'o> {
    by_start: Vec<Placed<'o>>,
    by_end: Vec<Placed<'o>>,
}

impl<'o> Targets<'o> {
    fn new(by_start: Vec<Placed<'o>>) -> Self {
        let mut by_end = by_start.clone();
        by_end.sort_by_key(|placed| placed.end);
        Self { by_start, by_end }
    }

    /// The nearest on the asked sides of `anchor`: where it is too far away, so is every other. What stands in the very
    /// same place is near only where that is asked: it may be the anchor itself.
    fn beside(&self, anchor: &Placed<'_>, side: Side, in_place: bool) -> impl Iterator<Item = &Placed<'o>> {
        let after = self.by_start.partition_point(|placed| placed.start < anchor.end);
        let before = self.by_end.partition_point(|placed| placed.end <= anchor.start);
        let after = self.by_start.get(after).filter(|_| side != Side::Before);
        let before = before.checked_sub(1).map(|at| &self.by_end[at]).filter(|_| side != Side::After);
        // What stands within the anchor or around it is neither before nor after it.
        let over = self.by_start[..self.by_start.partition_point(|placed| placed.start < anchor.end)].last();
        let itself = |over: &Placed<'_>| !in_place && (over.start, over.end) == (anchor.start, anchor.end);
        let over = over.filter(|over| side == Side::Around && over.end > anchor.start && !itself(over));
        after.into_iter().chain(before).chain(over)
    }
}

fn letters_between(scene: &Scene<'_>, first: &Placed<'_>, second: &Placed<'_>) -> usize {
    if second.start <= first.end {
        return 0;
    }
    scene.document.slice(first.end..second.start).chars().filter(|c| *c != '\n').count()
}

fn times(scene: &Scene<'_>, occurrence: &Occurrence) -> Option<(Millis, Millis)> {
    occurrence.times.or_else(|| scene.turn(occurrence.turn).times())
}
