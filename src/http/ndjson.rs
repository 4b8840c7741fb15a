//! Many transcripts in one request: a line in, a line out, in order, while the request is still coming.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use tokio::time::timeout;

use super::App;
use super::score::OwnedAsk;
use crate::answer::{Desk, Line, Lines, Refusal};
use crate::pack::Pack;

/// Answers are sent when so many bytes have gathered, or nothing more is there to be answered.
const ENOUGH: usize = 32 * 1024;

/// Answers every line of `body` by `pack`.
pub(super) fn answer(app: Arc<App>, pack: Arc<Pack>, ask: OwnedAsk, body: Body) -> Response {
    let lines = Lines::new(app.limits.body_bytes);
    let answers = Answers { app, pack, ask, input: body.into_data_stream(), lines, ended: false };
    let stream = stream::unfold(answers, |mut answers| async move {
        let bytes = answers.next().await?;
        Some((Ok::<_, Infallible>(bytes), answers))
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(stream)).into_response()
}

/// The answers to one request, made only as fast as they are taken.
struct Answers {
    app: Arc<App>,
    /// The one that was in use when the request came.
    pack: Arc<Pack>,
    ask: OwnedAsk,
    input: BodyDataStream,
    lines: Lines,
    ended: bool,
}

impl Answers {
    /// The next answers, at least one.
    async fn next(&mut self) -> Option<Bytes> {
        let mut out = Vec::new();
        self.answer_complete_lines(&mut out).await;
        while out.is_empty() && !self.ended {
            self.receive(&mut out).await;
            self.answer_complete_lines(&mut out).await;
        }
        (!out.is_empty()).then(|| out.into())
    }

    async fn answer_complete_lines(&mut self, out: &mut Vec<u8>) {
        while out.len() < ENOUGH
            && let Some(line) = self.lines.next_line()
        {
            self.answer(&line, out);
            // One long stream must not keep the thread from the other requests.
            tokio::task::yield_now().await;
        }
    }

    /// Waits for more of the request; what ends it is answered.
    async fn receive(&mut self, out: &mut Vec<u8>) {
        let idle = self.app.idle;
        let broken = match timeout(idle, self.input.next()).await {
            Ok(Some(Ok(chunk))) => return self.lines.push(&chunk),
            Ok(None) => None,
            Ok(Some(Err(_))) => {
                Some(Refusal::new("broken_body", "请求内容没有收全：连接中断，或分块格式不对"))
            }
            Err(_) => Some(Refusal::new("timeout", format!("{} 秒内没有新的内容，不再等待", idle.as_secs()))),
        };
        self.ended = true;
        match broken {
            Some(refusal) => refuse(&refusal, out),
            None => {
                if let Some(line) = self.lines.finish() {
                    self.answer(&line, out);
                }
            }
        }
    }

    fn answer(&self, line: &Line, out: &mut Vec<u8>) {
        let app = &*self.app;
        let desk = Desk { pack: &self.pack, limits: &app.limits, ask: self.ask.borrowed() };
        match line.posted(&app.limits).and_then(|posted| desk.answer(posted)) {
            Ok(answer) => {
                super::metrics::transcript(answer.turns);
                out.extend_from_slice(&answer.json);
                out.push(b'\n');
            }
            Err(refusal) => refuse(&refusal.at_line(line.number()), out),
        }
    }
}

fn refuse(refusal: &Refusal, out: &mut Vec<u8>) {
    super::metrics::refusal(refusal.code);
    out.extend_from_slice(&refusal.to_json_line());
    out.push(b'\n');
}
