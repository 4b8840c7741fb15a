//! `POST /api/v1/transcripts`: transcripts in, kept and scored, drafts out.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{Document, Problem};
use super::score::{Form, ScoreQuery, digest, order};
use super::{App, body, jobs, metrics, ndjson, openapi};
use crate::access::Actor;
use crate::answer::{Desk, Line, Posted, Refusal};
use crate::draft::Draft;
use crate::pack::Pack;
use crate::pipeline::OwnedAsk;
use crate::store::{Keeping, Kept, Portion, Refused, RequestKey, StoreError};
use crate::transcript::{Transcript, intake};

/// A draft that is kept.
#[derive(Serialize, ToSchema)]
pub(super) struct KeptDraft<'a> {
    /// The id of the draft and of its review.
    id: String,
    draft: Draft<'a>,
}

/// 提交对话并保存,返回机评初稿
///
/// 与 `/api/v1/score` 相同,但对话和初稿会保存下来,进入复核队列。返回成功即已落盘。重复提交是安全的:对话编号相同且内容相同,
/// 返回原来的初稿;编号相同而内容不同,返回 409。提交一通时也可用 `Idempotency-Key` 头标明同一个请求。
#[utoipa::path(post, path = "/api/v1/transcripts", tag = "评分",
    params(
        ("rubric" = Option<String>, Query, example = "v3.1", description = "用哪张评分表;不写则用适用于该对话的那张"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 200,
            pattern = "^[!-~]([ -~]*[!-~])?$", description = "同一个请求的标记,1 至 200 个可见 ASCII 字符")),
    request_body(description = "对话记录", content(
        (Transcript = "application/json", example = json!(openapi::example())),
        (String = "application/x-ndjson"))),
    responses(
        (status = 201, description = "已保存", body = KeptDraft),
        (status = 200, description = "重复提交，返回原来的初稿；批量时每行一份", content(
            (KeptDraft = "application/json"), (String = "application/x-ndjson")),
            headers(("Idempotency-Replayed" = String, description = "true：是原来的初稿"))),
        (status = 400, description = "不是 UTF-8,或不是 JSON,或查询参数有误", body = Document,
            content_type = "application/problem+json"),
        (status = 409, description = "同一编号下已有另一通对话", body = Document,
            content_type = "application/problem+json"),
        (status = 415, description = "内容类型不对"),
        (status = 422, description = "字段有误，没有这张评分表，或幂等键用在了别的请求上", body = Document,
            content_type = "application/problem+json")))]
pub(super) async fn keep(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    query: Result<Query<ScoreQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let pack = app.shelf.pack();
    let ordered = order(&app, &pack, query, &headers).and_then(|order| Ok((order, key(&headers)?)));
    let ordered = ordered.and_then(|((ask, form), key)| match (form, &key) {
        (Form::Many, Some(_)) => Err(Problem::new(
            "invalid_request",
            "批量提交不用 Idempotency-Key：每行按对话编号去重；整批去重请提交到 /api/v1/jobs",
        )),
        _ => Ok(((ask, form), key)),
    });
    let ((ask, form), key) = match ordered {
        Ok(ordered) => ordered,
        Err(problem) => {
            body::discard(body, &app.limits, app.body).await;
            return Err(problem);
        }
    };
    app.archive()?.keep_pack(&pack).await?;
    let intake = Intake { app: app.clone(), pack, ask, sender: actor.signature(), job: None };
    if form == Form::Many {
        return Ok(ndjson::answer(&app, intake, body));
    }
    let body = body::whole(body, &app.limits, app.body).await?;
    let mut scored = intake.score(&body)?;
    scored.keeping.key = key.map(|key| RequestKey { key, ask: digest(&intake.ask) });
    let (replayed, json) = intake.keep(scored).await?;
    let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], json).into_response();
    if replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The mark by which the sender knows its request again.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().map(str::trim).filter(|key| (1..=200).contains(&key.len()));
    let wrong = || Problem::new("invalid_request", "Idempotency-Key 为 1 至 200 个可见 ASCII 字符");
    key.map(|key| Some(key.to_owned())).ok_or_else(wrong)
}

