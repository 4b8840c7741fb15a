//! `/api/v1/webhooks`: where to tell what has happened, and how that fares.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{Document, Problem};
use super::{App, body};
use crate::access::Actor;
use crate::store::{Delivery, Endpoint, EndpointChange, News, Unsent};
use crate::webhook::event::{Event, Sort};
use crate::webhook::secret::Secret;

/// Every endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Endpoints {
    webhooks: Vec<Endpoint>,
}

/// 全部回调地址
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "回调",
    responses((status = 200, description = "按建立的先后", body = Endpoints)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Endpoints>, Problem> {
    Ok(Json(Endpoints { webhooks: app.archive()?.store.endpoints().await? }))
}

/// An endpoint that is to be taken up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    /// Its address; only what the operator allows.
    url: String,
    /// What is to be told: `draft.created`, `veto.proposed`, `review.submitted`, `review.reopened`, `job.finished`,
    /// `pack.changed`.
    #[schema(min_items = 1)]
    events: Vec<String>,
}

/// A new endpoint, with the secret that its messages are signed with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Added {
    /// The secret, `whsec_…`: shown here and never again.
    secret: String,
    webhook: Endpoint,
}

/// 增加回调地址;签名用的密钥只在这里出现一次
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "回调", request_body = Add,
    responses((status = 201, description = "已增加", body = Added)))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    body: Body,
) -> Result<(StatusCode, Json<Added>), Problem> {
    let archive = app.archive()?;
    let Add { url, events } = body::json(body, &app).await?;
    let target = archive.allowed.target(&url).map_err(|error| Problem::of_field("/url", error))?;
    let events = check_events(&events)?;
    let secret = Secret::random().reveal();
    let webhook =
        archive.store.add_endpoint(target.as_str(), &events, &secret, &actor, Timestamp::now()).await?;
    Ok((StatusCode::CREATED, Json(Added { secret, webhook })))
}

fn unknown() -> Problem {
    Problem::new("not_found", "没有这个回调地址")
}

fn refusal(unsent: Unsent, unknown: impl Fn() -> Problem) -> Problem {
    match unsent {
        Unsent::Unknown => unknown(),
        Unsent::Off => Problem::new("conflict", "这个回调地址已停用：先启用（active 改为 true），再发送"),
    }
}

/// Names of events as they are stored: each once, separated by spaces.
fn check_events(events: &[String]) -> Result<String, Problem> {
    let mut names = Vec::new();
    for (at, name) in events.iter().enumerate() {
        let sort: Sort = name.parse().map_err(|error: crate::webhook::event::UnknownEvent| {
            Problem::of_field(&format!("/events/{at}"), error)
        })?;
        if !names.contains(&sort.name()) {
            names.push(sort.name());
        }
    }
    if names.is_empty() {
        return Err(Problem::of_field("/events", "至少选一个事件"));
    }
    Ok(names.join(" "))
}

/// What is to be changed; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Change {
    /// What is to be told.
    #[schema(min_items = 1)]
    events: Option<Vec<String>>,
    /// False stops it: what was still to be sent waits, and what happens meanwhile is never told. True lets it go on.
    active: Option<bool>,
    /// True makes a new secret; messages are signed with both until the next change.
    rotate: bool,
}

/// An endpoint as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Changed {
    webhook: Endpoint,
    /// The new secret, where one was asked for: shown here and never again.
    secret: Option<String>,
}

/// 修改回调地址:换事件、停用、换密钥
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", tag = "回调", request_body = Change,
    params(("id" = String, Path, description = "回调地址的编号")), responses(
    (status = 200, description = "已修改", body = Changed),
    (status = 404, description = "没有这个回调地址", body = Document, content_type = "application/problem+json")))]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Changed>, Problem> {
    let Change { events, active, rotate } = body::json(body, &app).await?;
    let events = events.as_deref().map(check_events).transpose()?;
    let secret = rotate.then(|| Secret::random().reveal());
    let change = EndpointChange { events: events.as_deref(), active, secret: secret.as_deref() };
    let changed = app.archive()?.store.change_endpoint(&id, change, &actor, Timestamp::now()).await?;
    app.archive()?.messages.notify_one();
    Ok(Json(Changed { webhook: changed.ok_or_else(unknown)?, secret }))
}

