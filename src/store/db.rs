//! One way to both databases: the same statements and records, and the only place that knows which of the two it is,
//! beside the text of the tables (`schema.rs`).
//!
//! SQLite has one connection that writes, with the write lock taken at once, and several that read. A statement
//! counts its parameters `$1`, `$2`, …; everything else that it may use is understood by both.

use std::fmt;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Executor as _, FromRow, Postgres, SqlSafeStr, SqlStr, Sqlite, Transaction};

use super::StoreError;

/// How long a statement waits for a connection or a lock before the store counts as overloaded.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many connections read from SQLite, or work on PostgreSQL.
const CONNECTIONS: u32 = 8;

/// A value for a parameter of a statement; a missing one still has a type, which PostgreSQL wants to know.
#[derive(Clone)]
pub(super) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Flag(bool),
    Bytes(Vec<u8>),
}

/// Never shows what is stored.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

macro_rules! value_from {
    ($($from:ty => |$it:ident| $to:expr),* $(,)?) => {
        $(impl From<$from> for Value { fn from($it: $from) -> Self { $to } })*
    };
}

value_from! {
    &str => |it| Self::Text(Some(storable(it))),
    String => |it| Self::Text(Some(storable(&it))),
    &String => |it| Self::Text(Some(storable(it))),
    Option<String> => |it| Self::Text(it.as_deref().map(storable)),
    Option<&str> => |it| Self::Text(it.map(storable)),
    i64 => |it| Self::Int(Some(it)),
    u32 => |it| Self::Int(Some(i64::from(it))),
    Option<i64> => |it| Self::Int(it),
    bool => |it| Self::Flag(it),
    Vec<u8> => |it| Self::Bytes(it),
}

/// PostgreSQL takes no zero characters in text: whoever sends one must find nothing, and break nothing.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// The parameters of a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::db::Value::from($value)),*] };
}
pub(super) use values;

/// A row that can be read from both databases.
pub(super) trait Record:
    Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}

impl<T> Record for T where T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

/// A statement, written out or put together; never with what a user wrote inside.
pub(super) trait Statement {
    fn sql(self) -> SqlStr;
}

impl Statement for &'static str {
    fn sql(self) -> SqlStr {
        self.into_sql_str()
    }
}

impl Statement for String {
    fn sql(self) -> SqlStr {
        AssertSqlSafe(self).into_sql_str()
    }
}

macro_rules! bind {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Int(number) => query.bind(number),
                Value::Flag(flag) => query.bind(flag),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

/// The database.
#[derive(Debug, Clone)]
pub(super) enum Db {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// Opens the SQLite database in `file`, which is made where there is none.
    pub(super) async fn sqlite(file: &std::path::Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was acknowledged survives even a power failure.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE)
            .foreign_keys(true)
            // What is deleted is overwritten: a purge must leave nothing.
            .pragma("secure_delete", "ON")
            .pragma("cache_size", "-65536")
            .pragma("wal_autocheckpoint", "4000");
        let write = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        let write = write.connect_with(options.clone()).await?;
        let read = SqlitePoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        let read = read.connect_with(options.pragma("query_only", "ON")).await?;
        Ok(Self::Sqlite { read, write })
    }

    /// Has the database look at how its rows are spread, by which it chooses its ways; PostgreSQL does so by itself.
    pub(super) async fn learn(&self) -> Result<(), StoreError> {
        if let Self::Sqlite { write, .. } = self {
            // Looks at some of the rows, which takes some milliseconds however many there are.
            sqlx::query("PRAGMA analysis_limit = 1000; ANALYZE").execute(write).await?;
        }
        Ok(())
    }

    /// Lets go of the bytes of rows that were deleted from `tables`; false where somebody who reads is in the way.
    pub(super) async fn let_go(&self, tables: &'static str) -> Result<bool, StoreError> {
        match self {
            // Deleted pages are overwritten as they are freed; what is left is the log of changes. That it was not
            // emptied is told in a row, and is no error.
            Self::Sqlite { write, .. } => {
                let (busy, _, _): (i64, i64, i64) =
                    sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(write).await?;
                Ok(busy == 0)
            }
            Self::Postgres(pool) => {
                sqlx::query(format!("VACUUM {tables}").sql()).execute(pool).await?;
                Ok(true)
            }
        }
    }

    /// Connects to PostgreSQL.
    pub(super) async fn postgres(url: &str) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse()?;
        // A server that is cut off while it holds a lock must not stop the others for as long as TCP takes to notice.
        let bounds = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'";
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE).after_connect(
            move |connection, _| Box::pin(async move { connection.execute(bounds).await.map(drop) }),
        );
        Ok(Self::Postgres(pool.connect_with(options.application_name("zhijian")).await?))
    }

    /// Begins to write; what is not committed is undone.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Reads all rows.
    pub(super) async fn rows<T: Record>(
        &self,
        sql: impl Statement,
        values: Vec<Value>,
    ) -> Result<Vec<T>, StoreError> {
        let sql = sql.sql();
        Ok(match self {
            Self::Sqlite { read, .. } => {
                bind!(sqlx::query_as::<Sqlite, T>(sql), values).fetch_all(read).await?
            }
            Self::Postgres(pool) => bind!(sqlx::query_as::<Postgres, T>(sql), values).fetch_all(pool).await?,
        })
    }

    /// Reads the first row, if there is one.
    pub(super) async fn row<T: Record>(
        &self,
        sql: impl Statement,
        values: Vec<Value>,
    ) -> Result<Option<T>, StoreError> {
        let sql = sql.sql();
        Ok(match self {
            Self::Sqlite { read, .. } => {
                bind!(sqlx::query_as::<Sqlite, T>(sql), values).fetch_optional(read).await?
            }
            Self::Postgres(pool) => {
                bind!(sqlx::query_as::<Postgres, T>(sql), values).fetch_optional(pool).await?
            }
        })
    }

    /// Writes by one statement.
    pub(super) async fn run(&self, sql: impl Statement, values: Vec<Value>) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let changed = tx.run(sql, values).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Finishes what is being written and lets go of the database.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Statements that take effect together, or not at all.
#[derive(Debug)]
pub(super) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Reads all rows; a statement that changes rows may return them.
    pub(super) async fn rows<T: Record>(
        &mut self,
        sql: impl Statement,
        values: Vec<Value>,
    ) -> Result<Vec<T>, StoreError> {
        let sql = sql.sql();
        Ok(match self {
            Self::Sqlite(tx) => bind!(sqlx::query_as::<Sqlite, T>(sql), values).fetch_all(&mut **tx).await?,
            Self::Postgres(tx) => {
                bind!(sqlx::query_as::<Postgres, T>(sql), values).fetch_all(&mut **tx).await?
            }
        })
    }

    /// Reads the first row, if there is one.
    pub(super) async fn row<T: Record>(
        &mut self,
        sql: impl Statement,
        values: Vec<Value>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Changes rows, and tells how many.
    pub(super) async fn run(&mut self, sql: impl Statement, values: Vec<Value>) -> Result<u64, StoreError> {
        let sql = sql.sql();
        Ok(match self {
            Self::Sqlite(tx) => {
                bind!(sqlx::query::<Sqlite>(sql), values).execute(&mut **tx).await?.rows_affected()
            }
            Self::Postgres(tx) => {
                bind!(sqlx::query::<Postgres>(sql), values).execute(&mut **tx).await?.rows_affected()
            }
        })
    }

    /// Makes everything take effect.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
