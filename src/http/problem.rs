//! Refusals as problem documents (RFC 9457), in Chinese, with a stable code and the offending fields.

use std::any::Any;
use std::fmt::Display;
use std::sync::Arc;

use askama::Template as _;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::guard::{self, Guard};
use super::observe::Seat;
use super::{App, body, pages};
use crate::answer::Refusal;
use crate::review::Subject;
use crate::store::{HistoryEntry, StoreError};
use crate::transcript::problem::Problem as FieldProblem;
use crate::ui::{Frame, ProblemPage};

/// Why a request was refused; it becomes a [`Document`] when the request's id is known.
#[derive(Debug, Clone)]
pub(super) struct Problem(Box<Told>);

/// What a problem tells.
#[derive(Debug, Clone)]
struct Told {
    refusal: Refusal,
    /// In how many seconds it is worth trying again.
    retry_after: Option<u64>,
    /// Which of the causes that a code stands for.
    cause: Option<&'static str>,
    /// What must be decided first.
    open: Vec<String>,
    /// What has happened meanwhile.
    changes: Option<serde_json::Value>,
}

/// Why a request was refused (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem, example = example)]
pub(super) struct Document<'a> {
    /// A URI that names the kind; the same for the same `code`.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in a few words.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// The kind, for programs to rely on.
    code: &'a str,
    /// What is wrong and what to do, in Chinese.
    detail: &'a str,
    /// Each offending field.
    errors: &'a [FieldProblem],
    /// The request's id, which the logs name too.
    request_id: &'a str,
    /// Why a decision is not taken, for programs: `reason_needed`, `score_not_allowed`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    cause: Option<&'a str>,
    /// What must be decided before a review can be submitted.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    open: &'a [String],
    /// What others have changed meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<HistoryEntry>)]
    changes: Option<&'a serde_json::Value>,
}

fn example() -> serde_json::Value {
    serde_json::json!({
        "type": "urn:zhijian:problem:invalid_transcript", "title": "对话记录有误", "status": 422,
        "code": "invalid_transcript", "detail": "/turns/0/role: 不认识“staff”，您可能要写 agent",
        "errors": [{"pointer": "/turns/0/role", "detail": "不认识“staff”，您可能要写 agent"}],
        "request_id": "0199a1b2-0000-7000-8000-000000000000"
    })
}

/// Status and title of each code.
fn of_code(code: &str) -> (StatusCode, &'static str) {
    match code {
        "invalid_utf8" => (StatusCode::BAD_REQUEST, "编码不是 UTF-8"),
        "invalid_json" => (StatusCode::BAD_REQUEST, "不是有效的 JSON"),
        "invalid_query" => (StatusCode::BAD_REQUEST, "查询参数有误"),
        "broken_body" => (StatusCode::BAD_REQUEST, "请求内容没有收全"),
        "bad_request" => (StatusCode::BAD_REQUEST, "请求有误"),
        "unauthenticated" => (StatusCode::UNAUTHORIZED, "没有登录"),
        "forbidden" => (StatusCode::FORBIDDEN, "没有权限"),
        "not_found" => (StatusCode::NOT_FOUND, "没有这个地址"),
        "method_not_allowed" => (StatusCode::METHOD_NOT_ALLOWED, "不支持这个请求方法"),
        "timeout" => (StatusCode::REQUEST_TIMEOUT, "接收超时"),
        "claimed" => (StatusCode::CONFLICT, "别人正在复核"),
        "already_submitted" => (StatusCode::CONFLICT, "已经提交"),
        "not_submitted" => (StatusCode::CONFLICT, "还没有提交"),
        "pack_outgrown" => (StatusCode::CONFLICT, "规则包太旧"),
        "stale" => (StatusCode::PRECONDITION_FAILED, "已被改过"),
        "precondition_required" => (StatusCode::PRECONDITION_REQUIRED, "缺少版本"),
        "invalid_decision" => (StatusCode::UNPROCESSABLE_ENTITY, "判断有误"),
        "undecided" => (StatusCode::UNPROCESSABLE_ENTITY, "还有没判断的"),
        "conflict" => (StatusCode::CONFLICT, "与已有的内容冲突"),
        "too_large" => (StatusCode::PAYLOAD_TOO_LARGE, "内容过大"),
        "unsupported_media_type" => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "不支持这种内容类型"),
        "invalid_script" => (StatusCode::UNPROCESSABLE_ENTITY, "文本有误"),
        "invalid_transcript" => (StatusCode::UNPROCESSABLE_ENTITY, "对话记录有误"),
        "unknown_rubric" => (StatusCode::UNPROCESSABLE_ENTITY, "没有这张评分表"),
        "rubric_not_set" => (StatusCode::UNPROCESSABLE_ENTITY, "评分表的分值还没有定"),
        "no_rubric_applies" => (StatusCode::UNPROCESSABLE_ENTITY, "没有适用的评分表"),
        "invalid_request" => (StatusCode::UNPROCESSABLE_ENTITY, "请求内容有误"),
        "key_reused" => (StatusCode::UNPROCESSABLE_ENTITY, "重复使用了幂等键"),
        "too_many_requests" => (StatusCode::TOO_MANY_REQUESTS, "请求过于频繁"),
        "unavailable" => (StatusCode::SERVICE_UNAVAILABLE, "暂时不可用"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "内部错误"),
    }
}

