//! Sends what webhooks tell.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio::time::timeout;

use super::App;
use super::work::LOOK;
use crate::store::{Due, StoreError, Tried};
use crate::webhook::schedule;
use crate::webhook::secret::Secrets;
use crate::webhook::send::{Attempt, Delivery, Outcome};

/// So many messages are sent to one endpoint at once, so that one that does not answer leaves room for the others.
const TO_ONE: usize = 8;

/// Has messages that are due sent, each aside; where there are none, waits for one, or for room.
pub(super) async fn send_messages(app: Arc<App>) -> Result<(), StoreError> {
    let Some(archive) = &app.archive else { return std::future::pending().await };
    // Nobody else takes places: those that are free stay free.
    let room = archive.sending.available_permits();
    let due = archive.store.take_due(room, TO_ONE, Timestamp::now()).await?;
    if due.is_empty() {
        let _time_to_look = timeout(LOOK, archive.messages.notified()).await;
    }
    for due in due {
        let place = archive.sending.clone().acquire_owned().await;
        let app = app.clone();
        tokio::spawn(async move {
            if AssertUnwindSafe(send(&app, &due)).catch_unwind().await.is_err() {
                tracing::error!(error = "panic", delivery = due.id, "webhook");
            }
            drop(place);
            if let Some(archive) = &app.archive {
                archive.messages.notify_one();
            }
        });
    }
    Ok(())
}

/// Sends one message and notes how that ended; what cannot be noted is sent once more when its lease has run out.
async fn send(app: &App, due: &Due) {
    let Some(archive) = &app.archive else { return };
    let attempt = attempt(app, due).await;
    let now = Timestamp::now();
    let tried = tried(due, &attempt, now);
    let failure = tried.failure.unwrap_or_default();
    tracing::info!(delivery = due.id, status = tried.status, failure, ms = tried.milliseconds, "webhook");
    super::metrics::delivery(tried.failure.unwrap_or("delivered"));
    if let Err(error) = archive.store.tried(&due.id, tried, now).await {
        tracing::error!(%error, delivery = due.id, "webhook");
    }
}

/// Sends one message; none where its address or secret is not (any more) one that can be used.
async fn attempt(app: &App, due: &Due) -> Option<Attempt> {
    let archive = app.archive.as_ref()?;
    let current = due.secret.parse().ok()?;
    let retiring = due.retiring.iter().filter_map(|secret| secret.parse().ok()).collect();
    let delivery = Delivery {
        id: due.id.parse().ok()?,
        target: due.url.parse().ok()?,
        secrets: Secrets { current, retiring },
        body: due.body.clone().into(),
    };
    Some(archive.sender.send(&delivery).await)
}

/// How an attempt ended, as it is noted.
fn tried(due: &Due, attempt: &Option<Attempt>, now: Timestamp) -> Tried<'static> {
    let Some(Attempt { status, milliseconds, outcome }) = attempt else {
        return Tried { failure: Some("refused_target"), ..Tried::default() };
    };
    let ended = Tried {
        status: status.map(i64::from),
        milliseconds: i64::try_from(*milliseconds).unwrap_or(i64::MAX),
        ..Tried::default()
    };
    match outcome {
        Outcome::Delivered => ended,
        Outcome::Gone => Tried { failure: Some("gone"), gone: true, ..ended },
        Outcome::Failed { failure, retry_after } => {
            let mut random = [0; 8];
            // Without random numbers, everybody comes at the same time: no reason to give up.
            let _evenly = getrandom::fill(&mut random);
            let next_at = schedule::next(due.attempts + 1, now, *retry_after, u64::from_le_bytes(random));
            Tried { failure: Some(failure.name()), next_at, ..ended }
        }
    }
}
