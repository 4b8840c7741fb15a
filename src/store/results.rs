//! What submitted reviews have come to, and how often, as figures ask for it.

use super::db::{Tx, values};
use super::{Span, Store, StoreError};
use crate::draft::{FindingVerdict, ItemOutcome};
use crate::report::agreement::{FindingRow, ItemRow, VetoRow};
use crate::review::{FindingDecision, ItemValue, ReviewResult};
use crate::score::Points;

impl Tx {
    /// Puts the result in the place of an earlier one, as figures ask for it.
    pub(super) async fn note_result(&mut self, id: &str, result: &ReviewResult) -> Result<(), StoreError> {
        for table in ["reviewed_items", "reviewed_findings", "reviewed_vetoes"] {
            self.run(format!("DELETE FROM {table} WHERE draft = $1"), values![id]).await?;
        }
        for item in &result.items {
            let insert = "INSERT INTO reviewed_items (draft, item, machine_outcome, machine, final_outcome, final, \
                          explicit, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            let (machine, machine_points) = as_stored(item.machine);
            let (settled, points) = as_stored(item.settled);
            let reason = item.reason.as_deref().unwrap_or_default();
            let row = values![id, &item.id, machine, machine_points, settled, points, item.explicit, reason];
            self.run(insert, row).await?;
        }
        self.note_findings(id, result).await?;
        for veto in &result.vetoes {
            let insert = "INSERT INTO reviewed_vetoes (draft, veto, proposed, carried_out, reason) \
                          VALUES ($1, $2, $3, $4, $5)";
            let reason = veto.reason.as_deref().unwrap_or_default();
            self.run(insert, values![id, &veto.id, veto.proposed, veto.carried_out, reason]).await?;
        }
        Ok(())
    }

    async fn note_findings(&mut self, id: &str, result: &ReviewResult) -> Result<(), StoreError> {
        let found = result.findings.iter().map(|finding| {
            let (machine, human) = (word(&VERDICTS, &finding.machine), word(&DECISIONS, &finding.human));
            let reason = finding.reason.as_deref().unwrap_or_default();
            (format!("finding:{}", finding.n), finding.rule.as_str(), Some(machine), human, reason)
        });
        let missed = result.missed.iter().map(|missed| {
            let (rule, human) = (missed.rule.as_deref(), word(&DECISIONS, &FindingDecision::Confirm));
            (format!("missed:{}", missed.n), rule.unwrap_or_default(), None, human, "")
        });
        for (subject, rule, machine, human, reason) in found.chain(missed) {
            let insert = "INSERT INTO reviewed_findings (draft, subject, rule, machine, human, reason) \
                          VALUES ($1, $2, $3, $4, $5, $6)";
            self.run(insert, values![id, subject, rule, machine, human, reason]).await?;
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

#[derive(sqlx::FromRow)]
struct Item {
    rubric: String,
    item: String,
    machine_outcome: String,
    machine: Option<i64>,
    final_outcome: String,
    settled: Option<i64>,
    explicit: bool,
    reason: String,
    times: i64,
}

impl Store {
    /// What items of submitted reviews came to, and how often.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn reviewed_items(&self, span: &Span) -> Result<Vec<ItemRow>, StoreError> {
        let (reviews, values) = span.submitted();
        let rows = format!(
            "SELECT r.rubric, x.item, x.machine_outcome, x.machine, x.final_outcome, x.final AS settled, x.explicit, \
             x.reason, COUNT(*) AS times FROM reviewed_items x {reviews} \
             GROUP BY r.rubric, x.item, x.machine_outcome, x.machine, x.final_outcome, x.final, x.explicit, x.reason"
        );
        let rows: Vec<Item> = self.db.rows(rows, values).await?;
        let row = |row: Item| {
            Ok(ItemRow {
                rubric: row.rubric,
                item: row.item,
                machine: value(&row.machine_outcome, row.machine)?,
                settled: value(&row.final_outcome, row.settled)?,
                explicit: row.explicit,
                reason: row.reason,
                times: times(row.times),
            })
        };
        rows.into_iter().map(row).collect()
    }

    /// What findings of submitted reviews came to, and passages that the machine missed, and how often.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn reviewed_findings(&self, span: &Span) -> Result<Vec<FindingRow>, StoreError> {
        let (reviews, values) = span.submitted();
        let rows = format!(
            "SELECT x.rule, x.machine, x.human, x.reason, COUNT(*) FROM reviewed_findings x {reviews} \
             GROUP BY x.rule, x.machine, x.human, x.reason"
        );
        type Row = (String, Option<String>, String, String, i64);
        let rows: Vec<Row> = self.db.rows(rows, values).await?;
        let row = |(rule, machine, human, reason, count): Row| {
            let machine = machine.as_deref().map(|word| meaning(&VERDICTS, word)).transpose()?;
            let human = meaning(&DECISIONS, &human)?;
            Ok(FindingRow { rule, machine, human, reason, times: times(count) })
        };
        rows.into_iter().map(row).collect()
    }

    /// What vetoes of submitted reviews came to, and how often.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn reviewed_vetoes(&self, span: &Span) -> Result<Vec<VetoRow>, StoreError> {
        let (reviews, values) = span.submitted();
        let rows = format!(
            "SELECT r.rubric, x.veto, x.proposed, x.carried_out, x.reason, COUNT(*) FROM reviewed_vetoes x {reviews} \
             GROUP BY r.rubric, x.veto, x.proposed, x.carried_out, x.reason"
        );
        type Row = (String, String, bool, bool, String, i64);
        let rows: Vec<Row> = self.db.rows(rows, values).await?;
        let row = |(rubric, veto, proposed, carried_out, reason, count): Row| VetoRow {
            rubric,
            veto,
            proposed,
            carried_out,
            reason,
            times: times(count),
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

fn times(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn value(outcome: &str, points: Option<i64>) -> Result<ItemValue, StoreError> {
    Ok(ItemValue { outcome: meaning(&OUTCOMES, outcome)?, score: points.map(Points::of_hundredths) })
}
