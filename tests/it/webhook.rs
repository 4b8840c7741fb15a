//! Webhooks from outside: what an endpoint gets, what its answers come to, and what is never told.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use url::Url;
use uuid::Uuid;
use zhijian::pipeline::{self, Ask};
use zhijian::transcript::intake;
use zhijian::transcript::limits::Limits;
use zhijian::webhook::event::{DraftCreated, Event, VetoProposed};
use zhijian::webhook::secret::{Secret, Secrets};
use zhijian::webhook::send::{Attempt, Delivery, Failure, Outcome, Patience, Sender};
use zhijian::webhook::target::Allowed;

use crate::packs::{repository, shipped};

/// An endpoint in this process that answers as the path says.
struct Endpoint {
    base: String,
    seen: Arc<Seen>,
}

/// What an endpoint was asked.
#[derive(Default)]
struct Seen {
    requests: AtomicUsize,
    last: std::sync::Mutex<Option<(HeaderMap, Bytes)>>,
}

impl Endpoint {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (base, seen) = (format!("http://{}", listener.local_addr().unwrap()), Arc::new(Seen::default()));
        let router = Router::new().fallback(answer).with_state(seen.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, seen }
    }

    fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }

    /// What sending to a path comes to.
    async fn send(&self, path: &str, secrets: &Secrets) -> Attempt {
        let target = Url::parse(&format!("{}{path}", self.base)).unwrap();
        let body = Event::Ping {}.message(Timestamp::now());
        let delivery = Delivery { id: Uuid::now_v7(), target, secrets: secrets.clone(), body };
        sender(&[&self.base]).send(&delivery).await
    }

    async fn outcome(&self, path: &str) -> (Option<u16>, Outcome) {
        let attempt = self.send(path, &Secret::random().into()).await;
        (attempt.status, attempt.outcome)
    }
}

/// One that loses patience after a second.
fn sender(allowed: &[&str]) -> Sender {
    let patience = Patience { connect: Duration::from_millis(500), total: Duration::from_secs(1) };
    Sender::new(Allowed::read(allowed).unwrap(), patience).unwrap()
}

async fn answer(State(seen): State<Arc<Seen>>, request: Request) -> Response {
    seen.requests.fetch_add(1, Ordering::SeqCst);
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 10_000).await.unwrap();
    *seen.last.lock().unwrap() = Some((parts.headers, body));
    let letters = stream::repeat(Ok::<_, std::convert::Infallible>(Bytes::from_static(&[b'a'; 1024])));
    match parts.uri.path() {
        "/redirect" => (StatusCode::FOUND, [("location", "/200")]).into_response(),
        "/busy" => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "60")]).into_response(),
        "/slow" => std::future::pending().await,
        "/huge" => Body::from_stream(letters).into_response(),
        "/unending" => Body::from_stream(letters.take(1).chain(stream::pending())).into_response(),
        path => StatusCode::from_u16(path[1..].parse().unwrap()).unwrap().into_response(),
    }
}

fn failed(failure: Failure) -> Outcome {
    Outcome::Failed { failure, retry_after: None }
}

#[tokio::test]
async fn an_endpoint_gets_what_the_reference_implementation_verifies() {
    let endpoint = Endpoint::open().await;
    let secrets = Secrets { current: Secret::random(), retiring: vec![Secret::random()] };
    let attempt = endpoint.send("/200", &secrets).await;
    assert_eq!((attempt.status, attempt.outcome), (Some(200), Outcome::Delivered));
    let (headers, body) = endpoint.seen.last.lock().unwrap().take().unwrap();
    for secret in secrets.all() {
        Webhook::new(&secret.reveal()).unwrap().verify(&body, &headers).unwrap();
    }
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["user-agent"], concat!("zhijian/", env!("CARGO_PKG_VERSION")));
    assert!(headers["webhook-id"].to_str().unwrap().parse::<Uuid>().is_ok());
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["type"], "ping");
}

#[tokio::test]
async fn an_answer_is_worth_what_its_status_says() {
    let endpoint = Endpoint::open().await;
    for status in [200, 201, 204, 299] {
        assert_eq!(endpoint.outcome(&format!("/{status}")).await, (Some(status), Outcome::Delivered));
    }
    for status in [304, 400, 404, 500, 502] {
        assert_eq!(endpoint.outcome(&format!("/{status}")).await, (Some(status), failed(Failure::Status)));
    }
    assert_eq!(endpoint.outcome("/410").await, (Some(410), Outcome::Gone));
    let wait = Outcome::Failed { failure: Failure::Status, retry_after: Some(Duration::from_secs(60)) };
    assert_eq!(endpoint.outcome("/busy").await, (Some(503), wait));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let endpoint = Endpoint::open().await;
    assert_eq!(endpoint.outcome("/redirect").await, (Some(302), failed(Failure::Status)));
    assert_eq!(endpoint.requests(), 1);
}

