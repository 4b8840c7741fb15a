//! `/api/v1/setup`, `/session`: the first administrator, logging in and out, and who one is.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::archive::Archive;
use super::guard::{COOKIE, same_origin, session_secret};
use super::logins::{TooMany, Try};
use super::peer::Peer;
use super::people::hash;
use super::problem::Problem;
use super::{App, body};
use crate::access::{Actor, Kind, Password, Role, Scope, Secret, check_login, check_name};
use crate::store::{NewPerson, Person, PersonChange, Store};

/// The first administrator.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "code": "启动时显示的代码", "login": "admin", "name": "管理员", "password": "春眠不觉晓处处闻啼鸟"
}))]
#[serde(deny_unknown_fields)]
pub(super) struct SetUp {
    /// The code that the server told when it was started.
    code: String,
    /// What they will log in with.
    #[schema(pattern = "^[A-Za-z0-9._@-]{2,64}$")]
    login: String,
    /// What they are called.
    #[schema(min_length = 1, max_length = 50, pattern = "\\S")]
    name: String,
    /// Their password, at least ten characters.
    #[schema(min_length = 10, max_length = 128, example = "春眠不觉晓处处闻啼鸟")]
    password: String,
}

/// 首次使用:凭启动时显示的代码建立第一个管理员
#[utoipa::path(post, path = "/api/v1/setup", tag = "登录", request_body = SetUp, responses(
    (status = 201, description = "已建立", body = Person),
    (status = 403, description = "代码不对，或已经有人了，或请求来自别的网站")))]
pub(super) async fn set_up(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Person>), Problem> {
    let archive = app.archive()?;
    let SetUp { code, login, name, password } = body::json(body, &app).await?;
    same_origin(&headers)?;
    let refused = || Problem::new("forbidden", "代码不对，或已经建立过管理员：代码在服务启动时的日志里");
    let expected = archive.set_up_code().ok_or_else(refused)?;
    // Comparing hashes takes the same time whatever was sent.
    if Secret::presented(code.trim()).hash() != expected.hash() {
        return Err(refused());
    }
    let login = check_login(&login).map_err(|mistake| Problem::of_field("/login", mistake))?;
    let name = check_name(&name).map_err(|mistake| Problem::of_field("/name", mistake))?;
    let password_hash = hash(archive, "/password", password, login).await?;
    let new = NewPerson { login, name, role: Role::Admin, password_hash: &password_hash };
    let person = archive.store.add_first_person(new, Timestamp::now()).await?;
    *archive.set_up.lock().unwrap_or_else(PoisonError::into_inner) = None;
    person.map(|person| (StatusCode::CREATED, Json(person))).ok_or_else(refused)
}

/// Who wants to come in.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"login": "lin.tao", "password": "春眠不觉晓处处闻啼鸟"}))]
#[serde(deny_unknown_fields)]
pub(super) struct LogIn {
    /// What they log in with.
    login: String,
    /// Their password.
    password: String,
}

/// Whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// The id of the person or the token.
    id: String,
    /// What they are called.
    name: String,
    role: Role,
    /// What they may do.
    scopes: Vec<Scope>,
}

impl From<&Actor> for Me {
    fn from(actor: &Actor) -> Self {
        let Actor { id, name, role, scopes, .. } = actor;
        Self { id: id.clone(), name: name.clone(), role: *role, scopes: scopes.iter().collect() }
    }
}

/// 登录:凭登录名和密码得到会话(Cookie)
#[utoipa::path(post, path = "/api/v1/session", tag = "登录", request_body = LogIn, responses(
    (status = 200, description = "已登录", body = Me,
        headers(("Set-Cookie" = String, description = "会话：zhijian_session=…"))),
    (status = 401, description = "登录名或密码不对"),
    (status = 403, description = "请求来自别的网站"),
    (status = 429, description = "试错次数过多")))]
pub(super) async fn log_in(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let archive = app.archive()?;
    let LogIn { login, password } = body::json(body, &app).await?;
    same_origin(&headers)?;
    let attempt = attempt(archive, &login, archive.proxies.visitor(peer, &headers))?;
    let known = archive.store.person_with_login(&login).await?;
    let hash = known.as_ref().map(|(_, hash)| hash.as_str());
    // A login that nobody has costs as much time as one that somebody has.
    let fits = archive.hashing.fits(Password::presented(password), hash).await?;
    let wrong = || Problem::new("unauthenticated", "登录名或密码不对");
    let (person, hash) = known.filter(|_| fits).ok_or_else(wrong)?;
    let secret = archive.store.open_session(&person, &hash, Timestamp::now()).await?.ok_or_else(wrong)?;
    attempt.succeeded(Instant::now());
    Ok((cookie(&headers, secret.reveal(), ""), Json(Me::from(&person.actor()))).into_response())
}

