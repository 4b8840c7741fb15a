//! Takes transcripts and their drafts in, many with one commit, so that durability costs one write to disk for all.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::db::{Tx, values};
use super::deliveries::Listener;
use super::keeping::{Keeping, NewDraft, RequestKey};
use super::{Store, StoreError, decompressed, new_id, stored};
use crate::transcript::Channel;

/// So many wait to be written before whoever comes next is told to come later.
const WAITING: usize = 1024;
/// One commit takes so many at most.
const AT_ONCE: usize = 256;
/// How long somebody waits for a place among the waiting.
const PATIENCE: Duration = Duration::from_secs(2);

/// A transcript that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The id of the draft and its review.
    pub id: String,
    /// The draft of an earlier request, where this one repeats it.
    pub earlier: Option<Vec<u8>>,
}

/// Why a transcript is not kept, though the store is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Another transcript has the same id.
    Differs,
    /// The key was used for another request.
    KeyReused,
    /// The line of the job is settled already: it was erased, or another server was faster.
    Settled,
}

type Answer = Result<Result<Kept, Refused>, StoreError>;

/// Whoever waits to be kept.
struct Waiting {
    keeping: Box<Keeping>,
    answer: oneshot::Sender<Answer>,
}

/// Keeps transcripts; cheap to clone. It ends when the last clone is gone.
#[derive(Debug, Clone)]
pub struct Keeper {
    queue: mpsc::Sender<Waiting>,
}

impl Keeper {
    /// Starts to take transcripts for `store`, on the runtime that calls.
    #[must_use]
    pub fn start(store: Store) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        tokio::spawn(take(store, waiting));
        Self { queue }
    }

    /// Keeps a transcript; what this returns survives whatever happens next.
    ///
    /// # Errors
    /// When the store does not answer, or too many wait already.
    pub async fn keep(&self, keeping: Keeping) -> Answer {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { keeping: Box::new(keeping), answer };
        self.queue.send_timeout(waiting, PATIENCE).await.map_err(|_| StoreError::Busy)?;
        answered.await.unwrap_or(Err(StoreError::Busy))
    }
}

async fn take(store: Store, mut queue: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(AT_ONCE);
    while queue.recv_many(&mut batch, AT_ONCE).await > 0 {
        // Replicas take rows in the same order, so that none waits for another in a circle.
        batch.sort_by(|a: &Waiting, b| a.keeping.source_id.cmp(&b.keeping.source_id));
        let now = Timestamp::now();
        match store.try_to_keep(&batch, now).await {
            Ok(kept) => {
                for (waiting, kept) in batch.drain(..).zip(kept) {
                    answer(waiting, Ok(kept));
                }
            }
            // Asking a store that does not answer once for each of them would only keep them waiting.
            Err(error @ (StoreError::Busy | StoreError::Full)) => {
                for waiting in batch.drain(..) {
                    answer(waiting, Err(error.clone()));
                }
            }
            // One of them may be at fault: each by itself, so that it takes none of the others with it.
            Err(_) => {
                for waiting in batch.drain(..) {
                    let one = store.try_to_keep(std::slice::from_ref(&waiting), now).await;
                    let one = one.and_then(|mut kept| kept.pop().ok_or(StoreError::Busy));
                    answer(waiting, one);
                }
            }
        }
    }
}

fn answer(waiting: Waiting, answer: Answer) {
    let _nobody_waits_any_more = waiting.answer.send(answer);
}

impl Store {
    /// A fault of the program must not end the only task that keeps.
    async fn try_to_keep(
        &self,
        batch: &[Waiting],
        now: Timestamp,
    ) -> Result<Vec<Result<Kept, Refused>>, StoreError> {
        let batch: Vec<&Keeping> = batch.iter().map(|waiting| &*waiting.keeping).collect();
        let kept = AssertUnwindSafe(self.keep(&batch, now)).catch_unwind().await;
        kept.unwrap_or_else(|_| Err(StoreError::Database("程序内部出错".to_owned())))
    }

    /// Keeps transcripts with one commit; what became of each, in their order.
    ///
    /// # Errors
    /// When the store does not answer; then none of them is kept.
    pub async fn keep(
        &self,
        batch: &[&Keeping],
        now: Timestamp,
    ) -> Result<Vec<Result<Kept, Refused>>, StoreError> {
        let mut tx = self.db.begin().await?;
        let mut kept = Vec::with_capacity(batch.len());
        let listeners = tx.listeners().await?;
        for keeping in batch {
            kept.push(tx.keep(keeping, &listeners, now).await?);
        }
        tx.commit().await?;
        Ok(kept)
    }
}

impl Tx {
    async fn keep(
        &mut self,
        new: &Keeping,
        listeners: &[Listener],
        now: Timestamp,
    ) -> Result<Result<Kept, Refused>, StoreError> {
        if !self.hold_line(new).await? {
            return Ok(Err(Refused::Settled));
        }
        if let Some((digest, draft)) = self.earlier(new).await? {
            let same = Some(digest) == new.request_digest();
            return Ok(if same { Ok(self.repeat(draft).await?) } else { Err(Refused::KeyReused) });
        }
        let Some(transcript) = self.transcript(new, now).await? else { return Ok(Err(Refused::Differs)) };
        let known = match &transcript {
            Known::Before(id) => self.draft_of(id, new).await?,
            Known::New(_) => None,
        };
        let (Known::Before(transcript) | Known::New(transcript)) = transcript;
        let kept = match known {
            Some(draft) => self.repeat(draft).await?,
            None => {
                self.draft(&transcript, &new.draft, now).await?;
                self.queue(new, now).await?;
                for news in &new.news {
                    self.tell_to(listeners, news, now).await?;
                }
                Kept { id: new.draft.id.clone(), earlier: None }
            }
        };
        if let Some((RequestKey { key, .. }, digest)) = new.key.as_ref().zip(new.request_digest()) {
            let insert =
                "INSERT INTO idempotency_keys (sender, key, digest, draft, at) VALUES ($1, $2, $3, $4, $5)";
            self.run(insert, values![&new.sender, key, digest, &kept.id, stored(now)]).await?;
        }
        Ok(Ok(kept))
    }

