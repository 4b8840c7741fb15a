//! Trying it: a transcript is pasted, and the draft of it is seen at once; nothing is kept.

use askama::Template;

use super::dialogue::{Dialogue, Mark, Note};
use super::draft::{ShownDraft, ShownFinding, ShownItem, ShownPlace, ShownVerdict, Titles};
use super::words::Lang;
use super::{Choice, Frame, titles};
use crate::draft::{Draft, FindingVerdict, ItemOutcome};
use crate::pack::Pack;
use crate::score::Points;
use crate::transcript::Transcript;

/// A dialogue to begin with.
const SAMPLE: &str = include_str!("sample.txt");

/// The page on which a transcript is tried.
#[derive(Debug, Template)]
#[template(path = "trial.html")]
pub struct Trial {
    /// What every page has.
    pub page: Frame,
    /// The rubrics in use.
    pub rubrics: Vec<Choice>,
    /// The rules of the pack.
    pub rules: Vec<Choice>,
    /// What is in the text field to begin with.
    pub text: String,
    /// The rule that is to be explained to begin with; all rules are judged then.
    pub rule: String,
}

/// What became of a transcript that was tried.
#[derive(Debug, Template)]
#[template(path = "trial_result.html")]
pub struct TrialResult {
    page: Frame,
    rubric: String,
    draft: ShownDraft,
    dialogue: Dialogue,
    told: Vec<Told>,
    why: Option<Why>,
}

/// Why a rule says what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The rule.
    pub rule: String,
    /// Its Chinese name.
    pub title: String,
    /// Step by step, a line each.
    pub text: String,
}

/// The verdict on one rule.
#[derive(Debug)]
struct Told {
    rule: String,
    title: String,
    outcome: &'static str,
    measured: Option<f64>,
    better: Option<String>,
    /// Whether there is something to tell the agent.
    tells: bool,
}

impl Told {
    fn of(verdict: &ShownVerdict, titles: &Titles<'_>) -> Self {
        Self {
            rule: verdict.rule.clone(),
            title: titles.rule(verdict).to_owned(),
            outcome: titles.outcome(verdict),
            measured: verdict.measured,
            better: verdict.better.clone(),
            tells: titles.tells(verdict),
        }
    }
}

/// A finding as it is marked in the dialogue.
fn mark(lang: Lang, titles: &Titles<'_>, it: &ShownFinding) -> Mark {
    let note = Note {
        rule: it.rule.clone(),
        title: it.title.clone(),
        severity: it.severity,
        why: titles.excuse(lang, it),
        better: it.better.clone(),
    };
    Mark { turn: it.turn, start: it.start, end: it.end, worth: it.verdict, note: Some(note) }
}

impl TrialResult {
    /// Shows what `draft` says of `transcript`.
    ///
    /// # Errors
    /// When the draft cannot be read, which does not happen.
    pub fn of(
        page: Frame,
        pack: &Pack,
        transcript: &Transcript<'_>,
        draft: &Draft<'_>,
        why: Option<Why>,
    ) -> serde_json::Result<Self> {
        let rubric = pack.form(draft.rubric.id).map(|form| form.rubric.title.clone()).unwrap_or_default();
        let draft: ShownDraft = serde_json::from_str(&serde_json::to_string(draft)?)?;
        let titles = Titles::of(pack);
        let marks: Vec<Mark> = draft.findings.iter().map(|it| mark(page.lang, &titles, it)).collect();
        let dialogue = Dialogue::new(page.clone(), transcript, &marks, true);
        let mut told: Vec<Told> = draft.verdicts.iter().map(|verdict| Told::of(verdict, &titles)).collect();
        told.sort_by_key(|told| !told.tells);
        Ok(Self { page, rubric, draft, dialogue, told, why })
    }

    /// The whole in one sentence.
    fn said(&self) -> String {
        let totals = &self.draft.totals;
        let (hits, doubtful) = (self.count("hit"), self.count("candidate"));
        self.page.lang.fill(
            "机器判了 {} 分，建议 {}；另有 {} 分由人评；命中 {} 处，疑似 {} 处",
            &[&totals.prefilled_max, &totals.prefilled, &totals.open_max, &hits, &doubtful],
        )
    }

    fn count(&self, worth: &str) -> usize {
        self.draft.findings.iter().filter(|finding| titles::shade(finding.verdict) == worth).count()
    }

    /// Whether a place in the dialogue already tells what is better than what this rule found.
    fn shows(&self, rule: &str) -> bool {
        let mut findings = self.draft.findings.iter();
        findings.any(|finding| finding.rule == rule && finding.verdict == FindingVerdict::Hit)
    }

    /// What can be said better although it is nowhere in the text: that something is missing, for instance.
    fn better(&self) -> impl Iterator<Item = (&Told, &str)> {
        let telling = self.told.iter().filter(|told| told.tells && !self.shows(&told.rule));
        telling.filter_map(|told| Some((told, told.better.as_deref()?)))
    }
}

/// The points of an item, or why there are none.
fn points(page: &Frame, item: &ShownItem) -> String {
    let none = |word| page.t(word).to_owned();
    match (item.outcome, item.score) {
        (ItemOutcome::Score, Some(score)) if item.max == Points::ZERO => score.to_string(),
        (ItemOutcome::Score, Some(score)) => format!("{score}/{}", item.max),
        (ItemOutcome::NotApplicable, _) => none("不适用"),
        (ItemOutcome::NotMeasurable, _) => none("无法测量"),
        _ => none("人工"),
    }
}

/// The turns of some places, each once.
fn turns(all: &[ShownPlace]) -> Vec<u32> {
    let mut turns: Vec<_> = all.iter().map(|place| place.turn).collect();
    turns.dedup();
    turns
}
