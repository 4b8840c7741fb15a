//! `POST /api/v1/erasures`: one transcript must go, for instance because the customer demands it (PIPL art. 47).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::jobs::{as_error, erased};
use super::problem::{Document, Problem};
use super::why::Why;
use super::{App, body};
use crate::access::Actor;
use crate::store::Erased;

/// What must go, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Erase {
    /// The sender's own id of the transcript.
    transcript_id: String,
    /// The reason, 1–500 characters; it goes into the audit log.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

/// 删除一通对话,连同它的初稿和复核,以及批量任务里还没处理的同一通;审计记录里留有凭据,不留原文
#[utoipa::path(post, path = "/api/v1/erasures", tag = "运维", request_body = Erase, responses(
    (status = 200, description = "已删除", body = Erased),
    (status = 404, description = "没有这通对话", body = Document, content_type = "application/problem+json")))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    body: Body,
) -> Result<Json<Erased>, Problem> {
    let Erase { transcript_id, why } = body::json(body, &app).await?;
    let why = Why::check(why)?;
    let refusal = as_error(&erased());
    let store = &app.archive()?.store;
    let gone = store.erase_one(&transcript_id, &refusal, &actor, &why, Timestamp::now()).await?;
    let unknown = || Problem::new("not_found", "没有这个编号的对话").at("/transcript_id", "没有这通对话");
    Ok(Json(gone.ok_or_else(unknown)?))
}
