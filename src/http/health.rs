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

/// 是否可以接收请求
#[utoipa::path(get, path = "/readyz", tag = "运维", responses(
    (status = 200, description = "可以", body = String),
    (status = 503, description = "正在停止，不再接收新请求", body = String)))]
pub(super) async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.is_draining() { (StatusCode::SERVICE_UNAVAILABLE, "draining\n") } else { (StatusCode::OK, "ok\n") }
}
