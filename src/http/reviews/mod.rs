//! `/api/v1/reviews/{id}`: one draft beside its transcript, and what was decided about it.

mod steps;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::App;
use super::problem::{Document, Problem};
use super::why::Why;
use crate::access::Actor;
use crate::answer::Refusal;
use crate::draft::Draft;
use crate::privacy;
use crate::review::{Decision, ItemValues, Reasons, ReviewResult, ReviewTotals, Subject};
use crate::score::Sheet;
use crate::store::{Act, Claim, HistoryEntry, ReviewState, Store, StoreError, StoredReview, Who};
use crate::transcript::limits::Limits;
use crate::transcript::{Transcript, intake};

pub(super) use self::steps::{
    __path_claim, __path_decide, __path_release, __path_reopen, __path_submit, claim, decide, release,
    reopen, submit,
};

/// A draft under review, beside its transcript.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReviewView {
    id: String,
    state: ReviewState,
    /// Counts every change; the `ETag` is made of it.
    version: i64,
    /// Who is working on it.
    claim: Option<Claim>,
    /// Whoever submitted it last.
    reviewer: Option<Who>,
    /// When it was submitted last, RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_at: Option<Timestamp>,
    /// Whether personal data is covered.
    masked: bool,
    /// The transcript as it was posted, its turns in posted order.
    #[schema(value_type = Transcript)]
    transcript: Value,
    /// The draft, as the machine made it.
    #[schema(value_type = Draft)]
    draft: Value,
    /// What may be given on each item.
    sheet: Sheet,
    /// Why the machine may be overruled.
    reasons: Reasons,
    /// What has been decided so far.
    decisions: Vec<Decision>,
    /// What must still be decided before it can be submitted.
    #[schema(value_type = Vec<String>)]
    open: Vec<Subject>,
    /// The value of each item: the machine's, the human's and the one that holds.
    items: Vec<ItemValues>,
    /// The machine's total, and the one with what the human has decided so far.
    totals: ReviewTotals,
    /// What was decided when it was submitted last.
    #[schema(value_type = Option<ReviewResult>)]
    result: Option<Value>,
}

impl ReviewView {
    fn of(app: &App, stored: &StoredReview, masked: bool) -> Result<Self, Problem> {
        let (review, reasons) = (stored.review()?, &app.shelf.pack().reasons);
        let (transcript, draft) = shown(stored, masked)?;
        Ok(Self {
            id: stored.id.clone(),
            state: stored.state,
            version: stored.version,
            claim: stored.claim.clone(),
            reviewer: stored.reviewer.clone(),
            submitted_at: stored.submitted_at,
            masked,
            transcript,
            draft,
            sheet: review.sheet().clone(),
            reasons: reasons.clone(),
            decisions: review.decisions().values().cloned().collect(),
            open: review.open(),
            items: review.items(),
            totals: review.totals(),
            result: stored.result()?,
        })
    }
}

/// A transcript and its draft as they are shown.
pub(super) fn shown(stored: &StoredReview, masked: bool) -> Result<(Value, Value), Problem> {
    let read = |json: &[u8]| serde_json::from_slice(json).map_err(|_| StoreError::Broken("JSON"));
    let (mut transcript, mut draft): (Value, Value) = (read(&stored.transcript)?, read(&stored.draft)?);
    if masked {
        let posted = intake::read(&stored.transcript, &Limits::NONE).map_err(Refusal::from)?;
        privacy::cover(&posted, &mut transcript, &mut draft);
    }
    Ok((transcript, draft))
}

fn unknown() -> Problem {
    Problem::new("not_found", "没有这份初稿：可能编号有误，或已过保存期限")
}

pub(super) async fn stored(store: &Store, id: &str, now: Timestamp) -> Result<StoredReview, Problem> {
    store.review(id, now).await?.ok_or_else(unknown)
}

/// The version of a review as a validator (RFC 9110).
fn etag(version: i64) -> [(HeaderName, HeaderValue); 1] {
    let tag = HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""));
    [(header::ETAG, tag)]
}

/// 一份初稿和它的对话,以及已有的判断
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "复核",
    params(("id" = String, Path, description = "初稿编号")), responses(
    (status = 200, description = "个人信息已遮盖；ETag 是版本", body = ReviewView,
        headers(("ETag" = String, description = "版本")), links(
        ("decide" = (operation_id = "reviews_decide", parameters(
            ("id" = "$response.body#/id"), ("If-Match" = "$response.header.ETag")))),
        ("submit" = (operation_id = "reviews_submit", parameters(
            ("id" = "$response.body#/id"), ("If-Match" = "$response.header.ETag")))),
        ("reopen" = (operation_id = "reviews_reopen", parameters(
            ("id" = "$response.body#/id"), ("If-Match" = "$response.header.ETag")))))),
    (status = 404, description = "没有这份初稿", body = Document, content_type = "application/problem+json")))]
pub(super) async fn view(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let stored = stored(&app.archive()?.store, &id, Timestamp::now()).await?;
    answer(&app, &stored, true)
}

fn answer(app: &App, stored: &StoredReview, masked: bool) -> Result<Response, Problem> {
    Ok((etag(stored.version), Json(ReviewView::of(app, stored, masked)?)).into_response())
}

/// What happened to a review.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct History {
    history: Vec<HistoryEntry>,
}

/// 复核的全部经过
#[utoipa::path(get, path = "/api/v1/reviews/{id}/history", tag = "复核",
    params(("id" = String, Path, description = "初稿编号")), responses(
    (status = 200, description = "从旧到新", body = History),
    (status = 404, description = "没有这份初稿", body = Document, content_type = "application/problem+json")))]
pub(super) async fn history(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<History>, Problem> {
    let store = &app.archive()?.store;
    stored(store, &id, Timestamp::now()).await?;
    Ok(Json(History { history: store.history(&id, 0).await? }))
}

/// 查看原文(含个人信息);须写明原因,每次都记入审计
#[utoipa::path(post, path = "/api/v1/reviews/{id}/unmask", tag = "复核", request_body = Why,
    params(("id" = String, Path, description = "初稿编号")), responses(
    (status = 200, description = "没有遮盖的原文", body = ReviewView,
        headers(("ETag" = String, description = "版本"))),
    (status = 404, description = "没有这份初稿", body = Document, content_type = "application/problem+json")))]
pub(super) async fn unmask(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, Problem> {
    let why = Why::read(body, &app).await?;
    let (store, now) = (&app.archive()?.store, Timestamp::now());
    let stored = stored(store, &id, now).await?;
    let subject = format!("review:{id}");
    let act = Act { action: "unmask", subject: &subject, why: &why, ..Act::default() };
    // What cannot be accounted for is not shown.
    store.record(&actor, act, now).await?;
    answer(&app, &stored, false)
}
