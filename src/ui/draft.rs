//! A draft as pages read it: from the JSON that every door gives, whether it was made just now or is stored.

use std::collections::HashMap;

use serde::Deserialize;

use super::titles;
use super::words::Lang;
use crate::draft::{FindingVerdict, ItemOutcome};
use crate::pack::Pack;
use crate::rule::{Demand, Outcome, Refs, Rule, Severity};
use crate::score::{Basis, Points, SheetScope};

/// A draft, as far as pages show it.
#[derive(Debug, Deserialize)]
pub struct ShownDraft {
    pub(super) transcript_id: String,
    pub(super) engine: String,
    pub(super) pack: String,
    pub(super) quality: ShownQuality,
    pub(super) totals: ShownTotals,
    pub(super) items: Vec<ShownItem>,
    pub(super) vetoes: Vec<ShownVeto>,
    pub(super) findings: Vec<ShownFinding>,
    pub(super) verdicts: Vec<ShownVerdict>,
}

/// Whether and how far the transcript can be trusted.
#[derive(Debug, Deserialize)]
pub(super) struct ShownQuality {
    pub(super) scorable: bool,
    pub(super) notes: Vec<String>,
}

/// Points of the whole draft.
#[derive(Debug, Deserialize)]
pub(super) struct ShownTotals {
    pub(super) prefilled: Points,
    pub(super) prefilled_max: Points,
    pub(super) open_max: Points,
    pub(super) max: Points,
    pub(super) with_vetoes: Points,
    pub(super) scaled_to: Option<Points>,
    pub(super) passed: Option<bool>,
    pub(super) band: Option<String>,
}

/// One item.
#[derive(Debug, Deserialize)]
pub(super) struct ShownItem {
    pub(super) id: String,
    #[serde(rename = "ref")]
    pub(super) reference: Refs,
    pub(super) section: String,
    pub(super) title: String,
    pub(super) max: Points,
    pub(super) outcome: ItemOutcome,
    pub(super) score: Option<Points>,
    pub(super) level: Option<usize>,
    pub(super) basis: Basis,
    pub(super) reason: String,
    pub(super) evidence: Vec<ShownPlace>,
}

/// A place that speaks for or against something; characters are Unicode scalar values.
#[derive(Debug, Deserialize)]
pub(super) struct ShownPlace {
    pub(super) turn: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) text: String,
    pub(super) start_ms: Option<u32>,
    pub(super) rule: String,
    pub(super) better: Option<String>,
}

impl ShownPlace {
    /// Each place once: several rules may rest on it.
    pub(super) fn each(all: &[Self]) -> Vec<&Self> {
        let mut places: Vec<&Self> = all.iter().collect();
        places.dedup_by_key(|place| (place.turn, place.start, place.end));
        places
    }

    /// The beginning of its words, by which places of one turn are told apart.
    pub(super) fn short(&self) -> String {
        const LETTERS: usize = 8;
        let begin: String = self.text.chars().take(LETTERS).collect();
        if begin.len() < self.text.len() { begin + "…" } else { begin }
    }
}

/// A veto that is proposed.
#[derive(Debug, Deserialize)]
pub(super) struct ShownVeto {
    pub(super) id: String,
    #[serde(rename = "ref")]
    pub(super) reference: Refs,
    pub(super) title: String,
    pub(super) scope: SheetScope,
    pub(super) target: Option<String>,
    pub(super) evidence: Vec<ShownPlace>,
}

/// A place where a forbidding rule matched.
#[derive(Debug, Deserialize)]
pub(super) struct ShownFinding {
    pub(super) rule: String,
    #[serde(rename = "ref")]
    pub(super) reference: Refs,
    pub(super) title: String,
    pub(super) turn: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) text: String,
    pub(super) verdict: FindingVerdict,
    pub(super) severity: Severity,
    pub(super) suppressed_by: Option<String>,
    pub(super) allowed_because: Option<String>,
    pub(super) better: Option<String>,
}

/// The verdict on one rule.
#[derive(Debug, Deserialize)]
pub(super) struct ShownVerdict {
    pub(super) rule: String,
    #[serde(rename = "ref")]
    pub(super) reference: Refs,
    pub(super) outcome: Outcome,
    pub(super) measured: Option<f64>,
    pub(super) better: Option<String>,
}

impl ShownDraft {
    /// The items of each section, in their order: those of one section stand together.
    pub(super) fn sections(&self) -> impl Iterator<Item = (&str, &[ShownItem])> {
        let sections = self.items.chunk_by(|one, other| one.section == other.section);
        sections.map(|items| (items[0].section.as_str(), items))
    }
}

/// What the pack in use calls the rules and guards that a draft names.
#[derive(Debug)]
pub struct Titles<'p> {
    rules: HashMap<&'p str, &'p Rule>,
    guards: HashMap<&'p str, &'p str>,
}

impl<'p> Titles<'p> {
    /// Those of `pack`.
    #[must_use]
    pub fn of(pack: &'p Pack) -> Self {
        let rules = pack.rules.iter().map(|rule| (rule.id.as_str(), rule));
        let guards = pack.lexicons.catalogue().iter().filter(|lexicon| lexicon.guard);
        let name = |id: &'p str| id.rsplit('/').next().unwrap_or(id);
        let guards = guards.map(|lexicon| (name(&lexicon.id), lexicon.title.as_str()));
        Self { rules: rules.collect(), guards: guards.collect() }
    }

    /// What a rule is called; a rule that is gone has only its id.
    pub(super) fn rule<'v>(&'v self, verdict: &'v ShownVerdict) -> &'v str {
        self.rules.get(verdict.rule.as_str()).map_or(&verdict.rule, |rule| &rule.title)
    }

    /// The outcome of a rule in words.
    pub(super) fn outcome(&self, verdict: &ShownVerdict) -> &'static str {
        titles::outcome(verdict.outcome, self.demand(verdict))
    }

    /// Whether the outcome of a rule is something to tell the agent.
    pub(super) fn tells(&self, verdict: &ShownVerdict) -> bool {
        verdict.outcome == self.demand(verdict).telling()
    }

    fn demand(&self, verdict: &ShownVerdict) -> Demand {
        self.rules.get(verdict.rule.as_str()).map_or(Demand::Expect, |rule| rule.demand)
    }

    /// Why a finding does not count, where it does not.
    pub(super) fn excuse(&self, lang: Lang, finding: &ShownFinding) -> Option<String> {
        Some(match finding.suppressed_by.as_deref()? {
            "allow" => {
                let because = finding.allowed_because.as_deref().unwrap_or_default();
                lang.fill("词表里放行的说法：{}", &[&because])
            }
            "role" => lang.say("不是这个角色说的").to_owned(),
            "excluded" => lang.say("规则自己排除的说法").to_owned(),
            "longer" => lang.say("是更长的命中的一部分").to_owned(),
            guard => lang.fill("语境豁免：{}", &[&self.guards.get(guard).copied().unwrap_or(guard)]),
        })
    }
}
