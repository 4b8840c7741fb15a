//! `response_time`: how long the other side waits for an answer, above all in a chat.

use serde::Deserialize;
use smallvec::SmallVec;

use super::clock::{Clock, ClockShape};
use super::{Compiler, Condition, Names};
use crate::detect::dialogue::millis;
use crate::detect::{Scene, Wait, Waiting};
use crate::lexicon::Speaker;
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
    waiting: Waiting,
    least: Option<Millis>,
    most: Option<Millis>,
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
            waiting: Waiting {
                role: self.role,
                from_last: self.from == From::Last,
                session_gap: self.session_gap_seconds.map(millis),
                automatic: lists(&self.automatic),
                needs_none: lists(&self.needs_none),
            },
            of,
            least: self.at_least_seconds.map(millis),
            most: self.at_most_seconds.map(millis),
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
        if self.hours.is_some() && scene.began().is_none() {
            return Found::without(crate::rule::Lack::StartedAt);
        }
        let waits = scene.waits(&self.waiting);
        let mut asked = waits.iter().filter(|wait| self.in_hours(scene, wait.since)).peekable();
        if asked.peek().is_none() {
            return Found::of(Outcome::NotApplicable);
        }
        if self.of == Of::Unanswered {
            let open = asked.filter(|wait| wait.answered.is_none());
            return Found::any(open.map(occurrence).collect());
        }
        let mut answered = asked.filter(|wait| wait.answered.is_some());
        let told: SmallVec<[&Wait; 1]> = match self.of {
            Of::First => answered.next().into_iter().collect(),
            Of::Longest => answered.max_by_key(|wait| wait.length()).into_iter().collect(),
            Of::Each | Of::Mean | Of::Unanswered => answered.collect(),
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
        let longest = told.iter().max_by_key(|wait| wait.length()).map(|wait| occurrence(wait));
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
        let odd: Vec<Occurrence> = waits.iter().filter(is_odd).map(|wait| occurrence(wait)).collect();
        let holds = odd.is_empty() == self.least.is_none();
        Found { occurrences: odd, measured, ..Found::whether(holds) }
    }

    fn in_hours(&self, scene: &Scene<'_>, at: Millis) -> bool {
        let Some(hours) = &self.hours else { return true };
        let moment = scene
            .began()
            .and_then(|began| began.checked_add(jiff::SignedDuration::from_millis(at.into())).ok());
        moment.is_some_and(|moment| hours.holds(moment))
    }
}

fn occurrence(wait: &Wait) -> Occurrence {
    Occurrence::stretch(wait.turn, wait.since, wait.until())
}
