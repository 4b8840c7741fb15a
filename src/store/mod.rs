//! Beside the flow: what is kept — transcripts, drafts, packs, reviews, people, tokens and the audit log.
//!
//! SQLite in a folder, or PostgreSQL by its address; whoever asks never knows which. Every function speaks of the
//! domain, takes effect whole or not at all, and is told the time.

mod audit;
mod db;
mod deliveries;
mod endpoints;
mod erase;
mod figures;
mod jobs;
mod keep;
mod keeping;
mod outbox;
mod packs;
mod people;
mod queue;
mod results;
mod reviews;
mod schema;
mod sessions;
mod span;
mod steps;
mod tokens;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

pub use audit::{Act, AuditAsk, AuditEntry, Broken, GENESIS};
pub use deliveries::{Delivery, News, Unsent};
pub use endpoints::{Endpoint, EndpointChange};
pub use erase::Erased;
pub use jobs::{Job, JobKey, JobLine, JobState, LineDone, Portion};
pub use keep::{Keeper, Kept, Refused};
pub use keeping::{Keeping, NewDraft, Packed, RequestKey};
pub use outbox::{Due, Tried};
pub use people::{NewPerson, Person, PersonChange, Unchanged};
pub use queue::{Cursor, QueueCounts, QueueEntry, QueueFilter, QueueOrder};
pub use reviews::{Claim, HistoryDetail, HistoryEntry, ReviewState, StoredReview, Who};
pub use span::Span;
pub use steps::{Denied, Step};
pub use tokens::{NewToken, Token};

use db::Db;

/// The database file in the folder that the operator names.
const FILE: &str = "zhijian.db";

/// Where things are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// SQLite, in this folder.
    Folder(PathBuf),
    /// PostgreSQL, at this address.
    Postgres(String),
}

impl Place {
    /// What the operator has written: a folder, or an address that begins with `postgres://`.
    #[must_use]
    pub fn of(written: &str) -> Self {
        if written.starts_with("postgres://") || written.starts_with("postgresql://") {
            Self::Postgres(written.to_owned())
        } else {
            Self::Folder(PathBuf::from(written.strip_prefix("sqlite://").unwrap_or(written)))
        }
    }
}

/// Why something was not kept or not found.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer in time, or is not there; later it may.
    #[error("数据库暂时不可用，请稍后重试")]
    Busy,
    /// Others are changing the same; tried again, it may be over.
    #[error("与同时进行的操作冲突，请稍后重试")]
    Clash,
    /// The disk has no room; somebody must make some.
    #[error("数据库所在的磁盘已满：请腾出空间")]
    Full,
    /// What is stored cannot be read.
    #[error("数据库里的内容读不出来（{0}）：可能已损坏，请从备份恢复")]
    Broken(&'static str),
    /// The folder cannot be used.
    #[error("用不了数据目录 {}：{reason}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The tables could not be brought up to date.
    #[error("数据库升级失败：{0}")]
    Migration(String),
    /// The database refuses; the message names tables and columns, never what is stored.
    #[error("数据库出错：{0}")]
    Database(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::PoolTimedOut | E::PoolClosed | E::Io(_) | E::WorkerCrashed => Self::Busy,
            // Details of the server may quote values, so only the class of the error is told.
            E::Database(error) => match error.code().as_deref() {
                // SQLITE_BUSY; PostgreSQL: shutting down, too many connections.
                Some("5" | "517" | "57P01" | "57P03" | "53300") => Self::Busy,
                // PostgreSQL: serialization, deadlock, a lock not had in time, a transaction idle for too long.
                Some("40001" | "40P01" | "55P03" | "25P03") => Self::Clash,
                // SQLITE_FULL; PostgreSQL: disk full.
                Some("13" | "53100") => Self::Full,
                code => Self::Database(format!("错误码 {}", code.unwrap_or("未知"))),
            },
            E::ColumnDecode { .. } | E::Decode(_) | E::ColumnNotFound(_) => Self::Broken("字段类型不符"),
            E::Configuration(_) => Self::Database("数据库地址有误".to_owned()),
            other => Self::Database(kind(&other).to_owned()),
        }
    }
}

impl StoreError {
    /// Whether it may be over later; else it is about what was asked.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Busy | Self::Clash | Self::Full)
    }
}

/// The class of an error, without its details.
fn kind(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::Tls(_) => "加密连接失败",
        sqlx::Error::Protocol(_) => "通信协议不符",
        sqlx::Error::RowNotFound => "缺少应有的记录",
        _ => "未知错误",
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError as E;
        match error {
            E::Execute(error) => error.into(),
            E::VersionMissing(_) => Self::Migration("数据库比程序新：请用新版程序".to_owned()),
            other => Self::Migration(other.to_string()),
        }
    }
}

/// The store (数据库); cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    db: Db,
    leftovers: Arc<erase::Leftovers>,
}

impl Store {
    /// Opens what is at `place`, makes it where nothing is, and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be reached, read or brought up to date.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        let (db, _turn) = match place {
            Place::Folder(folder) => {
                make_private(folder)?;
                let turn = turn(folder.clone()).await;
                (Db::sqlite(&folder.join(FILE)).await?, turn)
            }
            Place::Postgres(url) => (Db::postgres(url).await?, None),
        };
        schema::migrate(&db).await?;
        Ok(Self { db, leftovers: Arc::default() })
    }

    /// Which database it is: `sqlite` or `postgres`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.db {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgres",
        }
    }

    /// Finishes what is being written and lets go of the database.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// What the database wants done from time to time.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn tend(&self) -> Result<(), StoreError> {
        self.db.learn().await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let _one: Option<(i64,)> = self.db.row("SELECT seq FROM audit_head", Vec::new()).await?;
        Ok(())
    }
}

/// Makes the folder, closed to everybody else: it will hold what was said in calls.
fn make_private(folder: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| StoreError::Folder {
        path: folder.to_owned(),
        reason: crate::diagnostic::reason(&error),
    })
}

/// Waits until no other process is opening the store in this folder; it is one's turn until the file is dropped.
///
/// On PostgreSQL the driver lets one after the other bring the tables up to date. On SQLite it does not, so that of two
/// that meet on a new or an old store one would fail. Where folders cannot be locked nobody waits.
async fn turn(folder: PathBuf) -> Option<File> {
    let lock = move || File::open(folder).and_then(|file| file.lock().map(|()| file));
    tokio::task::spawn_blocking(lock).await.ok()?.ok()
}

/// A time as it is stored: milliseconds since 1970.
fn stored(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A stored time.
fn time(stored: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(stored).map_err(|_| StoreError::Broken("时间"))
}

/// A new id; later ones sort behind earlier ones.
#[must_use]
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Bytes as they are stored.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    lz4_flex::compress_prepend_size(bytes)
}

/// Stored bytes as they were.
fn decompressed(stored: &[u8]) -> Result<Vec<u8>, StoreError> {
    lz4_flex::decompress_size_prepended(stored).map_err(|_| StoreError::Broken("压缩内容"))
}
