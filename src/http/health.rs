//! Whether the server lives, and whether it wants requests.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use super::App;

/// 进程是否活着
#[utoipa::path(get, path = "/healthz", tag = "运维",
    responses((status = 200, description = "活着", body = String)))]
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// 是否可以接收请求;规则包改坏了也仍可以,用的是原来的,这里写明错在哪里
#[utoipa::path(get, path = "/readyz", tag = "运维", responses(
    (status = 200, description = "可以", body = String),
    (status = 503, description = "正在停止，不再接收新请求；或数据库不可用", body = String)))]
pub(super) async fn ready(State(app): State<Arc<App>>) -> (StatusCode, String) {
    if app.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n".to_owned());
    }
    if let Some(archive) = &app.archive
        && archive.store.ping().await.is_err()
    {
        return (StatusCode::SERVICE_UNAVAILABLE, "database unavailable\n".to_owned());
    }
    let told = app
        .shelf
        .state()
        .refused
        .map(|refused| format!("规则包改动有误，没有换上：\n{}\n", refused.mistakes));
    (StatusCode::OK, format!("ok\n{}", told.unwrap_or_default()))
}
