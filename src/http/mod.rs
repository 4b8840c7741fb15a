//! The door for programs: the whole list of routes, and what every request passes through.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;

use self::aside::Aside;
use self::problem::Problem;
use crate::config::Settings;
use crate::shelf::Shelf;
use crate::telemetry;
use crate::transcript::limits::Limits;

pub use self::archive::{Archive, ArchiveError};
pub use self::reload::{reload, use_pack};
pub use self::routes::{Way, ways};
pub use self::server::serve;
pub use self::work::work;

mod archive;
mod aside;
mod audit;
mod body;
mod completion;
mod drafts;
mod erasures;
mod explain;
mod guard;
mod hashing;
mod health;
mod jobs;
mod logins;
mod metrics;
mod ndjson;
mod observe;
mod openapi;
mod outbox;
mod pack;
mod pages;
mod peer;
mod people;
mod problem;
mod queue;
mod reload;
mod reports;
mod reviews;
mod routes;
mod schemas;
mod score;
mod server;
mod sessions;
mod system;
mod tokens;
mod transcripts;
mod tries;
mod webhooks;
mod why;
mod work;

/// So many strangers may send something at once.
const STRANGERS: usize = 64;

/// What every request shares.
#[derive(Debug)]
pub struct App {
    /// The running pack.
    pub shelf: Shelf,
    /// What is kept; none where nothing is.
    archive: Option<Archive>,
    limits: Limits,
    body: Duration,
    idle: Duration,
    draining: AtomicBool,
    recorder: PrometheusHandle,
    started: Timestamp,
    /// Places for requests that are worked on.
    places: Arc<Semaphore>,
    /// Places for strangers who send something: however many there are, who is known has room.
    door: Arc<Semaphore>,
    /// Where a core is kept busy.
    aside: Aside,
}

impl App {
    /// Serves the pack on `shelf` as the operator has set.
    #[must_use]
    pub fn new(shelf: Shelf, settings: &Settings) -> Self {
        Self {
            shelf,
            archive: None,
            places: Arc::new(Semaphore::new(settings.in_flight)),
            door: Arc::new(Semaphore::new(STRANGERS)),
            aside: Aside::new(thread::available_parallelism().map_or(1, NonZero::get)),
            limits: settings.limits,
            body: settings.body,
            idle: settings.idle,
            draining: AtomicBool::new(false),
            recorder: telemetry::metrics(),
            started: Timestamp::now(),
        }
    }

    /// Keeps what is posted, and asks who comes.
    #[must_use]
    pub fn keeping(self, archive: Archive) -> Self {
        Self { archive: Some(archive), ..self }
    }

    /// Lets go of what is kept, when no request is worked on any more.
    pub async fn close(&self) {
        if let Some(archive) = &self.archive {
            archive.store.close().await;
        }
    }

    /// What is kept; routes that need it are only there where it is.
    fn archive(&self) -> Result<&Archive, Problem> {
        self.archive.as_ref().ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }
}

/// The routes with everything around them.
pub fn router(app: Arc<App>) -> Router {
    dress(routes::router(&app), app)
}

/// What every request passes through: observed from outside, guarded against panics within.
fn dress(routes: Router<Arc<App>>, app: Arc<App>) -> Router {
    routes
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn_with_state(app.clone(), observe::observe))
        .with_state(app)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::routing::get;
    use tower::Service;

    /// Fails as a fault of the program would, with somebody's words in the message.
    async fn fail() {
        panic!("客户说的话");
    }

    #[tokio::test]
    async fn a_panic_becomes_a_problem_document_without_its_message() {
        let settings = Settings::of(&crate::config::Layer::default());
        let app = Arc::new(App::new(Shelf::of(crate::pack::Pack::shipped().unwrap()), &settings));
        let mut router = dress(Router::new().route("/fail", get(fail)), app);
        let request = Request::get("/fail").header("x-request-id", "r-1").body(Body::empty()).unwrap();
        let response = router.call(request).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["code"], "internal");
        assert_eq!(problem["request_id"], "r-1");
        assert!(!String::from_utf8_lossy(&body).contains("客户说"));
    }
}
