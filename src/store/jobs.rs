//! Jobs: large bulk that was received whole, and is worked through line by line by whichever server is free.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::db::{Tx, values};
use super::{News, Store, StoreError, compressed, decompressed, new_id, stored, time};
use crate::pipeline::OwnedAsk;

/// A server that has not been heard of for so long is taken to be gone.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// A portion holds so many compressed bytes, or a single line.
const WEIGHT: i64 = 2 << 20;

/// Whether a job is done (状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It is still coming in.
    Receiving,
    /// It waits for a server.
    Waiting,
    /// It is being worked through.
    Running,
    /// Every line is done.
    Done,
}

/// A job, and how far it is (批量任务).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Whether it is done.
    pub state: JobState,
    /// How many transcripts it holds.
    pub lines: i64,
    /// How many of them are kept.
    pub kept: i64,
    /// How many were refused.
    pub refused: i64,
    /// When it came in, RFC 3339.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it was done.
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<Timestamp>,
}

/// By what a repeat of the request that brought a job is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobKey {
    /// The sender's `Idempotency-Key`.
    pub key: Option<String>,
    /// Digest of what was brought and asked for.
    pub digest: String,
}

/// A part of a job that a server works on.
#[derive(Debug)]
pub struct Portion {
    /// The job.
    pub job: String,
    /// What it asks for.
    pub ask: OwnedAsk,
    /// Who sent it.
    pub sender: String,
    /// Number and bytes of lines that are yet to be done; none where the job is done.
    pub lines: Vec<(i64, Vec<u8>)>,
}

/// What became of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDone {
    /// Its number, from 1.
    pub line: i64,
    /// The id of its draft, or the refusal as JSON.
    pub outcome: Result<String, String>,
}

/// One line of a job, as its sender sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JobLine {
    /// Its number, from 1.
    pub line: i64,
    /// The id of the draft, where it was kept.
    pub draft: Option<String>,
    /// Why it was refused.
    #[schema(value_type = Option<crate::answer::Refusal>)]
    pub error: Option<serde_json::Value>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    state: String,
    lines: i64,
    kept: i64,
    refused: i64,
    created_at: i64,
    finished_at: Option<i64>,
}

impl Row {
    fn job(self) -> Result<Job, StoreError> {
        Ok(Job {
            id: self.id,
            state: match self.state.as_str() {
                "receiving" => JobState::Receiving,
                "waiting" => JobState::Waiting,
                "running" => JobState::Running,
                "done" => JobState::Done,
                _ => return Err(StoreError::Broken("任务状态")),
            },
            lines: self.lines,
            kept: self.kept,
            refused: self.refused,
            created_at: time(self.created_at)?,
            finished_at: self.finished_at.map(time).transpose()?,
        })
    }
}

