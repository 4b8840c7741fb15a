//! What a server that keeps things has beside one that does not.

use std::collections::HashSet;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;

use crate::access::{Password, Secret};
use crate::config::Settings;
use crate::pack::Pack;
use crate::store::{Keeper, Store, StoreError};

/// So many wrong passwords for one login are nobody's slip of the finger.
const TRIES: NonZero<u32> = NonZero::new(5).expect("5 is not 0");
/// After them one more is allowed every so often.
const TRY_AGAIN: Duration = Duration::from_secs(30);
/// For so long a repeat is known by its key.
const KEYS_LIVE: SignedDuration = SignedDuration::from_hours(24);
/// Passwords that are compared at once: each takes 19 MiB and a core.
const COMPARED_AT_ONCE: usize = 2;

/// The store, and what guards the ways to it.
#[derive(Debug)]
pub struct Archive {
    /// What is kept.
    pub store: Store,
    /// Takes transcripts in.
    pub(super) keeper: Keeper,
    /// How often each token and person asks.
    pub(super) requests: DefaultKeyedRateLimiter<String>,
    /// How often each login is tried.
    pub(super) logins: DefaultKeyedRateLimiter<String>,
    /// Places for those whose password is compared.
    pub(super) comparing: Semaphore,
    /// A hash that no password has, compared where nobody has the login.
    pub(super) nobody: String,
    /// Lets the first administrator in; none once somebody is known.
    pub(super) set_up: Mutex<Option<Secret>>,
    /// When old keys were last forgotten.
    tidied: Mutex<Timestamp>,
    /// Digests of packs that are known to be kept.
    packs: Mutex<HashSet<String>>,
}

impl Archive {
    /// Guards the ways to `store` as the operator has set; to be called on the runtime that serves.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn open(store: Store, settings: &Settings) -> Result<Self, StoreError> {
        let set_up = store.people().await?.is_empty().then(|| Secret::random(""));
        let tries = Quota::with_period(TRY_AGAIN).map(|quota| quota.allow_burst(TRIES));
        Ok(Self {
            keeper: Keeper::start(store.clone()),
            requests: RateLimiter::keyed(Quota::per_second(settings.rate)),
            logins: RateLimiter::keyed(tries.unwrap_or(Quota::per_minute(TRIES))),
            comparing: Semaphore::new(COMPARED_AT_ONCE),
            nobody: Password::random().hash().unwrap_or_default(),
            set_up: Mutex::new(set_up),
            tidied: Mutex::new(Timestamp::now()),
            packs: Mutex::default(),
            store,
        })
    }

    /// The code that lets the first administrator in, while there is nobody.
    #[must_use]
    pub fn set_up_code(&self) -> Option<Secret> {
        self.set_up.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sees to it that the pack is kept before the first of its drafts is.
    pub(super) async fn keep_pack(&self, pack: &Pack) -> Result<(), StoreError> {
        if self.packs.lock().unwrap_or_else(PoisonError::into_inner).contains(pack.digest()) {
            return Ok(());
        }
        self.store.keep_pack(pack, Timestamp::now()).await?;
        self.packs.lock().unwrap_or_else(PoisonError::into_inner).insert(pack.digest().to_owned());
        Ok(())
    }

    /// Forgets who has not asked for a while, and which requests were made long ago.
    pub(super) async fn tidy(&self) {
        self.requests.retain_recent();
        self.logins.retain_recent();
        let now = Timestamp::now();
        let is_due = {
            let mut tidied = self.tidied.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = now.duration_since(*tidied) > SignedDuration::from_hours(1);
            *tidied = if is_due { now } else { *tidied };
            is_due
        };
        if is_due && let Err(error) = self.store.forget_keys(now - KEYS_LIVE).await {
            tracing::warn!(%error, "idempotency keys not forgotten");
        }
    }
}
