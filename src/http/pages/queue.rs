//! `/queue`: the queue as a page.

use std::sync::Arc;

use super::asked::{asked, written};
use super::{now, page};
use crate::access::Actor;
use crate::http::problem::Problem;
use crate::http::queue::{QueueQuery, found};
use crate::http::{App, body};
use crate::ui::{Choice, Frame, Queue};
use axum::Extension;
use axum::extract::{Query, RawQuery, State};
use axum::response::Response;

/// A page of the queue; without a filter, what waits.
pub(in crate::http) async fn queue(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    page_frame: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = asked(query.as_deref().unwrap_or("state=open"));
    let uri = format!("/?{}", written(&asked))
        .parse()
        .map_err(|_| Problem::new("invalid_query", "查询参数有误"))?;
    let Query(query) = Query::<QueueQuery>::try_from_uri(&uri).map_err(|error| body::misread(&error))?;
    let rows = found(&app, &actor, &query).await?;
    let counts = app.archive()?.store.queue_counts(&query.filter(&actor)?, now()).await?;
    let next = rows.next.map(|cursor| {
        let mut next = asked.clone();
        next.insert("cursor".to_owned(), cursor);
        format!("/queue?{}", written(&next))
    });
    let pack = app.shelf.pack();
    let rubrics = pack.rubrics().map(|rubric| Choice { id: rubric.id.clone(), title: rubric.title.clone() });
    let rubrics = rubrics.collect();
    page(&Queue { page: page_frame, asked, counts, rows: rows.reviews, next, rubrics })
}
