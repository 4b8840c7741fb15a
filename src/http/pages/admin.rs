//! `/people`, `/tokens`, `/webhooks`, `/audit`, `/system`: the pages of who looks after people and the system.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::{now, page};
use crate::http::problem::Problem;
use crate::http::{App, system};
use crate::store::{AuditAsk, Store, StoreError};
use crate::ui::{
    AuditAsked, AuditPage, COUNTED, Frame, PeoplePage, SystemPage, TokensPage, WebhookPage, WebhooksPage,
};

/// So many entries or deliveries are on a page.
const ON_A_PAGE: usize = 100;

/// The same, and one more, by which it is known whether there are more.
const ASKED: i64 = ON_A_PAGE as i64 + 1;

/// Everybody.
pub(in crate::http) async fn people(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    page(&PeoplePage { page: frame, people: app.archive()?.store.people().await? })
}

/// Every token.
pub(in crate::http) async fn tokens(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    page(&TokensPage { page: frame, tokens: app.archive()?.store.tokens().await?, now: now() })
}

/// Every endpoint.
pub(in crate::http) async fn webhooks(
    State(app): State<Arc<App>>,
    frame: Frame,
) -> Result<Response, Problem> {
    let archive = app.archive()?;
    let endpoints = archive.store.endpoints().await?;
    page(&WebhooksPage { page: frame, endpoints, allowed: archive.listed.clone() })
}

/// One endpoint with its deliveries.
pub(in crate::http) async fn webhook(
    State(app): State<Arc<App>>,
    frame: Frame,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let store = &app.archive()?.store;
    let known = store.endpoints().await?.into_iter().find(|endpoint| endpoint.id == id);
    let unknown = || Problem::new("not_found", "没有这个回调地址：可能已经删除");
    let endpoint = known.ok_or_else(unknown)?;
    let before = value(query.as_deref(), "before");
    let mut deliveries = store.deliveries(&id, given(&before), ASKED).await?;
    let has_more = deliveries.len() > ON_A_PAGE;
    deliveries.truncate(ON_A_PAGE);
    let next = deliveries.last().filter(|_| has_more).map(|delivery| delivery.id.clone());
    page(&WebhookPage { page: frame, endpoint, deliveries, next })
}

/// The audit log, the newest first.
pub(in crate::http) async fn audit(
    State(app): State<Arc<App>>,
    frame: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let store = &app.archive()?.store;
    let value = |name| value(query.as_deref(), name);
    let asked = AuditAsked {
        before: value("before").parse().ok(),
        actor: value("actor"),
        action: value("action"),
        subject: value("subject"),
    };
    let (actor, action, subject) = (given(&asked.actor), given(&asked.action), given(&asked.subject));
    let before = Some(asked.before.unwrap_or(i64::MAX));
    let ask = AuditAsk { before, after: 0, actor, action, subject, limit: ASKED };
    let (length, _) = store.audit_head().await?;
    let found = match actor.or(action).or(subject) {
        Some(_) => Some(store.audit_count(ask).await?),
        None => None,
    };
    let mut entries = store.audit(ask).await?;
    let has_more = entries.len() > ON_A_PAGE;
    entries.truncate(ON_A_PAGE);
    let names = names(store).await?;
    page(&AuditPage { page: frame, asked, entries, has_more, length, found, names })
}

/// What people and tokens are called, by how they sign.
async fn names(store: &Store) -> Result<HashMap<String, String>, StoreError> {
    let people = store.people().await?.into_iter().map(|it| (format!("person:{}", it.id), it.name));
    let tokens = store.tokens().await?.into_iter().map(|it| (format!("token:{}", it.id), it.name));
    Ok(people.chain(tokens).collect())
}

/// What was asked for, where anything was.
fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// What a query says of `name`; nothing where it does not.
fn value(query: Option<&str>, name: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let found = pairs.find(|(own, _)| own == name).map(|(_, value)| value.trim().to_owned());
    found.unwrap_or_default()
}

/// How the server is.
pub(in crate::http) async fn system(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    let state = system::state(&app).await;
    let counts = &state.counts;
    let counts = [counts.requests, counts.refusals, counts.transcripts, counts.webhook_attempts];
    page(&SystemPage {
        page: frame,
        version: state.version,
        started_at: state.started_at,
        ready: state.ready,
        pack: state.pack,
        pack_mistakes: state.pack_mistakes,
        store: state.store,
        store_answers: state.store_answers.unwrap_or(true),
        retention_days: state.retention_days,
        webhook_allow: state.webhook_allow,
        counts: std::array::from_fn(|at| (COUNTED[at], counts[at])),
    })
}
