//! Steps in the life of a review: claimed, decided, submitted, opened again; nothing that was done to it is lost.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::db::{Tx, Value, values};
use super::reviews::claim;
use super::{Act, Claim, News, Store, StoreError, stored};
use crate::access::Actor;
use crate::digest::sha256;
use crate::review::{Change, Decision, Review, ReviewResult};

/// How long a review is a reviewer's own after they last touched it.
const CLAIM: SignedDuration = SignedDuration::from_mins(30);

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

impl Claim {
    /// The one that `by` has from now on.
    fn of(by: &Actor, now: Timestamp) -> Self {
        Self { person: by.id.clone(), name: by.name.clone(), until: now + CLAIM }
    }
}

impl Store {
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
                    claimed_until = NULL, reviewer = $3, submitted_at = $4, final_score = $5, result = $6, \
                    final_max = $7, proposed = $8, decided = $9, overruled = $10, carried_out = $11 \
                    WHERE draft = $1 AND version = $2 AND state = 'open' \
                    AND (claimed_by IS NULL OR claimed_by = $3 OR claimed_until <= $4)";
        let mut values = values![id, version, &by.id, stored(now), score, &told];
        values.extend(figures(result));
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

/// What figures are added up from: points to be had, items on which the machine proposed something, those of them about
/// which a human decided, those that were overruled, vetoes that were carried out.
fn figures(result: &ReviewResult) -> [Value; 5] {
    let count = |number: usize| Value::from(i64::try_from(number).unwrap_or(i64::MAX));
    let proposed = || result.items.iter().filter(|item| item.agreed.is_some());
    [
        Value::from(result.totals.max.hundredths()),
        count(proposed().count()),
        count(proposed().filter(|item| item.explicit).count()),
        count(proposed().filter(|item| item.agreed == Some(false)).count()),
        count(result.vetoes.iter().filter(|veto| veto.carried_out).count()),
    ]
}

fn json(value: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Broken("复核"))
}
