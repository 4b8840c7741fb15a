//! `GET /api/v1/system`: how the server is, and as what it was started.

use std::num::NonZero;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{App, metrics};

/// How the server is, and as what it was started. Nothing of any call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct SystemState {
    /// Version of the program.
    pub(super) version: &'static str,
    /// When it was started, RFC 3339.
    #[schema(format = DateTime)]
    pub(super) started_at: String,
    /// Whether it takes requests; what `/readyz` tells.
    pub(super) ready: bool,
    /// Digest of the pack in use.
    pub(super) pack: String,
    /// Mistakes in the files of the pack as they are now, which is why they are not in use.
    pub(super) pack_mistakes: usize,
    /// `sqlite` or `postgres`; null where nothing is kept.
    pub(super) store: Option<&'static str>,
    /// Whether the database answers; null where there is none.
    pub(super) store_answers: Option<bool>,
    /// For how many days transcripts are kept; null where for ever, or not at all.
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub(super) retention_days: Option<NonZero<u32>>,
    /// Where webhooks may go.
    pub(super) webhook_allow: Vec<String>,
    /// What was counted since it was started.
    pub(super) counts: SystemCounts,
}

/// What was counted since the server was started; `/metrics` tells more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct SystemCounts {
    /// Requests that were answered.
    pub(super) requests: u64,
    /// Requests and lines that were refused.
    pub(super) refusals: u64,
    /// Transcripts that were judged.
    pub(super) transcripts: u64,
    /// Messages of webhooks that were attempted.
    pub(super) webhook_attempts: u64,
}

/// 服务器的状态:版本、规则包、数据库、保存期限、回调允许名单,启动以来的几个数
#[utoipa::path(get, path = "/api/v1/system", tag = "运维",
    responses((status = 200, description = "现在的状态", body = SystemState)))]
pub(super) async fn system(State(app): State<Arc<App>>) -> Json<SystemState> {
    Json(state(&app).await)
}

/// How the server is.
pub(super) async fn state(app: &App) -> SystemState {
    let shelf = app.shelf.state();
    let store_answers = match &app.archive {
        Some(archive) => Some(archive.store.ping().await.is_ok()),
        None => None,
    };
    let archive = app.archive.as_ref();
    let counted = app.recorder.render();
    SystemState {
        version: env!("CARGO_PKG_VERSION"),
        started_at: app.started.to_string(),
        ready: !app.is_draining() && store_answers != Some(false),
        pack: shelf.pack.digest().to_owned(),
        pack_mistakes: shelf.refused.as_ref().map_or(0, |refused| refused.mistakes.0.len()),
        store: archive.map(|archive| archive.store.kind()),
        store_answers,
        retention_days: archive.and_then(|archive| archive.retention_days),
        webhook_allow: archive.map_or_else(Vec::new, |archive| archive.listed.clone()),
        counts: SystemCounts {
            requests: metrics::sum(&counted, "zhijian_http_requests_total"),
            refusals: metrics::sum(&counted, "zhijian_refusals_total"),
            transcripts: metrics::sum(&counted, "zhijian_transcripts_total"),
            webhook_attempts: metrics::sum(&counted, "zhijian_webhook_attempts_total"),
        },
    }
}
