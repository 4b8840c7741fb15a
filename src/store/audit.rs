//! The audit log: who did what to what and why, each entry bound to the one before by its hash.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Tx, values};
use super::{Store, StoreError, stored, time};
use crate::access::Actor;
use crate::digest::sha256;

/// What stands for the hash before the first entry.
pub const GENESIS: &str = "";

/// Entries are verified and exported in portions of so many.
const PORTION: i64 = 1000;

/// Something that is done and must be accounted for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Act<'a> {
    /// What is done, such as `review.submit`.
    pub action: &'a str,
    /// What it is done to, such as `review:0199…`.
    pub subject: &'a str,
    /// Digest of what was there before; empty where nothing was.
    pub before: &'a str,
    /// Digest of what is there now; empty where nothing is left.
    pub after: &'a str,
    /// The reason that was given. Never what was said in a call.
    pub why: &'a str,
}

/// One entry of the audit log (审计记录).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its number, from 1, without gaps.
    pub seq: i64,
    /// When it was done, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who did it: `person:…`, `token:…` or `system:…`.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Digest of what was there before; empty where nothing was.
    pub before: String,
    /// Digest of what was there afterwards; empty where nothing was left.
    pub after: String,
    /// The reason that was given.
    pub why: String,
    /// The hash of the entry before; empty for the first.
    pub previous: String,
    /// SHA-256 over all of the above.
    pub hash: String,
}

/// Which entries are asked for; what is left out does not matter.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditAsk<'a> {
    /// Only entries before this number, the newest first; without it, the oldest first.
    pub before: Option<i64>,
    /// Only entries after this number.
    pub after: i64,
    /// By whom: `person:…`, `token:…` or `system:…`.
    pub actor: Option<&'a str>,
    /// What was done.
    pub action: Option<&'a str>,
    /// To what; the beginning will do, with the kind (`review:0199`) or without (`0199`).
    pub subject: Option<&'a str>,
    /// At most so many.
    pub limit: i64,
}

/// By whom, what, to what; the patterns of the third are escaped by a sign that is in no id.
const ASKED: &str = "(actor = $1 OR $1 IS NULL) AND (action = $2 OR $2 IS NULL) AND ($3 IS NULL \
                     OR subject LIKE $3 || '%' ESCAPE '!' OR subject LIKE '%:' || $3 || '%' ESCAPE '!')";

impl AuditAsk<'_> {
    /// The values for [`ASKED`].
    fn asked(&self) -> [Option<String>; 3] {
        let escaped = |text: &str| {
            let escape = |c| if matches!(c, '!' | '%' | '_') { vec!['!', c] } else { vec![c] };
            text.chars().flat_map(escape).collect()
        };
        [self.actor.map(str::to_owned), self.action.map(str::to_owned), self.subject.map(escaped)]
    }
}

/// Where the chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry does not have the hash that its content gives.
    #[error("第 {0} 条被改过：内容与校验值不符")]
    Changed(i64),
    /// An entry is missing or was put in.
    #[error("第 {0} 条之前缺少记录，或插入了记录")]
    Gap(i64),
    /// The chain ends before the point that was reached.
    #[error("末尾缺少记录：应有 {expected} 条，只有 {found} 条")]
    Cut {
        /// How many there should be.
        expected: i64,
        /// How many there are.
        found: i64,
    },
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    before: String,
    after: String,
    why: String,
    previous: String,
    hash: String,
}

impl Row {
    fn entry(self) -> Result<AuditEntry, StoreError> {
        let Self { seq, at, actor, action, subject, before, after, why, previous, hash } = self;
        Ok(AuditEntry { seq, at: time(at)?, actor, action, subject, before, after, why, previous, hash })
    }
}

impl AuditEntry {
    /// Whether it is the entry after number `seq`, which has the hash `previous`, as it was written.
    fn follows(&self, seq: i64, previous: &str) -> Result<(), Broken> {
        if self.seq != seq + 1 || self.previous != previous {
            return Err(Broken::Gap(self.seq));
        }
        if self.hash == self.expected_hash() { Ok(()) } else { Err(Broken::Changed(self.seq)) }
    }

    /// The hash that its content gives.
    #[must_use]
    pub fn expected_hash(&self) -> String {
        let texts =
            [&self.actor, &self.action, &self.subject, &self.before, &self.after, &self.why, &self.previous];
        // Each with its length, so that no two entries give the same bytes.
        let texts = texts.map(|text| format!("{}\n{text}\n", text.len()));
        sha256(format!("{}\n{}\n{}", self.seq, self.at.as_millisecond(), texts.concat()))
    }
}

impl Tx {
    /// Waits until no other act that is accounted for is under way; it is one's turn until the commit.
    pub(super) async fn take_turn(&mut self) -> Result<(), StoreError> {
        self.run("UPDATE audit_head SET seq = seq WHERE id = 1", values![]).await?;
        Ok(())
    }

