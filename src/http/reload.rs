//! Looks after the files of the pack while the server runs.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};

use super::{App, metrics};
use crate::pack::Pack;
use crate::shelf::{Change, State};
use crate::store::{News, StoreError};
use crate::webhook::event::{Event, PackChanged};

/// Looks at the files of the pack every so often, and takes what has changed into use if nothing is wrong with it.
pub async fn reload(app: Arc<App>, every: Duration) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Whoever started the server has accounted for the pack that it began with.
    let mut accounted = app.shelf.pack().digest().to_owned();
    loop {
        ticks.tick().await;
        // Loading takes a while of computing, which the requests must not wait for.
        let before = app.shelf.pack();
        let looking = app.clone();
        let looked = tokio::task::spawn_blocking(move || looking.shelf.refresh()).await;
        let State { pack, refused, .. } = app.shelf.state();
        match looked.unwrap_or_else(|_| Change::Refused("程序内部出错".to_owned())) {
            Change::None => {}
            Change::Taken => {
                tracing::info!(pack = pack.digest(), "pack taken into use");
                metrics::reload("taken");
                tell(&app, &pack, before.digest()).await;
            }
            Change::Refused(mistakes) => {
                tracing::error!(pack = pack.digest(), mistakes, "pack refused, the old one stays");
                metrics::reload("refused");
            }
        }
        metrics::pack(pack.digest(), refused.is_some());
        // Where the store did not answer, the next look tries again.
        if accounted != pack.digest() {
            match use_pack(&app).await {
                Ok(()) => accounted = pack.digest().to_owned(),
                Err(error) => tracing::error!(%error, "pack.use not accounted for"),
            }
        }
    }
}

/// Accounts for the pack in use, where that is news and things are kept.
///
/// # Errors
/// When the store does not answer.
pub async fn use_pack(app: &App) -> Result<(), StoreError> {
    let Some(archive) = &app.archive else { return Ok(()) };
    archive.store.use_pack(app.shelf.pack().digest(), Timestamp::now()).await
}

/// Tells whoever wants to hear of it that another pack is in use.
async fn tell(app: &App, pack: &Pack, before: &str) {
    let Ok(archive) = app.archive() else { return };
    let changed = PackChanged {
        pack: pack.digest(),
        before: Some(before),
        rules: pack.rules.len(),
        rubrics: pack.forms.len(),
    };
    let now = Timestamp::now();
    let told = archive.store.tell(&News::new(Event::PackChanged(changed), now), now).await;
    if let Err(error) = told {
        tracing::error!(%error, "pack.changed not told");
    }
}
