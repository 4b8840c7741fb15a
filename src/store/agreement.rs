//! What submitted reviews say about the machine, row by row.

use super::db::values;
use super::{Store, StoreError};
use crate::draft::{FindingVerdict, ItemOutcome};
use crate::report::agreement::{FindingRow, ItemRow};
use crate::review::{FindingDecision, ItemValue};
use crate::score::Points;

/// Which submitted reviews count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// The rubric's id; all rubrics where there is none.
    pub rubric: Option<String>,
    /// From this day of the call on, `2026-11-21`.
    pub from: Option<String>,
    /// Up to and with this day.
    pub to: Option<String>,
}

/// The reviews that a [`Span`] asks for, after which come its three values.
const REVIEWS: &str = "JOIN reviews r ON r.draft = x.draft AND r.state = 'submitted' \
                       JOIN drafts d ON d.id = r.draft JOIN transcripts t ON t.id = d.transcript \
                       WHERE ($1 = '' OR d.rubric = $1) AND t.day >= $2 AND ($3 = '' OR t.day <= $3)";

#[derive(sqlx::FromRow)]
struct Item {
    rubric: String,
    item: String,
    machine_outcome: String,
    machine: Option<i64>,
    final_outcome: String,
    settled: Option<i64>,
    explicit: bool,
}

impl Store {
    /// One row for each item of each submitted review.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn reviewed_items(&self, span: &Span) -> Result<Vec<ItemRow>, StoreError> {
        let rows = format!(
            "SELECT d.rubric, x.item, x.machine_outcome, x.machine, x.final_outcome, x.final AS settled, x.explicit \
             FROM reviewed_items x {REVIEWS}"
        );
        let rows: Vec<Item> = self.db.rows(rows, span.values()).await?;
        let row = |row: Item| {
            Ok(ItemRow {
                rubric: row.rubric,
                item: row.item,
                machine: value(&row.machine_outcome, row.machine)?,
                settled: value(&row.final_outcome, row.settled)?,
                explicit: row.explicit,
            })
        };
        rows.into_iter().map(row).collect()
    }

    /// One row for each finding of each submitted review, and each passage that the machine missed and that breaks a
    /// known rule.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn reviewed_findings(&self, span: &Span) -> Result<Vec<FindingRow>, StoreError> {
        let rows =
            format!("SELECT x.rule, x.machine, x.human FROM reviewed_findings x {REVIEWS} AND x.rule <> ''");
        let rows: Vec<(String, Option<String>, String)> = self.db.rows(rows, span.values()).await?;
        let row = |(rule, machine, human): (String, Option<String>, String)| {
            let machine = machine.as_deref().map(verdict).transpose()?;
            Ok(FindingRow { rule, machine, human: decision(&human)? })
        };
        rows.into_iter().map(row).collect()
    }
}

impl Span {
    fn values(&self) -> Vec<super::db::Value> {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        values![text(&self.rubric), text(&self.from), text(&self.to)]
    }
}

fn value(outcome: &str, points: Option<i64>) -> Result<ItemValue, StoreError> {
    let outcome = match outcome {
        "score" => ItemOutcome::Score,
        "not_applicable" => ItemOutcome::NotApplicable,
        "not_measurable" => ItemOutcome::NotMeasurable,
        "human" => ItemOutcome::Human,
        _ => return Err(StoreError::Broken("评分项结果")),
    };
    Ok(ItemValue { outcome, score: points.map(Points::of_hundredths) })
}

fn verdict(word: &str) -> Result<FindingVerdict, StoreError> {
    match word {
        "hit" => Ok(FindingVerdict::Hit),
        "candidate" => Ok(FindingVerdict::Candidate),
        "suppressed" => Ok(FindingVerdict::Suppressed),
        _ => Err(StoreError::Broken("命中判定")),
    }
}

fn decision(word: &str) -> Result<FindingDecision, StoreError> {
    match word {
        "confirm" => Ok(FindingDecision::Confirm),
        "reject" => Ok(FindingDecision::Reject),
        "implicit" => Ok(FindingDecision::Implicit),
        _ => Err(StoreError::Broken("命中复核")),
    }
}
