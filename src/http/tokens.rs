//! `/api/v1/tokens`: what programs prove themselves with.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Document, Problem};
use super::{App, body};
use crate::access::{Actor, Role, Scope, check_name, end_of_term, scopes_of_token};
use crate::store::{NewToken, Token};

/// Every token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tokens {
    tokens: Vec<Token>,
}

/// 全部令牌(不含密文)
#[utoipa::path(get, path = "/api/v1/tokens", tag = "人员",
    responses((status = 200, description = "按建立的先后，含已作废的", body = Tokens)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Tokens>, Problem> {
    Ok(Json(Tokens { tokens: app.archive()?.store.tokens().await? }))
}

/// A token that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewToken, example = json!({"name": "转写系统", "role": "machine", "days": 365}))]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    /// What it is for, such as the name of the system that will hold it.
    #[schema(min_length = 1, max_length = 50, pattern = "\\S")]
    name: String,
    role: Role,
    /// Some of what the role may; all that a program may where it is left out.
    #[schema(min_items = 1)]
    scopes: Option<Vec<Scope>>,
    /// For how many days it is valid, 1–3650; for ever where it is left out.
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<u32>,
}

/// A new token, with its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AddedToken)]
pub(super) struct Added {
    /// The secret itself: shown here and never again.
    secret: String,
    token: Token,
}

/// 建立令牌;密文只在这里出现一次
#[utoipa::path(post, path = "/api/v1/tokens", tag = "人员", request_body = Add,
    responses((status = 201, description = "已建立", body = Added)))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    body: Body,
) -> Result<(StatusCode, Json<Added>), Problem> {
    let Add { name, role, scopes, days } = body::json(body, &app).await?;
    let now = Timestamp::now();
    let name = check_name(&name).map_err(|mistake| Problem::of_field("/name", mistake))?;
    let scopes = scopes_of_token(role, scopes.map(|scopes| scopes.into_iter().collect()))
        .map_err(|mistake| Problem::of_field("/scopes", mistake))?;
    let expires_at = end_of_term(days, now).map_err(|mistake| Problem::of_field("/days", mistake))?;
    let new = NewToken { name, role, scopes, expires_at };
    let (token, secret) = app.archive()?.store.add_token(new, &actor, now).await?;
    Ok((StatusCode::CREATED, Json(Added { secret: secret.reveal().to_owned(), token })))
}

/// 作废令牌,立即生效
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "人员",
    params(("id" = String, Path, description = "令牌编号")), responses(
    (status = 204, description = "已作废"),
    (status = 404, description = "没有这个令牌，或已作废", body = Document, content_type = "application/problem+json")))]
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let revoked = app.archive()?.store.revoke_token(&id, &actor, Timestamp::now()).await?;
    revoked
        .then_some(StatusCode::NO_CONTENT)
        .ok_or_else(|| Problem::new("not_found", "没有这个令牌，或已作废"))
}
