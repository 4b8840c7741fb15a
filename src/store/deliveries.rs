//! What webhooks tell: written with what has happened, looked up and sent again on demand.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Tx, values};
use super::{Act, Job, Store, StoreError, new_id, stored, time};
use crate::access::Actor;
use crate::webhook::event::{Event, JobFinished, Sort};

/// Something that has happened, as it is told.
#[derive(Debug, Clone)]
pub struct News {
    /// What has happened.
    pub sort: Sort,
    /// The message.
    pub body: String,
}

impl News {
    /// The message that `event` has happened `now`.
    #[must_use]
    pub fn new(event: Event<'_>, now: Timestamp) -> Self {
        let body = String::from_utf8_lossy(&event.message(now)).into_owned();
        Self { sort: event.sort(), body }
    }

    pub(super) fn of_job(job: &Job, now: Timestamp) -> Self {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let (drafts, refused) = (count(job.kept), count(job.refused));
        Self::new(Event::JobFinished(JobFinished { job_id: &job.id, drafts, refused }), now)
    }
}

/// Why nothing is sent when somebody asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsent {
    /// There is no such endpoint or delivery.
    Unknown,
    /// The endpoint is switched off.
    Off,
}

/// A message, and how it fares (投递记录).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Delivery {
    /// Its id, which the receiver sees as `webhook-id`.
    pub id: String,
    /// What it tells.
    pub event: String,
    /// waiting, delivered or failed.
    pub state: String,
    /// When it happened, RFC 3339.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// How many attempts were made.
    pub attempts: i64,
    /// When the next is due; null where there is none.
    #[schema(value_type = Option<String>)]
    pub next_at: Option<Timestamp>,
    /// When the last one was made.
    #[schema(value_type = Option<String>)]
    pub at: Option<Timestamp>,
    /// The HTTP status of the last answer.
    pub status: Option<i64>,
    /// The class of the last failure.
    pub failure: Option<String>,
    /// How long the last attempt took.
    pub milliseconds: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: String,
    event: String,
    state: String,
    created_at: i64,
    attempts: i64,
    next_at: i64,
    at: Option<i64>,
    status: Option<i64>,
    failure: Option<String>,
    milliseconds: Option<i64>,
}

impl DeliveryRow {
    fn delivery(self) -> Result<Delivery, StoreError> {
        let next_at = (self.state == "waiting").then_some(self.next_at);
        Ok(Delivery {
            id: self.id,
            event: self.event,
            created_at: time(self.created_at)?,
            attempts: self.attempts,
            next_at: next_at.map(time).transpose()?,
            at: self.at.map(time).transpose()?,
            state: self.state,
            status: self.status,
            failure: self.failure,
            milliseconds: self.milliseconds,
        })
    }
}

/// An endpoint that wants to hear of some events.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Listener {
    id: String,
    /// Separated by spaces.
    events: String,
}

/// Whether something may be sent to the endpoint that was found.
fn is_on(active: Option<(bool,)>) -> Result<(), Unsent> {
    match active {
        Some((true,)) => Ok(()),
        Some((false,)) => Err(Unsent::Off),
        None => Err(Unsent::Unknown),
    }
}

impl Tx {
    /// Has `news` told to every endpoint that wants to hear of such. For those that are switched off nothing is written,
    /// so that they will never hear of it.
    pub(super) async fn tell(&mut self, news: &News, now: Timestamp) -> Result<(), StoreError> {
        let listeners = self.listeners().await?;
        self.tell_to(&listeners, news, now).await
    }

    /// The endpoints that are switched on.
    pub(super) async fn listeners(&mut self) -> Result<Vec<Listener>, StoreError> {
        self.rows("SELECT id, events FROM endpoints WHERE active", values![]).await
    }

    /// Has `news` told to those of `listeners` who want to hear of such.
    pub(super) async fn tell_to(
        &mut self,
        listeners: &[Listener],
        news: &News,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let wants = |listener: &&Listener| listener.events.split(' ').any(|event| event == news.sort.name());
        for listener in listeners.iter().filter(wants) {
            self.deliver(&listener.id, news, now).await?;
        }
        Ok(())
    }

    async fn deliver(&mut self, endpoint: &str, news: &News, now: Timestamp) -> Result<String, StoreError> {
        let id = new_id();
        let insert = "INSERT INTO deliveries (id, endpoint, event, body, state, created_at, attempts, next_at, leased_until) \
                      VALUES ($1, $2, $3, $4, 'waiting', $5, 0, $5, 0)";
        self.run(insert, values![&id, endpoint, news.sort.name(), &news.body, stored(now)]).await?;
        Ok(id)
    }
}

impl Store {
    /// Has something told that is no part of anything else.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn tell(&self, news: &News, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.tell(news, now).await?;
        tx.commit().await
    }

    /// Has something told to one endpoint, whatever it wants to hear; gives the delivery's id.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn tell_one(
        &self,
        endpoint: &str,
        news: &News,
        now: Timestamp,
    ) -> Result<Result<String, Unsent>, StoreError> {
        let mut tx = self.db.begin().await?;
        let active = "SELECT active FROM endpoints WHERE id = $1";
        if let Err(unsent) = is_on(tx.row(active, values![endpoint]).await?) {
            return Ok(Err(unsent));
        }
        let id = tx.deliver(endpoint, news, now).await?;
        tx.commit().await?;
        Ok(Ok(id))
    }

    /// At most `limit` deliveries to an endpoint before the one with id `before`, the latest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn deliveries(
        &self,
        endpoint: &str,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows = "SELECT id, event, state, created_at, attempts, next_at, at, status, failure, milliseconds \
                    FROM deliveries WHERE endpoint = $1 AND (id < $2 OR $2 IS NULL) ORDER BY id DESC LIMIT $3";
        let rows: Vec<DeliveryRow> = self.db.rows(rows, values![endpoint, before, limit]).await?;
        rows.into_iter().map(DeliveryRow::delivery).collect()
    }

    /// Has a delivery attempted again from the start.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn replay(
        &self,
        id: &str,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Result<(), Unsent>, StoreError> {
        let mut tx = self.db.begin().await?;
        let active =
            "SELECT e.active FROM endpoints e JOIN deliveries d ON d.endpoint = e.id WHERE d.id = $1";
        if let Err(unsent) = is_on(tx.row(active, values![id]).await?) {
            return Ok(Err(unsent));
        }
        let again = "UPDATE deliveries SET state = 'waiting', attempts = 0, next_at = $2, leased_until = 0 WHERE id = $1";
        tx.run(again, values![id, stored(now)]).await?;
        let subject = format!("delivery:{id}");
        tx.record(by, Act { action: "webhook.replay", subject: &subject, ..Act::default() }, now).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Forgets messages that were delivered or given up, and written before `before`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        let forget = "DELETE FROM deliveries WHERE state <> 'waiting' AND created_at < $1";
        self.db.run(forget, values![stored(before)]).await
    }
}
