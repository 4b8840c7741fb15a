//! `response_time`: how long the other side waits for an answer, above all in a chat.

use serde::Deserialize;

use super::clock::{Clock, ClockShape};
use super::{Compiler, Condition, Names};
use crate::detect::Scene;
use crate::detect::dialogue::millis;
use crate::lexicon::{ListId, Speaker};
use crate::rule::View;
use crate::rule::found::{Found, Measure, Occurrence, Outcome};
use crate::rule::window::timed;
use crate::transcript::Millis;
use crate::yaml::Spanned;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ResponseTimeShape {
    of: Spanned<Of>,
    #[serde(default)]
    role: Speaker,
    at_least_seconds: Option<f64>,
    at_most_seconds: Option<f64>,
    #[serde(default)]
    from: From,
    session_gap_seconds: Option<f64>,
    automatic: Option<Names>,
    needs_none: Option<Names>,
    hours: Option<ClockShape>,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Of {
    /// Every single wait.
    Each,
    /// The first of them.
    First,
    /// Their mean.
    Mean,
    /// The longest of them.
    Longest,
    /// What is never answered.
    Unanswered,
}

/// From which of several messages in a row the wait is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum From {
    #[default]
    First,
    Last,
}

#[derive(Debug)]
pub(in crate::rule) struct ResponseTime {
    of: Of,
    role: Speaker,
    least: Option<Millis>,
    most: Option<Millis>,
    from: From,
    /// After a longer pause another session begins: what comes then is no answer.
    session_gap: Option<Millis>,
    /// Turns of nothing but these words are sent by a machine.
    automatic: Vec<ListId>,
    /// Turns of nothing but these words need no answer.
    needs_none: Vec<ListId>,
    /// Only waits that begin in these hours are counted.
    hours: Option<Clock>,
}

impl ResponseTimeShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> ResponseTime {
        let of = self.of.value;
        let limits = (self.at_least_seconds, self.at_most_seconds);
        let mistake = match (of, limits) {
            (Of::Unanswered, (None, None)) => None,
            (Of::Unanswered, _) => Some(("没有应答就没有时长", "去掉 at_least_seconds、at_most_seconds")),
            (_, (None, None)) | (Of::Each, (Some(_), Some(_))) => {
                Some(("应写一个时限", "写 at_most_seconds(都不超过)或 at_least_seconds(有超过的)"))
            }
            _ => None,
        };
        if let Some((message, help)) = mistake {
            compiler.mistake(self.of.referenced, message, help);
        }
        let mut lists =
            |names: &Option<Names>| names.as_ref().map(|names| compiler.lists(names)).unwrap_or_default();
        ResponseTime {
            automatic: lists(&self.automatic),
            needs_none: lists(&self.needs_none),
            of,
            role: self.role,
            least: self.at_least_seconds.map(millis),
            most: self.at_most_seconds.map(millis),
            from: self.from,
            session_gap: self.session_gap_seconds.map(millis),
            hours: self.hours.as_ref().map(|hours| hours.compile(compiler)),
        }
    }
}

impl Condition for ResponseTime {
    fn kind(&self) -> &'static str {
        "response_time"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        if let Err(lack) = timed(scene) {
            return Found::without(lack);
        }
        if self.hours.is_some() && scene.transcript().began().is_none() {
            return Found::without(crate::rule::Lack::StartedAt);
        }
        let waits = self.waits(scene);
        if waits.is_empty() {
            return Found::of(Outcome::NotApplicable);
        }
        if self.of == Of::Unanswered {
            let open = waits.iter().filter(|wait| wait.answered.is_none());
            return Found::any(open.map(Wait::occurrence).collect());
        }
        let answered: Vec<&Wait> = waits.iter().filter(|wait| wait.answered.is_some()).collect();
        let told: Vec<&Wait> = match self.of {
            Of::First => answered.first().copied().into_iter().collect(),
            Of::Longest => answered.iter().copied().max_by_key(|wait| wait.length()).into_iter().collect(),
            Of::Each | Of::Mean | Of::Unanswered => answered,
        };
        if told.is_empty() {
            return Found::of(Outcome::NotApplicable);
        }
        if self.of == Of::Each {
            return self.each(&told);
        }
        let sum: f64 = told.iter().map(|wait| f64::from(wait.length())).sum();
        let value = sum * super::ratio(1, told.len());
        let holds = self.least.is_none_or(|least| value >= f64::from(least))
            && self.most.is_none_or(|most| value <= f64::from(most));
        let longest = told.iter().max_by_key(|wait| wait.length()).map(|wait| wait.occurrence());
        Found {
            occurrences: longest.into_iter().collect(),
            measured: Some(Measure { value: value / 1000.0, unit: "秒" }),
            ..Found::whether(holds)
        }
    }
}