impl Store {
    /// Begins to receive a job; gives its id.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn begin_job(
        &self,
        ask: &OwnedAsk,
        sender: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let id = new_id();
        let insert = "INSERT INTO jobs (id, sender, digest, rubric, all_rules, state, lines, kept, refused, \
                      created_at, leased_until) VALUES ($1, $2, '', $3, $4, 'receiving', 0, 0, 0, $5, $6)";
        let (rubric, lease) = (ask.rubric.as_deref(), stored(now + LEASE));
        self.db.run(insert, values![&id, sender, rubric, ask.all_rules, stored(now), lease]).await?;
        Ok(id)
    }

    /// Keeps lines of a job that is coming in; those that cannot be taken come with their refusal as JSON.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn add_lines(
        &self,
        job: &str,
        lines: &[(i64, Result<Vec<u8>, String>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run("UPDATE jobs SET leased_until = $2 WHERE id = $1", values![job, stored(now + LEASE)]).await?;
        for (line, body) in lines {
            let (state, error, body) = match body {
                Ok(body) => ("waiting", None, compressed(body)),
                Err(error) => ("refused", Some(error.as_str()), Vec::new()),
            };
            let insert = "INSERT INTO job_lines (job, line, state, error, body) VALUES ($1, $2, $3, $4, $5)";
            tx.run(insert, values![job, *line, state, error, body]).await?;
        }
        tx.commit().await
    }

    /// Ends receiving: from here on the job survives. Where the sender's key names an earlier job, this one is dropped,
    /// and the earlier one is given if it brought and asked the same; none if it did not.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn accept_job(&self, id: &str, key: &JobKey) -> Result<Option<Job>, StoreError> {
        match self.try_accept(id, key).await {
            // Another server has accepted one with this key at the same moment: now it is an earlier one.
            Err(StoreError::Database(_)) if key.key.is_some() => self.try_accept(id, key).await,
            accepted => accepted,
        }
    }

    async fn try_accept(&self, id: &str, new: &JobKey) -> Result<Option<Job>, StoreError> {
        let JobKey { key, digest } = new;
        let mut tx = self.db.begin().await?;
        // Without a key this finds nothing, since nothing is equal to NULL.
        let earlier = "SELECT e.id, e.digest FROM jobs e JOIN jobs j ON j.sender = e.sender AND j.id <> e.id \
                       WHERE j.id = $1 AND e.key = $2";
        let earlier: Option<(String, String)> = tx.row(earlier, values![id, key.as_deref()]).await?;
        if let Some((earlier, known)) = earlier {
            tx.run("DELETE FROM jobs WHERE id = $1", values![id]).await?;
            tx.commit().await?;
            return if known == *digest { self.job(&earlier).await } else { Ok(None) };
        }
        let accept = "UPDATE jobs SET state = 'waiting', key = $2, digest = $3, leased_until = 0, \
                      lines = (SELECT COUNT(*) FROM job_lines WHERE job = $1), \
                      refused = (SELECT COUNT(*) FROM job_lines WHERE job = $1 AND state = 'refused') \
                      WHERE id = $1";
        tx.run(accept, values![id, key.as_deref(), digest]).await?;
        tx.commit().await?;
        self.job(id).await
    }

    /// Drops a job that did not come in whole.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn drop_job(&self, id: &str) -> Result<(), StoreError> {
        self.db.run("DELETE FROM jobs WHERE id = $1 AND state = 'receiving'", values![id]).await?;
        Ok(())
    }

    /// A job, and how far it is.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        let row = "SELECT id, state, lines, kept, refused, created_at, finished_at FROM jobs WHERE id = $1";
        self.db.row::<Row>(row, values![id]).await?.map(Row::job).transpose()
    }

    /// At most `limit` lines of a job after number `after` that are done, up to the first that is not, so that whoever
    /// reads on behind the last misses none; only refused ones where that is asked for.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn job_lines(
        &self,
        id: &str,
        refused_only: bool,
        after: i64,
        limit: i64,
    ) -> Result<Vec<JobLine>, StoreError> {
        let rows = "SELECT line, draft, error FROM job_lines WHERE job = $1 AND line > $2 \
                    AND (state = 'refused' OR NOT $3) AND NOT EXISTS \
                    (SELECT 1 FROM job_lines w WHERE w.job = $1 AND w.state = 'waiting' AND w.line <= job_lines.line) \
                    ORDER BY line LIMIT $4";
        let rows: Vec<(i64, Option<String>, Option<String>)> =
            self.db.rows(rows, values![id, after, refused_only, limit]).await?;
        let line = |(line, draft, error): (i64, Option<String>, Option<String>)| {
            let error = error.map(|error| serde_json::from_str(&error)).transpose();
            Ok(JobLine { line, draft, error: error.map_err(|_| StoreError::Broken("任务行"))? })
        };
        rows.into_iter().map(line).collect()
    }

    /// Takes the next portion, of at most `limit` lines, of a job that no other server is working on: the one that has
    /// waited longest for its turn. None where there is no such job.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn take_portion(&self, limit: i64, now: Timestamp) -> Result<Option<Portion>, StoreError> {
        // Said twice, so that of two servers that choose the same one only one gets it.
        let take = "UPDATE jobs SET state = 'running', leased_until = $2 WHERE id = \
                    (SELECT id FROM jobs WHERE state IN ('waiting', 'running') AND leased_until <= $1 \
                     ORDER BY leased_until, id LIMIT 1) \
                    AND state IN ('waiting', 'running') AND leased_until <= $1 \
                    RETURNING id, sender, rubric, all_rules";
        let mut tx = self.db.begin().await?;
        type Taken = (String, String, Option<String>, bool);
        let taken: Option<Taken> = tx.row(take, values![stored(now), stored(now + LEASE)]).await?;
        let Some((job, sender, rubric, all_rules)) = taken else { return Ok(None) };
        let lines = tx.lines_of(&job, limit).await?;
        tx.commit().await?;
        let line = |(line, body): (i64, Vec<u8>)| Ok((line, decompressed(&body)?));
        let lines = lines.into_iter().map(line).collect::<Result<_, StoreError>>()?;
        Ok(Some(Portion { job, ask: OwnedAsk { rubric, all_rules }, sender, lines }))
    }

    /// Notes what became of a portion, and lets go of the job; gives it where that was the last of it.
    ///
    /// # Errors
    /// When the store does not answer; the portion is then done once more, which changes nothing.
    pub async fn finish_portion(
        &self,
        job: &str,
        done: &[LineDone],
        now: Timestamp,
    ) -> Result<Option<Job>, StoreError> {
        let mut tx = self.db.begin().await?;
        let (mut kept, mut refused) = (0_i64, 0_i64);
        for LineDone { line, outcome } in done {
            let (state, draft, error) = match outcome {
                Ok(draft) => ("kept", Some(draft.as_str()), None),
                Err(error) => ("refused", None, Some(error.as_str())),
            };
            let note = "UPDATE job_lines SET state = $3, draft = $4, error = $5, body = $6 \
                        WHERE job = $1 AND line = $2 AND state = 'waiting'";
            let noted = tx.run(note, values![job, *line, state, draft, error, Vec::new()]).await?;
            // Another server may have done it, when this one was taken to be gone.
            let noted = i64::from(noted == 1);
            (kept, refused) = if outcome.is_ok() { (kept + noted, refused) } else { (kept, refused + noted) };
        }
        let count =
            "UPDATE jobs SET kept = kept + $2, refused = refused + $3, leased_until = $4 WHERE id = $1";
        tx.run(count, values![job, kept, refused, stored(now)]).await?;
        let end = "UPDATE jobs SET state = 'done', finished_at = $2 WHERE id = $1 AND state = 'running' \
                   AND NOT EXISTS (SELECT 1 FROM job_lines WHERE job = $1 AND state = 'waiting') \
                   RETURNING id, state, lines, kept, refused, created_at, finished_at";
        let ended = tx.row::<Row>(end, values![job, stored(now)]).await?.map(Row::job).transpose()?;
        if let Some(job) = &ended {
            tx.tell(&News::of_job(job, now), now).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }

    /// Forgets jobs that were done before `before`, and those that have stopped coming in.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn forget_jobs(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        let forget = "DELETE FROM jobs WHERE (state = 'done' AND finished_at < $1) \
                      OR (state = 'receiving' AND leased_until < $2)";
        self.db.run(forget, values![stored(before), stored(now - LEASE)]).await
    }
}