impl Problem {
    /// A problem without offending fields.
    pub(super) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Refusal::new(code, detail).into()
    }

    /// A form with a field that cannot be taken as it is.
    pub(super) fn of_field(pointer: &str, mistake: impl Display) -> Self {
        let message = mistake.to_string();
        Self::new("invalid_request", message.clone()).at(pointer, message)
    }

    /// More is asked for than can be worked on.
    pub(super) fn busy() -> Self {
        Self::new("unavailable", "服务器忙：请稍后重试").retry_after(1)
    }

    /// A fault of the program; nothing of what it was working on is told.
    pub(super) fn internal() -> Self {
        Self::new("internal", "程序内部出错：请把请求编号告诉管理员")
    }

    /// The same problem, with the field that offends.
    pub(super) fn at(mut self, pointer: &str, message: impl Into<String>) -> Self {
        let problem = FieldProblem { pointer: pointer.to_owned(), message: message.into() };
        self.0.refusal.errors.push(problem);
        self
    }

    /// The same problem, with its cause.
    pub(super) fn because(mut self, cause: &'static str) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// The same problem, with what must be decided first.
    pub(super) fn open(mut self, subjects: &[Subject]) -> Self {
        self.0.open = subjects.iter().map(ToString::to_string).collect();
        self
    }

    /// The same problem, with what has happened meanwhile.
    pub(super) fn changes(mut self, changes: serde_json::Value) -> Self {
        self.0.changes = Some(changes);
        self
    }

    /// The same problem, which is worth trying again in so many seconds.
    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The problem of an answer that came from a library, which knows only the status.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new("not_found", "没有这个地址：接口说明见 /api/docs"),
            status if status.is_client_error() => Self::new("bad_request", "请求有误：接口说明见 /api/docs"),
            _ => Self::internal(),
        }
    }

    /// The kind, for programs to rely on.
    pub(super) fn code(&self) -> &'static str {
        self.0.refusal.code
    }

    /// The same as a page for people; none where it cannot be written.
    pub(super) fn page(&self, page: &Frame, request_id: &str) -> Option<String> {
        let Refusal { code, detail, .. } = &self.0.refusal;
        let (_, title) = of_code(code);
        ProblemPage { page, title, detail, request_id }.render().ok()
    }

    /// The document itself, as the answer to the request of this id.
    pub(super) fn document(&self, request_id: &str) -> Vec<u8> {
        let Refusal { code, detail, errors, .. } = &self.0.refusal;
        let (status, title) = of_code(code);
        let kind = format!("urn:zhijian:problem:{code}");
        let status = status.as_u16();
        let Told { cause, open, changes, .. } = &*self.0;
        let (cause, changes) = (*cause, changes.as_ref());
        let document =
            Document { kind, title, status, code, detail, errors, request_id, cause, open, changes };
        serde_json::to_vec(&document).unwrap_or_default()
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self(Box::new(Told { refusal, retry_after: None, cause: None, open: Vec::new(), changes: None }))
    }
}

/// The same for a line of a stream, which has no head to say when to try again.
impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        problem.0.refusal
    }
}

/// What the store cannot do is nobody's fault who asks; the log knows more.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "store");
        match error {
            StoreError::Busy | StoreError::Clash => {
                Self::new("unavailable", error.to_string()).retry_after(1)
            }
            StoreError::Full => Self::new("unavailable", error.to_string()).retry_after(60),
            _ => Self::internal(),
        }
    }
}

impl IntoResponse for Problem {
    /// Status and the problem itself; `observe` knows the request's id and writes the document.
    fn into_response(self) -> Response {
        let (status, _) = of_code(self.code());
        let mut response = status.into_response();
        let document = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, document);
        if let Some(seconds) = self.0.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if response.status() == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"zhijian\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// No such route; who looks for a page is told by one.
pub(super) async fn not_found(State(app): State<Arc<App>>, mut request: Request) -> Response {
    let known = Guard { app: app.clone(), scope: None };
    if let Ok(Some(actor)) = guard::admitted(&known, &Method::GET, request.headers()).await {
        request.extensions_mut().insert(actor);
    }
    let frame = pages::frame_of(&request, &app);
    let (head, body) = request.into_parts();
    Seat::give_up(&head.extensions);
    body::discard(body, &app.limits, app.body).await;
    let accepted = head.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let refusal = Problem::of_status(StatusCode::NOT_FOUND).into_response();
    match accepted {
        Some(accepted) if accepted.contains("text/html") => pages::shown(frame, refusal),
        _ => refusal,
    }
}

/// The route exists, but not for this method.
pub(super) async fn method_not_allowed(State(app): State<Arc<App>>, request: Request) -> Problem {
    let (head, body) = request.into_parts();
    Seat::give_up(&head.extensions);
    body::discard(body, &app.limits, app.body).await;
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let name = if known.contains(&head.method.as_str()) { head.method.as_str() } else { "这个" };
    Problem::new("method_not_allowed", format!("这个地址不支持 {name} 方法：见响应头 Allow 或 /api/docs"))
}

/// The program has a fault; what it was working on is not told.
pub(super) fn panicked(_message: Box<dyn Any + Send>) -> Response {
    Problem::internal().into_response()
}
