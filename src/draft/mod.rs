//! Stage 8: the pre-filled form — a rubric with proposals and evidence for a human to confirm.

mod evidence;
mod form;
mod reason;
mod write;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::detect::{RolesQuality, TimesQuality};
use crate::lexicon::Speaker;
use crate::rule::{Lack, Lacking, Outcome, Refs, Severity};
use crate::score::{Basis, Points, SheetScope};
use crate::transcript::{Millis, Role};

pub use form::{Form, Part};
pub(crate) use reason::QUOTED;
pub use write::{Material, write};

/// The machine's draft of one rubric for one transcript (机评初稿).
///
/// Stable: the same transcript, pack and engine version give the same bytes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Draft<'a> {
    /// The transcript's own id.
    pub transcript_id: &'a str,
    /// Version of the engine that judged.
    pub engine: &'static str,
    /// Digest of the lexicons, rules and rubrics that judged.
    pub pack: &'a str,
    /// The rubric that was filled in.
    pub rubric: RubricName<'a>,
    /// Whether and how far the transcript can be trusted.
    pub quality: DraftQuality,
    /// Points, as far as they could be pre-filled.
    pub totals: DraftTotals<'a>,
    /// One entry for each item of the rubric, in its order.
    #[schema(value_type = Vec<DraftItem>)]
    pub items: Vec<Part<'a, DraftItem<'a>>>,
    /// Vetoes that the machine proposes; only a human carries them out.
    pub vetoes: Vec<DraftVeto<'a>>,
    /// Every place where a forbidding rule matched, guarded ones included, in the order of the dialogue.
    pub findings: Vec<DraftFinding<'a>>,
    /// The verdict on every rule that was judged, in the order of their ids.
    #[schema(value_type = Vec<DraftVerdict>)]
    pub verdicts: Vec<Part<'a, DraftVerdict<'a>>>,
}

/// Which rubric.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct RubricName<'a> {
    /// Its id, for `?rubric=`.
    pub id: &'a str,
    /// The version that the rubric file states.
    pub version: &'a str,
}

/// Whether and how far a transcript can be trusted.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftQuality {
    /// False where nothing can be judged; `notes` then says why.
    pub scorable: bool,
    /// ok, suspect or missing.
    #[schema(value_type = RolesQuality)]
    pub roles: &'static str,
    /// ok, partial, suspect or missing.
    #[schema(value_type = TimesQuality)]
    pub times: &'static str,
    /// ISO 639-3 code of the language, where there is enough text to tell.
    pub language: Option<&'static str>,
    /// What the reviewer should know, in Chinese.
    pub notes: Vec<String>,
}

/// Points of the whole draft.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct DraftTotals<'a> {
    /// Points that the machine proposes, bonuses and deductions included, before vetoes.
    #[schema(value_type = f64)]
    pub prefilled: Points,
    /// Points to be had on the items that are pre-filled.
    #[schema(value_type = f64)]
    pub prefilled_max: Points,
    /// Points that a human has yet to give.
    #[schema(value_type = f64)]
    pub open_max: Points,
    /// Points to be had on all items that count.
    #[schema(value_type = f64)]
    pub max: Points,
    /// `prefilled` with every proposed veto carried out.
    #[schema(value_type = f64)]
    pub with_vetoes: Points,
    /// `with_vetoes` on the scale of the rubric; null until nothing is open, or where the rubric does not
    /// scale or there is nothing to be had.
    #[schema(value_type = Option<f64>)]
    pub scaled_to: Option<Points>,
    /// Whether the total reaches the pass mark; null until nothing is open, or where the rubric has none
    /// or there is nothing to be had.
    pub passed: Option<bool>,
    /// The band of the total; null until nothing is open, or where the rubric has none or there is nothing to be had.
    pub band: Option<&'a str>,
}

