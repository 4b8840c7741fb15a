//! Tokens: how programs prove who they are.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::db::values;
use super::{Act, Store, StoreError, new_id, stored, time};
use crate::access::{Actor, Kind, Role, Scope, Scopes, Secret};

/// How every token begins, so that scanners for leaked secrets know it.
const PREFIX: &str = "zj_";
/// So many letters are kept, for people to tell tokens apart.
const SHOWN: usize = 11;
/// A use is noted when the last note is older than this.
const NOTED: SignedDuration = SignedDuration::from_secs(60);

/// A token, without its secret (令牌).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// How it begins.
    pub prefix: String,
    /// What it is for.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// What it may do: some of what its role may.
    pub scopes: Vec<Scope>,
    /// Since when it is valid, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Until when; for ever where there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
}

/// A token that is to be made.
#[derive(Debug)]
pub struct NewToken<'a> {
    /// What it is for.
    pub name: &'a str,
    /// Its role.
    pub role: Role,
    /// What it may do.
    pub scopes: Scopes,
    /// Until when it is valid.
    pub expires_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    prefix: String,
    name: String,
    role: String,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl Row {
    fn token(self) -> Result<Token, StoreError> {
        let scopes: Scopes = self.scopes.parse().map_err(|_| StoreError::Broken("权限"))?;
        Ok(Token {
            id: self.id,
            prefix: self.prefix,
            name: self.name,
            role: self.role.parse().map_err(|_| StoreError::Broken("角色"))?,
            scopes: scopes.iter().collect(),
            created_at: time(self.created_at)?,
            expires_at: self.expires_at.map(time).transpose()?,
            last_used_at: self.last_used_at.map(time).transpose()?,
            revoked_at: self.revoked_at.map(time).transpose()?,
        })
    }
}

impl Token {
    /// The holder as somebody who acts. What the role has lost since is lost to its tokens as well.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let held: Scopes = self.scopes.iter().copied().collect();
        Actor {
            kind: Kind::Token,
            id: self.id.clone(),
            name: self.name.clone(),
            role: self.role,
            scopes: held.and(self.role.scopes().for_programs()),
        }
    }

    fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl Store {
    /// Makes a token; its secret is told once, here.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn add_token(
        &self,
        new: NewToken<'_>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(Token, Secret), StoreError> {
        let NewToken { name, role, scopes, expires_at } = new;
        let secret = Secret::random(PREFIX);
        let (id, prefix) = (new_id(), secret.prefix(SHOWN));
        let mut tx = self.db.begin().await?;
        let insert = "INSERT INTO tokens \
                      (id, prefix, hash, name, role, scopes, created_at, created_by, expires_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                      RETURNING id, prefix, name, role, scopes, created_at, expires_at, last_used_at, revoked_at";
        let (scopes, until) = (scopes.to_string(), expires_at.map(stored));
        let (hash, made, maker) = (secret.hash(), stored(now), by.signature());
        let new = values![&id, prefix, hash, name, role.name(), &scopes, made, maker, until];
        let row = tx.row::<Row>(insert, new).await?.ok_or(StoreError::Broken("令牌"))?;
        let (subject, after) = (format!("token:{id}"), format!("{prefix} {} {scopes}", role.name()));
        let act = Act { action: "token.add", subject: &subject, after: &after, ..Act::default() };
        tx.record(by, act, now).await?;
        tx.commit().await?;
        Ok((row.token()?, secret))
    }

    /// Every token, revoked ones too, in the order in which they were made.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let rows = "SELECT id, prefix, name, role, scopes, created_at, expires_at, last_used_at, revoked_at \
                    FROM tokens ORDER BY id";
        let rows: Vec<Row> = self.db.rows(rows, values![]).await?;
        rows.into_iter().map(Row::token).collect()
    }

    /// The token with this secret, as long as it is valid; its use is noted.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn token_with_secret(
        &self,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Option<Token>, StoreError> {
        if !secret.reveal().starts_with(PREFIX) {
            return Ok(None);
        }
        let row = "SELECT id, prefix, name, role, scopes, created_at, expires_at, last_used_at, revoked_at \
                   FROM tokens WHERE hash = $1";
        let row: Option<Row> = self.db.row(row, values![secret.hash()]).await?;
        let Some(token) = row.map(Row::token).transpose()?.filter(|token| token.is_valid(now)) else {
            return Ok(None);
        };
        if token.last_used_at.is_none_or(|used| used < now - NOTED) {
            let used = "UPDATE tokens SET last_used_at = $2 WHERE id = $1";
            self.db.run(used, values![&token.id, stored(now)]).await?;
        }
        Ok(Some(token))
    }

    /// Makes a token worthless; false where there is none, or it was already.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn revoke_token(&self, id: &str, by: &Actor, now: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let revoke = "UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        if tx.run(revoke, values![id, stored(now)]).await? == 0 {
            return Ok(false);
        }
        let subject = format!("token:{id}");
        tx.record(by, Act { action: "token.revoke", subject: &subject, ..Act::default() }, now).await?;
        tx.commit().await?;
        Ok(true)
    }
}
