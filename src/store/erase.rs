//! Erasing: what is kept too long, or must go, is deleted with everything that was made of it, and leaves a proof.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Tx, values};
use super::{Act, Store, StoreError, stored};
use crate::access::Actor;
use crate::digest::sha256;

/// The tables from which is erased.
const ERASED: &str = "transcripts, drafts, draft_rules, reviews, review_history, reviewed_items, reviewed_findings, \
                      reviewed_vetoes, idempotency_keys, job_lines";

/// One commit deletes so many at most, so that others get their turn.
const AT_ONCE: i64 = 200;

/// What was erased (删除结果).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Erased {
    /// How many transcripts, with their drafts, reviews and history.
    pub transcripts: u64,
    /// How many lines of jobs that were waiting to be kept.
    pub lines: u64,
    /// SHA-256 over the digests of the erased transcripts in the order of their ids, as the audit log has it; several
    /// portions each have their own.
    pub digests: Vec<String>,
}

/// How far the files of the database have followed what was erased.
#[derive(Debug)]
pub(super) struct Leftovers {
    /// Counts what was erased.
    erased: AtomicU64,
    /// What `erased` was when the bytes had gone.
    gone: AtomicU64,
}

/// A server that has died may have left bytes behind.
impl Default for Leftovers {
    fn default() -> Self {
        Self { erased: AtomicU64::new(1), gone: AtomicU64::new(0) }
    }
}

impl Leftovers {
    /// More is about to be erased. To be said before the commit, after which nobody may be left to say it.
    fn grow(&self) {
        self.erased.fetch_add(1, Ordering::SeqCst);
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    digest: String,
}

impl Store {
    /// Erases every transcript that was received before `before`, for a reason that the audit log tells.
    ///
    /// # Errors
    /// When the store does not answer; what was erased until then stays erased, and is accounted for.
    pub async fn erase_before(
        &self,
        before: Timestamp,
        by: &Actor,
        why: &str,
        now: Timestamp,
    ) -> Result<Erased, StoreError> {
        let mut erased = Erased { lines: self.erase_jobs(before, by, why, now).await?, ..Erased::default() };
        loop {
            let mut tx = self.db.begin().await?;
            let rows = "SELECT id, digest FROM transcripts WHERE received_at < $1 ORDER BY id LIMIT $2";
            let rows: Vec<Row> = tx.rows(rows, values![stored(before), AT_ONCE]).await?;
            if rows.is_empty() {
                break;
            }
            erased.digests.push(tx.erase(&rows, 0, by, why, now).await?);
            self.leftovers.grow();
            tx.commit().await?;
            erased.transcripts += rows.len() as u64;
        }
        if erased.transcripts > 0 || erased.lines > 0 {
            let _tried_again_later = self.forget_bytes().await;
        }
        Ok(erased)
    }

    /// Erases jobs that came in before `before`, whatever has become of them; gives how many lines were still waiting.
    async fn erase_jobs(
        &self,
        before: Timestamp,
        by: &Actor,
        why: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut tx = self.db.begin().await?;
        let waiting = "SELECT COUNT(*) FROM job_lines WHERE state = 'waiting' \
                       AND job IN (SELECT id FROM jobs WHERE created_at < $1)";
        let waiting: Option<(i64,)> = tx.row(waiting, values![stored(before)]).await?;
        let waiting = waiting.map_or(0, |(waiting,)| u64::try_from(waiting).unwrap_or(0));
        tx.run("DELETE FROM jobs WHERE created_at < $1", values![stored(before)]).await?;
        if waiting > 0 {
            tx.erase(&[], waiting, by, why, now).await?;
            self.leftovers.grow();
        }
        tx.commit().await?;
        Ok(waiting)
    }

    /// Erases the transcript that its sender calls `source_id`, and refuses every line of a job that still brings it;
    /// none where there is neither.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn erase_one(
        &self,
        source_id: &str,
        refusal: &str,
        by: &Actor,
        why: &str,
        now: Timestamp,
    ) -> Result<Option<Erased>, StoreError> {
        let mut tx = self.db.begin().await?;
        // First what is yet to be kept: who is keeping it at this moment is then waited for, and found.
        let lines = tx.refuse_lines(source_id, refusal).await?;
        let row = "SELECT id, digest FROM transcripts WHERE source_id = $1";
        let rows: Vec<Row> = tx.rows(row, values![source_id]).await?;
        if rows.is_empty() && lines == 0 {
            return Ok(None);
        }
        let digest = tx.erase(&rows, lines, by, why, now).await?;
        self.leftovers.grow();
        tx.commit().await?;
        // It is erased and accounted for: whoever asked must not be told that it failed.
        let _tried_again_later = self.forget_bytes().await;
        Ok(Some(Erased { transcripts: rows.len() as u64, lines, digests: vec![digest] }))
    }

    /// Has the database let go of the bytes of what was erased: deleted rows stay readable in its files until then. To
    /// be called again where it gives false: somebody who reads is in the way.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn forget_bytes(&self) -> Result<bool, StoreError> {
        let Leftovers { erased, gone } = &*self.leftovers;
        let erased = erased.load(Ordering::SeqCst);
        if gone.load(Ordering::SeqCst) >= erased {
            return Ok(true);
        }
        let has_gone = self.db.let_go(ERASED).await?;
        if has_gone {
            gone.fetch_max(erased, Ordering::SeqCst);
        }
        Ok(has_gone)
    }
}

impl Tx {
    async fn erase(
        &mut self,
        rows: &[Row],
        lines: u64,
        by: &Actor,
        why: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        for Row { id, .. } in rows {
            self.run("DELETE FROM transcripts WHERE id = $1", values![id]).await?;
        }
        let digest = sha256(rows.iter().map(|row| row.digest.as_str()).collect::<String>());
        let subject = format!("transcripts:{} lines:{lines}", rows.len());
        let act = Act { action: "erase", subject: &subject, before: &digest, after: "", why };
        self.record(by, act, now).await?;
        Ok(digest)
    }
}
