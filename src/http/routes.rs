//! Every route there is, and who may come in by it: the one place where both are said.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, patch, post};

use super::guard::{Guard, guard};
use super::{
    App, audit, drafts, erasures, explain, health, jobs, metrics, openapi, pack, people, queue, reports,
    reviews, score, sessions, tokens, transcripts, webhooks,
};
use crate::access::{Role, Scope};

/// A way in.
pub(super) struct Route {
    /// The method.
    pub(super) method: &'static str,
    /// The path, with its parameters in braces.
    pub(super) path: &'static str,
    /// Who may come.
    pub(super) entry: Entry,
    handler: MethodRouter<Arc<App>>,
}

/// Who may come in by a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// Everybody.
    Open,
    /// Everybody; only there where things are kept, since it is about what is kept.
    OpenWithStore,
    /// Everybody who is known.
    Known,
    /// Everybody who holds the scope; without a store, everybody.
    Holds(Scope),
    /// Everybody who holds the scope; only there where things are kept.
    HoldsWithStore(Scope),
}

impl Entry {
    fn needs_store(self) -> bool {
        matches!(self, Self::OpenWithStore | Self::Known | Self::HoldsWithStore(_))
    }

    /// What the guard asks for; none where there is no guard.
    pub(super) fn asks(self) -> Option<Option<Scope>> {
        match self {
            Self::Open | Self::OpenWithStore => None,
            Self::Known => Some(None),
            Self::Holds(scope) | Self::HoldsWithStore(scope) => Some(Some(scope)),
        }
    }
}

/// A route, as the table of rights tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The method.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// The scope that it asks for, where it asks for one.
    pub scope: Option<Scope>,
    /// Whether everybody may come, known or not.
    pub open: bool,
}

impl Way {
    /// Whether whoever has proved to be of this role may come.
    #[must_use]
    pub fn admits(&self, role: Role) -> bool {
        self.scope.is_none_or(|scope| role.scopes().has(scope))
    }
}

/// Every route of a server that keeps things, and who may come in by it.
#[must_use]
pub fn ways() -> Vec<Way> {
    let way = |Route { method, path, entry, .. }: Route| {
        let asks = entry.asks();
        Way { method, path, scope: asks.flatten(), open: asks.is_none() }
    };
    all().into_iter().map(way).collect()
}

