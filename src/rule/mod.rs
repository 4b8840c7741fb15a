//! Stage 5: rules — what must, must not or may be observed, as conditions over what happened.

mod announcement;
/// The little dialogues inside rules that prove them.
pub mod example;
mod file;
mod found;
mod kind;
mod view;
mod window;

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::detect::Scene;
use crate::lexicon::ListId;
use crate::transcript::{Channel, Direction, Transcript};
use crate::yaml::{self, OneOrMany};

pub use example::{Example, Expected};
pub use file::read;
pub use found::{Found, Lack, Lacking, Measure, Occurrence, Outcome, Searched};
pub use kind::Condition;
pub use view::View;

/// The folder of the pack that holds rules.
pub const FOLDER: &str = "rules/";

/// Index of a rule in its pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);

/// One rule, compiled (规则).
#[derive(Debug)]
pub struct Rule {
    /// Its path below `rules/` without the extension.
    pub id: String,
    /// The criteria that it serves.
    pub reference: Refs,
    /// Its Chinese name.
    pub title: String,
    /// How bad a fault against it is.
    pub severity: Severity,
    /// How far it has been tried.
    pub status: Status,
    /// The transcripts that it is about.
    pub applies_to: AppliesTo,
    /// When it holds; always, where the file does not say.
    pub effective: Option<Effective>,
    /// What it demands.
    pub demand: Demand,
    /// What is better said or done: instead of what it forbids or observes, or what it expects.
    pub better: Option<String>,
    /// What its authors have to say about it.
    pub note: Option<String>,
    /// The dialogues that prove it.
    pub examples: Vec<Example>,
    /// The rules that its conditions refer to.
    pub needs: Vec<RuleId>,
    /// The lists of words that its conditions name.
    pub lists: Vec<ListId>,
    when: Option<Box<dyn Condition>>,
    condition: Box<dyn Condition>,
}

/// One criterion or several, written as a string or a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
#[serde(untagged, from = "OneOrMany<String>")]
pub enum Refs {
    /// A single criterion.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Refs {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

impl From<OneOrMany<String>> for Refs {
    fn from(written: OneOrMany<String>) -> Self {
        match written {
            OneOrMany::One(one) => Self::One(one),
            OneOrMany::Many(many) => Self::Many(many),
        }
    }
}

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 轻微
    Minor,
    /// 一般
    Major,
    /// 严重
    Critical,
}

/// How far a rule has been tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 试用
    Experimental,
    /// 测试
    Test,
    /// 稳定
    Stable,
}

/// What a rule demands of its condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Demand {
    /// It must not occur; each occurrence is a finding.
    Forbid,
    /// It must hold.
    Expect,
    /// It is only noted.
    Observe,
}

impl Demand {
    /// The outcome at which there is something to tell the agent.
    #[must_use]
    pub fn telling(self) -> Outcome {
        match self {
            Self::Forbid | Self::Expect => Outcome::NotMet,
            Self::Observe => Outcome::Met,
        }
    }
}

/// The transcripts that a rule or a rubric is about; an empty one is about all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AppliesTo {
    /// Only calls, or only chats.
    pub channel: Option<Channel>,
    /// Only this direction; a transcript that does not state one fits neither.
    pub direction: Option<Direction>,
    /// Only these teams.
    pub team: Option<OneOrMany<String>>,
    /// Only where these fields of `meta` have one of these values, such as a post (岗位) or a queue.
    #[serde(default)]
    pub meta: BTreeMap<String, OneOrMany<String>>,
    /// But not these.
    pub except: Option<Box<AppliesTo>>,
}

/// The days on which a rule holds, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Effective {
    /// The first day.
    #[serde(default, deserialize_with = "yaml::day")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub from: Option<jiff::civil::Date>,
    /// The last day.
    #[serde(default, deserialize_with = "yaml::day")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub to: Option<jiff::civil::Date>,
}

impl Effective {
    /// Whether there is such a day at all.
    #[must_use]
    pub fn is_ever(&self) -> bool {
        self.from.zip(self.to).is_none_or(|(from, to)| from <= to)
    }

    /// Whether it holds for what `began` then; where that is not known, the rules are taken as they stand.
    #[must_use]
    pub fn holds(&self, began: Option<DateTime>) -> bool {
        began.is_none_or(|began| {
            let day = began.date();
            self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
        })
    }
}

impl AppliesTo {
    /// Whether `transcript` is one of them.
    #[must_use]
    pub fn fits(&self, transcript: &Transcript<'_>) -> bool {
        self.channel.is_none_or(|channel| channel == transcript.channel)
            && self.direction.is_none_or(|direction| transcript.direction == Some(direction))
            && self.team.as_ref().is_none_or(|teams| {
                let team = transcript.agent.as_ref().and_then(|agent| agent.team.as_deref());
                team.is_some_and(|team| teams.as_slice().iter().any(|other| other == team))
            })
            && self.meta.iter().all(|(field, values)| {
                let posted = transcript.meta.get(field);
                posted.is_some_and(|posted| values.as_slice().iter().any(|value| is(posted, value)))
            })
            && self.except.as_ref().is_none_or(|except| !except.fits(transcript))
    }
}

/// Whether a posted value reads as `written`.
fn is(posted: &serde_json::Value, written: &str) -> bool {
    match posted {
        serde_json::Value::String(text) => text == written,
        serde_json::Value::Array(values) => values.iter().any(|value| is(value, written)),
        serde_json::Value::Number(number) => number.to_string() == written,
        serde_json::Value::Bool(yes) => written == if *yes { "true" } else { "false" },
        serde_json::Value::Null | serde_json::Value::Object(_) => false,
    }
}

impl Rule {
    /// Its trigger, where it has one, and its condition.
    #[must_use]
    pub fn conditions(&self) -> (Option<&dyn Condition>, &dyn Condition) {
        (self.when.as_deref(), &*self.condition)
    }

    /// Whether its outcome depends on who said what.
    #[must_use]
    pub fn hears(&self) -> bool {
        self.condition.hears() || self.when.as_ref().is_some_and(|when| when.hears())
    }

    /// Whether the transcript lies in its scope.
    #[must_use]
    pub fn is_about(&self, scene: &Scene<'_>) -> bool {
        self.effective.is_none_or(|effective| effective.holds(scene.began()))
            && self.applies_to.fits(scene.transcript())
    }

    /// Tests the rule: its scope, then its trigger, then its condition.
    ///
    /// The outcome says whether the *standard* is met: a forbidden thing that occurs gives `NotMet`.
    #[must_use]
    pub fn test(&self, scene: &View<'_, '_>) -> Found {
        if !self.is_about(scene) {
            return Found::of(Outcome::NotApplicable);
        }
        if let Some(Err(absent)) = self.when.as_ref().map(|when| when.test(scene).triggered()) {
            return absent;
        }
        let mut found = self.condition.test(scene);
        if self.demand == Demand::Forbid {
            found.outcome = match found.outcome {
                Outcome::Met => Outcome::NotMet,
                Outcome::NotMet | Outcome::NotApplicable => Outcome::Met,
                Outcome::NotMeasurable => Outcome::NotMeasurable,
            };
        }
        found
    }
}