impl Tx {
    /// Lines that are yet to be done, compressed, from the first on: as many as are not too much at once.
    async fn lines_of(&mut self, job: &str, limit: i64) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let weights = "SELECT line, CAST(LENGTH(body) AS BIGINT) FROM job_lines WHERE job = $1 AND state = 'waiting' \
                       ORDER BY line LIMIT $2";
        let weights: Vec<(i64, i64)> = self.rows(weights, values![job, limit]).await?;
        let mut weight = 0;
        let fit = weights.iter().enumerate().take_while(|(at, (_, bytes))| {
            weight += bytes;
            *at == 0 || weight <= WEIGHT
        });
        let Some((_, (last, _))) = fit.last() else { return Ok(Vec::new()) };
        let lines = "SELECT line, body FROM job_lines WHERE job = $1 AND state = 'waiting' AND line <= $2 ORDER BY line";
        self.rows(lines, values![job, *last]).await
    }

    /// Refuses every waiting line that brings the transcript which its sender calls `source_id`; gives how many.
    pub(super) async fn refuse_lines(&mut self, source_id: &str, refusal: &str) -> Result<u64, StoreError> {
        let (mut refused, mut behind) = (0, (String::new(), 0));
        while let Some(lines) = self.waiting_behind(&mut behind).await? {
            for (job, line, body) in lines {
                refused += self.refuse_line(&job, line, &decompressed(&body)?, source_id, refusal).await?;
            }
        }
        Ok(refused)
    }

    /// The next lines of any job that are yet to be done; none where there are no more.
    async fn waiting_behind(
        &mut self,
        behind: &mut (String, i64),
    ) -> Result<Option<Vec<Waiting>>, StoreError> {
        let next = "SELECT job, line, body FROM job_lines WHERE state = 'waiting' AND (job, line) > ($1, $2) \
                        ORDER BY job, line LIMIT 16";
        let lines: Vec<Waiting> = self.rows(next, values![&behind.0, behind.1]).await?;
        let Some((job, line, _)) = lines.last() else { return Ok(None) };
        *behind = (job.clone(), *line);
        Ok(Some(lines))
    }

    async fn refuse_line(
        &mut self,
        job: &str,
        line: i64,
        body: &[u8],
        source_id: &str,
        refusal: &str,
    ) -> Result<u64, StoreError> {
        if !brings(body, source_id) {
            return Ok(0);
        }
        let refuse = "UPDATE job_lines SET state = 'refused', error = $3, body = $4 \
                      WHERE job = $1 AND line = $2 AND state = 'waiting'";
        let refused = self.run(refuse, values![job, line, refusal, Vec::new()]).await?;
        // A job that is still coming in counts its lines when it is accepted.
        let count = "UPDATE jobs SET refused = refused + $2 WHERE id = $1 AND state <> 'receiving'";
        self.run(count, values![job, i64::try_from(refused).unwrap_or(0)]).await?;
        Ok(refused)
    }
}

/// Job, number and compressed bytes of a line.
type Waiting = (String, i64, Vec<u8>);

/// Whether a line brings the transcript with this id.
fn brings(line: &[u8], source_id: &str) -> bool {
    #[derive(Deserialize)]
    struct Brought<'a> {
        #[serde(borrow)]
        id: Cow<'a, str>,
    }
    serde_json::from_slice::<Brought<'_>>(line).is_ok_and(|brought| brought.id == source_id)
}
