//! Who asks, whether they may, and whether they ask too often.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use governor::clock::Clock as _;
use jiff::Timestamp;

use super::archive::Archive;
use super::observe::Seat;
use super::problem::Problem;
use super::{App, body};
use crate::access::{Actor, Kind, Scope, Secret};
use crate::ui::{role_title, scope_title};

/// The cookie that holds the secret of a session.
pub(super) const COOKIE: &str = "zhijian_session";

/// What a route asks of whoever comes.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) app: Arc<App>,
    /// Without one, everybody who is known may come.
    pub(super) scope: Option<Scope>,
}

/// Lets a request through whose sender is known and may do such things; the handler learns who it is.
pub(super) async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    match admitted(&guard, request.method(), request.headers()).await {
        Ok(actor) => {
            if let Some(actor) = actor {
                request.extensions_mut().insert(actor);
            }
            next.run(request).await
        }
        Err(Turned { problem, .. }) => {
            // Whoever does not listen while sending gets the answer all the same, but keeps nobody's place for it.
            Seat::give_up(request.extensions());
            let body = std::mem::replace(request.body_mut(), Body::empty());
            body::discard(body, &guard.app.limits, guard.app.body).await;
            problem.into_response()
        }
    }
}

/// Who is turned away, where that is known, and why.
pub(super) struct Turned {
    pub(super) problem: Problem,
    pub(super) actor: Option<Actor>,
}

impl From<Problem> for Turned {
    fn from(problem: Problem) -> Self {
        Self { problem, actor: None }
    }
}

/// Who asks, where they may; nobody where nothing is kept.
pub(super) async fn admitted(
    guard: &Guard,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Option<Actor>, Turned> {
    let Some(archive) = &guard.app.archive else { return Ok(None) };
    admit(archive, guard.scope, method, headers).await.map(Some)
}

async fn admit(
    archive: &Archive,
    scope: Option<Scope>,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Actor, Turned> {
    let actor = actor(archive, headers, Timestamp::now()).await?;
    let actor = actor.ok_or_else(|| nobody(headers))?;
    if actor.kind == Kind::Person {
        still_there(&actor, headers)?;
        if !is_safe(method) {
            same_origin(headers)?;
        }
    }
    if let Some(scope) = scope.filter(|scope| !actor.may(*scope)) {
        return Err(Turned { problem: may_not(&actor, scope), actor: Some(actor) });
    }
    slow_down(archive, &actor)?;
    Ok(actor)
}

/// What somebody is told who is not known, or not any more: whoever comes from a page has been.
fn nobody(headers: &HeaderMap) -> Problem {
    let is_person = headers.contains_key(PAGE_OF) || session_secret(headers).is_some();
    let told = match is_person && bearer(headers).is_none() {
        true => "登录已过期：请重新登录",
        false => "请先登录，或在 Authorization 头里带上令牌：Bearer zj_…",
    };
    Problem::new("unauthenticated", told)
}

/// What somebody is told who may not do such things: programs in the words of the API, people in their own.
fn may_not(actor: &Actor, scope: Scope) -> Problem {
    let told = match actor.kind {
        Kind::Person => {
            let (role, scope) = (role_title(actor.role), scope_title(scope));
            format!("您的角色是{role}，不能{scope}：请找管理员")
        }
        _ => format!("{} 没有 {} 权限：请找管理员", actor.role.name(), scope.name()),
    };
    Problem::new("forbidden", told)
}

/// Who asks, by token or by cookie; nobody where what they hold is not valid (any more).
async fn actor(archive: &Archive, headers: &HeaderMap, now: Timestamp) -> Result<Option<Actor>, Problem> {
    if let Some(token) = bearer(headers) {
        let token = archive.store.token_with_secret(&token, now).await?;
        return Ok(token.map(|token| token.actor()));
    }
    let Some(secret) = session_secret(headers) else { return Ok(None) };
    Ok(archive.store.session(&secret, now).await?.map(|person| person.actor()))
}

fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::presented(secret.trim()))
}

/// The secret of the session that the browser holds.
pub(super) fn session_secret(headers: &HeaderMap) -> Option<Secret> {
    cookie(headers, COOKIE).map(Secret::presented)
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value)
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// For whom the page was written that a request comes from.
const PAGE_OF: &str = "x-zhijian-person";

/// All windows of a browser share one session: a page that was written for one person must not act for another who has
/// logged in since.
fn still_there(actor: &Actor, headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(PAGE_OF) {
        Some(person) if person.as_bytes() != actor.id.as_bytes() => {
            Err(Problem::new("unauthenticated", "这个浏览器里现在登录的是别人：请重新登录"))
        }
        _ => Ok(()),
    }
}

/// A browser sends the cookie wherever a page of somebody else lets it post to; it also says where the page is from.
pub(super) fn same_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        // A page without an origin says `null`, which is nobody's host.
        (None, Some(origin)) => origin.split_once("://").is_some_and(|(_, host)| Some(host) == text("host")),
        (None, None) => true,
    };
    let refusal = || {
        let told = "请求来自别的网站，已拒绝：请在本系统的页面里操作；如果前面有代理，请让它原样传递 Host 头";
        Problem::new("forbidden", told)
    };
    is_ours.then_some(()).ok_or_else(refusal)
}

fn slow_down(archive: &Archive, actor: &Actor) -> Result<(), Problem> {
    archive.requests.check_key(&actor.signature()).map_err(|until| {
        let wait = until.wait_time_from(governor::clock::DefaultClock::default().now());
        let seconds = wait.as_secs() + 1;
        Problem::new("too_many_requests", format!("请求过于频繁：请 {seconds} 秒后再试，或改用批量提交"))
            .retry_after(seconds)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| {
            (header::HeaderName::from_static(name), header::HeaderValue::from_static(value))
        });
        same_origin(&headers.collect()).is_ok()
    }

    #[test]
    fn only_our_own_pages_act_for_a_person() {
        assert!(passes(&[("host", "zj.cn")]), "no browser");
        assert!(passes(&[("host", "zj.cn"), ("origin", "https://zj.cn")]));
        assert!(
            passes(&[("origin", "https://evil.cn"), ("sec-fetch-site", "same-origin")]),
            "the browser knows"
        );
        assert!(!passes(&[("host", "zj.cn"), ("origin", "https://evil.cn")]));
        assert!(!passes(&[("host", "zj.cn"), ("origin", "null")]));
        assert!(!passes(&[("origin", "null")]), "nobody is not nobody");
        assert!(!passes(&[("host", "zj.cn"), ("origin", "https://zj.cn"), ("sec-fetch-site", "cross-site")]));
    }
}