/// Every route but the pages of the documentation.
pub(super) fn all() -> Vec<Route> {
    use Entry::{Holds, HoldsWithStore as Keeps, Known, Open, OpenWithStore};
    use Scope::{Audit, Drafts, Ingest, Operate, Pack, People, Reopen, Report, Review, Score, Unmask};
    let route = |method, path, entry, handler| Route { method, path, entry, handler };
    vec![
        route("POST", "/api/v1/score", Holds(Score), post(score::score)),
        route("POST", "/api/v1/transcripts", Keeps(Ingest), post(transcripts::keep)),
        route("GET", "/api/v1/drafts/{id}", Keeps(Drafts), get(drafts::view)),
        route("POST", "/api/v1/jobs", Keeps(Ingest), post(jobs::add)),
        route("GET", "/api/v1/jobs/{id}", Keeps(Ingest), get(jobs::view)),
        route("GET", "/api/v1/jobs/{id}/lines", Keeps(Ingest), get(jobs::lines)),
        route("GET", "/api/v1/reviews", Keeps(Review), get(queue::list)),
        route("GET", "/api/v1/reviews/counts", Keeps(Review), get(queue::counts)),
        route("POST", "/api/v1/reviews/next", Keeps(Review), post(queue::next)),
        route("GET", "/api/v1/reviews/{id}", Keeps(Review), get(reviews::view)),
        route("PATCH", "/api/v1/reviews/{id}", Keeps(Review), patch(reviews::decide)),
        route("POST", "/api/v1/reviews/{id}/claim", Keeps(Review), post(reviews::claim)),
        route("DELETE", "/api/v1/reviews/{id}/claim", Keeps(Review), delete(reviews::release)),
        route("POST", "/api/v1/reviews/{id}/submit", Keeps(Review), post(reviews::submit)),
        route("POST", "/api/v1/reviews/{id}/reopen", Keeps(Reopen), post(reviews::reopen)),
        route("GET", "/api/v1/reviews/{id}/history", Keeps(Review), get(reviews::history)),
        route("GET", "/api/v1/reviews/{id}/explanation", Keeps(Review), get(explain::explanation)),
        route("POST", "/api/v1/reviews/{id}/unmask", Keeps(Unmask), post(reviews::unmask)),
        route("GET", "/api/v1/reports/agreement", Keeps(Report), get(reports::agreement)),
        route("GET", "/api/v1/reports/overview", Keeps(Report), get(reports::overview)),
        route("GET", "/api/v1/reports/items", Keeps(Report), get(reports::items)),
        route("GET", "/api/v1/reports/hits", Keeps(Report), get(reports::hits)),
        route("GET", "/api/v1/pack", Holds(Pack), get(pack::pack)),
        route("GET", "/api/v1/rules", Holds(Pack), get(pack::rules)),
        route("GET", "/api/v1/lexicons", Holds(Pack), get(pack::lexicons)),
        route("POST", "/api/v1/setup", OpenWithStore, post(sessions::set_up)),
        route("POST", "/api/v1/session", OpenWithStore, post(sessions::log_in)),
        route("GET", "/api/v1/session", Known, get(sessions::me)),
        route("POST", "/api/v1/session/password", Known, post(sessions::change_password)),
        route("DELETE", "/api/v1/session", OpenWithStore, delete(sessions::log_out)),
        route("GET", "/api/v1/people", Keeps(People), get(people::list)),
        route("POST", "/api/v1/people", Keeps(People), post(people::add)),
        route("PATCH", "/api/v1/people/{id}", Keeps(People), patch(people::change)),
        route("GET", "/api/v1/tokens", Keeps(People), get(tokens::list)),
        route("POST", "/api/v1/tokens", Keeps(People), post(tokens::add)),
        route("DELETE", "/api/v1/tokens/{id}", Keeps(People), delete(tokens::revoke)),
        route("GET", "/api/v1/webhooks", Keeps(Operate), get(webhooks::list)),
        route("POST", "/api/v1/webhooks", Keeps(Operate), post(webhooks::add)),
        route("PATCH", "/api/v1/webhooks/{id}", Keeps(Operate), patch(webhooks::change)),
        route("DELETE", "/api/v1/webhooks/{id}", Keeps(Operate), delete(webhooks::remove)),
        route("POST", "/api/v1/webhooks/{id}/ping", Keeps(Operate), post(webhooks::ping)),
        route("GET", "/api/v1/webhooks/{id}/deliveries", Keeps(Operate), get(webhooks::deliveries)),
        route("POST", "/api/v1/deliveries/{id}/replay", Keeps(Operate), post(webhooks::replay)),
        route("POST", "/api/v1/erasures", Keeps(Operate), post(erasures::add)),
        route("GET", "/api/v1/audit", Keeps(Audit), get(audit::list)),
        route("GET", "/api/v1/audit/state", Keeps(Audit), get(audit::state)),
        route("GET", "/api/v1/openapi.json", Open, get(openapi::document)),
        route("GET", "/healthz", Open, get(health::alive)),
        route("GET", "/readyz", Open, get(health::ready)),
        route("GET", "/metrics", Holds(Operate), get(metrics::text)),
    ]
}

/// Those of them that a server has.
pub(super) fn here(keeps: bool) -> Vec<Route> {
    all().into_iter().filter(|route| keeps || !route.entry.needs_store()).collect()
}

/// The routes of this server, each behind its guard.
pub(super) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let here = here(app.archive.is_some()).into_iter();
    let router = here.fold(Router::new(), |router, Route { path, entry, handler, .. }| {
        let handler = match entry.asks() {
            Some(scope) => handler.layer(from_fn_with_state(Guard { app: app.clone(), scope }, guard)),
            None => handler,
        };
        router.route(path, handler)
    });
    router.merge(openapi::page("/api/docs"))
}
