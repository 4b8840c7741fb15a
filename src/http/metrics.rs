//! What is counted, and the page that Prometheus reads.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use metrics::{counter, histogram};

use super::App;

/// 供 Prometheus 抓取的指标
#[utoipa::path(get, path = "/metrics", tag = "运维",
    responses((status = 200, description = "Prometheus 文本格式", body = String, content_type = "text/plain")))]
pub(super) async fn text(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.recorder.render())
}

/// One request was answered.
pub(super) fn request(method: &'static str, route: &str, status: u16, seconds: f64) {
    let (route, status) = (route.to_owned(), status.to_string());
    counter!("zhijian_http_requests_total", "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    histogram!("zhijian_http_request_duration_seconds", "route" => route).record(seconds);
}

/// One transcript was scored.
pub(super) fn transcript(turns: usize) {
    counter!("zhijian_transcripts_total").increment(1);
    counter!("zhijian_turns_total").increment(turns as u64);
}

/// One request or one line of a stream was refused.
pub(super) fn refusal(code: &'static str) {
    counter!("zhijian_refusals_total", "code" => code).increment(1);
}
