//! Pages for people: behind the same guard as the rest, but whoever is not known is led to the log-in.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use url::form_urlencoded;

use super::App;
use super::guard::{self, Guard, Turned};
use super::problem::Problem;
use crate::access::Actor;
use crate::draft::Form;
use crate::pack::Pack;
use crate::ui::assets::{self, Asset};
use crate::ui::words::{self, Lang};
use crate::ui::{Choice, Frame, Visitor};

pub(super) mod admin;
mod asked;
pub(super) mod door;
pub(super) mod overview;
pub(super) mod pack;
pub(super) mod queue;
pub(super) mod review;
pub(super) mod trial;

/// Files of the pages, and the edition that they are of, never change.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Lets through whom the guard lets through; who is not known is led to the log-in, and refusals become pages.
pub(super) async fn guard(
    State((guard, is_open)): State<(Guard, bool)>,
    mut request: Request,
    next: Next,
) -> Response {
    match guard::admitted(&guard, request.method(), request.headers()).await {
        Ok(Some(actor)) => {
            request.extensions_mut().insert(actor);
        }
        Err(Turned { problem, .. }) if !is_open && problem.code() == "unauthenticated" => {
            return to_log_in(request.uri());
        }
        // Who may not go there may go elsewhere: the page says who they are.
        Err(Turned { problem, actor }) if !is_open => {
            if let Some(actor) = actor {
                request.extensions_mut().insert(actor);
            }
            return shown(frame_of(&request, &guard.app), problem.into_response());
        }
        _ => {}
    }
    let frame = frame_of(&request, &guard.app);
    shown(frame, next.run(request).await)
}

/// The log-in, which leads back to where somebody wanted to go.
fn to_log_in(uri: &Uri) -> Response {
    let to = uri.path_and_query().map_or("/", |path| path.as_str());
    let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
    Redirect::to(&format!("/login?to={to}")).into_response()
}

/// Has a refusal shown as a page.
pub(super) fn shown(frame: Frame, mut response: Response) -> Response {
    if response.extensions().get::<Problem>().is_some() {
        response.extensions_mut().insert(frame);
    }
    response
}

/// What every page has, for this request.
pub(super) fn frame_of(request: &Request, app: &App) -> Frame {
    let visitor = request.extensions().get::<Actor>().map(Visitor::from);
    frame(request.headers(), request.uri(), visitor, app)
}

fn frame(headers: &HeaderMap, uri: &Uri, visitor: Option<Visitor>, app: &App) -> Frame {
    let lang = guard::cookie(headers, words::COOKIE).map_or(Lang::default(), Lang::named);
    Frame { lang, visitor, keeps: app.archive.is_some(), path: uri.path().to_owned() }
}

impl FromRequestParts<Arc<App>> for Frame {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let visitor = parts.extensions.get::<Actor>().map(Visitor::from);
        Ok(frame(&parts.headers, &parts.uri, visitor, app))
    }
}

/// A page as an answer.
fn page(template: &impl Template) -> Result<Response, Problem> {
    let written = template.render().map_err(|error| {
        tracing::error!(%error, "page");
        Problem::internal()
    })?;
    Ok(Html(written).into_response())
}

/// The first page that somebody has.
pub(super) async fn home(frame: Frame) -> Response {
    Redirect::to(frame.home().unwrap_or("/login")).into_response()
}

/// A file of the pages.
pub(super) async fn asset(Path((edition, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let Asset { data, media } =
        assets::asset(&name).ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))?;
    let mut response = data.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    // A page of an older server asks for files of its own edition, which are no more: the present ones are better than none.
    if edition == *assets::EDITION {
        headers.insert(header::CACHE_CONTROL, FOR_GOOD);
    }
    Ok(response)
}

/// The rubrics in use, to choose from.
fn rubrics(pack: &Pack) -> Vec<Choice> {
    let choice = |form: &Form| Choice { id: form.rubric.id.clone(), title: form.rubric.title.clone() };
    pack.forms.iter().map(choice).collect()
}

/// When a page is made.
fn now() -> Timestamp {
    Timestamp::now()
}
