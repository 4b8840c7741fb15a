//! People: reviewers, leads and administrators.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Tx, values};
use super::{Act, Store, StoreError, new_id, stored, time};
use crate::access::{Actor, Kind, Role};

/// A person (人员).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// What they log in with.
    pub login: String,
    /// What they are called.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Whether they may log in.
    pub active: bool,
    /// Since when they are known, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Somebody who is to be known.
#[derive(Debug)]
pub struct NewPerson<'a> {
    /// What they log in with.
    pub login: &'a str,
    /// What they are called.
    pub name: &'a str,
    /// Their role; not that of a machine.
    pub role: Role,
    /// The hash of their password.
    pub password_hash: &'a str,
}

/// What is to be changed about a person.
#[derive(Debug, Clone, Default)]
pub struct PersonChange<'a> {
    /// Another name.
    pub name: Option<&'a str>,
    /// Another role.
    pub role: Option<Role>,
    /// Whether they may log in.
    pub active: Option<bool>,
    /// The hash of another password.
    pub password_hash: Option<&'a str>,
    /// The hash that the present password was compared with, where it was: another one by now means that somebody has
    /// set a password meanwhile, which must not be undone.
    pub old_hash: Option<&'a str>,
}

/// Why nothing was changed about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unchanged {
    /// There is no such person.
    #[error("没有这个人")]
    Unknown,
    /// Nobody would be left to look after people.
    #[error("这是最后一个能登录的管理员：请先增加或启用另一位，再停用或改角色")]
    LastAdmin,
    /// Their password is no longer the one that was compared.
    #[error("密码刚刚被别人改过：请用新密码重试")]
    OtherPassword,
}

/// What is kept about somebody who logs in.
#[derive(sqlx::FromRow)]
struct Known {
    #[sqlx(flatten)]
    row: Row,
    password_hash: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    login: String,
    name: String,
    role: String,
    active: bool,
    created_at: i64,
}

impl Row {
    fn person(self) -> Result<Person, StoreError> {
        let Self { id, login, name, role, active, created_at } = self;
        let role = role.parse().map_err(|_| StoreError::Broken("角色"))?;
        Ok(Person { id, login, name, role, active, created_at: time(created_at)? })
    }
}

impl Person {
    /// The person as somebody who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            kind: Kind::Person,
            id: self.id.clone(),
            name: self.name.clone(),
            role: self.role,
            scopes: self.role.scopes(),
        }
    }
}

