//! `/queue`: the queue as a page.

use std::sync::Arc;

use super::asked::{asked, read, written};
use super::{now, page, rubrics};
use crate::access::Actor;
use crate::http::App;
use crate::http::problem::Problem;
use crate::http::queue::{QueueQuery, found};
use crate::ui::{Frame, Queue};
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;

/// A page of the queue; where nothing is asked for, what waits.
pub(in crate::http) async fn queue(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    frame: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = asked(query.as_deref().unwrap_or("state=open"));
    let query: QueueQuery = read(&asked)?;
    let rows = found(&app, &actor, &query).await?;
    let counts = app.archive()?.store.queue_counts(&query.filter(&actor)?, now()).await?;
    let next = rows.next.map(|cursor| {
        let mut next = asked.clone();
        next.insert("cursor".to_owned(), cursor);
        format!("/queue?{}", written(&next))
    });
    let rubrics = rubrics(&app.shelf.pack());
    page(&Queue { page: frame, asked, counts, rows: rows.reviews, next, rubrics })
}