impl ResponseTime {
    /// Whether each wait is short enough, or any is long enough, whichever was asked for.
    fn each(&self, waits: &[&Wait]) -> Found {
        let longest = waits.iter().map(|wait| wait.length()).max().unwrap_or(0);
        let measured = Some(Measure { value: f64::from(longest) / 1000.0, unit: "秒" });
        let is_odd = |wait: &&&Wait| {
            self.least.is_some_and(|least| wait.length() >= least)
                || self.most.is_some_and(|most| wait.length() > most)
        };
        let odd: Vec<Occurrence> = waits.iter().filter(is_odd).map(|wait| wait.occurrence()).collect();
        let holds = odd.is_empty() == self.least.is_none();
        Found { occurrences: odd, measured, ..Found::whether(holds) }
    }

    /// Every wait of the other side, in order.
    fn waits(&self, scene: &Scene<'_>) -> Vec<Wait> {
        let mut waits: Vec<Wait> = Vec::new();
        let mut open: Option<Wait> = None;
        for turn in 0..scene.turn_count() {
            let Some((start, end)) = scene.turn(turn).times() else { continue };
            let is_late =
                |wait: &Wait| self.session_gap.is_some_and(|gap| start > wait.last.saturating_add(gap));
            waits.extend(open.take_if(|wait| is_late(wait)));
            let says = self.says(scene, turn);
            match says {
                Says::Answer => {
                    waits.extend(open.take().map(|wait| Wait { answered: Some(start), ..wait }));
                }
                Says::Nothing => {}
                Says::Question | Says::More => {
                    let asked = Wait { turn, since: end, last: end, answered: None };
                    open = match open {
                        None if says == Says::More => None,
                        Some(wait) if self.from == From::First => Some(Wait { last: end, ..wait }),
                        Some(_) | None => Some(asked),
                    };
                }
            }
        }
        waits.extend(open);
        waits.retain(|wait| self.in_hours(scene, wait.since));
        waits
    }

    fn says(&self, scene: &Scene<'_>, turn: u32) -> Says {
        let role = scene.turn(turn).role;
        let is_other = Speaker::Agent.is(role) || Speaker::Customer.is(role);
        match self.role.is(role) {
            // A picture answers as well.
            true if scene.document.letters(turn) == 0 => Says::Answer,
            true if scene.letters_besides(turn, &self.automatic) > 0 => Says::Answer,
            false if is_other && scene.letters_besides(turn, &self.needs_none) > 0 => Says::Question,
            false if is_other => Says::More,
            _ => Says::Nothing,
        }
    }

    fn in_hours(&self, scene: &Scene<'_>, at: Millis) -> bool {
        let Some(hours) = &self.hours else { return true };
        let began = scene.transcript().began();
        let moment =
            began.and_then(|began| began.checked_add(jiff::SignedDuration::from_millis(at.into())).ok());
        moment.is_some_and(|moment| hours.holds(moment))
    }
}

/// What a turn is to one who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Answer,
    Question,
    /// Words of the other side that need no answer by themselves.
    More,
    Nothing,
}

/// The other side waits for an answer.
#[derive(Debug, Clone, Copy)]
struct Wait {
    turn: u32,
    /// When it begins.
    since: Millis,
    /// When the other side last said something.
    last: Millis,
    answered: Option<Millis>,
}

impl Wait {
    fn length(&self) -> Millis {
        self.answered.unwrap_or(self.last).saturating_sub(self.since)
    }

    fn occurrence(&self) -> Occurrence {
        Occurrence::stretch(self.turn, self.since, self.answered.unwrap_or(self.last))
    }
}
