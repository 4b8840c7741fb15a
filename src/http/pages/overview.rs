//! `/overview`: the figures of many reviews as plots and tables.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::asked::{asked, read, written};
use super::{now, page, rubrics};
use crate::http::App;
use crate::http::problem::Problem;
use crate::http::reports::{BEIJING, FiguresQuery, tables};
use crate::ui::{Frame, OverviewPage, Panel, Stretch};

/// The page of figures.
pub(in crate::http) async fn overview(
    State(app): State<Arc<App>>,
    frame: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let at = BEIJING.to_datetime(now());
    // All that is kept may be much: what nobody has asked for begins with the last month.
    let Some(query) = query else {
        let begin = Stretch::Month.begin(at.date()).unwrap_or(at.date());
        return Ok(Redirect::to(&format!("/overview?from={begin}")).into_response());
    };
    let asked = asked(&query);
    let query = written(&asked);
    let span = read::<FiguresQuery>(&asked)?.span()?;
    let (store, pack) = (&app.archive()?.store, app.shelf.pack());
    let (counts, tables) = tokio::try_join!(store.counts(&span, now()), tables(store, &pack, &span))?;
    let panels = tables.into_iter().map(|(sort, table)| Panel::of(sort, table)).collect();
    let rubrics = rubrics(&pack);
    page(&OverviewPage { page: frame, at, asked, query, rubrics, counts, panels })
}