/// 删除回调地址,连同还没有送到的消息
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "回调",
    params(("id" = String, Path, description = "回调地址的编号")), responses(
    (status = 204, description = "已删除"),
    (status = 404, description = "没有这个回调地址", body = Document, content_type = "application/problem+json")))]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let dropped = app.archive()?.store.drop_endpoint(&id, &actor, Timestamp::now()).await?;
    dropped.then_some(StatusCode::NO_CONTENT).ok_or_else(unknown)
}

/// A message that was written.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Told {
    /// The id of the delivery.
    delivery: String,
}

/// 发一条测试消息
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/ping", tag = "回调",
    params(("id" = String, Path, description = "回调地址的编号")), responses(
    (status = 202, description = "即将发出，结果见投递记录", body = Told),
    (status = 409, description = "这个回调地址已停用", body = Document, content_type = "application/problem+json"),
    (status = 404, description = "没有这个回调地址", body = Document, content_type = "application/problem+json")))]
pub(super) async fn ping(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Told>), Problem> {
    let (archive, now) = (app.archive()?, Timestamp::now());
    let told = archive.store.tell_one(&id, &News::new(Event::Ping {}, now), now).await?;
    let delivery = told.map_err(|unsent| refusal(unsent, unknown))?;
    archive.messages.notify_one();
    Ok((StatusCode::ACCEPTED, Json(Told { delivery })))
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveriesQuery {
    /// 上一页给出的 next
    before: Option<String>,
    /// 最多几条 [缺省: 50,最多 500]
    #[serde(default = "some")]
    #[param(minimum = 1, maximum = 500)]
    limit: i64,
}

fn some() -> i64 {
    50
}

/// Deliveries to one endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveriesPage {
    deliveries: Vec<Delivery>,
    /// To be given as `before` for the next part; null where this is the last.
    next: Option<String>,
}

/// 投递记录,从新到旧
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "回调",
    params(("id" = String, Path, description = "回调地址的编号"), DeliveriesQuery), responses(
    (status = 200, description = "一页", body = DeliveriesPage),
    (status = 400, description = "查询参数有误", body = Document, content_type = "application/problem+json")))]
pub(super) async fn deliveries(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    query: Result<Query<DeliveriesQuery>, QueryRejection>,
) -> Result<Json<DeliveriesPage>, Problem> {
    let wrong = || Problem::new("invalid_query", "查询参数有误：可用的参数有 before 和 limit=1 至 500");
    let Query(DeliveriesQuery { before, limit }) = query.map_err(|_| wrong())?;
    if !(1..=500).contains(&limit) {
        return Err(wrong());
    }
    let mut deliveries = app.archive()?.store.deliveries(&id, before.as_deref(), limit + 1).await?;
    let asked = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = deliveries.len() > asked;
    deliveries.truncate(asked);
    let next = deliveries.last().filter(|_| has_more).map(|delivery| delivery.id.clone());
    Ok(Json(DeliveriesPage { deliveries, next }))
}

/// 重新投递一条消息
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/replay", tag = "回调",
    params(("id" = String, Path, description = "投递编号")), responses(
    (status = 202, description = "即将重发"),
    (status = 409, description = "这个回调地址已停用", body = Document, content_type = "application/problem+json"),
    (status = 404, description = "没有这条投递", body = Document, content_type = "application/problem+json")))]
pub(super) async fn replay(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let archive = app.archive()?;
    let again = archive.store.replay(&id, &actor, Timestamp::now()).await?;
    let unknown = || Problem::new("not_found", "没有这条投递：可能已过保存期限");
    again.map_err(|unsent| refusal(unsent, unknown))?;
    archive.messages.notify_one();
    Ok(StatusCode::ACCEPTED)
}
