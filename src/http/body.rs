//! Reads a body whole, within bounds of size and time.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody as _};
use axum::extract::rejection::QueryRejection;
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use tokio::time::timeout;

use super::App;
use super::problem::Problem;
use crate::answer::Refusal;
use crate::strict::Strict;
use crate::transcript::intake;
use crate::transcript::limits::Limits;

/// How much more than the limit is read and dropped, so that a sender who does not listen while sending gets
/// the answer and not a broken connection.
const PATIENCE: usize = 4;

/// Reads the whole body.
pub(super) async fn whole(body: Body, limits: &Limits, deadline: Duration) -> Result<Bytes, Problem> {
    timeout(deadline, collect(body, limits)).await.unwrap_or_else(|_| {
        Err(Problem::new(
            "timeout",
            format!("{} 秒内没有收到完整的内容：请检查网络，或分批提交", deadline.as_secs()),
        ))
    })
}

/// A small body of our own making, such as a form of a page sends.
const SMALL: usize = 64 * 1024;

/// Reads a small JSON document.
pub(super) async fn json<T: DeserializeOwned>(body: Body, app: &App) -> Result<T, Problem> {
    json_within(body, app, &Limits { body_bytes: SMALL, ..app.limits }).await
}

/// Reads a JSON document of ours that may hold as much as `limits` let a transcript have.
pub(super) async fn json_within<T: DeserializeOwned>(
    body: Body,
    app: &App,
    limits: &Limits,
) -> Result<T, Problem> {
    let bytes = whole(body, limits, app.body).await?;
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let read = serde_path_to_error::deserialize(Strict(&mut reader)).map_err(|error| {
        let pointer = pointer(error.path());
        in_chinese(&error.into_inner(), &pointer)
    })?;
    reader.end().map_err(|_| Problem::new("invalid_json", "JSON 之后还有多余的内容"))?;
    Ok(read)
}

/// A path as a JSON pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(step).collect()
}

/// What `serde_json` says, in Chinese.
fn in_chinese(error: &serde_json::Error, pointer: &str) -> Problem {
    let said = error.to_string();
    if !error.is_data() {
        let (line, column) = (error.line(), error.column());
        return Problem::new("invalid_json", format!("不是有效的 JSON：第 {line} 行第 {column} 列有误"));
    }
    let message = in_words(&said);
    Problem::new("invalid_request", format!("请求内容有误：{message}")).at(pointer, message)
}

/// What serde says is wrong with a value, in Chinese.
fn in_words(said: &str) -> String {
    let quoted = said.split('`').nth(1).unwrap_or_default();
    if said.starts_with("missing field") {
        format!("缺少 {quoted}")
    } else if said.starts_with("unknown field") {
        format!("没有 {quoted} 这个字段")
    } else if said.starts_with("unknown variant") {
        let known: Vec<&str> = said.split('`').skip(3).step_by(2).collect();
        format!("值不在可选范围内，可选的有：{}", known.join("、"))
    } else {
        "值的类型或格式不对".to_owned()
    }
}

/// What is wrong with the query of a request.
pub(super) fn misread(rejection: &QueryRejection) -> Problem {
    let text = rejection.body_text();
    let said = text.split_once("query string: ").map_or(text.as_str(), |(_, said)| said);
    let is_name = |name: &&str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let (place, said) = match said.split_once(": ").filter(|(name, _)| is_name(name)) {
        Some((name, said)) => (format!(" {name} "), said),
        None => (String::new(), said),
    };
    Problem::new("invalid_query", format!("查询参数{place}有误：{}；可用的参数见 /api/docs", in_words(said)))
}

async fn collect(body: Body, limits: &Limits) -> Result<Bytes, Problem> {
    let announced = body.size_hint().lower();
    let mut stream = body.into_data_stream();
    if announced > limits.body_bytes as u64 {
        return Err(too_large(stream, 0, limits).await);
    }
    let Some(first) = next(&mut stream).await? else { return Ok(Bytes::new()) };
    if first.len() as u64 == announced {
        return Ok(first);
    }
    let mut whole = Vec::with_capacity(usize::try_from(announced).unwrap_or(0).max(first.len()));
    let mut chunk = Some(first);
    while let Some(bytes) = chunk {
        whole.extend_from_slice(&bytes);
        if whole.len() > limits.body_bytes {
            let read = whole.len();
            drop(whole);
            return Err(too_large(stream, read, limits).await);
        }
        chunk = next(&mut stream).await?;
    }
    Ok(whole.into())
}

async fn next(stream: &mut BodyDataStream) -> Result<Option<Bytes>, Problem> {
    let broken = |_| Problem::new("broken_body", "请求内容没有收全：连接中断，或分块格式不对");
    stream.next().await.transpose().map_err(broken)
}

async fn too_large(stream: BodyDataStream, read: usize, limits: &Limits) -> Problem {
    drop_rest(stream, read, limits).await;
    Refusal::from(intake::too_large(limits)).into()
}

/// Reads and drops a body that nobody wants, within the same bounds.
pub(super) async fn discard(body: Body, limits: &Limits, deadline: Duration) {
    let _too_slow_to_wait_for = timeout(deadline, drop_rest(body.into_data_stream(), 0, limits)).await;
}

async fn drop_rest(mut stream: BodyDataStream, mut read: usize, limits: &Limits) {
    while let Some(Ok(bytes)) = stream.next().await {
        read += bytes.len();
        if read > limits.body_bytes.saturating_mul(PATIENCE) {
            break;
        }
    }
}
