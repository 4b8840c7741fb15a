//! Sessions: who is logged in.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::db::values;
use super::{Act, Person, Store, StoreError, stored};
use crate::access::{Actor, Secret};

/// How long a session lives at most, however busy.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// How long it lives without a request.
const IDLE: SignedDuration = SignedDuration::from_mins(60);
/// A use is noted when the last note is older than this.
const NOTED: SignedDuration = SignedDuration::from_secs(60);

impl Store {
    /// Lets somebody in whose password was compared with `password_hash`; none where it is another by now, or they may
    /// not log in any more.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn open_session(
        &self,
        person: &Person,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<Option<Secret>, StoreError> {
        let secret = Secret::random("");
        let mut tx = self.db.begin().await?;
        // First, which waits for a change of the person that is under way: it ends only the sessions that it sees.
        let act = Act { action: "session.open", ..Act::default() };
        tx.record(&person.actor(), act, now).await?;
        tx.run("DELETE FROM sessions WHERE created_at < $1", values![stored(now - LONGEST)]).await?;
        let insert = "INSERT INTO sessions (hash, person, created_at, seen_at) \
                      SELECT $1, id, $3, $3 FROM people WHERE id = $2 AND password_hash = $4 AND active";
        if tx.run(insert, values![secret.hash(), &person.id, stored(now), password_hash]).await? == 0 {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(secret))
    }

    /// Accounts for passwords that are tried for `login` from some address. Of a login that nobody has nothing is
    /// written: anybody could make up as many as fill the disk.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn record_guessing(&self, login: &str, from: IpAddr, now: Timestamp) -> Result<(), StoreError> {
        let meant = "SELECT id FROM people WHERE lower(login) = $1";
        let meant: Vec<(String,)> = self.db.rows(meant, values![login.to_lowercase()]).await?;
        for (id,) in meant {
            let (subject, why) = (format!("person:{id}"), format!("多次密码不对，来自 {from}"));
            let act = Act { action: "session.refused", subject: &subject, why: &why, ..Act::default() };
            self.record(&Actor::system("session"), act, now).await?;
        }
        Ok(())
    }

    /// Whose session this is, as long as it lives.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn session(&self, secret: &Secret, now: Timestamp) -> Result<Option<Person>, StoreError> {
        let hash = secret.hash();
        let found =
            "SELECT person, seen_at FROM sessions WHERE hash = $1 AND created_at > $2 AND seen_at > $3";
        let living = values![&hash, stored(now - LONGEST), stored(now - IDLE)];
        let found: Option<(String, i64)> = self.db.row(found, living).await?;
        let Some((person, seen)) = found else { return Ok(None) };
        if seen < stored(now - NOTED) {
            let seen = "UPDATE sessions SET seen_at = $2 WHERE hash = $1";
            self.db.run(seen, values![hash, stored(now)]).await?;
        }
        Ok(self.person(&person).await?.filter(|person| person.active))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn close_session(&self, secret: &Secret) -> Result<(), StoreError> {
        self.db.run("DELETE FROM sessions WHERE hash = $1", values![secret.hash()]).await?;
        Ok(())
    }
}
