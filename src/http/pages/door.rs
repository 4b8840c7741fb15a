//! `/login`, `/setup`, `/account`: the pages by which people come in.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::page;
use crate::http::App;
use crate::http::problem::Problem;
use crate::ui::{Account, Frame, Login, SetUp};

/// Logging in.
pub(in crate::http) async fn log_in(
    State(app): State<Arc<App>>,
    page_frame: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let needs_set_up = app.archive()?.set_up_code().is_some();
    let query = query.unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let to = pairs.find(|(name, _)| name == "to").map(|(_, to)| to.into_owned());
    let to = to.filter(|to| is_ours(to)).unwrap_or_else(|| "/".to_owned());
    page(&Login { page: page_frame, to, needs_set_up })
}

/// Whether it is a path of this server: anything else would lead whoever has just logged in to somebody else's page.
fn is_ours(to: &str) -> bool {
    let mut signs = to.bytes();
    signs.next() == Some(b'/')
        && !matches!(signs.next(), Some(b'/' | b'\\'))
        && !to.contains(|c: char| c.is_control())
}

/// The first administrator; who comes later is led to the log-in.
pub(in crate::http) async fn set_up(
    State(app): State<Arc<App>>,
    page_frame: Frame,
) -> Result<Response, Problem> {
    if app.archive()?.set_up_code().is_none() {
        return Ok(Redirect::to("/login").into_response());
    }
    page(&SetUp { page: page_frame })
}

/// One's own account.
pub(in crate::http) async fn account(page_frame: Frame) -> Result<Response, Problem> {
    page(&Account { page: page_frame })
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn a_log_in_leads_to_pages_of_this_server_only() {
        for ours in ["/", "/queue?state=open", "/reviews/0199"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in
            ["", "queue", "//evil.cn", "/\\evil.cn", "https://evil.cn", "/\n/evil.cn", "javascript:alert(1)"]
        {
            assert!(!is_ours(other), "{other}");
        }
    }
}
