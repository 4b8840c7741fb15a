//! `/api/v1/people`: who may log in, and as what.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::{Object, ObjectBuilder, Type};

use super::archive::Archive;
use super::problem::{Document, Problem};
use super::{App, body};
use crate::access::{Actor, Password, Role, check_login, check_name, check_role};
use crate::store::{NewPerson, Person, PersonChange, Unchanged};

/// Everybody.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(super) struct People {
    people: Vec<Person>,
}

/// 全部人员
#[utoipa::path(get, path = "/api/v1/people", tag = "人员",
    responses((status = 200, description = "按加入的先后", body = People)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<People>, Problem> {
    Ok(Json(People { people: app.archive()?.store.people().await? }))
}

/// Somebody who is to be taken up.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewPerson, example = json!({
    "login": "lin.tao", "name": "林涛", "role": "reviewer", "password": "春眠不觉晓处处闻啼鸟"
}))]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    /// What they will log in with: letters, digits, `.`, `_`, `-`, `@`.
    #[schema(pattern = "^[A-Za-z0-9._@-]{2,64}$")]
    login: String,
    /// What they are called.
    #[schema(min_length = 1, max_length = 50, pattern = "\\S")]
    name: String,
    /// reviewer, lead or admin.
    #[schema(schema_with = person_role)]
    role: Role,
    /// Their first password, at least ten characters.
    #[schema(min_length = 10, max_length = 128, example = "春眠不觉晓处处闻啼鸟")]
    password: String,
}

/// The roles of people: machines have tokens.
fn person_role() -> Object {
    let roles = Role::ALL.into_iter().filter(|role| *role != Role::Machine).map(Role::name);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(roles)).build()
}

/// 增加人员
#[utoipa::path(post, path = "/api/v1/people", tag = "人员", request_body = Add, responses(
    (status = 201, description = "已增加", body = Person),
    (status = 409, description = "登录名已有人用", body = Document, content_type = "application/problem+json")))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    body: Body,
) -> Result<(StatusCode, Json<Person>), Problem> {
    let archive = app.archive()?;
    let Add { login, name, role, password } = body::json(body, &app).await?;
    let login = check_login(&login).map_err(|mistake| Problem::of_field("/login", mistake))?;
    let name = check_name(&name).map_err(|mistake| Problem::of_field("/name", mistake))?;
    let role = check_role(role).map_err(|mistake| Problem::of_field("/role", mistake))?;
    let password_hash = hash(archive, "/password", password, login).await?;
    let new = NewPerson { login, name, role, password_hash: &password_hash };
    let person = archive.store.add_person(new, &actor, Timestamp::now()).await?;
    let taken = || Problem::new("conflict", "这个登录名已有人用：请换一个").at("/login", "已有人用");
    Ok((StatusCode::CREATED, Json(person.ok_or_else(taken)?)))
}

/// What is to be changed; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = PersonChange, example = json!({"role": "lead"}))]
#[serde(deny_unknown_fields, default)]
pub(super) struct Change {
    /// Another name.
    #[schema(min_length = 1, max_length = 50, pattern = "\\S")]
    name: Option<String>,
    /// reviewer, lead or admin.
    role: Option<Role>,
    /// False shuts them out at once.
    active: Option<bool>,
    /// Another password; ends their sessions.
    #[schema(min_length = 10, max_length = 128, example = "春眠不觉晓处处闻啼鸟")]
    password: Option<String>,
}

/// 修改人员:改名、改角色、停用、重设密码
#[utoipa::path(patch, path = "/api/v1/people/{id}", tag = "人员", request_body = Change,
    params(("id" = String, Path, description = "人员编号")), responses(
    (status = 200, description = "已修改", body = Person),
    (status = 409, description = "不能停用自己或改自己的角色，也不能让最后一个管理员离开", body = Document, content_type = "application/problem+json")))]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Person>, Problem> {
    let archive = app.archive()?;
    let Change { name, role, active, password } = body::json(body, &app).await?;
    let refusal = |unchanged: Unchanged| {
        let code = if unchanged == Unchanged::Unknown { "not_found" } else { "conflict" };
        Problem::new(code, unchanged.to_string())
    };
    let person = archive.store.person(&id).await?.ok_or_else(|| refusal(Unchanged::Unknown))?;
    if person.id == actor.id && (active == Some(false) || role.is_some_and(|role| role != person.role)) {
        return Err(Problem::new("conflict", "不能停用自己或改自己的角色：请另一位管理员来做"));
    }
    let name = name.as_deref().map(check_name).transpose();
    let name = name.map_err(|mistake| Problem::of_field("/name", mistake))?;
    let role = role.map(check_role).transpose().map_err(|mistake| Problem::of_field("/role", mistake))?;
    let password_hash = match password {
        Some(password) => Some(hash(archive, "/password", password, &person.login).await?),
        None => None,
    };
    let password_hash = password_hash.as_deref();
    let change = PersonChange { name, role, active, password_hash, ..PersonChange::default() };
    let changed = archive.store.change_person(&id, change, &actor, Timestamp::now()).await?;
    changed.map(Json).map_err(refusal)
}

/// The hash of a password that somebody has chosen in the field at `pointer`.
pub(super) async fn hash(
    archive: &Archive,
    pointer: &str,
    password: String,
    login: &str,
) -> Result<String, Problem> {
    let password =
        Password::chosen(password, login).map_err(|mistake| Problem::of_field(pointer, mistake))?;
    archive.hashing.hash(password).await
}