/// One item of the rubric, pre-filled as far as the transcript can tell (评分项).
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftItem<'a> {
    /// The item's id in its rubric.
    pub id: &'a str,
    /// The criteria behind it.
    #[serde(rename = "ref")]
    pub reference: &'a Refs,
    /// The section that it stands in.
    pub section: &'a str,
    /// Its Chinese name.
    pub title: &'a str,
    /// Most points that it can give; 0 for bonuses and deductions.
    #[schema(value_type = f64)]
    pub max: Points,
    /// What became of it.
    pub outcome: ItemOutcome,
    /// The proposed points; null where a human decides.
    #[schema(value_type = Option<f64>)]
    pub score: Option<Points>,
    /// The level (档位) that was reached, by its place among those of the item, since several may give the same points; null
    /// where none was.
    pub level: Option<usize>,
    /// How far the proposal can be trusted.
    pub basis: Basis,
    /// The sentence that a reviewer reads.
    pub reason: String,
    /// Inputs that were missing.
    #[schema(value_type = Vec<Lack>)]
    pub lacking: Lacking,
    /// Where in the transcript it shows.
    pub evidence: Vec<DraftEvidence<'a>>,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemOutcome {
    /// Points are proposed.
    Score,
    /// What the item is about did not occur.
    NotApplicable,
    /// An input is missing.
    NotMeasurable,
    /// Only a human can tell.
    Human,
}

/// One place in the transcript that speaks for or against something.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct DraftEvidence<'a> {
    /// Index of the turn in the posted transcript.
    pub turn: u32,
    /// First character, in Unicode scalar values of the original text.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// The original words.
    pub text: &'a str,
    /// When it begins: the turn, or the silence or hold that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, nullable = false)]
    pub start_ms: Option<Millis>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, nullable = false)]
    pub end_ms: Option<Millis>,
    /// The rule that it belongs to.
    pub rule: &'a str,
    /// What is better said instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub better: Option<&'a str>,
}

/// A veto that the machine proposes (否决建议).
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftVeto<'a> {
    /// Its id in the rubric.
    pub id: &'a str,
    /// The criteria behind it.
    #[serde(rename = "ref")]
    pub reference: &'a Refs,
    /// Its Chinese name.
    pub title: &'a str,
    /// item, section or call.
    #[schema(value_type = SheetScope)]
    pub scope: &'static str,
    /// The item or section that it zeroes.
    pub target: Option<&'a str>,
    /// Always `proposed`: a human confirms or rejects it.
    #[schema(pattern = "^proposed$")]
    pub status: &'static str,
    /// Where in the transcript it shows.
    pub evidence: Vec<DraftEvidence<'a>>,
}

/// A place where a forbidding rule matched (命中).
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftFinding<'a> {
    /// The rule.
    pub rule: &'a str,
    /// The criteria behind it.
    #[serde(rename = "ref")]
    pub reference: &'a Refs,
    /// The rule's Chinese name.
    pub title: &'a str,
    /// Who said it.
    pub role: Role,
    /// Index of the turn in the posted transcript.
    pub turn: u32,
    /// First character, in Unicode scalar values of the original text.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// The original words.
    pub text: &'a str,
    /// When it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, nullable = false)]
    pub start_ms: Option<Millis>,
    /// hit, candidate or suppressed.
    pub verdict: FindingVerdict,
    /// How bad a fault it is.
    pub severity: Severity,
    /// What speaks against it: the name of a guard, `allow`, `role`, `excluded` or `longer`.
    pub suppressed_by: Option<&'a str>,
    /// Why an allow entry allows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub allowed_because: Option<&'a str>,
    /// What is better said instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub better: Option<&'a str>,
}

/// What a finding is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingVerdict {
    /// It counts.
    Hit,
    /// A human decides.
    Candidate,
    /// It does not count; `suppressed_by` says why.
    Suppressed,
}

/// The verdict on one rule (判定).
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftVerdict<'a> {
    /// The rule.
    pub rule: &'a str,
    /// The criteria behind it.
    #[serde(rename = "ref")]
    pub reference: &'a Refs,
    /// Whether the rule's standard is met.
    pub outcome: Outcome,
    /// A number that was measured, such as a median or a ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub measured: Option<f64>,
    /// Inputs that were missing.
    #[serde(skip_serializing_if = "Lacking::is_empty")]
    #[schema(value_type = Vec<Lack>)]
    pub lacking: Lacking,
    /// Where in the transcript it shows.
    pub evidence: Vec<DraftEvidence<'a>>,
    /// Where something absent was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub searched: Option<DraftSearch>,
    /// What came nearest to what was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub nearest: Option<DraftEvidence<'a>>,
    /// What is better said or done, where the standard is not met or something was observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub better: Option<&'a str>,
}

/// Where something absent was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct DraftSearch {
    /// agent, customer, system or any.
    #[schema(value_type = Speaker)]
    pub role: &'static str,
    /// Index of the first turn in the posted transcript.
    pub from_turn: u32,
    /// Index of the last turn.
    pub to_turn: u32,
    /// How many turns of the role that is.
    pub turns: u32,
}
