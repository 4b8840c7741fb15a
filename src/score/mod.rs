//! Stage 7: points — rubrics, and what verdicts are worth in them.

mod compile;
mod fill;
mod points;
mod shape;
mod sheet;
mod terms;
mod test;
mod total;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rule::RuleId;
use crate::rule::{AppliesTo, Refs};
use crate::transcript::Transcript;

pub use compile::{FOLDER, read};
pub use fill::{Filled, FilledItem, ItemResult, fill};
pub use points::Points;
pub use sheet::{Sheet, SheetItem, SheetLevel, SheetScope, SheetSection, SheetVeto, Values};
pub use terms::{Band, Terms};
pub use test::{Test, Truth};
pub use total::{Entry, Totals};

/// A rubric (评分表), compiled.
#[derive(Debug)]
pub struct Rubric {
    /// Its id: the name of its file.
    pub id: String,
    /// Its Chinese name.
    pub title: String,
    /// The version that its file states.
    pub version: String,
    /// The transcripts that it is made for.
    pub applies_to: AppliesTo,
    /// Taken before others that are made for the same transcripts.
    pub default: bool,
    /// What its authors have to say about it.
    pub note: Option<String>,
    /// How points become a total.
    pub terms: Terms,
    /// Where the standards contradict each other, and which reading is taken.
    pub switches: Vec<Switch>,
    /// Ids and titles of its sections.
    pub sections: Vec<Section>,
    /// Its items, in the order of the file.
    pub items: Vec<Item>,
    /// The numbers of items that take the place of another.
    pub variants: Vec<usize>,
    /// Groups of items of which only the heaviest deducts for one event.
    pub heaviest_of: Vec<Vec<usize>>,
    /// What zeroes an item, a section or the call.
    pub vetoes: Vec<Veto>,
    /// The titles of items whose points are still to be set (扣X分): while there are any, it is not used.
    pub unset: Vec<String>,
    /// The rules that it looks at, ascending.
    pub rules: Vec<RuleId>,
    /// The rules that it names for choices that are not taken.
    pub idle: Vec<RuleId>,
}

/// Where the standards contradict each other: several readings, of which a rubric takes one (开关).
#[derive(Debug)]
pub struct Switch {
    /// Its id.
    pub id: String,
    /// The question in which the standards differ.
    pub title: String,
    /// What they say about it.
    pub note: Option<String>,
    /// The reading that is taken.
    pub chosen: String,
    /// Each reading, with the rules that put it into practice as the file names them.
    pub readings: Vec<(String, Vec<String>)>,
}

/// A part of a rubric (大项).
#[derive(Debug)]
pub struct Section {
    /// Its id.
    pub id: String,
    /// Its Chinese name.
    pub title: String,
}

/// One item of a rubric (评分项).
#[derive(Debug)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Index of its section.
    pub section: usize,
    /// The criteria behind it.
    pub reference: Refs,
    /// Its Chinese name.
    pub title: String,
    /// How far a proposal for it can be trusted.
    pub basis: Basis,
    /// What only the recording tells.
    pub listen: Option<String>,
    /// The transcripts that it is about, such as those of one post (岗位); elsewhere it is left out.
    pub applies_to: AppliesTo,
    /// The item whose place it takes there.
    pub instead_of: Option<usize>,
    /// What becomes of it where it does not apply.
    pub na: NaPolicy,
    /// When it does not apply.
    pub na_if: Option<Grounds>,
    /// How it is scored.
    pub scoring: Scoring,
    /// Rules whose evidence a reviewer sees whatever becomes of it.
    pub evidence: Vec<RuleId>,
}

/// How an item is scored.
#[derive(Debug)]
pub enum Scoring {
    /// By the first level whose test holds.
    Levels {
        /// Most points.
        max: Points,
        /// From the best to the worst, as the file has them.
        levels: Vec<Level>,
    },
    /// Extra points, outside of the full points.
    Bonus {
        /// How many.
        points: Points,
        /// When.
        earned_if: Option<Grounds>,
    },
    /// Points off for each occurrence.
    Deduct(Deduction),
}

