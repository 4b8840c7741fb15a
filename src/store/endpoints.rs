//! Endpoints of webhooks: where to tell what has happened.

use jiff::Timestamp;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use super::db::values;
use super::{Act, Store, StoreError, new_id, stored, time};
use crate::access::Actor;
use crate::digest::sha256;

/// Where to tell what has happened (回调地址).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Endpoint {
    /// Its id.
    pub id: String,
    /// Its address.
    pub url: String,
    /// What is told to it.
    pub events: Vec<String>,
    /// Whether anything is told to it: what happens while it is off is not told later either.
    pub active: bool,
    /// Since when it is known, RFC 3339.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
}

/// What is to be changed about an endpoint.
#[derive(Debug, Clone, Default)]
pub struct EndpointChange<'a> {
    /// Other events, separated by spaces.
    pub events: Option<&'a str>,
    /// Whether anything is told to it.
    pub active: Option<bool>,
    /// A new secret; the present one signs too until the next change.
    pub secret: Option<&'a str>,
}

#[derive(sqlx::FromRow)]
struct EndpointRow {
    id: String,
    url: String,
    events: String,
    active: bool,
    created_at: i64,
}

impl EndpointRow {
    fn endpoint(self) -> Result<Endpoint, StoreError> {
        let Self { id, url, events, active, created_at } = self;
        let events = events.split_whitespace().map(str::to_owned).collect();
        Ok(Endpoint { id, url, events, active, created_at: time(created_at)? })
    }
}

impl Store {
    /// Takes up an endpoint.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn add_endpoint(
        &self,
        url: &str,
        events: &str,
        secret: &str,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Endpoint, StoreError> {
        let mut tx = self.db.begin().await?;
        let insert = "INSERT INTO endpoints (id, url, secret, events, active, created_at) \
                      VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, url, events, active, created_at";
        let values = values![new_id(), url, secret, events, true, stored(now)];
        let row = tx.row::<EndpointRow>(insert, values).await?.ok_or(StoreError::Broken("回调地址"))?;
        let endpoint = row.endpoint()?;
        let subject = format!("webhook:{}", endpoint.id);
        let after = format!("{} {events}", told(url));
        tx.record(by, Act { action: "webhook.add", subject: &subject, after: &after, ..Act::default() }, now)
            .await?;
        tx.commit().await?;
        Ok(endpoint)
    }

    /// Every endpoint, in the order in which they were taken up.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        let rows = "SELECT id, url, events, active, created_at FROM endpoints ORDER BY id";
        let rows: Vec<EndpointRow> = self.db.rows(rows, values![]).await?;
        rows.into_iter().map(EndpointRow::endpoint).collect()
    }

    /// Changes an endpoint; none where there is no such endpoint.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn change_endpoint(
        &self,
        id: &str,
        change: EndpointChange<'_>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Option<Endpoint>, StoreError> {
        let mut tx = self.db.begin().await?;
        let update = "UPDATE endpoints SET events = COALESCE($2, events), \
                      active = CASE WHEN $3 = 0 THEN active ELSE $3 = 1 END, \
                      retiring = CASE WHEN $4 IS NULL THEN NULL ELSE secret END, secret = COALESCE($4, secret) \
                      WHERE id = $1 RETURNING id, url, events, active, created_at";
        let active = change.active.map_or(0_i64, |active| if active { 1 } else { 2 });
        let row = tx.row::<EndpointRow>(update, values![id, change.events, active, change.secret]).await?;
        let Some(endpoint) = row.map(EndpointRow::endpoint).transpose()? else { return Ok(None) };
        let subject = format!("webhook:{id}");
        let rotated = if change.secret.is_some() { " 换了密钥" } else { "" };
        let after = format!("{} {}{rotated}", endpoint.events.join(" "), endpoint.active);
        let act = Act { action: "webhook.change", subject: &subject, after: &after, ..Act::default() };
        tx.record(by, act, now).await?;
        tx.commit().await?;
        Ok(Some(endpoint))
    }

    /// Drops an endpoint with everything that was still to be told to it; false where there is none.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn drop_endpoint(&self, id: &str, by: &Actor, now: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        if tx.run("DELETE FROM endpoints WHERE id = $1", values![id]).await? == 0 {
            return Ok(false);
        }
        let subject = format!("webhook:{id}");
        tx.record(by, Act { action: "webhook.drop", subject: &subject, ..Act::default() }, now).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// What the audit log says of an address. The whole of it may hold a key of the receiver's (`?access_token=…`), which
/// could never be taken out of the log again; its digest is enough to prove which it was.
fn told(url: &str) -> String {
    let origin = Url::parse(url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    format!("{origin} sha256:{}", sha256(url))
}
