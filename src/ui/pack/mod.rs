//! The pack in use as its authors look at it: what is in it, what is wrong with it, what belongs together.

mod lexicons;
mod rubrics;
mod rules;

use std::sync::Arc;

use super::words::Lang;
use crate::criteria::Criterion;
use crate::pack::Pack;
use crate::rule::{AppliesTo, Demand, Refs, Severity, Status};
use crate::score::Points;
use crate::shelf::{Refused, State};
use crate::transcript::{Channel, Direction};

pub use lexicons::{EntriesAsked, LexiconPage, LexiconsPage};
pub use rubrics::{CriteriaPage, RubricPage, RubricsPage};
pub use rules::{RulePage, RulesPage};

/// What stands above every list of the pack.
#[derive(Debug)]
pub struct PackHead {
    /// Digest of all of its files.
    digest: String,
    /// Since when it has been in use.
    since: String,
    /// The folder that is watched; none where the pack came with the binary.
    folder: Option<String>,
    files: usize,
    rules: usize,
    lexicons: usize,
    entries: usize,
    rubrics: usize,
    criteria: usize,
    refused: Option<Arc<Refused>>,
}

impl PackHead {
    /// The head of the pack of `state`, which comes from `folder`.
    #[must_use]
    pub fn of(state: &State, folder: Option<String>) -> Self {
        let pack = &state.pack;
        Self {
            digest: pack.digest().to_owned(),
            since: state.since.to_string(),
            folder,
            files: pack.sources.len(),
            rules: pack.rules.len(),
            lexicons: pack.lexicons.catalogue().len(),
            entries: pack.lexicons.catalogue().iter().map(|lexicon| lexicon.entries).sum(),
            rubrics: pack.rubrics().count(),
            criteria: pack.criteria.len(),
            refused: state.refused.clone(),
        }
    }

    /// The beginning of the digest, by which people tell packs apart.
    fn short(&self) -> String {
        self.digest.chars().take(19).chain(['…']).collect()
    }

    /// The lists of the pack, with how much is on each.
    fn tabs(&self) -> [(&'static str, &'static str, usize); 4] {
        [
            ("/pack", "规则", self.rules),
            ("/pack/lexicons", "词表", self.lexicons),
            ("/pack/rubrics", "评分表", self.rubrics),
            ("/pack/criteria", "准则", self.criteria),
        ]
    }
}

/// A criterion that something serves, with what the pack says of it.
type Served<'p> = (&'p str, Option<&'p Criterion>);

/// The criteria behind `refs`.
fn criteria<'p>(pack: &'p Pack, refs: &'p Refs) -> Vec<Served<'p>> {
    let known = |id| (id, pack.criteria.iter().find(|criterion| criterion.id == id));
    refs.iter().map(known).collect()
}

/// How far something has been tried, in words.
fn status_title(status: Status) -> &'static str {
    match status {
        Status::Experimental => "试用",
        Status::Test => "测试",
        Status::Stable => "稳定",
    }
}

/// What a rule demands, in words.
fn demand_title(demand: Demand) -> &'static str {
    match demand {
        Demand::Forbid => "不该出现",
        Demand::Expect => "应当做到",
        Demand::Observe => "只记录",
    }
}

/// What a rule demands, as it is written.
fn demand_name(demand: Demand) -> &'static str {
    match demand {
        Demand::Forbid => "forbid",
        Demand::Expect => "expect",
        Demand::Observe => "observe",
    }
}

/// How bad a fault is, as it is written.
fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Minor => "minor",
        Severity::Major => "major",
        Severity::Critical => "critical",
    }
}

/// The transcripts that something is about, in words; nothing where it is about all.
fn scope(lang: Lang, applies: &AppliesTo) -> String {
    let mut parts = Vec::new();
    if let Some(channel) = applies.channel {
        parts.push(lang.say(if channel == Channel::Chat { "在线" } else { "电话" }).to_owned());
    }
    if let Some(direction) = applies.direction {
        parts.push(lang.say(if direction == Direction::Inbound { "呼入" } else { "呼出" }).to_owned());
    }
    if let Some(teams) = &applies.team {
        parts.push(lang.fill("班组 {}", &[&teams.as_slice().join("、")]));
    }
    let meta = applies.meta.iter();
    parts.extend(meta.map(|(field, values)| format!("{field}：{}", values.as_slice().join("、"))));
    if let Some(except) = &applies.except {
        parts.push(lang.fill("不含 {}", &[&scope(lang, except)]));
    }
    parts.join(" · ")
}

/// Points with their sign.
fn signed(points: Points) -> String {
    if points > Points::ZERO { format!("+{points}") } else { points.to_string() }
}