    /// Takes hold of the line that brought the transcript, so that whoever erases it comes before or after; false where
    /// the line is settled already.
    async fn hold_line(&mut self, new: &Keeping) -> Result<bool, StoreError> {
        let Some((job, line)) = &new.line else { return Ok(true) };
        let hold = "UPDATE job_lines SET state = state WHERE job = $1 AND line = $2 AND state = 'waiting'";
        Ok(self.run(hold, values![job, *line]).await? == 1)
    }

    /// Digest and draft of the earlier request that the sender marked by the same key.
    async fn earlier(&mut self, new: &Keeping) -> Result<Option<(String, String)>, StoreError> {
        let Some(RequestKey { key, .. }) = &new.key else { return Ok(None) };
        let earlier = "SELECT digest, draft FROM idempotency_keys WHERE sender = $1 AND key = $2";
        self.row(earlier, values![&new.sender, key]).await
    }

    /// Writes the transcript, or finds it; none where another one has its id.
    async fn transcript(&mut self, new: &Keeping, now: Timestamp) -> Result<Option<Known>, StoreError> {
        let id = new_id();
        let channel = match new.channel {
            Channel::Call => "call",
            Channel::Chat => "chat",
        };
        let insert = "INSERT INTO transcripts \
                      (id, source_id, channel, turns, sender, received_at, digest, body) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (source_id) DO NOTHING";
        let Keeping { source_id, turns, sender, body, .. } = new;
        let (at, digest, bytes) = (stored(now), &body.digest, body.bytes.clone());
        let row = values![&id, source_id, channel, *turns, sender, at, digest, bytes];
        if self.run(insert, row).await? == 1 {
            return Ok(Some(Known::New(id)));
        }
        let known = "SELECT id, digest FROM transcripts WHERE source_id = $1";
        let known: Option<(String, String)> = self.row(known, values![source_id]).await?;
        Ok(known.filter(|(_, digest)| *digest == new.body.digest).map(|(id, _)| Known::Before(id)))
    }

    /// The draft that answers a repeat: of the rubric that is asked for, else the first.
    async fn draft_of(&mut self, transcript: &str, new: &Keeping) -> Result<Option<String>, StoreError> {
        let found =
            "SELECT id FROM drafts WHERE transcript = $1 AND (rubric = $2 OR $2 IS NULL) ORDER BY id LIMIT 1";
        let rubric = new.asked.then_some(new.draft.rubric.as_str());
        let found: Option<(String,)> = self.row(found, values![transcript, rubric]).await?;
        Ok(found.map(|(id,)| id))
    }

    async fn repeat(&mut self, draft: String) -> Result<Kept, StoreError> {
        let body = "SELECT body FROM drafts WHERE id = $1";
        let body: Option<(Vec<u8>,)> = self.row(body, values![&draft]).await?;
        let (body,) = body.ok_or(StoreError::Broken("初稿"))?;
        Ok(Kept { id: draft, earlier: Some(decompressed(&body)?) })
    }

    async fn draft(&mut self, transcript: &str, new: &NewDraft, now: Timestamp) -> Result<(), StoreError> {
        let insert = "INSERT INTO drafts (id, transcript, pack, engine, rubric, rubric_version, created_at, digest, body) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let NewDraft { id, pack, engine, rubric, rubric_version, body, .. } = new;
        let (at, digest, bytes) = (stored(now), &body.digest, body.bytes.clone());
        let row = values![id, transcript, pack, engine, rubric, rubric_version, at, digest, bytes];
        self.run(insert, row).await?;
        for (rule, hits, candidates) in &new.rules {
            let insert = "INSERT INTO draft_rules (draft, rule, hits, candidates) VALUES ($1, $2, $3, $4)";
            self.run(insert, values![id, rule, *hits, *candidates]).await?;
        }
        Ok(())
    }

    /// Puts a draft into the queue.
    async fn queue(&mut self, new: &Keeping, now: Timestamp) -> Result<(), StoreError> {
        let insert = "INSERT INTO reviews (draft, created_at, rubric, agent, team, day, score, max, severity, hits, \
                      candidates, vetoes, uncertainty, rank, judged_max, pack, state, version, decisions) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'open', 1, '[]')";
        let Keeping { agent, team, day, draft: new, .. } = new;
        let (id, rubric, rank) = (&new.id, &new.rubric, -i64::from(new.risk));
        let mut row =
            values![id, stored(now), rubric, agent.as_deref(), team.as_deref(), day, new.score, new.max];
        row.extend(values![new.severity, new.hits, new.candidates, new.vetoes, new.uncertainty, rank]);
        row.extend(values![new.judged_max, &new.pack]);
        self.run(insert, row).await?;
        Ok(())
    }
}

/// A transcript's own id in the store.
enum Known {
    /// It was there.
    Before(String),
    /// It has just been written.
    New(String),
}

impl Store {
    /// Forgets the keys of requests that were made before `before`: repeats are then known by transcripts' ids alone.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn forget_keys(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.db.run("DELETE FROM idempotency_keys WHERE at < $1", values![stored(before)]).await
    }
}
