//! `/api/v1/reviews/{id}`: one draft beside its transcript, and what a human decides about it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::problem::{Document, Problem};
use super::{App, body};
use crate::access::Actor;
use crate::answer::Refusal;
use crate::privacy;
use crate::review::{Decision, ItemValues, Reasons, Review, ReviewResult, ReviewTotals, Subject};
use crate::score::Sheet;
use crate::store::{
    Act, Claim, Denied, HistoryEntry, News, ReviewState, Step, Store, StoreError, StoredReview,
};
use crate::transcript::intake;
use crate::transcript::limits::Limits;
use crate::webhook::event::{Event, ReviewReopened, ReviewSubmitted};

/// No more decisions are taken in one request: a rubric has some dozens of items.
const MOST_DECISIONS: usize = 1000;

/// A draft under review, beside its transcript.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReviewView {
    id: String,
    state: ReviewState,
    /// Counts every change; the `ETag` is made of it.
    version: i64,
    /// Who is working on it.
    claim: Option<Claim>,
    /// The id of whoever submitted it last.
    reviewer: Option<String>,
    /// When it was submitted last, RFC 3339.
    #[schema(value_type = Option<String>)]
    submitted_at: Option<Timestamp>,
    /// Whether personal data is covered.
    masked: bool,
    /// The transcript as it was posted, its turns in posted order.
    #[schema(value_type = Object)]
    transcript: Value,
    /// The draft, as the machine made it.
    #[schema(value_type = Object)]
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
fn etag(version: i64) -> [(header::HeaderName, HeaderValue); 1] {
    let tag = HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""));
    [(header::ETAG, tag)]
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

/// 一份初稿和它的对话,以及已有的判断
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "复核",
    params(("id" = String, Path, description = "初稿编号")), responses(
    (status = 200, description = "个人信息已遮盖；ETag 是版本", body = ReviewView),
    (status = 404, description = "没有这份初稿", body = Document, content_type = "application/problem+json")))]
pub(super) async fn view(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let stored = stored(&app.archive()?.store, &id, Timestamp::now()).await?;
    answer(&app, &stored, true)
}

fn answer(app: &App, stored: &StoredReview, masked: bool) -> Result<Response, Problem> {
    Ok((etag(stored.version), Json(ReviewView::of(app, stored, masked)?)).into_response())
}

/// 领取:在一段时间里归自己复核
#[utoipa::path(post, path = "/api/v1/reviews/{id}/claim", tag = "复核",
    params(("id" = String, Path, description = "初稿编号")), responses(
    (status = 200, description = "已领取；每次修改都会延长", body = Claim),
    (status = 409, description = "别人正在复核，或已提交", body = Document, content_type = "application/problem+json")))]
pub(super) async fn claim(
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
pub(super) async fn release(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.archive()?.store.release(&id, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Decisions, taken together or not at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Decide {
    #[schema(value_type = Vec<Decision>)]
    decisions: Vec<Value>,
}

/// What has come of a step.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Progress {
    /// The version now, also in the `ETag`.
    version: i64,
    state: ReviewState,
    /// What must still be decided before it can be submitted.
    #[schema(value_type = Vec<String>)]
    open: Vec<Subject>,
    totals: ReviewTotals,
}

impl Progress {
    fn answer(version: i64, state: ReviewState, review: &Review) -> Response {
        let progress = Self { version, state, open: review.open(), totals: review.totals() };
        (etag(version), Json(progress)).into_response()
    }
}

/// 记下判断:确认、改分、不适用、驳回、补充漏判、撤回
#[utoipa::path(patch, path = "/api/v1/reviews/{id}", tag = "复核", request_body = Decide,
    params(("id" = String, Path, description = "初稿编号"),
        ("If-Match" = String, Header, description = "看到的版本，即上次响应的 ETag")), responses(
    (status = 200, description = "已保存；ETag 是新版本", body = Progress),
    (status = 409, description = "别人正在复核，或已提交", body = Document, content_type = "application/problem+json"),
    (status = 412, description = "已被改过，changes 写明改了什么", body = Document, content_type = "application/problem+json"),
    (status = 422, description = "判断有误", body = Document, content_type = "application/problem+json"),
    (status = 428, description = "缺少 If-Match", body = Document, content_type = "application/problem+json")))]
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let Decide { decisions } = body::json(body, &app).await?;
    let (store, version, now) = (&app.archive()?.store, seen(&headers)?, Timestamp::now());
    if decisions.len() > MOST_DECISIONS {
        let message = format!("一次最多 {MOST_DECISIONS} 个判断");
        return Err(Problem::new("invalid_request", message.clone()).at("/decisions", message));
    }
    let stored = stored(store, &id, now).await?;
    if stored.version != version {
        return Err(denied(store, &id, version, Denied::Stale(stored.version)).await?);
    }
    let mut review = stored.review()?;
    let transcript = intake::read(&stored.transcript, &Limits::NONE).map_err(Refusal::from)?;
    review = review.with_transcript(&transcript);
    let reasons = &app.shelf.pack().reasons;
    let mut changes = Vec::with_capacity(decisions.len());
    for (at, decision) in decisions.into_iter().enumerate() {
        let read = Decision::read(decision).map(without_personal_data);
        let change = read.and_then(|decision| review.decide(decision, reasons));
        changes.push(change.map_err(|refused| {
            let pointer = format!("/decisions/{at}{}", refused.pointer);
            Problem::new("invalid_decision", refused.message.clone()).at(&pointer, refused.message)
        })?);
    }
    let step = Step { id: &id, version, by: &actor, now };
    match store.decide(step, &review, &changes).await? {
        Ok(version) => Ok(Progress::answer(version, ReviewState::Open, &review)),
        Err(why) => Err(denied(store, &id, version, why).await?),
    }
}