impl Store {
    /// Takes somebody up, with their login in small letters; none where it is taken.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn add_person(
        &self,
        new: NewPerson<'_>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let mut tx = self.db.begin().await?;
        let person = tx.add_person(new, by, now).await?;
        tx.commit().await?;
        Ok(person)
    }

    /// Takes up the very first person, an administrator; none where somebody is known already.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn add_first_person(
        &self,
        new: NewPerson<'_>,
        now: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let mut tx = self.db.begin().await?;
        // Taking the head of the audit log first lets only one of two set-ups at the same moment through.
        let set_up = Actor::system("setup");
        tx.record(&set_up, Act { action: "setup", ..Act::default() }, now).await?;
        if tx.row::<(String,)>("SELECT id FROM people LIMIT 1", values![]).await?.is_some() {
            return Ok(None);
        }
        let person = tx.add_person(new, &set_up, now).await?;
        tx.commit().await?;
        Ok(person)
    }

    /// Everybody, in the order in which they were taken up.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let rows = "SELECT id, login, name, role, active, created_at FROM people ORDER BY id";
        let rows: Vec<Row> = self.db.rows(rows, values![]).await?;
        rows.into_iter().map(Row::person).collect()
    }

    /// The person with this id.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn person(&self, id: &str) -> Result<Option<Person>, StoreError> {
        let row = "SELECT id, login, name, role, active, created_at FROM people WHERE id = $1";
        self.db.row::<Row>(row, values![id]).await?.map(Row::person).transpose()
    }

    /// The person who logs in by this name, in small letters or large, and the hash of their password; only who may log
    /// in. Of two whose logins differ by nothing else, as they once could, it is the one who is meant exactly.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn person_with_login(&self, login: &str) -> Result<Option<(Person, String)>, StoreError> {
        // One statement whether somebody has the login or not, so that it cannot be told by the time that it takes.
        let row = "SELECT id, login, name, role, active, created_at, password_hash FROM people \
                   WHERE lower(login) = $2 AND active ORDER BY login = $1 DESC, id LIMIT 1";
        let known: Option<Known> = self.db.row(row, values![login, login.to_ascii_lowercase()]).await?;
        known.map(|Known { row, password_hash }| Ok((row.person()?, password_hash))).transpose()
    }

    /// Changes what is known about a person.
    ///
    /// Another role or password, or being shut out, ends all of their sessions. The last administrator stays one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn change_person(
        &self,
        id: &str,
        change: PersonChange<'_>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Result<Person, Unchanged>, StoreError> {
        let mut tx = self.db.begin().await?;
        // Two administrators who shut each other out at once would both see that the other is left.
        tx.take_turn().await?;
        let known =
            "SELECT id, login, name, role, active, created_at, password_hash FROM people WHERE id = $1";
        let known = tx.row::<Known>(known, values![id]).await?;
        let Some(Known { row, password_hash }) = known else { return Ok(Err(Unchanged::Unknown)) };
        if change.old_hash.is_some_and(|old| old != password_hash) {
            return Ok(Err(Unchanged::OtherPassword));
        }
        let was = row.person()?;
        let person = tx.write_change(id, &change).await?;
        if was.is_admin() && !person.is_admin() && tx.row::<(String,)>(ADMIN, values![]).await?.is_none() {
            return Ok(Err(Unchanged::LastAdmin));
        }
        if change.role.is_some() || change.password_hash.is_some() || change.active == Some(false) {
            tx.run("DELETE FROM sessions WHERE person = $1", values![id]).await?;
        }
        let action = if change.password_hash.is_some() { "person.password" } else { "person.change" };
        let (subject, before, after) = (format!("person:{id}"), was.in_audit(), person.in_audit());
        let act = Act { action, subject: &subject, before: &before, after: &after, ..Act::default() };
        tx.record(by, act, now).await?;
        tx.commit().await?;
        Ok(Ok(person))
    }
}

/// Somebody who looks after people.
const ADMIN: &str = "SELECT id FROM people WHERE role = 'admin' AND active LIMIT 1";

impl Tx {
    async fn write_change(&mut self, id: &str, change: &PersonChange<'_>) -> Result<Person, StoreError> {
        let update = "UPDATE people SET name = COALESCE($2, name), role = COALESCE($3, role), \
                      active = CASE WHEN $4 = 0 THEN active ELSE $4 = 1 END, \
                      password_hash = COALESCE($5, password_hash) WHERE id = $1 \
                      RETURNING id, login, name, role, active, created_at";
        let active = change.active.map_or(0_i64, |active| if active { 1 } else { 2 });
        let role = change.role.map(Role::name);
        let row = self.row::<Row>(update, values![id, change.name, role, active, change.password_hash]);
        row.await?.ok_or(StoreError::Broken("人员"))?.person()
    }

    async fn add_person(
        &mut self,
        new: NewPerson<'_>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let NewPerson { login, name, role, password_hash } = new;
        let login = login.to_ascii_lowercase();
        // Logins of old may have large letters, which the table tells apart.
        let taken = "SELECT id FROM people WHERE lower(login) = $1 LIMIT 1";
        if self.row::<(String,)>(taken, values![&login]).await?.is_some() {
            return Ok(None);
        }
        let insert = "INSERT INTO people (id, login, name, role, password_hash, active, created_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (login) DO NOTHING \
                      RETURNING id, login, name, role, active, created_at";
        let values = values![new_id(), login, name, role.name(), password_hash, true, stored(now)];
        let row = self.row::<Row>(insert, values).await?;
        let Some(person) = row.map(Row::person).transpose()? else { return Ok(None) };
        let (subject, after) = (format!("person:{}", person.id), person.in_audit());
        let act = Act { action: "person.add", subject: &subject, after: &after, ..Act::default() };
        self.record(by, act, now).await?;
        Ok(Some(person))
    }
}

impl Person {
    fn is_admin(&self) -> bool {
        self.role == Role::Admin && self.active
    }

    /// What the audit log says they are: readable, since it is no secret. The name comes last, since it may have spaces.
    fn in_audit(&self) -> String {
        let state = if self.active { "active" } else { "inactive" };
        format!("{} {} {state} {}", self.login, self.role.name(), self.name)
    }
}
