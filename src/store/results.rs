//! What submitted reviews have come to, row by row, as figures ask for it.

use super::db::{Tx, Value, values};
use super::{Store, StoreError};
use crate::draft::{FindingVerdict, ItemOutcome};
use crate::report::agreement::{FindingRow, ItemRow};
use crate::review::{FindingDecision, ItemValue, ReviewResult};
use crate::score::Points;

impl Tx {
    /// Puts the result in the place of an earlier one, as figures ask for it.
    pub(super) async fn note_result(&mut self, id: &str, result: &ReviewResult) -> Result<(), StoreError> {
        self.run("DELETE FROM reviewed_items WHERE draft = $1", values![id]).await?;
        self.run("DELETE FROM reviewed_findings WHERE draft = $1", values![id]).await?;
        for item in &result.items {
            let insert = "INSERT INTO reviewed_items (draft, item, machine_outcome, machine, human_outcome, human, \
                          final_outcome, final, explicit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
            let (machine, machine_points) = as_stored(item.machine);
            let (human, human_points) = item.human.map(as_stored).unzip();
            let (settled, points) = as_stored(item.settled);
            let mut row = values![id, &item.id, machine, machine_points, human, human_points.flatten()];
            row.extend(values![settled, points, item.explicit]);
            self.run(insert, row).await?;
        }
        let found = result.findings.iter().map(|finding| {
            let subject = format!("finding:{}", finding.n);
            (
                subject,
                finding.rule.as_str(),
                Some(word(&VERDICTS, &finding.machine)),
                word(&DECISIONS, &finding.human),
            )
        });
        let missed = result.missed.iter().map(|missed| {
            let rule = missed.rule.as_deref().unwrap_or_default();
            (format!("missed:{}", missed.n), rule, None, word(&DECISIONS, &FindingDecision::Confirm))
        });
        for (subject, rule, machine, human) in found.chain(missed) {
            let insert = "INSERT INTO reviewed_findings (draft, subject, rule, machine, human) \
                          VALUES ($1, $2, $3, $4, $5)";
            self.run(insert, values![id, subject, rule, machine, human]).await?;
        }
        Ok(())
    }
}

/// The words that are stored for what became of an item.
const OUTCOMES: [(&str, ItemOutcome); 4] = [
    ("score", ItemOutcome::Score),
    ("not_applicable", ItemOutcome::NotApplicable),
    ("not_measurable", ItemOutcome::NotMeasurable),
    ("human", ItemOutcome::Human),
];
/// The words for what the machine took a finding for.
const VERDICTS: [(&str, FindingVerdict); 3] = [
    ("hit", FindingVerdict::Hit),
    ("candidate", FindingVerdict::Candidate),
    ("suppressed", FindingVerdict::Suppressed),
];
/// The words for what a human says about it.
const DECISIONS: [(&str, FindingDecision); 3] = [
    ("confirm", FindingDecision::Confirm),
    ("reject", FindingDecision::Reject),
    ("implicit", FindingDecision::Implicit),
];

/// The word for a meaning.
fn word<T: PartialEq>(words: &[(&'static str, T)], meaning: &T) -> &'static str {
    words.iter().find(|(_, other)| other == meaning).map_or("", |(word, _)| word)
}

/// The meaning of a word.
fn meaning<T: Copy>(words: &[(&'static str, T)], word: &str) -> Result<T, StoreError> {
    let found = words.iter().find(|(other, _)| *other == word);
    found.map(|(_, meaning)| *meaning).ok_or(StoreError::Broken("复核结果"))
}

/// A value as it is stored: the word for its outcome, and its points in hundredths.
fn as_stored(value: ItemValue) -> (&'static str, Option<i64>) {
    (word(&OUTCOMES, &value.outcome), value.score.map(Points::hundredths))
}

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
            let machine = machine.as_deref().map(|word| meaning(&VERDICTS, word)).transpose()?;
            Ok(FindingRow { rule, machine, human: meaning(&DECISIONS, &human)? })
        };
        rows.into_iter().map(row).collect()
    }
}

impl Span {
    fn values(&self) -> Vec<Value> {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        values![text(&self.rubric), text(&self.from), text(&self.to)]
    }
}

fn value(outcome: &str, points: Option<i64>) -> Result<ItemValue, StoreError> {
    Ok(ItemValue { outcome: meaning(&OUTCOMES, outcome)?, score: points.map(Points::of_hundredths) })
}
