//! Trying it: a transcript is pasted, and the draft of it is seen at once; nothing is kept.

use askama::Template;

use super::dialogue::Dialogue;
use super::draft::{DraftShown, ItemShown, PlaceShown, Told, basis_title};
use super::{Choice, Frame};
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
    draft: DraftShown,
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
        let draft: DraftShown = serde_json::from_str(&serde_json::to_string(draft)?)?;
        let marks = draft.marks(pack, page.lang);
        let dialogue = Dialogue::new(page.clone(), transcript, &marks, true);
        Ok(Self { told: draft.told(pack), page, rubric, draft, dialogue, why })
    }

    /// The whole in one sentence.
    fn said(&self) -> String {
        let totals = &self.draft.totals;
        let (hits, doubtful) = (self.count("hit"), self.count("candidate"));
        self.page.lang.fill(
            "建议 {} 分，满分 {}；命中 {} 处，疑似 {} 处",
            &[&totals.prefilled, &totals.prefilled_max, &hits, &doubtful],
        )
    }

    fn count(&self, worth: &str) -> usize {
        self.draft.count(match worth {
            "hit" => FindingVerdict::Hit,
            "candidate" => FindingVerdict::Candidate,
            _ => FindingVerdict::Suppressed,
        })
    }

    /// The items of each section.
    fn sections(&self) -> impl Iterator<Item = (&str, &[ItemShown])> {
        let sections = self.draft.items.chunk_by(|one, other| one.section == other.section);
        sections.map(|items| (items[0].section.as_str(), items))
    }

    /// What can be said better although it is nowhere in the text: that something is missing, for instance.
    fn better(&self) -> impl Iterator<Item = (&Told, &str)> {
        let telling = self.told.iter().filter(|told| told.tells && !self.draft.shows(&told.rule));
        telling.filter_map(|told| Some((told, told.better.as_deref()?)))
    }
}

/// The points of an item, or why there are none.
fn points(page: &Frame, item: &ItemShown) -> String {
    let none = |word| page.t(word).to_owned();
    match (item.outcome, item.score) {
        (ItemOutcome::Score, Some(score)) if item.max == Points::ZERO => score.to_string(),
        (ItemOutcome::Score, Some(score)) => format!("{score}/{}", item.max),
        (ItemOutcome::NotApplicable, _) => none("不适用"),
        (ItemOutcome::NotMeasurable, _) => none("无法测量"),
        _ => none("人工"),
    }
}

/// Each place once: several rules may rest on it.
fn places(all: &[PlaceShown]) -> Vec<&PlaceShown> {
    let mut places: Vec<_> = all.iter().collect();
    places.dedup();
    places
}

/// The turns of some places, each once.
fn turns(all: &[PlaceShown]) -> Vec<u32> {
    let mut turns: Vec<_> = all.iter().map(|place| place.turn).collect();
    turns.dedup();
    turns
}