/// Points off for each occurrence of a fault.
#[derive(Debug)]
pub struct Deduction {
    /// How many for one.
    pub points: Points,
    /// What is counted: 次, 单.
    pub unit: String,
    /// The rules whose faults are counted.
    pub rules: Vec<RuleId>,
    /// The rules whose evidence a reviewer sees: these, and the item's own.
    pub shown: Vec<RuleId>,
    /// Never more than this.
    pub cap: Option<Points>,
    /// When it counts twice.
    pub double_if: Option<Test>,
}

/// One level of an item (档位).
#[derive(Debug)]
pub struct Level {
    /// Its points.
    pub score: Points,
    /// What it demands, for the reviewer.
    pub text: String,
    /// When the machine proposes it; without, only a human can.
    pub proposed_if: Option<Grounds>,
}

/// What decides about points.
#[derive(Debug)]
pub struct Grounds {
    /// What must hold.
    pub test: Test,
    /// The rules whose evidence a reviewer sees where it decides.
    pub shown: Vec<RuleId>,
}

/// What becomes of an item that does not apply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NaPolicy {
    /// It gives its full points.
    #[default]
    Full,
    /// It leaves the sum and the maximum.
    Drop,
    /// It gives nothing.
    Zero,
}

/// How far a proposal can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Decidable from the transcript alone (class A).
    Auto,
    /// A proposal for a human to confirm (class P+).
    Suggest,
    /// Evidence without a score (class P).
    Evidence,
    /// Nothing in a transcript tells (class N).
    Human,
}

impl Basis {
    /// Whether the machine proposes points at all.
    #[must_use]
    pub fn proposes(self) -> bool {
        matches!(self, Self::Auto | Self::Suggest)
    }
}

/// What zeroes an item, a section or the call (否决). Always a proposal.
#[derive(Debug)]
pub struct Veto {
    /// Its id.
    pub id: String,
    /// The criteria behind it.
    pub reference: Refs,
    /// Its Chinese name.
    pub title: String,
    /// What it zeroes.
    pub scope: VetoScope,
    /// When it is proposed.
    pub proposed_if: Grounds,
}

/// What a veto zeroes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VetoScope {
    /// One item.
    Item(usize),
    /// One section.
    Section(usize),
    /// Everything.
    Call,
}

impl Rubric {
    /// Whether `transcript` is judged by the item with this number: not where another takes its place.
    #[must_use]
    pub fn asks(&self, at: usize, transcript: &Transcript<'_>) -> bool {
        let item = &self.items[at];
        let place = item.instead_of.unwrap_or(at);
        let takes = |other: &&usize| {
            let other = &self.items[**other];
            other.instead_of == Some(place) && other.applies_to.fits(transcript)
        };
        match self.variants.iter().find(takes) {
            Some(taker) => *taker == at,
            None => item.instead_of.is_none() && item.applies_to.fits(transcript),
        }
    }
}

impl Veto {
    /// The rules that it looks at, each once.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleId> {
        each_once(self.proposed_if.rules())
    }
}

impl Grounds {
    fn rules(&self) -> Vec<RuleId> {
        let mut rules = Vec::new();
        self.test.rules(&mut rules);
        rules
    }
}

/// The rules in their order, each where it stands first.
fn each_once(mut rules: Vec<RuleId>) -> Vec<RuleId> {
    let mut seen = BTreeSet::new();
    rules.retain(|rule| seen.insert(*rule));
    rules
}

impl Item {
    /// The rules that it looks at or shows, each once.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleId> {
        let mut rules = Vec::new();
        match &self.scoring {
            Scoring::Levels { levels, .. } => {
                let grounds = levels.iter().filter_map(|level| level.proposed_if.as_ref());
                grounds.for_each(|grounds| rules.extend(grounds.rules()));
            }
            Scoring::Bonus { earned_if, .. } => {
                rules.extend(earned_if.iter().flat_map(Grounds::rules));
            }
            Scoring::Deduct(deduction) => {
                rules.extend(&deduction.rules);
                deduction.double_if.iter().for_each(|test| test.rules(&mut rules));
            }
        }
        rules.extend(self.na_if.iter().flat_map(Grounds::rules));
        rules.extend(&self.evidence);
        each_once(rules)
    }

    /// Most points that it adds to the maximum.
    #[must_use]
    pub fn max(&self) -> Points {
        match &self.scoring {
            Scoring::Levels { max, .. } => *max,
            Scoring::Bonus { .. } | Scoring::Deduct(_) => Points::ZERO,
        }
    }
}
