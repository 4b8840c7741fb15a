//! `/api/v1/jobs`: large bulk, received whole and worked through afterwards.

use std::sync::Arc;

use axum::Extension;
use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;
use utoipa::{IntoParams, ToSchema};

use super::problem::{Document, Problem};
use super::score::{Form, ScoreQuery, digest, order};
use super::transcripts::key;
use super::{App, body};
use crate::access::Actor;
use crate::answer::{Line, Lines, Refusal};
use crate::digest::hex;
use crate::store::{Job, JobKey, JobLine, Store};
use crate::transcript::intake;

/// Lines are kept when so many bytes of them have gathered.
const PORTION: usize = 1 << 20;
/// Or when there are so many of them.
const MANY: usize = 10_000;
/// No job brings more lines.
const MOST_LINES: u64 = 1_000_000;
/// No job brings more.
const LARGEST: usize = 1 << 30;

/// 提交一批对话,在后台逐行评分并保存
///
/// 适合很大的批量:先整个收下(返回 202 即已落盘),再逐行处理。进度和每行的结果见 `/api/v1/jobs/{id}`。
/// 每行按对话编号去重,重复提交是安全的。一批最多 1 GiB、100 万行。
#[utoipa::path(post, path = "/api/v1/jobs", tag = "评分",
    params(
        ("rubric" = Option<String>, Query, description = "用哪张评分表;不写则用适用于各对话的那张"),
        ("Idempotency-Key" = Option<String>, Header, description = "同一个请求的标记,1 至 200 个可见 ASCII 字符")),
    request_body(description = "每行一通对话", content((String = "application/x-ndjson"))),
    responses(
        (status = 202, description = "已收下；Location 是任务的地址", body = Job),
        (status = 415, description = "内容类型不对"),
        (status = 422, description = "没有这张评分表，或幂等键用在了别的请求上", body = Document,
            content_type = "application/problem+json")))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    query: Result<Query<ScoreQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let ordered = order(&app, &app.shelf.pack(), query, &headers).and_then(|(ask, form)| match form {
        Form::Many => Ok((ask, key(&headers)?)),
        Form::One => Err(Problem::new(
            "unsupported_media_type",
            "任务只接受 Content-Type: application/x-ndjson(每行一通)；一通对话请提交到 /api/v1/transcripts",
        )),
    });
    let (ask, key) = match ordered {
        Ok(ordered) => ordered,
        Err(problem) => {
            body::discard(body, &app.limits, app.body).await;
            return Err(problem);
        }
    };
    let store = &app.archive()?.store;
    let id = store.begin_job(&ask, &actor.signature(), Timestamp::now()).await?;
    let received = receive(&app, store, &id, body).await;
    let digest = match received {
        Ok(brought) => format!("{brought} {}", digest(&ask)),
        Err(problem) => {
            store.drop_job(&id).await?;
            return Err(problem);
        }
    };
    let job = store.accept_job(&id, &JobKey { key, digest }).await?;
    let reused = || Problem::new("key_reused", "这个 Idempotency-Key 已用在另一批上：每批请用新的键");
    let job = job.ok_or_else(reused)?;
    app.archive()?.work.notify_one();
    let place = HeaderValue::try_from(format!("/api/v1/jobs/{}", job.id));
    let place = place.unwrap_or(HeaderValue::from_static("/api/v1/jobs"));
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(job)).into_response())
}

/// Keeps every line of the body; gives the digest of what it brought.
async fn receive(app: &App, store: &Store, job: &str, body: Body) -> Result<String, Problem> {
    let mut input = body.into_data_stream();
    let mut lines = Lines::new(app.limits.body_bytes);
    let (mut hash, mut bytes, mut gathered) = (Sha256::new(), 0, Gathered::default());
    while let Some(chunk) = next(app, &mut input).await? {
        bytes += chunk.len();
        if bytes > LARGEST {
            return Err(Problem::new("too_large", "一批最多 1 GiB：请分成几批提交"));
        }
        hash.update(&chunk);
        lines.push(&chunk);
        while let Some(line) = lines.next_line() {
            gathered.take(app, line)?;
            if gathered.is_enough() {
                store.add_lines(job, &gathered.drain(), Timestamp::now()).await?;
            }
        }
    }
    if let Some(line) = lines.finish() {
        gathered.take(app, line)?;
    }
    store.add_lines(job, &gathered.drain(), Timestamp::now()).await?;
    Ok(hex(hash.finalize()))
}

