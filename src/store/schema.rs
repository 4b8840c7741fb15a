//! Brings the tables of a database up to date.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::StoreError;
use super::db::{Db, Statement as _};

/// One step; it is never changed once it was released, only followed by another.
struct Step {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// A step that both databases take alike, but for the name of their type for bytes.
macro_rules! same {
    ($name:literal) => {
        Step {
            name: $name,
            sqlite: include_str!(concat!("migrations/", $name, ".sql")),
            postgres: include_str!(concat!("migrations/", $name, ".sql")),
        }
    };
}

/// A step that is written differently for each.
macro_rules! apart {
    ($name:literal) => {
        Step {
            name: $name,
            sqlite: include_str!(concat!("migrations/", $name, ".sqlite.sql")),
            postgres: include_str!(concat!("migrations/", $name, ".postgres.sql")),
        }
    };
}

const STEPS: [Step; 5] = [
    same!("0001_start"),
    apart!("0002_guard"),
    same!("0003_jobs"),
    same!("0004_webhooks"),
    apart!("0005_figures"),
];

/// Takes every step that the database has not taken.
pub(super) async fn migrate(db: &Db) -> Result<(), StoreError> {
    match db {
        Db::Sqlite { write, .. } => {
            migrator(|step| step.sqlite.replace("{bytes}", "BLOB")).run(write).await?
        }
        Db::Postgres(pool) => migrator(|step| step.postgres.replace("{bytes}", "BYTEA")).run(pool).await?,
    }
    Ok(())
}

fn migrator(text: impl Fn(&Step) -> String) -> Migrator {
    let migration = |(at, step): (usize, &Step)| {
        let version = i64::try_from(at + 1).unwrap_or(i64::MAX);
        let sql = text(step).sql().into_sql_str();
        Migration::new(version, step.name.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(STEPS.iter().enumerate().map(migration).collect())
}
