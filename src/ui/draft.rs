//! A draft as people read it: from the JSON that every door gives, with the titles that only the pack knows.

use serde::Deserialize;

use super::dialogue::{Mark, Note};
use super::words::Lang;
use crate::draft::{FindingVerdict, ItemOutcome};
use crate::pack::Pack;
use crate::rule::{Demand, Outcome, Refs, Rule, Severity};
use crate::score::{Basis, Points};

/// A draft, as far as a page shows it.
#[derive(Debug, Deserialize)]
pub(super) struct DraftShown {
    pub(super) quality: QualityShown,
    pub(super) totals: TotalsShown,
    pub(super) items: Vec<ItemShown>,
    pub(super) vetoes: Vec<VetoShown>,
    findings: Vec<FindingShown>,
    verdicts: Vec<VerdictShown>,
}

/// Whether and how far the transcript can be trusted.
#[derive(Debug, Deserialize)]
pub(super) struct QualityShown {
    pub(super) scorable: bool,
    pub(super) notes: Vec<String>,
}

/// Points of the whole draft.
#[derive(Debug, Deserialize)]
pub(super) struct TotalsShown {
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
pub(super) struct ItemShown {
    #[serde(rename = "ref")]
    pub(super) reference: Refs,
    pub(super) section: String,
    pub(super) title: String,
    pub(super) max: Points,
    pub(super) outcome: ItemOutcome,
    pub(super) score: Option<Points>,
    pub(super) basis: Basis,
    pub(super) reason: String,
    pub(super) evidence: Vec<PlaceShown>,
}

/// A place that speaks for or against something.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub(super) struct PlaceShown {
    pub(super) turn: u32,
    pub(super) text: String,
}

/// A veto that is proposed.
#[derive(Debug, Deserialize)]
pub(super) struct VetoShown {
    pub(super) title: String,
    pub(super) evidence: Vec<PlaceShown>,
}

/// A place where a forbidding rule matched.
#[derive(Debug, Deserialize)]
struct FindingShown {
    rule: String,
    title: String,
    turn: u32,
    start: u32,
    end: u32,
    verdict: FindingVerdict,
    severity: Severity,
    suppressed_by: Option<String>,
    allowed_because: Option<String>,
    better: Option<String>,
}

/// The verdict on one rule.
#[derive(Debug, Deserialize)]
struct VerdictShown {
    rule: String,
    outcome: Outcome,
    measured: Option<f64>,
    better: Option<String>,
}

/// The verdict on one rule, with what the pack knows of it.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) rule: String,
    pub(super) title: String,
    pub(super) outcome: &'static str,
    pub(super) measured: Option<f64>,
    pub(super) better: Option<String>,
    /// Whether there is something to tell the agent.
    pub(super) tells: bool,
}

impl DraftShown {
    /// How many findings are worth so much.
    pub(super) fn count(&self, worth: FindingVerdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == worth).count()
    }

    /// Whether a place in the dialogue already tells what is better than what this rule found.
    pub(super) fn shows(&self, rule: &str) -> bool {
        self.findings.iter().any(|finding| finding.rule == rule && finding.verdict == FindingVerdict::Hit)
    }

    /// Its findings, to be marked in the dialogue.
    pub(super) fn marks(&self, pack: &Pack, lang: Lang) -> Vec<Mark> {
        let mark = |it: &FindingShown| {
            let why =
                it.suppressed_by.as_deref().map(|by| why(pack, lang, by, it.allowed_because.as_deref()));
            let note = Note {
                rule: it.rule.clone(),
                title: it.title.clone(),
                severity: it.severity,
                why,
                better: it.better.clone(),
            };
            Mark { turn: it.turn, start: it.start, end: it.end, worth: it.verdict, note: Some(note) }
        };
        self.findings.iter().map(mark).collect()
    }

    /// Its verdicts, those first that have something to tell.
    pub(super) fn told(&self, pack: &Pack) -> Vec<Told> {
        let told = |verdict: &VerdictShown| {
            let rule = rule(pack, &verdict.rule)?;
            Some(Told {
                rule: rule.id.clone(),
                title: rule.title.clone(),
                outcome: outcome_title(verdict.outcome, rule.demand),
                measured: verdict.measured,
                better: verdict.better.clone(),
                tells: verdict.outcome == rule.demand.telling(),
            })
        };
        let mut all: Vec<Told> = self.verdicts.iter().filter_map(told).collect();
        all.sort_by_key(|told| !told.tells);
        all
    }
}

/// The rule with this id.
pub(super) fn rule<'p>(pack: &'p Pack, id: &str) -> Option<&'p Rule> {
    pack.rules.iter().find(|rule| rule.id == id)
}

/// Why a finding does not count.
fn why(pack: &Pack, lang: Lang, by: &str, because: Option<&str>) -> String {
    match by {
        "allow" => lang.fill("允许词条：{}", &[&because.unwrap_or_default()]),
        "role" => lang.say("说话人不对").to_owned(),
        "excluded" => lang.say("规则写明排除这种说法").to_owned(),
        "longer" => lang.say("更长的命中盖住了它").to_owned(),
        guard => {
            let lexicons = pack.lexicons.catalogue().iter().filter(|lexicon| lexicon.guard);
            let mut named = lexicons.filter(|lexicon| lexicon.id.rsplit('/').next() == Some(guard));
            let title = named.next().map_or(guard, |lexicon| lexicon.title.as_str());
            lang.fill("语境豁免：{}", &[&title])
        }
    }
}

/// The outcome of a rule in words.
pub(super) fn outcome_title(outcome: Outcome, demand: Demand) -> &'static str {
    match (outcome, demand) {
        (Outcome::Met, Demand::Observe) => "出现",
        (Outcome::NotMet, Demand::Observe) => "未出现",
        (Outcome::Met, _) => "符合",
        (Outcome::NotMet, _) => "不符合",
        (Outcome::NotApplicable, _) => "不适用",
        (Outcome::NotMeasurable, _) => "无法测量",
    }
}

/// How far a proposal can be trusted, in words.
pub(super) fn basis_title(basis: Basis) -> &'static str {
    match basis {
        Basis::Auto => "可自动判定",
        Basis::Suggest => "建议分",
        Basis::Evidence => "只列证据",
        Basis::Human => "人工评判",
    }
}