    /// Writes an act into the audit log; it takes effect with whatever else is done in the same breath.
    pub(super) async fn record(
        &mut self,
        actor: &Actor,
        act: Act<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Taking the head first lets only one append at a time, on both databases.
        let head = "UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash";
        let head: Option<(i64, String)> = self.row(head, values![]).await?;
        let (seq, previous) = head.ok_or(StoreError::Broken("审计链"))?;
        let mut entry = AuditEntry {
            seq,
            // As it will be read again.
            at: time(stored(now))?,
            actor: actor.signature(),
            action: act.action.to_owned(),
            subject: act.subject.to_owned(),
            before: act.before.to_owned(),
            after: act.after.to_owned(),
            why: act.why.replace('\0', "\u{FFFD}"),
            previous,
            hash: String::new(),
        };
        entry.hash = entry.expected_hash();
        self.run("UPDATE audit_head SET hash = $1 WHERE id = 1", values![&entry.hash]).await?;
        let insert = "INSERT INTO audit (seq, at, actor, action, subject, before, after, why, previous, hash) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let AuditEntry { seq, at, actor, action, subject, before, after, why, previous, hash } = entry;
        let entry = values![seq, stored(at), actor, action, subject, before, after, why, previous, hash];
        self.run(insert, entry).await?;
        Ok(())
    }
}

impl Store {
    /// Writes an act that changes nothing in the store but must be accounted for, such as looking at personal data.
    ///
    /// # Errors
    /// When it could not be written: then it must not be done.
    pub async fn record(&self, actor: &Actor, act: Act<'_>, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.record(actor, act, now).await?;
        tx.commit().await
    }

    /// At most `limit` entries after number `after`, oldest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn audit_after(&self, after: i64, limit: i64) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = "SELECT seq, at, actor, action, subject, before, after, why, previous, hash \
                    FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
        let rows: Vec<Row> = self.db.rows(rows, values![after, limit]).await?;
        rows.into_iter().map(Row::entry).collect()
    }

    /// The entries that are asked for.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn audit(&self, ask: AuditAsk<'_>) -> Result<Vec<AuditEntry>, StoreError> {
        let AuditAsk { before, after, limit, .. } = ask;
        let order = if before.is_some() { "DESC" } else { "ASC" };
        let rows = format!(
            "SELECT seq, at, actor, action, subject, before, after, why, previous, hash FROM audit \
             WHERE {ASKED} AND seq < $4 AND seq > $5 ORDER BY seq {order} LIMIT $6"
        );
        let [actor, action, subject] = ask.asked();
        let asked = values![actor, action, subject, before.unwrap_or(i64::MAX), after, limit];
        let rows: Vec<Row> = self.db.rows(rows, asked).await?;
        rows.into_iter().map(Row::entry).collect()
    }

    /// How many entries there are of whom and what is asked for, wherever they stand.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn audit_count(&self, ask: AuditAsk<'_>) -> Result<i64, StoreError> {
        let [actor, action, subject] = ask.asked();
        let count = format!("SELECT COUNT(*) FROM audit WHERE {ASKED}");
        let count: Option<(i64,)> = self.db.row(count, values![actor, action, subject]).await?;
        count.map(|(count,)| count).ok_or(StoreError::Broken("审计链"))
    }

    /// How many entries there are, and the hash of the last: what somebody outside should keep.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn audit_head(&self) -> Result<(i64, String), StoreError> {
        let head = self.db.row("SELECT seq, hash FROM audit_head WHERE id = 1", values![]).await?;
        head.ok_or(StoreError::Broken("审计链"))
    }

    /// Follows the chain from its begin to its end; where it is whole, gives the number of entries and the hash of the
    /// last of them, as [`Self::audit_head`] did when it began.
    ///
    /// # Errors
    /// When the store does not answer; where the chain is broken is the inner result.
    pub async fn verify_audit(&self) -> Result<Result<(i64, String), Broken>, StoreError> {
        // Taken first: entries that come while we follow are beyond it.
        let (expected, head) = self.audit_head().await?;
        let mut at = (0, GENESIS.to_owned());
        while at.0 < expected {
            let entries = self.audit_after(at.0, PORTION.min(expected - at.0)).await?;
            if entries.is_empty() {
                return Ok(Err(Broken::Cut { expected, found: at.0 }));
            }
            at = match follow(at, entries) {
                Ok(at) => at,
                Err(broken) => return Ok(Err(broken)),
            };
        }
        Ok(if at.1 == head { Ok(at) } else { Err(Broken::Changed(expected)) })
    }
}

/// Goes along the chain from an entry, of which number and hash are known, to the last of `entries`.
fn follow(from: (i64, String), entries: Vec<AuditEntry>) -> Result<(i64, String), Broken> {
    entries.into_iter().try_fold(from, |(seq, previous), entry| {
        entry.follows(seq, &previous)?;
        Ok((entry.seq, entry.hash))
    })
}
