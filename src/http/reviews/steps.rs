//! The steps in the life of a review: claimed, decided, submitted, opened again.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::super::problem::{Document, Problem};
use super::super::why::Why;
use super::super::{App, body};
use super::{etag, stored, unknown};
use crate::access::Actor;
use crate::answer::Refusal;
use crate::privacy;
use crate::review::{Change, Decision, ItemValues, Reasons, Review, ReviewResult, ReviewTotals, Subject};
use crate::store::{Claim, Denied, News, ReviewState, Step, Store, StoredReview};
use crate::transcript::intake;
use crate::transcript::limits::Limits;
use crate::webhook::event::{Event, ReviewReopened, ReviewSubmitted};

/// No more decisions are taken in one request: a rubric has some dozens of items.
const MOST_DECISIONS: usize = 1000;

/// The version that whoever takes a step has seen.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes the header")]
pub(in crate::http) struct IfMatch {
    /// 看到的版本,即上次响应的 ETag
    #[param(rename = "If-Match", example = "\"1\"", pattern = "^(W/)?\"?[0-9]{1,18}\"?$")]
    if_match: String,
}

/// The version that whoever asks has seen.
fn seen(headers: &HeaderMap) -> Result<i64, Problem> {
    let missing = || {
        Problem::new("precondition_required", "请在 If-Match 头里写明看到的版本，即上次响应的 ETag，如 \"3\"")
    };
    let value = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
    let version = value.trim().trim_start_matches("W/").trim_matches('"');
    version.parse().map_err(|_| missing())
}

/// The review, as long as it is at the version that whoever asks has seen.
async fn as_seen(store: &Store, id: &str, seen: i64, now: Timestamp) -> Result<StoredReview, Problem> {
    let stored = stored(store, id, now).await?;
    if stored.version == seen {
        return Ok(stored);
    }
    Err(denied(store, id, seen, Denied::Stale(stored.version)).await?)
}

/// Why a step was not taken, as an answer.
async fn denied(store: &Store, id: &str, seen: i64, denied: Denied) -> Result<Problem, Problem> {
    Ok(match denied {
        Denied::Unknown => unknown(),
        Denied::Stale(version) => {
            let changes = store.history(id, seen).await?;
            let changes = serde_json::to_value(changes).unwrap_or_default();
            let detail = format!("这份复核已改到第 {version} 版：请看 changes 里改了什么，再决定是否重做");
            Problem::new("stale", detail).changes(changes)
        }
        Denied::Held(Claim { name, until, .. }) => {
            Problem::new("claimed", format!("{name} 正在复核这一通，到 {until} 为止：请换一通，或与其商量"))
        }
        Denied::Submitted => Problem::new("already_submitted", "已经提交：要修改请让主管退回"),
        Denied::Open => Problem::new("not_submitted", "还没有提交，不用退回"),
    })
}

/// 领取:在一段时间里归自己复核
#[utoipa::path(post, path = "/api/v1/reviews/{id}/claim", tag = "复核",
    params(("id" = String, Path, description = "初稿编号")), responses(
    (status = 200, description = "已领取；每次修改都会延长", body = Claim),
    (status = 409, description = "别人正在复核，或已提交", body = Document, content_type = "application/problem+json")))]
pub(in crate::http) async fn claim(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<Claim>, Problem> {
    let store = &app.archive()?.store;
    match store.claim(&id, &actor, Timestamp::now()).await? {
        Ok(claim) => Ok(Json(claim)),
        Err(why) => Err(denied(store, &id, 0, why).await?),
    }
}

/// 放回队列;不是自己领取的则什么也不发生
#[utoipa::path(delete, path = "/api/v1/reviews/{id}/claim", tag = "复核",
    params(("id" = String, Path, description = "初稿编号")),
    responses((status = 204, description = "已不归自己")))]
pub(in crate::http) async fn release(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.archive()?.store.release(&id, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Decisions, taken together or not at all.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"decisions": [
    {"subject": "item:greeting", "verdict": "score", "score": 1.0, "reason": "asr-error"},
    {"subject": "finding:0", "verdict": "reject", "reason": "context"}
]}))]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Decide {
    /// At most 1000.
    #[schema(value_type = Vec<Decision>, max_items = 1000)]
    decisions: Vec<Value>,
}

/// What has come of a step: everything about a review that a step can change.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Progress {
    /// The version now, also in the `ETag`.
    version: i64,
    state: ReviewState,
    /// Who is working on it; every decision prolongs the claim.
    claim: Option<Claim>,
    /// Each decision of this step, with what stood there before.
    changes: Vec<Change>,
    /// What must still be decided before it can be submitted.
    #[schema(value_type = Vec<String>)]
    open: Vec<Subject>,
    /// The value of each item: the machine's, the human's and the one that holds.
    items: Vec<ItemValues>,
    totals: ReviewTotals,
}

impl Progress {
    /// Of an open review.
    fn answer(version: i64, claim: Option<Claim>, changes: Vec<Change>, review: &Review) -> Response {
        let (state, open) = (ReviewState::Open, review.open());
        let (items, totals) = (review.items(), review.totals());
        let progress = Self { version, state, claim, changes, open, items, totals };
        (etag(version), Json(progress)).into_response()
    }
}

