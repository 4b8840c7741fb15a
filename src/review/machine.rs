//! What the machine has said: the parts of a stored draft that a review is about.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ItemValue;
use crate::draft::{FindingVerdict, ItemOutcome};
use crate::rule::{Refs, Severity};
use crate::score::{Basis, Points, SheetScope};

/// A draft as it was stored; what a review does not ask for is skipped when it is read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Machine {
    /// The transcript's own id.
    pub transcript_id: String,
    /// Digest of the pack that judged.
    pub pack: String,
    /// Version of the engine that judged.
    pub engine: String,
    /// The rubric that was filled in.
    pub rubric: MachineRubric,
    /// Whether and how far the transcript can be trusted.
    pub quality: MachineQuality,
    /// Points, as far as they could be pre-filled.
    pub totals: MachineTotals,
    /// One for each item of the rubric that was asked, in its order.
    pub items: Vec<MachineItem>,
    /// The vetoes that were proposed.
    pub vetoes: Vec<MachineVeto>,
    /// Every place where a forbidding rule matched; a subject names them by their index.
    pub findings: Vec<MachineFinding>,
    /// The rules that were judged.
    #[serde(default)]
    pub verdicts: Vec<MachineVerdict>,
}

/// Which rubric.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MachineRubric {
    /// Its id.
    pub id: String,
    /// The version that its file stated.
    pub version: String,
}

/// Whether and how far a transcript can be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MachineQuality {
    /// False where nothing could be judged.
    pub scorable: bool,
    /// ok, suspect or missing.
    pub roles: String,
    /// ok, partial, suspect or missing.
    pub times: String,
}

/// The machine's own totals, as the draft has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MachineTotals {
    /// Points that the machine proposes, before vetoes.
    #[schema(value_type = f64)]
    pub prefilled: Points,
    /// Points to be had on the items that are pre-filled.
    #[schema(value_type = f64)]
    pub prefilled_max: Points,
    /// Points that it has left to humans.
    #[schema(value_type = f64)]
    pub open_max: Points,
    /// Points to be had on all items that count.
    #[schema(value_type = f64)]
    pub max: Points,
    /// `prefilled` with every proposed veto carried out.
    #[schema(value_type = f64)]
    pub with_vetoes: Points,
    /// `with_vetoes` on the scale of the rubric; null where anything was open, or the rubric does not scale.
    #[schema(value_type = Option<f64>)]
    pub scaled_to: Option<Points>,
    /// Whether the total reaches the pass mark; null where anything was open, or the rubric has none.
    pub passed: Option<bool>,
    /// The band of the total; null where anything was open.
    pub band: Option<String>,
}

/// One item, pre-filled as far as the transcript could tell.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MachineItem {
    /// Its id in the rubric.
    pub id: String,
    /// The criteria behind it.
    #[serde(rename = "ref")]
    pub reference: Option<Refs>,
    /// The section that it stands in.
    pub section: String,
    /// Its Chinese name.
    pub title: String,
    /// Most points that it can give; 0 for bonuses and deductions.
    pub max: Points,
    /// What became of it.
    pub outcome: ItemOutcome,
    /// The proposed points; none where a human decides.
    pub score: Option<Points>,
    /// The level that was reached, where it is known: drafts of before do not tell.
    pub level: Option<usize>,
    /// How far the proposal can be trusted.
    pub basis: Basis,
    /// The sentence that a reviewer reads.
    pub reason: String,
    /// Where in the transcript it shows.
    pub evidence: Vec<MachinePlace>,
}

/// A place that is shown for an item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MachinePlace {
    /// The rule that it belongs to.
    pub rule: String,
    /// Index of the turn in the posted transcript.
    pub turn: u32,
    /// First character, in Unicode scalar values of the original text.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

/// A veto that was proposed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MachineVeto {
    /// Its id in the rubric.
    pub id: String,
    /// Its Chinese name.
    pub title: String,
    /// What it zeroes.
    pub scope: SheetScope,
    /// The item or section that it zeroes.
    pub target: Option<String>,
}

/// A place where a forbidding rule matched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MachineFinding {
    /// The rule.
    pub rule: String,
    /// The rule's Chinese name.
    pub title: String,
    /// Index of the turn in the posted transcript.
    pub turn: u32,
    /// First character, in Unicode scalar values of the original text.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// What it is worth.
    pub verdict: FindingVerdict,
    /// How bad a fault it is.
    pub severity: Severity,
    /// What speaks against it.
    pub suppressed_by: Option<String>,
}

/// A rule that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MachineVerdict {
    /// The rule.
    pub rule: String,
}

impl MachineItem {
    /// What the machine says that it comes to.
    #[must_use]
    pub fn value(&self) -> ItemValue {
        ItemValue { outcome: self.outcome, score: self.score }
    }
}
