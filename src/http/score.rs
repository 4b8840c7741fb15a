//! `POST /api/v1/score`: transcripts in, drafts out; nothing is kept.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::{Document, Problem};
use super::{App, body, metrics, ndjson, openapi};
use crate::answer::{Desk, Line, Posted, Refusal};
use crate::draft::Draft;
use crate::pack::Pack;
use crate::pipeline::OwnedAsk;
use crate::transcript::Transcript;

/// What the caller wants to have judged.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ScoreQuery {
    /// 用哪张评分表;不写则用适用于该对话的那张
    #[param(example = "v3.1")]
    rubric: Option<String>,
    /// 写 `all` 则判定规则包里的全部规则,而不只是评分表用到的
    #[param(inline)]
    rules: Option<RuleChoice>,
}

/// Which rules are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum RuleChoice {
    /// Every rule of the pack.
    All,
}

/// What must be alike where two requests ask for the same.
pub(super) fn digest(ask: &OwnedAsk) -> String {
    format!("rubric={} all_rules={}", ask.rubric.as_deref().unwrap_or_default(), ask.all_rules)
}

/// Judges what one request brings, and keeps nothing.
pub(super) struct Judge {
    app: Arc<App>,
    /// The one that was in use when the request came.
    pack: Arc<Pack>,
    ask: OwnedAsk,
}

impl Judge {
    /// The draft of one line.
    pub(super) fn judge(&self, line: &Line) -> Result<Vec<u8>, Refusal> {
        let posted = line.posted(&self.app.limits)?;
        self.answer(posted)
    }

    // Judging takes some tenths of a millisecond, too little to hand it to another thread.
    fn answer(&self, posted: Posted<'_>) -> Result<Vec<u8>, Refusal> {
        let desk = Desk { pack: &self.pack, limits: &self.app.limits, ask: self.ask.borrowed() };
        let answer = desk.answer(posted)?;
        metrics::transcript(answer.turns);
        Ok(answer.json)
    }
}

/// 给对话记录评分,返回机评初稿
///
/// 提交一通对话用 `application/json`;批量提交用 `application/x-ndjson`,每行一通,返回也是每行一通,顺序不变,
/// 有误的行在原位返回 `{"error": …}`。批量时请边发送边接收。服务器不保存任何内容。初稿须经人工确认。
#[utoipa::path(post, path = "/api/v1/score", tag = "评分", params(ScoreQuery),
    request_body(description = "对话记录", content(
        (Transcript = "application/json", example = json!(openapi::example())),
        (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "机评初稿；批量时每行一份", content(
            (Draft = "application/json"), (String = "application/x-ndjson"))),
        (status = 400, description = "不是 UTF-8,或不是 JSON,或查询参数有误", body = Document,
            content_type = "application/problem+json"),
        (status = 408, description = "没有及时收到完整的内容", body = Document,
            content_type = "application/problem+json"),
        (status = 413, description = "超过大小限制", body = Document, content_type = "application/problem+json"),
        (status = 415, description = "内容类型不对", body = Document, content_type = "application/problem+json"),
        (status = 422, description = "字段有误，或没有这张评分表", body = Document,
            content_type = "application/problem+json"),
        (status = 500, description = "程序内部出错", body = Document, content_type = "application/problem+json")))]
pub(super) async fn score(
    State(app): State<Arc<App>>,
    query: Result<Query<ScoreQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    // One pack from begin to end, whatever is taken into use meanwhile.
    let pack = app.shelf.pack();
    let (ask, form) = match order(&app, &pack, query, &headers) {
        Ok(order) => order,
        Err(problem) => {
            body::discard(body, &app.limits, app.body).await;
            return Err(problem);
        }
    };
    let judge = Judge { app: app.clone(), pack, ask };
    if form == Form::Many {
        return Ok(ndjson::answer(&app, judge, body));
    }
    let body = body::whole(body, &app.limits, app.body).await?;
    let json = judge.answer(Posted::Json(&body))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// What is asked for, as far as it is known before the body is read.
pub(super) fn order(
    app: &App,
    pack: &Pack,
    query: Result<Query<ScoreQuery>, QueryRejection>,
    headers: &HeaderMap,
) -> Result<(OwnedAsk, Form), Problem> {
    let Query(query) = query
        .map_err(|_| Problem::new("invalid_query", "查询参数有误：可用的参数有 rubric=编号 和 rules=all"))?;
    let ask = OwnedAsk { rubric: query.rubric, all_rules: query.rules == Some(RuleChoice::All) };
    let form = Form::of(headers)?;
    Desk { pack, limits: &app.limits, ask: ask.borrowed() }.check_ask()?;
    Ok((ask, form))
}

/// How the body holds transcripts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    One,
    Many,
}

impl Form {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let refuse = |detail: &str| Err(Problem::new("unsupported_media_type", detail));
        if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return refuse("不支持压缩的内容：请去掉 Content-Encoding,直接提交");
        }
        let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let value = value.to_ascii_lowercase();
        let (essence, parameters) = value.split_once(';').unwrap_or((&value, ""));
        let charset = parameters
            .split(';')
            .find_map(|parameter| parameter.trim().strip_prefix("charset="))
            .map(|charset| charset.trim_matches('"'));
        if charset.is_some_and(|charset| !matches!(charset, "utf-8" | "utf8")) {
            return refuse("只接受 UTF-8 编码：请转成 UTF-8 再提交");
        }
        match essence.trim() {
            "application/json" => Ok(Self::One),
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonlines" => Ok(Self::Many),
            _ => refuse("请用 Content-Type: application/json(一通对话)或 application/x-ndjson(每行一通)"),
        }
    }
}
