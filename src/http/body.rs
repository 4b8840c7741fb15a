//! Reads a body whole, within bounds of size and time.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody as _};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use super::problem::Problem;
use crate::answer::Refusal;
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