/// Scores and keeps what one request brings.
#[derive(Clone)]
pub(super) struct Intake {
    app: Arc<App>,
    /// The one that was in use when the request came.
    pack: Arc<Pack>,
    ask: OwnedAsk,
    /// Who sends.
    sender: String,
    /// The job that brings it.
    job: Option<String>,
}

/// A transcript that was scored and is yet to be kept.
pub(super) struct Scored {
    keeping: Keeping,
    draft: Vec<u8>,
}

impl Intake {
    /// For the lines of a job.
    pub(super) fn of_job(app: Arc<App>, pack: Arc<Pack>, portion: &Portion) -> Self {
        let Portion { job, ask, sender, .. } = portion;
        Self { app, pack, ask: ask.clone(), sender: sender.clone(), job: Some(job.clone()) }
    }

    /// Scores a line of the job.
    pub(super) fn score_line_of_job(&self, line: i64, body: &[u8]) -> Result<Scored, Refusal> {
        let mut scored = self.score(body)?;
        scored.keeping.line = self.job.clone().map(|job| (job, line));
        Ok(scored)
    }

    /// Keeps what was scored; gives the id of its draft.
    pub(super) async fn keep_only(&self, scored: Scored) -> Result<Result<String, Refusal>, StoreError> {
        let Some(archive) = &self.app.archive else { return Err(StoreError::Busy) };
        let kept = archive.keeper.keep(scored.keeping).await?;
        Ok(kept.map(|kept| kept.id).map_err(refusal))
    }

    /// Scores the transcript of one line.
    pub(super) fn score_line(&self, line: &Line) -> Result<Scored, Refusal> {
        match line {
            Line::Whole { bytes, .. } => self.score(bytes),
            Line::TooLong { .. } => Err(intake::too_large(&self.app.limits).into()),
        }
    }

    /// Scores one transcript.
    fn score(&self, body: &[u8]) -> Result<Scored, Refusal> {
        let desk = Desk { pack: &self.pack, limits: &self.app.limits, ask: self.ask.borrowed() };
        let scored = desk.with_draft(Posted::Json(body), |transcript, draft| {
            metrics::transcript(transcript.turns.len());
            let json = serde_json::to_vec(draft).map_err(|_| Refusal::internal())?;
            let kept = Keeping::of(transcript, draft, body, &json, Timestamp::now());
            let (sender, asked) = (self.sender.clone(), self.ask.rubric.is_some());
            let keeping = Keeping { sender, asked, ..kept };
            Ok(Scored { keeping, draft: json })
        });
        scored?
    }

    /// Keeps what was scored; gives whether it was kept before, and the answer.
    pub(super) async fn keep(&self, scored: Scored) -> Result<(bool, Vec<u8>), Problem> {
        let Scored { keeping, draft } = scored;
        let kept = self.app.archive()?.keeper.keep(keeping).await?;
        let Kept { id, earlier } = kept.map_err(refusal)?;
        let replayed = earlier.is_some();
        Ok((replayed, envelope(&id, &earlier.unwrap_or(draft))))
    }
}

/// Why the store does not take a transcript.
fn refusal(refused: Refused) -> Refusal {
    match refused {
        Refused::Differs => {
            Refusal::new("conflict", "已经保存过同一编号、内容不同的对话：请换一个编号，或检查是否发错")
        }
        Refused::KeyReused => {
            Refusal::new("key_reused", "这个 Idempotency-Key 已用在另一个请求上：每个请求请用新的键")
        }
        Refused::Settled => jobs::erased(),
    }
}

/// `{"id":…,"draft":…}`, the draft as it is.
fn envelope(id: &str, draft: &[u8]) -> Vec<u8> {
    [b"{\"id\":\"", id.as_bytes(), b"\",\"draft\":", draft, b"}"].concat()
}
