//! Sessions: who is logged in.

use jiff::{SignedDuration, Timestamp};

use super::db::values;
use super::{Act, Person, Store, StoreError, stored};
use crate::access::Secret;

/// How long a session lives at most, however busy.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// How long it lives without a request.
const IDLE: SignedDuration = SignedDuration::from_mins(60);
/// A use is noted when the last note is older than this.
const NOTED: SignedDuration = SignedDuration::from_secs(60);

impl Store {
    /// Lets somebody in, who has proved to be `person`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn open_session(&self, person: &Person, now: Timestamp) -> Result<Secret, StoreError> {
        let secret = Secret::random("");
        let mut tx = self.db.begin().await?;
        tx.run("DELETE FROM sessions WHERE created_at < $1", values![stored(now - LONGEST)]).await?;
        let insert = "INSERT INTO sessions (hash, person, created_at, seen_at) VALUES ($1, $2, $3, $3)";
        tx.run(insert, values![secret.hash(), &person.id, stored(now)]).await?;
        let act = Act { action: "session.open", ..Act::default() };
        tx.record(&person.actor(), act, now).await?;
        tx.commit().await?;
        Ok(secret)
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
