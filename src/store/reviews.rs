//! Reviews: claimed, decided step by step, submitted, opened again; nothing that was done to them is lost.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Tx, Value, values};
use super::{Act, News, Store, StoreError, decompressed, stored, time};
use crate::access::Actor;
use crate::digest::sha256;
use crate::review::{Change, Decision, Machine, Review, ReviewResult, ReviewSums};
use crate::score::Sheet;

/// How long a review is a reviewer's own after they last touched it.
const CLAIM: SignedDuration = SignedDuration::from_mins(30);

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

impl Claim {
    /// The one that `by` has from now on.
    fn of(by: &Actor, now: Timestamp) -> Self {
        Self { person: by.id.clone(), name: by.name.clone(), until: now + CLAIM }
    }
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

/// Why a step was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// There is no such review.
    Unknown,
    /// Somebody has changed it meanwhile; this is its version now.
    Stale(i64),
    /// Somebody else is working on it.
    Held(Claim),
    /// It is submitted.
    Submitted,
    /// It is not submitted.
    Open,
}

/// One step in the life of a review.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The review.
    pub id: &'a str,
    /// The version that whoever takes the step has seen.
    pub version: i64,
    /// Whoever takes it.
    pub by: &'a Actor,
    /// When.
    pub now: Timestamp,
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

    /// Makes an open review somebody's own for a while.
    ///
    /// # Errors
    /// When the store does not answer; why it cannot be had is the inner result.
    pub async fn claim(
        &self,
        id: &str,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Result<Claim, Denied>, StoreError> {
        let claim = Claim::of(by, now);
        let take = "UPDATE reviews SET claimed_by = $2, claimed_until = $3 WHERE draft = $1 AND state = 'open' \
                    AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until <= $4)";
        let mut tx = self.db.begin().await?;
        let values = values![id, &by.id, stored(claim.until), stored(now)];
        if let Some(why) = tx.change(take, values, id, None, by, now).await? {
            return Ok(Err(why));
        }
        tx.commit().await?;
        Ok(Ok(claim))
    }

    /// Gives a review back to everybody; nothing happens where it is not `by`'s.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn release(&self, id: &str, by: &Actor) -> Result<bool, StoreError> {
        let release = "UPDATE reviews SET claimed_by = NULL, claimed_until = NULL \
                       WHERE draft = $1 AND claimed_by = $2 AND state = 'open'";
        Ok(self.db.run(release, values![id, &by.id]).await? == 1)
    }

    /// Keeps what was decided, which prolongs the claim; the version then is the next.
    ///
    /// # Errors
    /// When the store does not answer; why it was not kept is the inner result.
    pub async fn decide(
        &self,
        step: Step<'_>,
        review: &Review,
        changes: &[Change],
    ) -> Result<Result<Claim, Denied>, StoreError> {
        let decisions: Vec<&Decision> = review.decisions().values().collect();
        let mut tx = self.db.begin().await?;
        let save = "UPDATE reviews SET decisions = $6, version = version + 1, claimed_by = $3, claimed_until = $4 \
                    WHERE draft = $1 AND version = $2 AND state = 'open' \
                    AND (claimed_by IS NULL OR claimed_by = $3 OR claimed_until <= $5)";
        let Step { id, version, by, now } = step;
        let claim = Claim::of(by, now);
        let values = values![id, version, &by.id, stored(claim.until), stored(now), json(&decisions)?];
        if let Some(why) = tx.change(save, values, id, Some(version), by, now).await? {
            return Ok(Err(why));
        }
        tx.note(step, "decide", json(changes)?).await?;
        tx.commit().await?;
        Ok(Ok(claim))
    }

    /// Ends a review with its result; gives the new version.
    ///
    /// # Errors
    /// When the store does not answer; why it was not submitted is the inner result.
    pub async fn submit(
        &self,
        step: Step<'_>,
        draft_digest: &str,
        result: &ReviewResult,
        news: &News,
    ) -> Result<Result<i64, Denied>, StoreError> {
        let Step { id, version, by, now } = step;
        let told = json(result)?;
        let score = result.totals.with_vetoes.hundredths();
        let mut tx = self.db.begin().await?;
        let save = "UPDATE reviews SET state = 'submitted', version = version + 1, claimed_by = NULL, \
                    claimed_until = NULL, reviewer = $3, submitted_at = $4, final_score = $5, result = $6 \
                    WHERE draft = $1 AND version = $2 AND state = 'open' \
                    AND (claimed_by IS NULL OR claimed_by = $3 OR claimed_until <= $4)";
        let values = values![id, version, &by.id, stored(now), score, &told];
        if let Some(why) = tx.change(save, values, id, Some(version), by, now).await? {
            return Ok(Err(why));
        }
        tx.note_result(id, result).await?;
        tx.note(step, "submit", json(&result.totals)?).await?;
        let (subject, after) = (format!("review:{id}"), sha256(&told));
        let act =
            Act { action: "review.submit", subject: &subject, before: draft_digest, after: &after, why: "" };
        tx.record(by, act, now).await?;
        tx.tell(news, now).await?;
        tx.commit().await?;
        Ok(Ok(version + 1))
    }

    /// Opens a submitted review again, for a reason; gives the new version.
    ///
    /// # Errors
    /// When the store does not answer; why it was not opened is the inner result.
    pub async fn reopen(
        &self,
        step: Step<'_>,
        why: &str,
        news: &News,
    ) -> Result<Result<i64, Denied>, StoreError> {
        let Step { id, version, by, now } = step;
        let mut tx = self.db.begin().await?;
        let save = "UPDATE reviews SET state = 'open', version = version + 1 \
                    WHERE draft = $1 AND version = $2 AND state = 'submitted' RETURNING result";
        let result: Option<(Option<String>,)> = tx.row(save, values![id, version]).await?;
        let Some((result,)) = result else {
            return Ok(Err(tx.why_denied(id, Some(version), by, now).await?));
        };
        tx.note(step, "reopen", json(&serde_json::json!({ "why": why }))?).await?;
        let (subject, before) = (format!("review:{id}"), sha256(result.unwrap_or_default()));
        let act = Act { action: "review.reopen", subject: &subject, before: &before, after: "", why };
        tx.record(by, act, now).await?;
        tx.tell(news, now).await?;
        tx.commit().await?;
        Ok(Ok(version + 1))
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

impl Tx {
    /// Changes an open review; none where that was done, else why it cannot be.
    async fn change(
        &mut self,
        change: &'static str,
        values: Vec<Value>,
        id: &str,
        seen: Option<i64>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Option<Denied>, StoreError> {
        while self.run(change, values.clone()).await? == 0 {
            match self.why_denied(id, seen, by, now).await? {
                // Whoever had it has given it back between the two statements, as PostgreSQL lets them.
                Denied::Open => {}
                why => return Ok(Some(why)),
            }
        }
        Ok(None)
    }

    /// Why a step could not be taken.
    async fn why_denied(
        &mut self,
        id: &str,
        seen: Option<i64>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Denied, StoreError> {
        let row = "SELECT r.state, r.version, r.claimed_by, p.name, r.claimed_until FROM reviews r \
                   LEFT JOIN people p ON p.id = r.claimed_by WHERE r.draft = $1";
        type Found = (String, i64, Option<String>, Option<String>, Option<i64>);
        let Some((state, version, person, name, until)) = self.row::<Found>(row, values![id]).await? else {
            return Ok(Denied::Unknown);
        };
        if seen.is_some_and(|seen| seen != version) {
            return Ok(Denied::Stale(version));
        }
        let claim = claim(person, name, until, now)?;
        Ok(match claim.filter(|claim| claim.person != by.id) {
            Some(claim) => Denied::Held(claim),
            None if state == "submitted" => Denied::Submitted,
            None => Denied::Open,
        })
    }

    /// Adds a step to the history.
    async fn note(&mut self, step: Step<'_>, action: &str, detail: String) -> Result<(), StoreError> {
        let Step { id, version, by, now } = step;
        let insert = "INSERT INTO review_history (draft, version, at, person, action, detail) \
                      VALUES ($1, $2, $3, $4, $5, $6)";
        let row = values![id, version + 1, stored(now), by.signature(), action, detail];
        self.run(insert, row).await?;
        Ok(())
    }
}

fn json(value: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Broken("复核"))
}
