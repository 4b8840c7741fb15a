//! What every request passes through: an id, one line of log, metrics, and the headers that protect a browser.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use tokio::sync::OwnedSemaphorePermit;

use super::App;
use super::problem::Problem;
use crate::ui::Frame;

/// Routes that tell how the server is, and are answered however many others are worked on.
pub(super) const NEEDS_NO_PLACE: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Routes to which nobody need be known to send something: they have places of their own.
const FOR_STRANGERS: [&str; 2] = ["/api/v1/setup", "/api/v1/session"];

/// The place of a request among those that are worked on, kept to the last byte of its answer.
#[derive(Clone, Default)]
pub(super) struct Seat(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Seat {
    /// Gives up the place of a request of which only what nobody wants is still to come.
    pub(super) fn give_up(extensions: &Extensions) {
        if let Some(seat) = extensions.get::<Self>() {
            seat.take(None);
        }
    }

    fn take(&self, place: Option<OwnedSemaphorePermit>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Nobody waited for the answer.
const GONE: u16 = 499;

/// Observes one request from its head to the last byte of its answer.
pub(super) async fn observe(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let mut record = Record::of(&request, id);
    request.extensions_mut().insert(record.seat.clone());
    let mut response =
        if record.take_place(&app) { next.run(request).await } else { Problem::busy().into_response() };
    if is_bare_refusal(&response) {
        response = Problem::of_status(response.status()).into_response();
    }
    record.status = response.status().as_u16();
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        record.code = problem.code();
        let frame = response.extensions_mut().remove::<Frame>();
        *response.body_mut() = match frame.and_then(|frame| problem.page(&frame, &record.id)) {
            Some(page) => {
                response.headers_mut().insert(header::CONTENT_TYPE, HTML);
                page.into()
            }
            None => problem.document(&record.id).into(),
        };
    }
    protect(response.headers_mut(), &record, &app);
    let (head, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact() {
        record.bytes_out = length;
        return Response::from_parts(head, body);
    }
    // The record goes with the stream, and is written when its last byte was taken, or nobody takes it.
    let stream = body.into_data_stream().inspect(move |chunk| {
        record.sent(chunk.as_ref().map_or(0, Bytes::len));
    });
    Response::from_parts(head, Body::from_stream(stream))
}

/// A refusal by a library, which knows nothing of problem documents; `/readyz` refuses by itself.
fn is_bare_refusal(response: &Response) -> bool {
    let status = response.status();
    (status.is_client_error() || status == StatusCode::INTERNAL_SERVER_ERROR)
        && response.extensions().get::<Problem>().is_none()
}

/// The sender's id for the request where it is harmless, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let harmless = |id: &&str| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    headers
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(harmless)
        .map_or_else(|| uuid::Uuid::now_v7().to_string(), ToOwned::to_owned)
}

fn protect(headers: &mut HeaderMap, record: &Record, app: &App) {
    const STRICT: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    // Swagger UI sets styles from its script and carries its icons as data.
    const DOCS: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                        object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    let policy = if record.route.starts_with("/api/docs") { DOCS } else { STRICT };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&record.id) {
        headers.insert(REQUEST_ID, id);
    }
    if app.is_draining() {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}

/// One request, as log and metrics know it: nothing that the user wrote, except a harmless id.
struct Record {
    id: String,
    method: &'static str,
    route: String,
    status: u16,
    code: &'static str,
    start: Instant,
    bytes_in: u64,
    bytes_out: u64,
    seat: Seat,
}

impl Record {
    fn of(request: &Request, id: String) -> Self {
        let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str);
        Self {
            id,
            method: name(request.method()),
            route: route.to_owned(),
            status: GONE,
            code: "",
            start: Instant::now(),
            bytes_in: request.body().size_hint().exact().unwrap_or(0),
            bytes_out: 0,
            seat: Seat::default(),
        }
    }

    /// Takes one of the places for requests that are worked on; those that tell how the server is need none.
    fn take_place(&mut self, app: &App) -> bool {
        let route = self.route.as_str();
        let is_strangers = self.method == "POST" && FOR_STRANGERS.contains(&route);
        let places = if is_strangers { &app.door } else { &app.places };
        let place = places.clone().try_acquire_owned().ok();
        let is_worked_on = place.is_some() || NEEDS_NO_PLACE.contains(&route);
        self.seat.take(place);
        is_worked_on
    }

    fn sent(&mut self, bytes: usize) {
        self.bytes_out += bytes as u64;
    }
}

/// The method's name; methods that somebody made up share one, so that they cannot fill the metrics.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let seconds = self.start.elapsed().as_secs_f64();
        tracing::info!(
            method = self.method,
            route = self.route,
            status = self.status,
            code = self.code,
            ms = (seconds * 1e6).round() / 1e3,
            request_id = self.id,
            bytes_in = self.bytes_in,
            bytes_out = self.bytes_out,
            "request"
        );
        super::metrics::request(self.method, &self.route, self.status, seconds);
        if !self.code.is_empty() {
            super::metrics::refusal(self.code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::ways;

    #[test]
    fn every_route_that_takes_something_from_strangers_has_their_places() {
        let takes = |way: &crate::http::Way| way.open && way.method == "POST";
        let mut paths: Vec<&str> = ways().into_iter().filter(takes).map(|way| way.path).collect();
        paths.sort_unstable();
        let mut known = FOR_STRANGERS;
        known.sort_unstable();
        assert_eq!(paths, known);
    }
}
