//! A stored draft as a page reads it: its personal data is covered, and every sentence is there.

use serde::Deserialize;

use crate::draft::{FindingVerdict, ItemOutcome};
use crate::rule::{Outcome, Refs, Severity};
use crate::score::{Basis, Points, SheetScope};

/// A draft, as far as it is shown.
#[derive(Debug, Deserialize)]
pub(crate) struct ShownDraft {
    pub(crate) transcript_id: String,
    pub(crate) engine: String,
    pub(crate) pack: String,
    pub(crate) quality: ShownQuality,
    pub(crate) items: Vec<ShownItem>,
    pub(crate) vetoes: Vec<ShownVeto>,
    pub(crate) findings: Vec<ShownFinding>,
    pub(crate) verdicts: Vec<ShownVerdict>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ShownQuality {
    pub(crate) scorable: bool,
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ShownItem {
    pub(crate) id: String,
    #[serde(rename = "ref")]
    pub(crate) reference: Refs,
    pub(crate) section: String,
    pub(crate) title: String,
    pub(crate) max: Points,
    pub(crate) outcome: ItemOutcome,
    pub(crate) score: Option<Points>,
    pub(crate) basis: Basis,
    pub(crate) reason: String,
    pub(crate) evidence: Vec<ShownPlace>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownPlace {
    pub(crate) turn: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) text: String,
    pub(crate) start_ms: Option<u32>,
    pub(crate) rule: String,
    pub(crate) better: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ShownVeto {
    pub(crate) id: String,
    #[serde(rename = "ref")]
    pub(crate) reference: Refs,
    pub(crate) title: String,
    pub(crate) scope: SheetScope,
    pub(crate) target: Option<String>,
    pub(crate) evidence: Vec<ShownPlace>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ShownFinding {
    pub(crate) rule: String,
    #[serde(rename = "ref")]
    pub(crate) reference: Refs,
    pub(crate) title: String,
    pub(crate) turn: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) text: String,
    pub(crate) verdict: FindingVerdict,
    pub(crate) severity: Severity,
    pub(crate) suppressed_by: Option<String>,
    pub(crate) allowed_because: Option<String>,
    pub(crate) better: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ShownVerdict {
    pub(crate) rule: String,
    #[serde(rename = "ref")]
    pub(crate) reference: Refs,
    pub(crate) outcome: Outcome,
    pub(crate) better: Option<String>,
}
