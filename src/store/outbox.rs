//! Messages on their way: which are due, who sends them, and how that ended.

use jiff::{SignedDuration, Timestamp};

use super::db::values;
use super::{Store, StoreError, stored};

/// A server that has not said how an attempt ended is taken to be gone.
const LEASE: SignedDuration = SignedDuration::from_secs(120);

/// A message that is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its id, which the receiver sees.
    pub id: String,
    /// Where it goes.
    pub url: String,
    /// What it is signed with.
    pub secret: String,
    /// What it is signed with as well.
    pub retiring: Option<String>,
    /// The message.
    pub body: String,
    /// How many attempts were made.
    pub attempts: u32,
}

/// How an attempt ended.
#[derive(Debug, Clone, Default)]
pub struct Tried<'a> {
    /// The HTTP status, where there was one.
    pub status: Option<i64>,
    /// The class of the failure; none where it arrived.
    pub failure: Option<&'a str>,
    /// How long it took.
    pub milliseconds: i64,
    /// When to try again; never where there is none.
    pub next_at: Option<Timestamp>,
    /// Whether the endpoint wants to hear no more.
    pub gone: bool,
}

/// An endpoint to which something is due.
#[derive(sqlx::FromRow)]
struct Waited {
    id: String,
    url: String,
    secret: String,
    retiring: Option<String>,
    /// How many of its messages are being sent.
    under_way: i64,
}

impl Store {
    /// Takes at most `limit` messages that are due and that no other server is sending; the endpoint that has waited
    /// longest comes first, and none has more than `each` of its messages under way.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn take_due(&self, limit: usize, each: usize, now: Timestamp) -> Result<Vec<Due>, StoreError> {
        let endpoints = if limit == 0 { Vec::new() } else { self.waited_for(now).await? };
        let mut due = Vec::new();
        if endpoints.is_empty() {
            return Ok(due);
        }
        // Said twice, so that of two servers that choose the same one only one gets it.
        let take = "UPDATE deliveries SET leased_until = $3 WHERE id IN \
                    (SELECT id FROM deliveries WHERE endpoint = $1 AND state = 'waiting' AND next_at <= $2 \
                     AND leased_until <= $2 ORDER BY next_at LIMIT $4) \
                    AND state = 'waiting' AND leased_until <= $2 RETURNING id, body, attempts";
        let mut tx = self.db.begin().await?;
        for Waited { id, url, secret, retiring, under_way } in endpoints {
            let room = each.saturating_sub(usize::try_from(under_way).unwrap_or(each)).min(limit - due.len());
            let room = i64::try_from(room).unwrap_or(i64::MAX);
            let taken = values![id, stored(now), stored(now + LEASE), room];
            let taken: Vec<(String, String, i64)> = tx.rows(take, taken).await?;
            due.extend(taken.into_iter().map(|(id, body, attempts)| {
                let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
                let (url, secret, retiring) = (url.clone(), secret.clone(), retiring.clone());
                Due { id, url, secret, retiring, body, attempts }
            }));
        }
        tx.commit().await?;
        Ok(due)
    }

    /// The endpoints to which something is due, the one that has waited longest first.
    async fn waited_for(&self, now: Timestamp) -> Result<Vec<Waited>, StoreError> {
        let rows = "SELECT id, url, secret, retiring, under_way FROM \
                    (SELECT e.id, e.url, e.secret, e.retiring, \
                     (SELECT COUNT(*) FROM deliveries d WHERE d.endpoint = e.id AND d.state = 'waiting' \
                      AND d.leased_until > $1) AS under_way, \
                     (SELECT d.next_at FROM deliveries d WHERE d.endpoint = e.id AND d.state = 'waiting' \
                      AND d.leased_until <= $1 ORDER BY d.next_at LIMIT 1) AS since \
                     FROM endpoints e WHERE e.active) AS waited WHERE since <= $1 ORDER BY since";
        self.db.rows(rows, values![stored(now)]).await
    }

    /// Notes how an attempt ended.
    ///
    /// # Errors
    /// When the store does not answer; the attempt is then made once more.
    pub async fn tried(&self, id: &str, tried: Tried<'_>, now: Timestamp) -> Result<(), StoreError> {
        let Tried { status, failure, milliseconds, next_at, gone } = tried;
        let state = match (failure, next_at) {
            (None, _) => "delivered",
            (Some(_), Some(_)) => "waiting",
            (Some(_), None) => "failed",
        };
        let mut tx = self.db.begin().await?;
        let note = "UPDATE deliveries SET state = $2, attempts = attempts + 1, next_at = $3, leased_until = 0, \
                    at = $4, status = $5, failure = $6, milliseconds = $7 WHERE id = $1";
        let next = next_at.map_or(0, stored);
        tx.run(note, values![id, state, next, stored(now), status, failure, milliseconds]).await?;
        if gone {
            let off =
                "UPDATE endpoints SET active = $2 WHERE id = (SELECT endpoint FROM deliveries WHERE id = $1)";
            tx.run(off, values![id, false]).await?;
        }
        tx.commit().await
    }
}
