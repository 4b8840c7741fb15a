//! How often each rule hits.

use serde::Serialize;
use utoipa::ToSchema;

use super::table::{Cell, Column};

/// How often a rule hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleHits {
    /// The rule's id.
    pub rule: String,
    /// What it is called in the pack in use; null where that has no such rule.
    pub title: Option<String>,
    /// Drafts with a hit or a candidate.
    pub drafts: u64,
    /// Findings that count.
    pub hits: u64,
    /// Findings that a human decides.
    pub candidates: u64,
}

/// The columns of a table of hits.
#[must_use]
pub fn columns() -> Vec<Column<RuleHits>> {
    vec![
        Column { heading: "规则编号", cell: |row| Cell::Text(row.rule.clone()) },
        Column { heading: "规则", cell: |row| Cell::Text(row.title.clone().unwrap_or_default()) },
        Column { heading: "初稿", cell: |row| Cell::Count(row.drafts) },
        Column { heading: "命中", cell: |row| Cell::Count(row.hits) },
        Column { heading: "疑似", cell: |row| Cell::Count(row.candidates) },
    ]
}
