//! Every route there is, and who may come in by it: the one place where both are said.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, patch, post};

use super::guard::{Guard, guard};
use super::{
    App, audit, drafts, erasures, explain, health, jobs, metrics, openapi, pack, pages, people, queue,
    reports, reviews, score, sessions, system, tokens, transcripts, webhooks,
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

impl Route {
    fn is_here(&self, keeps: bool) -> bool {
        keeps || !self.entry.needs_store()
    }
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
    /// Whether it is a page for people: who is not known is led to the log-in.
    pub page: bool,
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
    let way = |page, Route { method, path, entry, .. }: Route| {
        let asks = entry.asks();
        Way { method, path, scope: asks.flatten(), open: asks.is_none(), page: page && method == "GET" }
    };
    let programs = all().into_iter().map(|route| way(false, route));
    programs.chain(pages().into_iter().map(|route| way(true, route))).collect()
}

/// Every page for people, and what its scripts ask for beside the API.
fn pages() -> Vec<Route> {
    use Entry::{Holds, HoldsWithStore as Keeps, Known, Open, OpenWithStore};
    use Scope::{Audit, Operate, Pack, People, Review, Score};
    use pages::{admin, door, pack, queue, review, trial};
    let page = |path, entry, handler| Route { method: "GET", path, entry, handler };
    vec![
        page("/", Open, get(pages::home)),
        page("/login", OpenWithStore, get(door::log_in)),
        page("/setup", OpenWithStore, get(door::set_up)),
        page("/account", Known, get(door::account)),
        page("/queue", Keeps(Review), get(queue::queue)),
        page("/reviews/{id}", Keeps(Review), get(review::review)),
        page("/reviews/{id}/sheet", Keeps(Review), get(review::sheet)),
        page("/reviews/{id}/advice", Keeps(Review), get(review::advice)),
        page("/try", Holds(Score), get(trial::page_of)),
        Route { method: "POST", path: "/try", entry: Holds(Score), handler: post(trial::judge) },
        page("/pack", Holds(Pack), get(pack::rules)),
        page("/pack/lexicons", Holds(Pack), get(pack::lexicons)),
        page("/pack/rubrics", Holds(Pack), get(pack::rubrics)),
        page("/pack/criteria", Holds(Pack), get(pack::criteria)),
        page("/pack/rules/{*id}", Holds(Pack), get(pack::rule)),
        page("/pack/lexicons/{*id}", Holds(Pack), get(pack::lexicon)),
        page("/pack/rubrics/{*id}", Holds(Pack), get(pack::rubric)),
        page("/people", Keeps(People), get(admin::people)),
        page("/tokens", Keeps(People), get(admin::tokens)),
        page("/webhooks", Keeps(Operate), get(admin::webhooks)),
        page("/webhooks/{id}", Keeps(Operate), get(admin::webhook)),
        page("/audit", Keeps(Audit), get(admin::audit)),
        page("/system", Holds(Operate), get(admin::system)),
        page("/assets/{edition}/{name}", Open, get(pages::asset)),
    ]
}

/// Every route for programs but the pages of their documentation.
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
        route("GET", "/api/v1/pack/search", Holds(Pack), get(pack::search)),
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
        route("GET", "/api/v1/system", Holds(Operate), get(system::system)),
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
    all().into_iter().filter(|route| route.is_here(keeps)).collect()
}

/// The routes of this server, each behind its guard.
pub(super) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let keeps = app.archive.is_some();
    let router = here(keeps).into_iter().fold(Router::new(), |router, Route { path, entry, handler, .. }| {
        let handler = match entry.asks() {
            Some(scope) => handler.layer(from_fn_with_state(Guard { app: app.clone(), scope }, guard)),
            None => handler,
        };
        router.route(path, handler)
    });
    let here = pages().into_iter().filter(|page| page.is_here(keeps));
    let router = here.fold(router, |router, Route { method, path, entry, handler }| {
        let (scope, is_open) = (entry.asks().flatten(), entry.asks().is_none());
        let guarded = Guard { app: app.clone(), scope };
        // The scripts of a page read refusals as programs do.
        let handler = match method {
            "GET" => handler.layer(from_fn_with_state((guarded, is_open), pages::guard)),
            _ => handler.layer(from_fn_with_state(guarded, guard)),
        };
        router.route(path, handler)
    });
    router.merge(openapi::page("/api/docs"))
}
