//! Many transcripts in one request: a line in, a line out, in order, while the request is still coming.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::future::{BoxFuture, FutureExt as _, ready};
use futures_util::stream::{self, FuturesOrdered, StreamExt as _};
use tokio::time::timeout;

use super::App;
use super::score::Judge;
use super::transcripts::Intake;
use crate::answer::{Line, Lines, Refusal};

/// Answers are sent when so many bytes have gathered, or nothing more is there to be answered.
const ENOUGH: usize = 32 * 1024;

/// No more lines are begun while those that are being answered have so many bytes.
const HEAVY: usize = 8 << 20;

/// What becomes of the lines of a request.
pub(super) trait Work: Send + 'static {
    /// So many lines of one request are answered at once.
    const AHEAD: usize;

    /// Begins to answer a line; what takes the processor is done when this returns.
    fn answer(&self, line: &Line) -> BoxFuture<'static, Answered>;
}

impl Work for Judge {
    const AHEAD: usize = 1;

    fn answer(&self, line: &Line) -> BoxFuture<'static, Answered> {
        ready(self.judge(line)).boxed()
    }
}

impl Work for Intake {
    /// One commit takes many, so that none waits long.
    const AHEAD: usize = 128;

    fn answer(&self, line: &Line) -> BoxFuture<'static, Answered> {
        let scored = self.score_line(line);
        let intake = self.clone();
        async move { intake.keep(scored?).await.map(|(_, json)| json).map_err(Into::into) }.boxed()
    }
}

/// The outcome of one line.
type Answered = Result<Vec<u8>, Refusal>;

/// Answers every line of `body`.
pub(super) fn answer<W: Work>(app: &Arc<App>, work: W, body: Body) -> Response {
    let lines = Lines::new(app.limits.body_bytes);
    let begun = FuturesOrdered::new();
    let answers = Answers {
        app: app.clone(),
        work,
        begun,
        weight: 0,
        input: body.into_data_stream(),
        lines,
        ended: false,
    };
    let stream = stream::unfold(answers, |mut answers| async move {
        let bytes = answers.next().await?;
        Some((Ok::<_, Infallible>(bytes), answers))
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(stream)).into_response()
}

/// The answers to one request, made only as fast as they are taken.
struct Answers<W> {
    app: Arc<App>,
    work: W,
    /// Lines that are being answered, in order; what stood in the way of a line is an answer as well.
    begun: FuturesOrdered<BoxFuture<'static, (usize, Answered)>>,
    /// How many bytes they have.
    weight: usize,
    input: BodyDataStream,
    lines: Lines,
    ended: bool,
}

/// What happens next to a request.
enum Event {
    Answered(usize, Answered),
    Received(Result<Option<Bytes>, Refusal>),
}

impl<W: Work> Answers<W> {
    /// The next answers, at least one: until enough has gathered, or the next is not there yet.
    async fn next(&mut self) -> Option<Bytes> {
        let mut out = Vec::new();
        loop {
            self.begin_lines().await;
            let event = if out.is_empty() { self.event().await } else { self.answered() };
            match event {
                Some(Event::Answered(weight, answered)) => {
                    self.weight -= weight;
                    write(&answered, &mut out);
                }
                Some(Event::Received(received)) => self.take(received),
                None => break,
            }
            if out.len() >= ENOUGH {
                break;
            }
        }
        (!out.is_empty()).then(|| out.into())
    }

    fn has_room(&self) -> bool {
        self.begun.len() < W::AHEAD && self.weight < HEAVY
    }

    /// Begins to answer the lines that are there, as many as may be answered at once.
    async fn begin_lines(&mut self) {
        while self.has_room()
            && let Some(line) = self.lines.next_line()
        {
            self.begin(&line);
            // One long stream must not keep the thread from the other requests.
            tokio::task::yield_now().await;
        }
    }

    fn begin(&mut self, line: &Line) {
        let (number, weight, answer) = (line.number(), line.weight(), self.work.answer(line));
        let answer = answer.map(move |answer| (weight, answer.map_err(|refusal| refusal.at_line(number))));
        self.weight += weight;
        self.begun.push_back(answer.boxed());
    }

    /// An answer that is there already.
    fn answered(&mut self) -> Option<Event> {
        let (weight, answered) = self.begun.next().now_or_never()??;
        Some(Event::Answered(weight, answered))
    }

    /// Waits for an answer, and where there is room for more lines, for more of the request meanwhile; none where
    /// nothing is left to wait for.
    async fn event(&mut self) -> Option<Event> {
        let may_receive = !self.ended && self.has_room();
        let Self { begun, input, app, .. } = self;
        tokio::select! {
            biased;
            Some((weight, answered)) = begun.next(), if !begun.is_empty() => {
                Some(Event::Answered(weight, answered))
            }
            received = receive(input, app.idle), if may_receive => Some(Event::Received(received)),
            else => None,
        }
    }

    /// Takes what has come; what ends the request is answered.
    fn take(&mut self, received: Result<Option<Bytes>, Refusal>) {
        match received {
            Ok(Some(chunk)) => return self.lines.push(&chunk),
            Ok(None) => {
                if let Some(line) = self.lines.finish() {
                    self.begin(&line);
                }
            }
            Err(refusal) => self.begun.push_back(ready((0, Err(refusal))).boxed()),
        }
        self.ended = true;
    }
}

/// More of the request; none where it has ended.
async fn receive(input: &mut BodyDataStream, idle: Duration) -> Result<Option<Bytes>, Refusal> {
    let late = |_| Refusal::new("timeout", format!("{} 秒内没有新的内容，不再等待", idle.as_secs()));
    let broken = |_| Refusal::new("broken_body", "请求内容没有收全：连接中断，或分块格式不对");
    timeout(idle, input.next()).await.map_err(late)?.transpose().map_err(broken)
}

fn write(answered: &Answered, out: &mut Vec<u8>) {
    match answered {
        Ok(json) => out.extend_from_slice(json),
        Err(refusal) => {
            super::metrics::refusal(refusal.code);
            out.extend_from_slice(&refusal.to_json_line());
        }
    }
    out.push(b'\n');
}
