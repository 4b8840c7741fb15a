//! What is counted, and the page that Prometheus reads.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use metrics::{counter, gauge, histogram};

use super::App;

/// 供 Prometheus 抓取的指标
#[utoipa::path(get, path = "/metrics", tag = "运维",
    responses((status = 200, description = "Prometheus 文本格式", body = String, content_type = "text/plain")))]
pub(super) async fn text(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.recorder.render())
}

/// What has been counted under `name` since the server started, whatever the labels, in a text that Prometheus reads.
pub(super) fn sum(text: &str, name: &str) -> u64 {
    let of = |line: &str| {
        let rest = line.strip_prefix(name)?;
        let (_, number) = rest.rsplit_once(' ').filter(|_| rest.starts_with(['{', ' ']))?;
        number.parse::<u64>().ok()
    };
    text.lines().filter_map(of).sum()
}

/// One request was answered.
pub(super) fn request(method: &'static str, route: &str, status: u16, seconds: f64) {
    let (route, status) = (route.to_owned(), status.to_string());
    counter!("zhijian_http_requests_total", "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    histogram!("zhijian_http_request_duration_seconds", "route" => route).record(seconds);
}

/// Changed files of the pack were taken into use, or refused.
pub(super) fn reload(result: &'static str) {
    counter!("zhijian_pack_reloads_total", "result" => result).increment(1);
}

/// The digest of the pack in use, and whether the files as they are now were refused.
pub(super) fn pack(digest: &str, is_stale: bool) {
    gauge!("zhijian_pack_stale").set(f64::from(u8::from(is_stale)));
    // Only the newest digest carries a one.
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.as_deref() == Some(digest) {
        return;
    }
    if let Some(old) = known.replace(digest.to_owned()) {
        gauge!("zhijian_pack_info", "digest" => old).set(0.0);
    }
    gauge!("zhijian_pack_info", "digest" => digest.to_owned()).set(1.0);
}

/// The digest that was last told.
static KNOWN: Mutex<Option<String>> = Mutex::new(None);

/// One transcript was scored.
pub(super) fn transcript(turns: usize) {
    counter!("zhijian_transcripts_total").increment(1);
    counter!("zhijian_turns_total").increment(turns as u64);
}

/// One message of a webhook was attempted.
pub(super) fn delivery(result: &'static str) {
    counter!("zhijian_webhook_attempts_total", "result" => result).increment(1);
}

/// One request or one line of a stream was refused.
pub(super) fn refusal(code: &'static str) {
    counter!("zhijian_refusals_total", "code" => code).increment(1);
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn counters_are_added_up_over_their_labels() {
        let text = "# TYPE a counter\na{x=\"1 2\"} 3\na{x=\"2\"} 4\na_total 5\nb 6\n";
        assert_eq!([sum(text, "a"), sum(text, "a_total"), sum(text, "b"), sum(text, "c")], [7, 5, 6, 0]);
    }
}
