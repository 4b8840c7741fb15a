//! The page to read first: a transcript becomes a draft.

use crate::detect::Scene;
use crate::draft::{self, Draft, Form, Material};
use crate::judge::judge;
use crate::lexicon::Plan;
use crate::pack::Pack;
use crate::score::{Rubric, fill};
use crate::transcript::Transcript;

/// What the caller wants to have judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// The rubric's id; without one, the rubric that fits the transcript is taken.
    pub rubric: Option<&'a str>,
    /// Judge every rule of the pack, not only those that the rubric uses.
    pub all_rules: bool,
}

/// The same, kept for as long as a stream or a job takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnedAsk {
    /// The rubric's id; without one, the rubric that fits the transcript is taken.
    pub rubric: Option<String>,
    /// Judge every rule of the pack, not only those that the rubric uses.
    pub all_rules: bool,
}

impl OwnedAsk {
    /// The same, as it is asked.
    #[must_use]
    pub fn borrowed(&self) -> Ask<'_> {
        Ask { rubric: self.rubric.as_deref(), all_rules: self.all_rules }
    }
}

/// Why no draft could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PipelineError {
    /// No rubric has the id that was asked for.
    #[error("没有编号为“{asked}”的评分表，可用的有：{known}")]
    UnknownRubric {
        /// The id that was asked for.
        asked: String,
        /// The ids that the pack has.
        known: String,
    },
    /// The rubric that was asked for has points that are still to be set.
    #[error(
        "评分表“{asked}”有 {count} 项的分值还没有定（{first}等）；请在 rules/rubrics/{asked}.yaml 里把 X 改成分值"
    )]
    RubricNotSet {
        /// The id that was asked for.
        asked: String,
        /// How many of its items have no points yet.
        count: usize,
        /// The title of the first.
        first: String,
    },
    /// No rubric applies to such a transcript.
    #[error("没有适用于这通对话的评分表，请用 rubric 参数指明")]
    NoRubricApplies,
}

/// Turns a transcript into the draft of one rubric.
///
/// # Errors
/// When the rubric that was asked for does not exist or cannot be used yet, or none applies.
pub fn draft<'a>(
    pack: &'a Pack,
    transcript: &'a Transcript<'a>,
    ask: Ask<'_>,
) -> Result<Draft<'a>, PipelineError> {
    let form = match ask.rubric {
        Some(id) => asked(pack, id)?,
        None => pack.form_for(transcript).ok_or(PipelineError::NoRubricApplies)?,
    };
    // Normalise every turn, find every entry that the rules may ask for in one scan, and check what can be trusted.
    let plan = if ask.all_rules { Plan::ALL } else { form.plan };
    let scene = Scene::new(transcript, &pack.lexicons, &pack.dialogue, plan);
    // Test the rules, guards applied: one verdict each.
    let asked = if ask.all_rules { pack.all_rules() } else { &form.rubric.rules };
    let judgement = judge(&scene, &pack.rules, asked);
    // Turn verdicts into proposed points.
    let filled = fill(&form.rubric, transcript, &judgement);
    // Write the form, with the sentence that a reviewer reads for each item.
    let material =
        Material { digest: pack.digest(), rules: &pack.rules, form, scene: &scene, judgement: &judgement };
    Ok(draft::write(&material, &filled))
}

/// The rubric with this id.
///
/// # Errors
/// When it does not exist, or cannot be used yet.
pub fn asked<'p>(pack: &'p Pack, id: &str) -> Result<&'p Form, PipelineError> {
    let known = || Some(pack.rubric_ids().collect::<Vec<_>>().join("、")).filter(|known| !known.is_empty());
    let refused = || match pack.waiting.iter().find(|rubric| rubric.id == id) {
        Some(Rubric { unset, .. }) => PipelineError::RubricNotSet {
            asked: id.to_owned(),
            count: unset.len(),
            first: unset.first().cloned().unwrap_or_default(),
        },
        None => PipelineError::UnknownRubric {
            asked: id.to_owned(),
            known: known().unwrap_or_else(|| "(没有)".to_owned()),
        },
    };
    pack.form(id).ok_or_else(refused)
}
