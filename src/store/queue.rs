//! The queue: drafts and their reviews, filtered, sorted, a page at a time.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Value, values};
use super::reviews::{claim, state};
use super::{Claim, ReviewState, Store, StoreError, Who, stored, time};
use crate::score::Points;
use crate::transcript::Channel;

/// Which reviews are asked for; what is left out does not matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueueFilter {
    /// Whether they are being worked on.
    pub state: Option<ReviewState>,
    /// True for those that nobody is working on, false for those that somebody is.
    pub free: Option<bool>,
    /// True for those that were submitted and opened again.
    pub reopened: Option<bool>,
    /// The id of the person who works on it or has submitted it.
    pub person: Option<String>,
    /// The sender's own id of the transcript.
    pub transcript_id: Option<String>,
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
    /// Submitted at this time or later.
    pub submitted_from: Option<Timestamp>,
    /// Submitted before this time.
    pub submitted_before: Option<Timestamp>,
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
    /// The one that was submitted last first; none that never was.
    Submitted,
}

/// How many reviews there are of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueueCounts {
    /// Yet to be decided, claimed ones too.
    pub open: i64,
    /// Of these, those that somebody is working on.
    pub claimed: i64,
    /// Decided.
    pub submitted: i64,
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
    /// Whoever submitted it last.
    pub reviewer: Option<Who>,
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
    reviewer_name: Option<String>,
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
            reviewer: Who::of(self.reviewer, self.reviewer_name),
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
    /// Adds a condition about a value, which it calls `?`, as often as it likes; nothing where there is no value.
    fn about(&mut self, condition: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.values.push(value.into());
            let parameter = format!("${}", self.values.len());
            self.sql.push_str(&format!(" AND {}", condition.replace('?', &parameter)));
        }
    }
}

impl QueueFilter {
    /// The conditions on the table of reviews, `r`, beside the state.
    fn conditions(&self, now: Timestamp) -> Conditions {
        let mut all = Conditions { sql: String::new(), values: Vec::new() };
        let now = stored(now);
        let free = "(r.claimed_by IS NULL OR r.claimed_until <= ?)";
        all.about(free, (self.free == Some(true)).then_some(now));
        all.about(
            "(r.claimed_by IS NOT NULL AND r.claimed_until > ?)",
            (self.free == Some(false)).then_some(now),
        );
        all.about("(r.submitted_at IS NOT NULL AND r.state = 'open') = ?", self.reopened);
        all.about("(r.claimed_by = ? OR r.reviewer = ?)", self.person.as_deref());
        let of_transcript = "r.draft IN (SELECT d.id FROM drafts d JOIN transcripts t ON t.id = d.transcript \
                             WHERE t.source_id = ?)";
        all.about(of_transcript, self.transcript_id.as_deref());
        all.about("r.rubric = ?", self.rubric.as_deref());
        all.about("r.agent = ?", self.agent.as_deref());
        all.about("r.team = ?", self.team.as_deref());
        // One day is what is mostly asked for, and can be read in the order of an index.
        if self.from == self.to {
            all.about("r.day = ?", self.from.as_deref());
        } else {
            all.about("r.day >= ?", self.from.as_deref());
            all.about("r.day <= ?", self.to.as_deref());
        }
        all.about("r.submitted_at >= ?", self.submitted_from.map(stored));
        all.about("r.submitted_at < ?", self.submitted_before.map(stored));
        all.about("r.score >= ?", self.min_score);
        all.about("r.score <= ?", self.max_score);
        all.about("r.severity >= ?", self.min_severity);
        all.about("r.uncertainty >= ?", self.min_uncertainty);
        let rule = "EXISTS (SELECT 1 FROM draft_rules x WHERE x.rule = ? AND x.draft = r.draft)";
        all.about(rule, self.rule.as_deref());
        all
    }

    /// The states that are asked for. Each is read by itself, since every index begins with it.
    fn states(&self) -> &'static [ReviewState] {
        match self.state {
            Some(ReviewState::Open) => &[ReviewState::Open],
            Some(ReviewState::Submitted) => &[ReviewState::Submitted],
            None => &[ReviewState::Open, ReviewState::Submitted],
        }
    }
}

impl QueueOrder {
    /// What is sorted by, and whether the greatest comes first.
    fn key(self) -> (&'static str, bool) {
        match self {
            Self::Risk => ("r.rank", false),
            Self::Newest => ("r.created_at", true),
            Self::Oldest => ("r.created_at", false),
            Self::Score => ("r.score", false),
            Self::Submitted => ("r.submitted_at", true),
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
        let mut found = Vec::new();
        for state in filter.states() {
            let rows = self.queue_of(*state, filter.conditions(now), order, after, limit).await?;
            found.extend(rows);
        }
        let (_, falls) = order.key();
        found.sort_by(|a, b| {
            let (a, b) = if falls { (b, a) } else { (a, b) };
            (a.key, &a.id).cmp(&(b.key, &b.id))
        });
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        found.into_iter().map(|row| row.entry(now)).collect()
    }

    async fn queue_of(
        &self,
        state: ReviewState,
        conditions: Conditions,
        order: QueueOrder,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let (key, falls) = order.key();
        let (behind, falling) = if falls { ("<", " DESC") } else { (">", "") };
        let Conditions { mut sql, values: mut given } = conditions;
        if let Some(Cursor { key: at, id }) = after {
            let n = given.len();
            sql.push_str(&format!(" AND ({key}, r.draft) {behind} (${}, ${})", n + 1, n + 2));
            given.extend(values![*at, id]);
        }
        let state = state.name();
        let rows = format!(
            "SELECT {key} AS key, r.draft AS id, t.source_id, t.channel, r.agent, r.team, r.day, t.turns, r.rubric, \
             r.created_at, r.score, r.max, r.severity, r.hits, r.candidates, r.vetoes, r.uncertainty, r.state, \
             r.claimed_by, c.name AS claimed_name, r.claimed_until, r.reviewer, p.name AS reviewer_name, \
             r.submitted_at, r.final_score \
             FROM reviews r JOIN drafts d ON d.id = r.draft JOIN transcripts t ON t.id = d.transcript \
             LEFT JOIN people c ON c.id = r.claimed_by LEFT JOIN people p ON p.id = r.reviewer \
             WHERE r.state = '{state}' AND {key} IS NOT NULL{sql} \
             ORDER BY {key}{falling}, r.draft{falling} LIMIT {limit}"
        );
        self.db.rows(rows, given).await
    }

    /// How many reviews there are of such; the filter's own state does not matter.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn queue_counts(
        &self,
        filter: &QueueFilter,
        now: Timestamp,
    ) -> Result<QueueCounts, StoreError> {
        let claimed = QueueFilter { free: Some(false), ..filter.clone() };
        Ok(QueueCounts {
            open: self.queue_length(ReviewState::Open, filter, now).await?,
            // The two exclude each other.
            claimed: match filter.free {
                Some(true) => 0,
                _ => self.queue_length(ReviewState::Open, &claimed, now).await?,
            },
            submitted: self.queue_length(ReviewState::Submitted, filter, now).await?,
        })
    }

    async fn queue_length(
        &self,
        state: ReviewState,
        filter: &QueueFilter,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let Conditions { sql, values } = filter.conditions(now);
        let state = state.name();
        let count = format!("SELECT COUNT(*) FROM reviews r WHERE r.state = '{state}'{sql}");
        let count: Option<(i64,)> = self.db.row(count, values).await?;
        Ok(count.map_or(0, |(count,)| count))
    }
}
