//! The description of the doors, made from the handlers, and the page that shows it offline.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::App;

/// Every handler that is described.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "质检(zhijian)接口",
        description = "提交中文客服通话或在线对话的文字记录，得到预先填好、附有证据的评分表，供质检员确认。\
                       出错时返回 RFC 9457 问题文档:`code` 稳定可依赖,`errors` 用 JSON 指针指出每个有误的字段。"
    ),
    paths(
        super::score::score,
        super::transcripts::keep,
        super::drafts::view,
        super::jobs::add,
        super::jobs::view,
        super::jobs::lines,
        super::webhooks::list,
        super::webhooks::add,
        super::webhooks::change,
        super::webhooks::remove,
        super::webhooks::ping,
        super::webhooks::deliveries,
        super::webhooks::replay,
        super::erasures::add,
        super::queue::list,
        super::queue::next,
        super::reviews::view,
        super::reviews::claim,
        super::reviews::release,
        super::reviews::decide,
        super::reviews::submit,
        super::reviews::reopen,
        super::reviews::history,
        super::reviews::unmask,
        super::explain::view,
        super::reports::agreement,
        super::sessions::set_up,
        super::sessions::log_in,
        super::sessions::me,
        super::sessions::change_password,
        super::sessions::log_out,
        super::people::list,
        super::people::add,
        super::people::change,
        super::tokens::list,
        super::tokens::add,
        super::tokens::revoke,
        super::audit::list,
        super::audit::state,
        super::pack::pack,
        super::pack::rules,
        super::pack::lexicons,
        document,
        super::health::alive,
        super::health::ready,
        super::metrics::text
    )
)]
struct Api;

/// 本接口的 OpenAPI 描述
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "运维",
    responses((status = 200, description = "OpenAPI 3.1 文档", body = Value, content_type = "application/json")))]
pub(super) async fn document() -> impl IntoResponse {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| Api::openapi().to_json().unwrap_or_default());
    ([(header::CONTENT_TYPE, "application/json")], document.as_str())
}

/// The page at `path`; everything on it comes from this binary.
pub(super) fn page(path: &'static str) -> Router<Arc<App>> {
    // Without this, the page has a validator on the internet look at the document.
    let config = Config::new(["/api/v1/openapi.json"]).validator_url("none");
    SwaggerUi::new(path).config(config).into()
}

/// A transcript to try the door with.
pub(super) fn example() -> Value {
    json!({
        "id": "20261121-0001", "channel": "call", "direction": "inbound",
        "started_at": "2026-11-21T09:00:00+08:00", "separation": "two_channel",
        "agent": {"id": "068", "team": "A1"},
        "turns": [
            {"role": "agent", "start_ms": 400, "end_ms": 2900, "text": "您好,068号为您服务。"},
            {"role": "customer", "start_ms": 3200, "end_ms": 5000, "text": "喂，你好，我想查一下宽带的账单。"}
        ],
        "events": [{"type": "hangup", "at_ms": 95000, "by": "customer"}],
        "meta": {"queue": "宽带"}
    })
}
