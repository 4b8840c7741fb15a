//! The queue: drafts and their reviews, filtered, sorted, a page at a time.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Value, values};
use super::reviews::{claim, state};
use super::{Claim, ReviewState, Store, StoreError, stored, time};
use crate::score::Points;
use crate::transcript::Channel;

/// Which reviews are asked for; what is left out does not matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueueFilter {
    /// Whether they are being worked on.
    pub state: Option<ReviewState>,
    /// True for those that nobody is working on, false for those that somebody is.
    pub free: Option<bool>,
    /// The id of the person who works on it or has submitted it.
    pub person: Option<String>,
    /// The rubric's id.
    pub rubric: Option<String>,
    /// The agent's number.
    pub agent: Option<String>,
    /// The agent's team.
    pub team: Option<String>,
    /// From this day of the call on, `2026-11-21`.
    pub from: Option<String>,
    /// Up to and with this day.
    pub to: Option<String>,
    /// The machine's total is at least so much, in hundredths.
    pub min_score: Option<i64>,
    /// The machine's total is at most so much, in hundredths.
    pub max_score: Option<i64>,
    /// The heaviest hit is at least this: 1 minor, 2 major, 3 critical.
    pub min_severity: Option<i64>,
    /// The machine is at least so unsure.
    pub min_uncertainty: Option<i64>,
    /// This rule has a hit or a candidate.
    pub rule: Option<String>,
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueOrder {
    /// The most worth a look first.
    #[default]
    Risk,
    /// The latest first.
    Newest,
    /// The earliest first.
    Oldest,
    /// The lowest total first.
    Score,
}

/// Where a page ended: the next begins behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The value by which is sorted.
    pub key: i64,
    /// The id, where several have the same.
    pub id: String,
}

/// A draft in the queue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QueueEntry {
    /// The id of the draft and its review.
    pub id: String,
    /// The transcript's own id.
    pub transcript_id: String,
    /// call or chat.
    #[schema(value_type = Channel)]
    pub channel: String,
    /// The agent's number.
    pub agent: Option<String>,
    /// The agent's team.
    pub team: Option<String>,
    /// The day of the call.
    #[schema(format = Date)]
    pub day: String,
    /// How many turns it has.
    pub turns: i64,
    /// The rubric's id.
    pub rubric: String,
    /// When the draft was made, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The machine's total with every proposed veto carried out.
    #[schema(value_type = f64)]
    pub score: Points,
    /// Points to be had.
    #[schema(value_type = f64)]
    pub max: Points,
    /// The heaviest hit: 0 none, 1 minor, 2 major, 3 critical.
    #[schema(minimum = 0, maximum = 3)]
    pub severity: i64,
    /// Findings that count.
    pub hits: i64,
    /// Findings that a human decides.
    pub candidates: i64,
    /// Proposed vetoes.
    pub vetoes: i64,
    /// How little the machine is sure.
    pub uncertainty: i64,
    /// Whether it is being worked on.
    pub state: ReviewState,
    /// Who is working on it.
    pub claim: Option<Claim>,
    /// The id of whoever submitted it last.
    pub reviewer: Option<String>,
    /// When it was submitted last, RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<Timestamp>,
    /// The total with what the human changed.
    #[schema(value_type = Option<f64>)]
    pub final_score: Option<Points>,
}

#[derive(sqlx::FromRow)]
struct Row {
    key: i64,
    id: String,
    source_id: String,
    channel: String,
    agent: Option<String>,
    team: Option<String>,
    day: String,
    turns: i64,
    rubric: String,
    created_at: i64,
    score: i64,
    max: i64,
    severity: i64,
    hits: i64,
    candidates: i64,
    vetoes: i64,
    uncertainty: i64,
    state: String,
    claimed_by: Option<String>,
    claimed_name: Option<String>,
    claimed_until: Option<i64>,
    reviewer: Option<String>,
    submitted_at: Option<i64>,
    final_score: Option<i64>,
}

impl Row {
    fn entry(self, now: Timestamp) -> Result<(Cursor, QueueEntry), StoreError> {
        let cursor = Cursor { key: self.key, id: self.id.clone() };
        let entry = QueueEntry {
            id: self.id,
            transcript_id: self.source_id,
            channel: self.channel,
            agent: self.agent,
            team: self.team,
            day: self.day,
            turns: self.turns,
            rubric: self.rubric,
            created_at: time(self.created_at)?,
            score: Points::of_hundredths(self.score),
            max: Points::of_hundredths(self.max),
            severity: self.severity,
            hits: self.hits,
            candidates: self.candidates,
            vetoes: self.vetoes,
            uncertainty: self.uncertainty,
            state: state(&self.state)?,
            claim: claim(self.claimed_by, self.claimed_name, self.claimed_until, now)?,
            reviewer: self.reviewer,
            submitted_at: self.submitted_at.map(time).transpose()?,
            final_score: self.final_score.map(Points::of_hundredths),
        };
        Ok((cursor, entry))
    }
}