/// Lines that have come in and are yet to be kept, those that cannot be taken with their refusal as JSON.
#[derive(Default)]
struct Gathered {
    lines: Vec<(i64, Result<Vec<u8>, String>)>,
    bytes: usize,
}

impl Gathered {
    fn take(&mut self, app: &App, line: Line) -> Result<(), Problem> {
        if line.number() > MOST_LINES {
            return Err(Problem::new("too_large", format!("一批最多 {MOST_LINES} 行：请分成几批提交")));
        }
        let number = i64::try_from(line.number()).unwrap_or(i64::MAX);
        let body = match line {
            Line::Whole { bytes, .. } => Ok(bytes),
            Line::TooLong { number } => {
                Err(as_error(&Refusal::from(intake::too_large(&app.limits)).at_line(number)))
            }
        };
        self.bytes += body.as_ref().map_or(0, Vec::len);
        self.lines.push((number, body));
        Ok(())
    }

    fn is_enough(&self) -> bool {
        self.bytes > PORTION || self.lines.len() >= MANY
    }

    fn drain(&mut self) -> Vec<(i64, Result<Vec<u8>, String>)> {
        self.bytes = 0;
        std::mem::take(&mut self.lines)
    }
}

async fn next(app: &App, input: &mut BodyDataStream) -> Result<Option<bytes::Bytes>, Problem> {
    let late = |_| {
        let seconds = app.idle.as_secs();
        Problem::new("timeout", format!("{seconds} 秒内没有新的内容，不再等待：请重新提交"))
    };
    let broken = |_| Problem::new("broken_body", "请求内容没有收全：连接中断，或分块格式不对");
    timeout(app.idle, input.next()).await.map_err(late)?.transpose().map_err(broken)
}

/// The line brought what has been erased meanwhile.
pub(super) fn erased() -> Refusal {
    Refusal::new("erased", "这一行在处理之前已被删除")
}

/// A refusal as it is stored with its line.
pub(super) fn as_error(refusal: &Refusal) -> String {
    serde_json::to_string(refusal).unwrap_or_default()
}

fn unknown() -> Problem {
    Problem::new("not_found", "没有这个任务：可能编号有误，或已过保存期限")
}

/// 任务的进度
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "评分",
    params(("id" = String, Path, description = "任务编号")), responses(
    (status = 200, description = "进度", body = Job),
    (status = 404, description = "没有这个任务", body = Document, content_type = "application/problem+json")))]
pub(super) async fn view(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Job>, Problem> {
    Ok(Json(app.archive()?.store.job(&id).await?.ok_or_else(unknown)?))
}

/// Which lines of a job.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LinesQuery {
    /// true 只要没有收下的行
    #[serde(default)]
    refused: bool,
    /// 从这一行之后开始 [缺省: 0]
    #[serde(default)]
    #[param(minimum = 0)]
    after: i64,
    /// 最多几行 [缺省: 100,最多 1000]
    #[serde(default = "some")]
    #[param(minimum = 1, maximum = 1000)]
    limit: i64,
}

fn some() -> i64 {
    100
}

/// What became of lines that are done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinesPage {
    lines: Vec<JobLine>,
    /// To be given as `after` for the next part; null where there are no more so far. While the job runs, `lines` end
    /// before the first line that is not done: go on behind the last of them.
    next: Option<i64>,
}

/// 任务每行的结果:初稿编号,或没有收下的原因
#[utoipa::path(get, path = "/api/v1/jobs/{id}/lines", tag = "评分",
    params(("id" = String, Path, description = "任务编号"), LinesQuery), responses(
    (status = 200, description = "已处理的行，按行号", body = LinesPage),
    (status = 400, description = "查询参数有误", body = Document, content_type = "application/problem+json"),
    (status = 404, description = "没有这个任务", body = Document, content_type = "application/problem+json")))]
pub(super) async fn lines(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    query: Result<Query<LinesQuery>, QueryRejection>,
) -> Result<Json<LinesPage>, Problem> {
    let wrong = || {
        Problem::new("invalid_query", "查询参数有误：可用的参数有 refused=true、after=行号、limit=1 至 1000")
    };
    let Query(LinesQuery { refused, after, limit }) = query.map_err(|_| wrong())?;
    if after < 0 || !(1..=1000).contains(&limit) {
        return Err(wrong());
    }
    let store = &app.archive()?.store;
    store.job(&id).await?.ok_or_else(unknown)?;
    let lines = store.job_lines(&id, refused, after, limit).await?;
    let is_full = lines.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = lines.last().filter(|_| is_full).map(|line| line.line);
    Ok(Json(LinesPage { lines, next }))
}
