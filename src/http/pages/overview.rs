//! `/overview`: the figures of many reviews as plots and tables.

use std::sync::Arc;

use axum::extract::{Query, RawQuery, State};
use axum::response::Response;

use super::asked::{asked, written};
use super::{now, page};
use crate::http::problem::Problem;
use crate::http::reports::{FiguresQuery, tables};
use crate::http::{App, body};
use crate::ui::{Choice, Frame, OverviewPage, Panel};

/// The page of figures.
pub(in crate::http) async fn overview(
    State(app): State<Arc<App>>,
    frame: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = asked(query.as_deref().unwrap_or_default());
    let query = written(&asked);
    let uri = format!("/?{query}").parse().map_err(|_| Problem::new("invalid_query", "查询参数有误"))?;
    let Query(figures) = Query::<FiguresQuery>::try_from_uri(&uri).map_err(|error| body::misread(&error))?;
    let span = figures.span()?;
    let (store, pack) = (&app.archive()?.store, app.shelf.pack());
    let (counts, tables) = tokio::try_join!(store.counts(&span, now()), tables(store, &pack, &span))?;
    let panels = tables.into_iter().map(|(sort, table)| Panel::of(sort, table)).collect();
    let rubrics = pack.rubrics().map(|rubric| Choice { id: rubric.id.clone(), title: rubric.title.clone() });
    page(&OverviewPage { page: frame, asked, query, rubrics: rubrics.collect(), counts, panels })
}
