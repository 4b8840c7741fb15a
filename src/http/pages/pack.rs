//! `/pack`: the pack in use, list by list and part by part.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::page;
use crate::http::App;
use crate::http::problem::Problem;
use crate::shelf;
use crate::ui::{
    CriteriaPage, EntriesAsked, Frame, LexiconPage, LexiconsPage, PackHead, RubricPage, RubricsPage,
    RulePage, RulesPage,
};

/// All rules.
pub(in crate::http) async fn rules(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    let state = app.shelf.state();
    page(&RulesPage::new(frame, head(&app, &state), &state.pack))
}

/// All lexicons.
pub(in crate::http) async fn lexicons(
    State(app): State<Arc<App>>,
    frame: Frame,
) -> Result<Response, Problem> {
    let state = app.shelf.state();
    page(&LexiconsPage::new(frame, head(&app, &state), &state.pack))
}

/// All rubrics.
pub(in crate::http) async fn rubrics(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    let state = app.shelf.state();
    page(&RubricsPage::new(frame, head(&app, &state), &state.pack))
}

/// All criteria.
pub(in crate::http) async fn criteria(
    State(app): State<Arc<App>>,
    frame: Frame,
) -> Result<Response, Problem> {
    let state = app.shelf.state();
    page(&CriteriaPage::new(frame, head(&app, &state), &state.pack))
}

/// One rule.
pub(in crate::http) async fn rule(
    State(app): State<Arc<App>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let pack = app.shelf.pack();
    page(&RulePage::of(&frame, &pack, &id).ok_or_else(|| unknown("规则"))?)
}

/// Which entries of a lexicon.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct EntriesQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: String,
}

/// One lexicon.
pub(in crate::http) async fn lexicon(
    State(app): State<Arc<App>>,
    frame: Frame,
    Path(id): Path<String>,
    query: Result<Query<EntriesQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let pack = app.shelf.pack();
    let Query(EntriesQuery { q, page: number }) = query.unwrap_or_default();
    let asked = EntriesAsked { words: q.trim().to_owned(), page: number.parse().unwrap_or_default() };
    page(&LexiconPage::of(frame, &pack, &id, asked).ok_or_else(|| unknown("词表"))?)
}

/// One rubric.
pub(in crate::http) async fn rubric(
    State(app): State<Arc<App>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let pack = app.shelf.pack();
    page(&RubricPage::of(frame, &pack, &id).ok_or_else(|| unknown("评分表"))?)
}

fn head(app: &App, state: &shelf::State) -> PackHead {
    // As it is from anywhere, also where the operator has only written a dot.
    let whole = |root: &std::path::Path| std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    PackHead::of(state, app.shelf.root().map(|root| whole(root).display().to_string()))
}

fn unknown(what: &str) -> Problem {
    Problem::new("not_found", format!("规则包里没有这个编号的{what}：可能改名了，请从列表里找"))
}