#[tokio::test]
async fn nobody_waits_for_an_endpoint_that_is_slow_or_never_stops() {
    let endpoint = Endpoint::open().await;
    let secrets = Secret::random().into();
    let slow = endpoint.send("/slow", &secrets).await;
    assert_eq!((slow.status, slow.outcome), (None, failed(Failure::Timeout)));
    assert!((1000..3000).contains(&slow.milliseconds), "{slow:?}");
    let huge = endpoint.send("/huge", &secrets).await;
    assert_eq!((huge.status, huge.outcome), (Some(200), Outcome::Delivered));
    assert!(huge.milliseconds < 900, "{huge:?}");
    let unending = endpoint.send("/unending", &secrets).await;
    assert_eq!((unending.status, unending.outcome), (Some(200), Outcome::Delivered));
    assert!((1000..3000).contains(&unending.milliseconds), "{unending:?}");
}

#[tokio::test]
async fn who_does_not_answer_is_not_connected() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let endpoint = Endpoint { base, seen: Arc::default() };
    // Taken and broken off, then not taken at all.
    let broken = tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
    assert_eq!(endpoint.outcome("/200").await, (None, failed(Failure::Connect)));
    broken.await.unwrap();
    assert_eq!(endpoint.outcome("/200").await, (None, failed(Failure::Connect)));
}

#[tokio::test]
async fn what_is_not_allowed_is_not_asked() {
    let endpoint = Endpoint::open().await;
    let port = endpoint.base.rsplit(':').next().unwrap().to_owned();
    let sender =
        sender(&["http://10.0.0.0/8", "http://0.0.0.0/0", &format!("http://hooks.example.cn:{port}")]);
    let elsewhere = [
        format!("http://127.0.0.1:{port}/200"),
        format!("http://2130706433:{port}/200"),
        format!("http://[::ffff:127.0.0.1]:{port}/200"),
        format!("http://localhost:{port}/200"),
        format!("http://hooks.example.cn:x@127.0.0.1:{port}/200"),
        format!("http://0.0.0.0:{port}/200"),
    ];
    for target in elsewhere {
        let delivery = Delivery {
            id: Uuid::now_v7(),
            target: Url::parse(&target).unwrap(),
            secrets: Secret::random().into(),
            body: Bytes::from_static(b"{}"),
        };
        let attempt = sender.send(&delivery).await;
        assert_eq!((attempt.status, attempt.outcome), (None, failed(Failure::RefusedTarget)), "{target}");
    }
    assert_eq!(endpoint.requests(), 0);
}

#[test]
fn what_was_said_is_never_told() {
    let path = repository().join("corpora/labelled/abusive-customer-agent-retorts.json");
    let labelled: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let body = labelled["transcript"].to_string();
    let transcript = intake::read(body.as_bytes(), &Limits::default()).unwrap();
    let draft =
        pipeline::draft(shipped(), &transcript, Ask { rubric: Some("v3.1"), all_rules: true }).unwrap();
    let created = DraftCreated::of("d-1", &draft);
    let vetoes: Vec<VetoProposed<'_>> = VetoProposed::all("d-1", &draft).collect();
    assert!(created.hits > 0 && created.severity.is_some() && !vetoes.is_empty(), "{created:?}");
    assert_eq!(created.vetoes, vetoes.len());
    let events = vetoes.into_iter().map(Event::VetoProposed).chain([Event::DraftCreated(created)]);
    for event in events {
        let message = event.message(Timestamp::UNIX_EPOCH);
        let told: Value = serde_json::from_slice(&message).unwrap();
        assert_eq!(told["type"], event.sort().name());
        assert_eq!(told["timestamp"], "1970-01-01T00:00:00Z");
        assert_eq!(told["data"]["draft_id"], "d-1");
        assert_eq!(told["data"]["transcript_id"], labelled["transcript"]["id"]);
        // Ids, numbers and names of the standard: nothing that is said is made of such letters.
        let text = std::str::from_utf8(&message).unwrap();
        assert!(text.is_ascii(), "{text}");
    }
}