/// Lets nobody try many passwords for one login, and accounts for whoever does.
fn attempt<'a>(archive: &'a Archive, login: &str, from: IpAddr) -> Result<Try<'a>, Problem> {
    archive.logins.begin(login, from, Instant::now()).map_err(|TooMany { wait, is_news }| {
        if is_news {
            // Aside, or a login that somebody has would be known by how long the refusal takes.
            tokio::spawn(account_for(archive.store.clone(), login.to_owned(), from));
        }
        let seconds = wait.as_secs() + 1;
        let told = format!("试错次数过多：请 {seconds} 秒后再试");
        Problem::new("too_many_requests", told).retry_after(seconds)
    })
}

async fn account_for(store: Store, login: String, from: IpAddr) {
    if let Err(error) = store.record_guessing(&login, from, Timestamp::now()).await {
        tracing::error!(%error, "guessing");
    }
}

/// The header that gives the browser its secret, or with `; Max-Age=0` takes it away.
fn cookie(headers: &HeaderMap, secret: &str, age: &str) -> [(header::HeaderName, HeaderValue); 1] {
    // The proxy in front says whether the browser came by TLS.
    let secure = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    let cookie = HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""));
    [(header::SET_COOKIE, cookie)]
}

/// Another password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The present one.
    old: String,
    /// The new one, at least ten characters.
    #[schema(min_length = 10, max_length = 128)]
    new: String,
}

/// 修改自己的密码;之后须重新登录
#[utoipa::path(post, path = "/api/v1/session/password", tag = "登录", request_body = NewPassword, responses(
    (status = 204, description = "已修改，所有会话已结束"),
    (status = 403, description = "原密码不对，或不是登录的人", body = super::problem::Document,
        content_type = "application/problem+json")))]
pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let archive = app.archive()?;
    let NewPassword { old, new } = body::json(body, &app).await?;
    let login = match actor.kind {
        Kind::Person => archive.store.person(&actor.id).await?.map(|person| person.login),
        _ => None,
    };
    let login = login.ok_or_else(|| Problem::new("forbidden", "令牌没有密码：请用登录的会话"))?;
    let attempt = attempt(archive, &login, archive.proxies.visitor(peer, &headers))?;
    let known = archive.store.person_with_login(&login).await?;
    let (_, present) = known.ok_or_else(|| Problem::new("forbidden", "这个人已停用"))?;
    if !archive.hashing.fits(Password::presented(old), Some(&present)).await? {
        return Err(Problem::new("forbidden", "原密码不对").at("/old", "原密码不对"));
    }
    attempt.succeeded(Instant::now());
    let hash = hash(archive, "/new", new, &login).await?;
    let change =
        PersonChange { password_hash: Some(&hash), old_hash: Some(&present), ..PersonChange::default() };
    let changed = archive.store.change_person(&actor.id, change, &actor, Timestamp::now()).await?;
    changed
        .map(|_| StatusCode::NO_CONTENT)
        .map_err(|unchanged| Problem::new("forbidden", unchanged.to_string()))
}

/// 退出登录
#[utoipa::path(delete, path = "/api/v1/session", tag = "登录", responses(
    (status = 204, description = "已退出，或本来就没有登录",
        headers(("Set-Cookie" = String, description = "去掉会话"))),
    (status = 403, description = "请求来自别的网站")))]
pub(super) async fn log_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    same_origin(&headers)?;
    if let Some(secret) = session_secret(&headers) {
        app.archive()?.store.close_session(&secret).await?;
    }
    Ok((StatusCode::NO_CONTENT, cookie(&headers, "", "; Max-Age=0")).into_response())
}

/// 我是谁,有哪些权限
#[utoipa::path(get, path = "/api/v1/session", tag = "登录",
    responses((status = 200, description = "当前的人或令牌", body = Me)))]
pub(super) async fn me(Extension(actor): Extension<Actor>) -> Json<Me> {
    Json(Me::from(&actor))
}
