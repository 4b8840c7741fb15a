//! What a server does beside answering: jobs, webhooks, and letting go of what is kept too long.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{sleep, timeout};

use super::transcripts::Intake;
use super::{App, jobs, outbox};
use crate::access::Actor;
use crate::answer::Refusal;
use crate::store::{LineDone, Portion, StoreError};

/// How often is looked for work where nobody says that there is some: other servers may have left it.
pub(super) const LOOK: Duration = Duration::from_secs(1);
/// So many lines of a job are worked on before others get their turn.
const LINES: i64 = 128;
/// How often is looked for what is kept too long.
const TIDY: Duration = Duration::from_secs(3600);
/// How often is looked for bytes that should have gone.
const FORGET: Duration = Duration::from_secs(60);
/// Where the store does not answer, it is asked again after a while.
const PAUSE: Duration = Duration::from_secs(5);
/// Finished jobs and messages are kept for so long.
const NOTED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Starts whatever a server does beside answering, on the runtime that calls.
pub fn work(app: &Arc<App>) {
    tokio::spawn(forever("jobs", PAUSE, app.clone(), work_on_jobs));
    tokio::spawn(forever("webhooks", PAUSE, app.clone(), outbox::send_messages));
    tokio::spawn(forever("tidy", PAUSE, app.clone(), tidy));
    tokio::spawn(forever("forget", PAUSE, app.clone(), forget));
}

/// Does one round after the other. A round that fails, be it by a fault of the program, is told and followed by the
/// next: nobody would see that there are no more.
async fn forever<R>(what: &'static str, pause: Duration, app: Arc<App>, round: impl Fn(Arc<App>) -> R)
where
    R: Future<Output = Result<(), StoreError>>,
{
    loop {
        match AssertUnwindSafe(round(app.clone())).catch_unwind().await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => tracing::error!(%error, "{what}"),
            Err(_) => tracing::error!(error = "panic", "{what}"),
        }
        sleep(pause).await;
    }
}

/// Works on a part of a job, or waits until somebody says that there is one, or it is time to look.
async fn work_on_jobs(app: Arc<App>) -> Result<(), StoreError> {
    if portion(&app).await? {
        tokio::task::yield_now().await;
    } else if let Some(archive) = &app.archive {
        let _time_to_look = timeout(LOOK, archive.work.notified()).await;
    }
    Ok(())
}

/// Works on a part of a job; false where there is none.
async fn portion(app: &Arc<App>) -> Result<bool, StoreError> {
    let Some(archive) = &app.archive else { return Ok(false) };
    let Some(portion) = archive.store.take_portion(LINES, Timestamp::now()).await? else { return Ok(false) };
    let pack = app.shelf.pack();
    archive.keep_pack(&pack).await?;
    let intake = Intake::of_job(app.clone(), pack, &portion);
    let Portion { job, lines, .. } = portion;
    let mut waiting = Vec::with_capacity(lines.len());
    for (line, body) in lines {
        let scored = intake.score_line_of_job(line, &body);
        let intake = &intake;
        waiting.push(async move {
            let kept = match scored {
                Ok(scored) => intake.keep_only(scored).await,
                Err(refusal) => Ok(Err(refusal)),
            };
            (line, kept)
        });
        // Scoring must not keep the thread from the requests.
        tokio::task::yield_now().await;
    }
    let (mut done, mut interrupted) = (Vec::new(), None);
    for (line, kept) in join_all(waiting).await {
        let kept = match kept {
            // It stays waiting; what is done must be noted all the same.
            Err(error) if error.may_pass() => {
                interrupted = Some(error);
                continue;
            }
            // Left as it is, the line would stand in the way of all behind it.
            Err(error) => {
                tracing::error!(%error, job, line, "job line");
                Err(Refusal::internal())
            }
            Ok(kept) => kept,
        };
        let at = u64::try_from(line).unwrap_or(0);
        let outcome = kept.map_err(|refusal| jobs::as_error(&refusal.at_line(at)));
        done.push(LineDone { line, outcome });
    }
    if let Some(job) = archive.store.finish_portion(&job, &done, Timestamp::now()).await? {
        tracing::info!(job = job.id, kept = job.kept, refused = job.refused, "job done");
    }
    interrupted.map_or(Ok(true), Err)
}

/// Lets go of what is kept too long, and waits for more to grow old.
async fn tidy(app: Arc<App>) -> Result<(), StoreError> {
    tidy_once(&app, Timestamp::now()).await?;
    sleep(TIDY).await;
    Ok(())
}

async fn tidy_once(app: &App, now: Timestamp) -> Result<(), StoreError> {
    let Some(archive) = &app.archive else { return Ok(()) };
    archive.store.forget_keys(now - SignedDuration::from_hours(24)).await?;
    archive.store.forget_jobs(now - NOTED, now).await?;
    archive.store.forget_deliveries(now - NOTED).await?;
    archive.store.tend().await?;
    let Some(days) = archive.retention_days else { return Ok(()) };
    let before = now - SignedDuration::from_hours(24 * i64::from(days.get()));
    let why = format!("保存期限 {days} 天");
    let erased = archive.store.erase_before(before, &Actor::system("retention"), &why, now).await?;
    if erased.transcripts > 0 || erased.lines > 0 {
        tracing::info!(transcripts = erased.transcripts, lines = erased.lines, days = days.get(), "erased");
    }
    Ok(())
}

/// Has the bytes of what was erased go, where they could not go at once.
async fn forget(app: Arc<App>) -> Result<(), StoreError> {
    if let Some(archive) = &app.archive
        && !archive.store.forget_bytes().await?
    {
        tracing::warn!(
            "what was erased may still be in the files of the database, which somebody is reading"
        );
    }
    sleep(FORGET).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::config::{Layer, Settings};
    use crate::pack::Pack;
    use crate::shelf::Shelf;

    /// How this round fares.
    async fn fare(round: usize) -> Result<(), StoreError> {
        match round {
            0 => panic!("客户说的话"),
            1 => Err(StoreError::Busy),
            _ => std::future::pending().await,
        }
    }

    #[tokio::test]
    async fn a_round_that_panics_or_fails_is_not_the_last() {
        let settings = Settings::of(&Layer::default());
        let app = Arc::new(App::new(Shelf::of(Pack::shipped().unwrap()), &settings));
        let rounds = Arc::new(AtomicUsize::new(0));
        let counted = rounds.clone();
        let round = move |_app| fare(counted.fetch_add(1, Ordering::Relaxed));
        let never_ends =
            timeout(Duration::from_secs(1), forever("test", Duration::from_millis(1), app, round)).await;
        assert!(never_ends.is_err());
        assert_eq!(rounds.load(Ordering::Relaxed), 3);
    }
}
