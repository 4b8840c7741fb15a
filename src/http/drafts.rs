//! `GET /api/v1/drafts/{id}`: a kept draft and what has become of it, for programs.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::App;
use super::problem::{Document, Problem};
use super::reviews::{shown, stored};
use crate::draft::Draft;
use crate::review::ReviewResult;
use crate::store::ReviewState;

/// A kept draft, and what has become of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DraftView {
    id: String,
    /// The draft as the machine made it, personal data covered.
    #[schema(value_type = Draft)]
    draft: Value,
    /// Whether a human has decided.
    state: ReviewState,
    /// What was decided when it was submitted last.
    #[schema(value_type = Option<ReviewResult>)]
    result: Option<Value>,
}

/// 一份保存的初稿,以及复核的结果
#[utoipa::path(get, path = "/api/v1/drafts/{id}", tag = "评分",
    params(("id" = String, Path, description = "初稿编号")), responses(
    (status = 200, description = "个人信息已遮盖", body = DraftView),
    (status = 404, description = "没有这份初稿", body = Document, content_type = "application/problem+json")))]
pub(super) async fn view(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<DraftView>, Problem> {
    let stored = stored(&app.archive()?.store, &id, Timestamp::now()).await?;
    let (_, draft) = shown(&stored, true)?;
    Ok(Json(DraftView { id, draft, state: stored.state, result: stored.result()? }))
}