/// 记下判断:确认、改分、不适用、驳回、补充漏判、撤回
#[utoipa::path(patch, path = "/api/v1/reviews/{id}", tag = "复核", request_body = Decide,
    params(("id" = String, Path, description = "初稿编号"), IfMatch), responses(
    (status = 200, description = "已保存；ETag 是新版本", body = Progress,
        headers(("ETag" = String, description = "版本"))),
    (status = 409, description = "别人正在复核，或已提交", body = Document, content_type = "application/problem+json"),
    (status = 412, description = "已被改过，changes 写明改了什么", body = Document, content_type = "application/problem+json"),
    (status = 422, description = "判断有误", body = Document, content_type = "application/problem+json"),
    (status = 428, description = "缺少 If-Match", body = Document, content_type = "application/problem+json")))]
pub(in crate::http) async fn decide(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let Decide { decisions } = body::json(body, &app).await?;
    let (store, version, now) = (&app.archive()?.store, seen(&headers)?, Timestamp::now());
    if !(1..=MOST_DECISIONS).contains(&decisions.len()) {
        let message = format!("一次 1 至 {MOST_DECISIONS} 个判断");
        return Err(Problem::new("invalid_request", message.clone()).at("/decisions", message));
    }
    let stored = as_seen(store, &id, version, now).await?;
    let transcript = intake::read(&stored.transcript, &Limits::NONE).map_err(Refusal::from)?;
    let mut review = stored.review()?.with_transcript(&transcript);
    let changes = take(&mut review, decisions, &app.shelf.pack().reasons)?;
    let step = Step { id: &id, version, by: &actor, now };
    match store.decide(step, &review, &changes).await? {
        Ok(claim) => Ok(Progress::answer(version + 1, Some(claim), changes, &review)),
        Err(why) => Err(denied(store, &id, version, why).await?),
    }
}

/// Takes all decisions, or none.
fn take(review: &mut Review, decisions: Vec<Value>, reasons: &Reasons) -> Result<Vec<Change>, Problem> {
    let take = |(at, decision)| {
        let decision = Decision::read(decision).map(without_personal_data);
        decision.and_then(|decision| review.decide(decision, reasons)).map_err(|refused| {
            let pointer = format!("/decisions/{at}{}", refused.pointer);
            let problem = Problem::new("invalid_decision", refused.message.clone()).because(refused.code);
            problem.at(&pointer, refused.message)
        })
    };
    decisions.into_iter().enumerate().map(take).collect()
}

/// A note is kept without what it need not say.
fn without_personal_data(decision: Decision) -> Decision {
    Decision { note: decision.note.as_deref().map(privacy::mask), ..decision }
}

/// 提交:没有单独判断的,按机器的建议确认
#[utoipa::path(post, path = "/api/v1/reviews/{id}/submit", tag = "复核",
    params(("id" = String, Path, description = "初稿编号"), IfMatch), responses(
    (status = 200, description = "已提交", body = ReviewResult,
        headers(("ETag" = String, description = "版本"))),
    (status = 409, description = "别人正在复核，或已提交", body = Document, content_type = "application/problem+json"),
    (status = 412, description = "已被改过，changes 写明改了什么", body = Document, content_type = "application/problem+json"),
    (status = 422, description = "还有没判断的，open 逐一指明", body = Document, content_type = "application/problem+json"),
    (status = 428, description = "缺少 If-Match", body = Document, content_type = "application/problem+json")))]
pub(in crate::http) async fn submit(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (store, version, now) = (&app.archive()?.store, seen(&headers)?, Timestamp::now());
    // Whoever has seen another version must not be told what is open in this one.
    let stored = as_seen(store, &id, version, now).await?;
    let review = stored.review()?;
    let result = review.result().map_err(|open| {
        let count = open.len();
        let detail =
            format!("还有 {count} 项要判断（见 open）：机器没有判断的，或机器所依据的命中都已驳回的");
        Problem::new("undecided", detail).open(&open)
    })?;
    let step = Step { id: &id, version, by: &actor, now };
    let news = News::new(Event::ReviewSubmitted(ReviewSubmitted::of(&step, &review, &result)), now);
    match store.submit(step, &stored.digest, &result, &news).await? {
        Ok(version) => Ok((etag(version), Json(result)).into_response()),
        Err(why) => Err(denied(store, &id, version, why).await?),
    }
}

/// 退回:重新打开已提交的复核
#[utoipa::path(post, path = "/api/v1/reviews/{id}/reopen", tag = "复核", request_body = Why,
    params(("id" = String, Path, description = "初稿编号"), IfMatch), responses(
    (status = 200, description = "已退回", body = Progress,
        headers(("ETag" = String, description = "版本"))),
    (status = 409, description = "还没有提交", body = Document, content_type = "application/problem+json"),
    (status = 412, description = "已被改过", body = Document, content_type = "application/problem+json"),
    (status = 428, description = "缺少 If-Match", body = Document, content_type = "application/problem+json")))]
pub(in crate::http) async fn reopen(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let why = Why::read(body, &app).await?;
    let (store, version, now) = (&app.archive()?.store, seen(&headers)?, Timestamp::now());
    let stored = stored(store, &id, now).await?;
    let step = Step { id: &id, version, by: &actor, now };
    let review = stored.review()?;
    let news = News::new(Event::ReviewReopened(ReviewReopened::of(&step, &review)), now);
    match store.reopen(step, &why, &news).await? {
        Ok(version) => Ok(Progress::answer(version, None, Vec::new(), &review)),
        Err(why) => Err(denied(store, &id, version, why).await?),
    }
}
