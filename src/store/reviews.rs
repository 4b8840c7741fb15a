//! Reviews as they stand, and what happened to them; how they come there is in `steps.rs`.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::db::values;
use super::{Store, StoreError, decompressed, time};
use crate::review::{Change, Decision, Machine, Review, ReviewSums};
use crate::score::Sheet;

/// Whether a review is being worked on (状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// It is yet to be decided.
    Open,
    /// It is decided.
    Submitted,
}

impl ReviewState {
    /// The word that is stored for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Submitted => "submitted",
        }
    }
}

/// Somebody, as others know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Who)]
pub struct Who {
    /// The person's id.
    pub id: String,
    /// What they are called.
    pub name: String,
}

impl Who {
    pub(super) fn of(id: Option<String>, name: Option<String>) -> Option<Self> {
        id.map(|id| Self { id, name: name.unwrap_or_default() })
    }
}

/// Who is working on a review (领取).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Claim {
    /// The person's id.
    pub person: String,
    /// What they are called.
    pub name: String,
    /// Until when it is theirs, RFC 3339; every change prolongs it.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// A review as it is kept.
#[derive(Debug, Clone)]
pub struct StoredReview {
    /// Its id, which is that of the draft.
    pub id: String,
    /// Whether it is being worked on.
    pub state: ReviewState,
    /// Counts every change.
    pub version: i64,
    /// Who is working on it.
    pub claim: Option<Claim>,
    /// Whoever submitted it last.
    pub reviewer: Option<Who>,
    /// When it was submitted last.
    pub submitted_at: Option<Timestamp>,
    result: Option<String>,
    /// Digest of the draft.
    pub digest: String,
    /// The draft, as JSON.
    pub draft: Vec<u8>,
    /// The transcript, as it was posted.
    pub transcript: Vec<u8>,
    sheet: String,
    decisions: String,
}

impl StoredReview {
    /// What was decided when it was submitted last.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub fn result(&self) -> Result<Option<serde_json::Value>, StoreError> {
        let result = self.result.as_deref().map(serde_json::from_str).transpose();
        result.map_err(|_| StoreError::Broken("复核结果"))
    }

    /// The review itself, with everything that was decided so far.
    ///
    /// # Errors
    /// When what is stored does not fit together.
    pub fn review(&self) -> Result<Review, StoreError> {
        let machine: Machine = serde_json::from_slice(&self.draft).map_err(|_| StoreError::Broken("初稿"))?;
        let sheet: Sheet = serde_json::from_str(&self.sheet).map_err(|_| StoreError::Broken("评分表"))?;
        let decisions: Vec<Decision> =
            serde_json::from_str(&self.decisions).map_err(|_| StoreError::Broken("复核"))?;
        Review::new(machine, sheet, decisions).map_err(|_| StoreError::Broken("复核"))
    }
}

/// What happened to a review once.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HistoryEntry {
    /// The version that came of it.
    pub version: i64,
    /// When, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who did it: `person:…`.
    pub by: String,
    /// What they are called.
    pub name: String,
    /// decide, submit or reopen.
    #[schema(pattern = "^(decide|submit|reopen)$")]
    pub action: String,
    /// What was decided before and after, what it came to, or the reason that was given.
    #[schema(value_type = HistoryDetail)]
    pub detail: serde_json::Value,
}

/// How the detail of a history reads; it is kept and told as it was written.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum HistoryDetail {
    /// Of `decide`: each decision.
    Decided(Vec<Change>),
    /// Of `submit`: the sums.
    Submitted(ReviewSums),
    /// Of `reopen`: why.
    Reopened {
        /// The reason that was given.
        why: String,
    },
}

#[derive(sqlx::FromRow)]
struct Row {
    state: String,
    version: i64,
    claimed_by: Option<String>,
    claimed_name: Option<String>,
    claimed_until: Option<i64>,
    decisions: String,
    reviewer: Option<String>,
    reviewer_name: Option<String>,
    submitted_at: Option<i64>,
    result: Option<String>,
    digest: String,
    draft: Vec<u8>,
    transcript: Vec<u8>,
    sheet: String,
}

/// A claim as it stands in a row; none where it has run out.
pub(super) fn claim(
    person: Option<String>,
    name: Option<String>,
    until: Option<i64>,
    now: Timestamp,
) -> Result<Option<Claim>, StoreError> {
    let (Some(person), Some(until)) = (person, until) else { return Ok(None) };
    let claim = Claim { person, name: name.unwrap_or_default(), until: time(until)? };
    Ok(Some(claim).filter(|claim| now < claim.until))
}

pub(super) fn state(word: &str) -> Result<ReviewState, StoreError> {
    match word {
        "open" => Ok(ReviewState::Open),
        "submitted" => Ok(ReviewState::Submitted),
        _ => Err(StoreError::Broken("复核状态")),
    }
}

impl Store {
    /// The review with this id, as it is `now`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn review(&self, id: &str, now: Timestamp) -> Result<Option<StoredReview>, StoreError> {
        let row = "SELECT r.state, r.version, r.claimed_by, c.name AS claimed_name, r.claimed_until, r.decisions, \
                   r.reviewer, p.name AS reviewer_name, r.submitted_at, r.result, d.digest, d.body AS draft, t.body AS transcript, \
                   s.body AS sheet \
                   FROM reviews r JOIN drafts d ON d.id = r.draft JOIN transcripts t ON t.id = d.transcript \
                   JOIN sheets s ON s.pack = d.pack AND s.rubric = d.rubric \
                   LEFT JOIN people c ON c.id = r.claimed_by LEFT JOIN people p ON p.id = r.reviewer \
                   WHERE r.draft = $1";
        let Some(row) = self.db.row::<Row>(row, values![id]).await? else { return Ok(None) };
        Ok(Some(StoredReview {
            id: id.to_owned(),
            state: state(&row.state)?,
            version: row.version,
            claim: claim(row.claimed_by, row.claimed_name, row.claimed_until, now)?,
            reviewer: Who::of(row.reviewer, row.reviewer_name),
            submitted_at: row.submitted_at.map(time).transpose()?,
            result: row.result,
            digest: row.digest,
            draft: decompressed(&row.draft)?,
            transcript: decompressed(&row.transcript)?,
            sheet: row.sheet,
            decisions: row.decisions,
        }))
    }

    /// Everything that happened to a review after `version`, oldest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn history(&self, id: &str, version: i64) -> Result<Vec<HistoryEntry>, StoreError> {
        let rows = "SELECT h.version, h.at, h.person, p.name, h.action, h.detail FROM review_history h \
                    LEFT JOIN people p ON 'person:' || p.id = h.person \
                    WHERE h.draft = $1 AND h.version > $2 ORDER BY h.version";
        type Row = (i64, i64, String, Option<String>, String, String);
        let rows: Vec<Row> = self.db.rows(rows, values![id, version]).await?;
        let entry = |(version, at, by, name, action, detail): Row| {
            let detail = serde_json::from_str(&detail).map_err(|_| StoreError::Broken("复核记录"))?;
            Ok(HistoryEntry { version, at: time(at)?, by, name: name.unwrap_or_default(), action, detail })
        };
        rows.into_iter().map(entry).collect()
    }
}
