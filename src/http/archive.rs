//! What a server that keeps things has beside one that does not.

use std::collections::{HashSet, VecDeque};
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore};

use super::hashing::Hashing;
use super::logins::Logins;
use super::peer::Proxies;
use super::problem::Problem;
use crate::access::{PasswordError, Secret};
use crate::config::Settings;
use crate::diagnostic::Diagnostics;
use crate::pack::Pack;
use crate::store::{Keeper, Store, StoreError};
use crate::webhook::send::{Patience, Sender, SenderError};
use crate::webhook::target::{Allowed, AllowedError};

/// Messages that are sent at once.
const SENT_AT_ONCE: usize = 64;

/// So many older packs are kept in memory, for drafts that they judged to be explained.
const OLDER_PACKS: usize = 3;

/// The store, and what guards the ways to it.
#[derive(Debug)]
pub struct Archive {
    /// What is kept.
    pub store: Store,
    /// Takes transcripts in.
    pub(super) keeper: Keeper,
    /// Says that there is work to be done aside.
    pub(super) work: Notify,
    /// Says that there is a message to be sent, or a place for one.
    pub(super) messages: Notify,
    /// Places for messages that are being sent.
    pub(super) sending: Arc<Semaphore>,
    /// Where messages may go.
    pub(super) allowed: Allowed,
    /// The same as the operator wrote it.
    pub(super) listed: Vec<String>,
    /// Sends messages.
    pub(super) sender: Sender,
    /// For how many days transcripts are kept.
    pub(super) retention_days: Option<NonZero<u32>>,
    /// How often each token and person asks.
    pub(super) requests: DefaultKeyedRateLimiter<String>,
    /// How often logins are tried in vain.
    pub(super) logins: Logins,
    /// Where passwords are hashed.
    pub(super) hashing: Hashing,
    /// Who tells for whom they ask.
    pub(super) proxies: Proxies,
    /// Lets the first administrator in; none once somebody is known.
    pub(super) set_up: Mutex<Option<Secret>>,
    /// Older packs that were asked for lately, the last one last. Whoever needs one that is not there holds them all, so
    /// that none is compiled twice.
    lately: tokio::sync::Mutex<VecDeque<Arc<Pack>>>,
    /// Digests of packs that are known to be kept.
    packs: Mutex<HashSet<String>>,
}

/// Why a store cannot be put to use.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The store does not answer.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The list of where webhooks may go is wrong.
    #[error("webhook_allow 有误：{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("；"))]
    Webhooks(Vec<AllowedError>),
    /// Webhooks cannot be sent.
    #[error("{0}")]
    Sender(#[from] SenderError),
    /// What is listed as a proxy is no address.
    #[error("trusted_proxies 里的“{0}”不对：写成地址 127.0.0.1 或网段 10.0.0.0/8")]
    Proxies(String),
    /// Not even one password can be hashed.
    #[error("登录用的校验值算不出来，多半是内存不足：请腾出内存，再启动")]
    Hashing(#[from] PasswordError),
}

impl Archive {
    /// Guards the ways to `store` as the operator has set; to be called on the runtime that serves.
    ///
    /// # Errors
    /// When the store does not answer, or webhooks are not set right.
    pub async fn open(store: Store, settings: &Settings) -> Result<Self, ArchiveError> {
        let allowed = Allowed::read(&settings.webhooks).map_err(ArchiveError::Webhooks)?;
        let set_up = store.people().await?.is_empty().then(|| Secret::random(""));
        Ok(Self {
            keeper: Keeper::start(store.clone()),
            work: Notify::new(),
            messages: Notify::new(),
            sending: Arc::new(Semaphore::new(SENT_AT_ONCE)),
            sender: Sender::new(allowed.clone(), Patience::default())?,
            allowed,
            listed: settings.webhooks.clone(),
            retention_days: settings.retention_days,
            requests: RateLimiter::keyed(Quota::per_second(settings.rate)),
            logins: Logins::new(),
            hashing: Hashing::start()?,
            proxies: Proxies::read(&settings.proxies).map_err(ArchiveError::Proxies)?,
            set_up: Mutex::new(set_up),
            lately: tokio::sync::Mutex::default(),
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

    /// The pack with this digest, as it judged: the one in use, one that was asked for lately, or one from the store.
    pub(super) async fn pack(&self, running: Arc<Pack>, digest: &str) -> Result<Arc<Pack>, Problem> {
        if running.digest() == digest {
            return Ok(running);
        }
        let mut lately = self.lately.lock().await;
        if let Some(pack) = lately.iter().find(|pack| pack.digest() == digest) {
            return Ok(pack.clone());
        }
        let gone = || Problem::new("not_found", "这份初稿所用的规则包不在数据库里");
        let files = self.store.pack_files(digest).await?.ok_or_else(gone)?;
        // Compiling takes the better part of a second, which the requests must not wait for.
        let compiled =
            tokio::task::spawn_blocking(move || Pack::compile(files, Diagnostics::default())).await;
        let outgrown = || {
            Problem::new("pack_outgrown", "这份初稿所用的规则包太旧，现在的程序已经读不了：请用当时的程序")
        };
        let pack = compiled.ok().and_then(Result::ok).map(Arc::new).ok_or_else(outgrown)?;
        lately.push_back(pack.clone());
        if lately.len() > OLDER_PACKS {
            lately.pop_front();
        }
        Ok(pack)
    }

    /// Forgets who has not asked for a while.
    pub(super) fn tidy(&self) {
        self.requests.retain_recent();
        self.logins.tidy(Instant::now());
    }
}