/// A condition that grows.
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds a condition about a value, which it calls `?`; nothing where there is no value.
    fn about(&mut self, condition: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.values.push(value.into());
            let parameter = format!("${}", self.values.len());
            self.sql.push_str(&format!(" AND {}", condition.replace('?', &parameter)));
        }
    }
}

impl QueueFilter {
    fn conditions(&self, now: Timestamp) -> Conditions {
        let mut all = Conditions { sql: "1 = 1".to_owned(), values: Vec::new() };
        let word = self.state.map(|state| match state {
            ReviewState::Open => "open",
            ReviewState::Submitted => "submitted",
        });
        all.about("r.state = ?", word);
        let now = stored(now);
        let free = "(r.claimed_by IS NULL OR r.claimed_until <= ?)";
        all.about(free, (self.free == Some(true)).then_some(now));
        all.about(&format!("NOT {free}"), (self.free == Some(false)).then_some(now));
        all.about("? IN (r.claimed_by, r.reviewer)", self.person.as_deref());
        all.about("d.rubric = ?", self.rubric.as_deref());
        all.about("t.agent = ?", self.agent.as_deref());
        all.about("t.team = ?", self.team.as_deref());
        all.about("t.day >= ?", self.from.as_deref());
        all.about("t.day <= ?", self.to.as_deref());
        all.about("d.score >= ?", self.min_score);
        all.about("d.score <= ?", self.max_score);
        all.about("d.severity >= ?", self.min_severity);
        all.about("d.uncertainty >= ?", self.min_uncertainty);
        let rule = "EXISTS (SELECT 1 FROM draft_rules x WHERE x.rule = ? AND x.draft = r.draft)";
        all.about(rule, self.rule.as_deref());
        all
    }
}

impl QueueOrder {
    /// What is sorted by, ascending.
    fn key(self) -> &'static str {
        match self {
            Self::Risk => "r.rank",
            Self::Newest => "-d.created_at",
            Self::Oldest => "d.created_at",
            Self::Score => "d.score",
        }
    }
}

impl Store {
    /// At most `limit` reviews behind `after`, each with where it stands.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn queue(
        &self,
        filter: &QueueFilter,
        order: QueueOrder,
        after: Option<&Cursor>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<(Cursor, QueueEntry)>, StoreError> {
        let key = order.key();
        let Conditions { mut sql, values: mut given } = filter.conditions(now);
        if let Some(Cursor { key: at, id }) = after {
            let n = given.len();
            sql.push_str(&format!(" AND ({key}, r.draft) > (${}, ${})", n + 1, n + 2));
            given.extend(values![*at, id]);
        }
        let rows = format!(
            "SELECT {key} AS key, d.id, t.source_id, t.channel, t.agent, t.team, t.day, t.turns, d.rubric, \
             d.created_at, d.score, d.max, d.severity, d.hits, d.candidates, d.vetoes, d.uncertainty, r.state, \
             r.claimed_by, p.name AS claimed_name, r.claimed_until, r.reviewer, r.submitted_at, r.final_score \
             FROM reviews r JOIN drafts d ON d.id = r.draft JOIN transcripts t ON t.id = d.transcript \
             LEFT JOIN people p ON p.id = r.claimed_by \
             WHERE {sql} ORDER BY {key}, r.draft LIMIT {limit}"
        );
        let rows: Vec<Row> = self.db.rows(rows, given).await?;
        rows.into_iter().map(|row| row.entry(now)).collect()
    }

    /// How many reviews there are of such.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn queue_length(&self, filter: &QueueFilter, now: Timestamp) -> Result<i64, StoreError> {
        let Conditions { sql, values } = filter.conditions(now);
        let count = format!(
            "SELECT COUNT(*) FROM reviews r JOIN drafts d ON d.id = r.draft \
             JOIN transcripts t ON t.id = d.transcript WHERE {sql}"
        );
        let count: Option<(i64,)> = self.db.row(count, values).await?;
        Ok(count.map_or(0, |(count,)| count))
    }
}
