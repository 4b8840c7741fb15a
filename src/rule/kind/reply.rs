//! `reply`: every trigger is answered in time.

use serde::Deserialize;

use super::{Compiler, Condition, ConditionShape};
use crate::detect::dialogue::millis;
use crate::detect::{Scene, TimesQuality};
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Occurrence, Outcome, Searched};
use crate::transcript::{Millis, Role};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ReplyShape {
    to: ConditionShape,
    with: ConditionShape,
    #[serde(default = "next_turn")]
    within_turns: u32,
    within_seconds: Option<f64>,
    #[serde(default)]
    need: Need,
}

fn next_turn() -> u32 {
    1
}

/// How many of the triggers must be answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Need {
    #[default]
    Every,
    Any,
}

#[derive(Debug)]
pub(in crate::rule) struct Reply {
    to: Box<dyn Condition>,
    with: Box<dyn Condition>,
    within_turns: u32,
    within: Option<Millis>,
    need: Need,
}

impl ReplyShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Reply {
        Reply {
            to: self.to.compile(compiler),
            with: self.with.compile(compiler),
            within_turns: self.within_turns,
            within: self.within_seconds.map(millis),
            need: self.need,
        }
    }
}

impl Condition for Reply {
    fn kind(&self) -> &'static str {
        "reply"
    }

    fn parts(&self) -> Vec<&dyn Condition> {
        vec![&*self.to, &*self.with]
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let triggers = match self.to.test(scene).triggered() {
            Ok(triggers) => triggers,
            Err(absent) => return absent,
        };
        let replies = self.with.test(scene);
        if replies.outcome == Outcome::NotMeasurable {
            return replies;
        }
        let mut replies: Vec<&Occurrence> = replies.counting().collect();
        replies.sort_by_key(|reply| reply.turn);
        let last = [Speaker::Agent, Speaker::Customer].map(|side| scene.turns_of(side).next_back());
        let mut answered = Vec::new();
        let mut missed = Vec::new();
        let mut searched = None;
        for trigger in triggers.counting() {
            let [last_agent, last_customer] = last;
            let responder = responder(scene, trigger.turn);
            let last = if responder == Speaker::Agent { last_agent } else { last_customer };
            // Who is hung up on has no chance to answer.
            if last.is_none_or(|last| last <= trigger.turn) {
                continue;
            }
            let later = &replies[replies.partition_point(|reply| reply.turn <= trigger.turn)..];
            match self.answer(scene, trigger.turn, later) {
                Some(reply) => answered.push(reply.clone()),
                None => {
                    searched = searched.or_else(|| Some(self.looked_at(scene, trigger.turn)));
                    missed.push(trigger.clone());
                }
            }
        }
        let met = match self.need {
            Need::Every => missed.is_empty(),
            Need::Any => !answered.is_empty(),
        };
        match (met, answered.is_empty() && missed.is_empty()) {
            (_, true) => Found { searched: triggers.searched, ..Found::of(Outcome::NotApplicable) },
            (true, false) => Found { occurrences: answered, ..Found::of(Outcome::Met) },
            (false, false) => Found { occurrences: missed, searched, ..Found::of(Outcome::NotMet) },
        }
    }
}

impl Reply {
    /// The first of the later replies that comes in time. What follows one that is too late is too late as well.
    fn answer<'o>(
        &self,
        scene: &Scene<'_>,
        trigger: u32,
        later: &[&'o Occurrence],
    ) -> Option<&'o Occurrence> {
        let first = later.first()?;
        let role = scene.turn(first.turn).role;
        let turns = (trigger + 1..=first.turn).filter(|at| scene.turn(*at).role == role);
        let in_turns = turns.take(self.within_turns as usize + 1).count() <= self.within_turns as usize;
        (in_turns && self.in_time(scene, trigger, first.turn)).then_some(*first)
    }

    /// Without trustworthy times only turns are counted.
    fn in_time(&self, scene: &Scene<'_>, trigger: u32, reply: u32) -> bool {
        let Some(within) = self.within.filter(|_| scene.quality.times == TimesQuality::Ok) else {
            return true;
        };
        match (scene.turn(trigger).end_ms, scene.turn(reply).start_ms) {
            (Some(asked), Some(answered)) => answered <= asked.saturating_add(within),
            _ => true,
        }
    }

    /// The window in which the answer was looked for.
    fn looked_at(&self, scene: &Scene<'_>, trigger: u32) -> Searched {
        let responder = responder(scene, trigger);
        let all = scene.turn_count();
        let mut turns = (trigger + 1..all).filter(|at| responder.is(scene.turn(*at).role));
        let last = turns.nth(self.within_turns.saturating_sub(1) as usize);
        Searched { speaker: responder, turns: trigger + 1..last.map_or(all, |at| at + 1) }
    }
}

/// The other side of the one who gave the trigger.
fn responder(scene: &Scene<'_>, trigger: u32) -> Speaker {
    if scene.turn(trigger).role == Role::Agent { Speaker::Customer } else { Speaker::Agent }
}