/// A note is kept without what it need not say.
fn without_personal_data(decision: Decision) -> Decision {
    Decision { note: decision.note.as_deref().map(privacy::mask), ..decision }
}

/// 提交:没有单独判断的,按机器的建议确认
#[utoipa::path(post, path = "/api/v1/reviews/{id}/submit", tag = "复核",
    params(("id" = String, Path, description = "初稿编号"),
        ("If-Match" = String, Header, description = "看到的版本，即上次响应的 ETag")), responses(
    (status = 200, description = "已提交", body = ReviewResult),
    (status = 409, description = "别人正在复核，或已提交", body = Document, content_type = "application/problem+json"),
    (status = 412, description = "已被改过，changes 写明改了什么", body = Document, content_type = "application/problem+json"),
    (status = 422, description = "还有没判断的，errors 逐一指明", body = Document, content_type = "application/problem+json"),
    (status = 428, description = "缺少 If-Match", body = Document, content_type = "application/problem+json")))]
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (store, version, now) = (&app.archive()?.store, seen(&headers)?, Timestamp::now());
    let stored = stored(store, &id, now).await?;
    let review = stored.review()?;
    let result = review.result().map_err(|open| {
        let problem = Problem::new("undecided", format!("还有 {} 项没有判断：见 errors", open.len()));
        open.iter().fold(problem, |problem, subject| problem.at(&subject.to_string(), "还没有判断"))
    });
    // Whoever has seen another version must not be told what is open in this one.
    if stored.version != version {
        return Err(denied(store, &id, version, Denied::Stale(stored.version)).await?);
    }
    let result = result?;
    let step = Step { id: &id, version, by: &actor, now };
    let news = submitted(&review, &result, step);
    match store.submit(step, &stored.digest, &result, &news).await? {
        Ok(version) => Ok((etag(version), Json(result)).into_response()),
        Err(why) => Err(denied(store, &id, version, why).await?),
    }
}

/// What is told of a submitted review.
fn submitted(review: &Review, result: &ReviewResult, step: Step<'_>) -> News {
    let machine = review.machine();
    let told = ReviewSubmitted {
        draft_id: step.id,
        transcript_id: &machine.transcript_id,
        rubric: &machine.rubric.id,
        version: u64::try_from(step.version + 1).unwrap_or(0),
        reviewer: &step.by.id,
        machine_score: machine.totals.with_vetoes,
        final_score: result.totals.with_vetoes,
        max: result.totals.max,
        overruled: result.items.iter().filter(|item| item.agreed == Some(false)).count(),
        vetoes: result.vetoes.iter().filter(|veto| veto.carried_out).count(),
    };
    News::new(Event::ReviewSubmitted(told), step.now)
}

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    /// The reason, 1–500 characters; it goes into the audit log.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

impl Why {
    pub(super) async fn read(body: Body, app: &App) -> Result<String, Problem> {
        Self::check(body::json::<Self>(body, app).await?.why)
    }

    /// A reason that can be kept and shown.
    pub(super) fn check(why: String) -> Result<String, Problem> {
        let why: String = why.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if (1..=500).contains(&why.chars().count()) {
            return Ok(why);
        }
        let message = "请写明原因，1 至 500 个字符";
        Err(Problem::new("invalid_request", message).at("/why", message))
    }
}

/// 退回:重新打开已提交的复核
#[utoipa::path(post, path = "/api/v1/reviews/{id}/reopen", tag = "复核", request_body = Why,
    params(("id" = String, Path, description = "初稿编号"),
        ("If-Match" = String, Header, description = "看到的版本，即上次响应的 ETag")), responses(
    (status = 200, description = "已退回", body = Progress),
    (status = 409, description = "还没有提交", body = Document, content_type = "application/problem+json"),
    (status = 412, description = "已被改过", body = Document, content_type = "application/problem+json"),
    (status = 428, description = "缺少 If-Match", body = Document, content_type = "application/problem+json")))]
pub(super) async fn reopen(
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
    let reopened = ReviewReopened {
        draft_id: &id,
        transcript_id: &review.machine().transcript_id,
        version: u64::try_from(version + 1).unwrap_or(0),
    };
    let news = News::new(Event::ReviewReopened(reopened), now);
    match store.reopen(step, &privacy::mask(&why), &news).await? {
        Ok(version) => Ok(Progress::answer(version, ReviewState::Open, &review)),
        Err(why) => Err(denied(store, &id, version, why).await?),
    }
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
    (status = 200, description = "没有遮盖的原文", body = ReviewView),
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
    let act = Act { action: "unmask", subject: &subject, why: &privacy::mask(&why), ..Act::default() };
    // What cannot be accounted for is not shown.
    store.record(&actor, act, now).await?;
    answer(&app, &stored, false)
}
