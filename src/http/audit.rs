//! `/api/v1/audit`: who did what, and whether the record of it is whole.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::problem::Problem;
use crate::store::AuditEntry;

/// Larger numbers are not exact in every reader of JSON.
const LARGEST: i64 = (1 << 53) - 1;

/// Which part of the audit log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// 从这个序号之后开始 [缺省: 0]
    #[serde(default)]
    #[param(minimum = 0, maximum = 9007199254740991_i64)]
    after: i64,
    /// 最多几条 [缺省: 100,最多 1000]
    #[serde(default = "some")]
    #[param(minimum = 1, maximum = 1000)]
    limit: i64,
}

fn some() -> i64 {
    100
}

/// A part of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditPage {
    entries: Vec<AuditEntry>,
    /// To be given as `after` for the next part; null where this is the last.
    next: Option<i64>,
    /// How many entries there are in all.
    length: i64,
    /// The hash of the last of them: kept elsewhere, it proves that nothing was cut off.
    head: String,
}

/// 审计记录,从旧到新
#[utoipa::path(get, path = "/api/v1/audit", tag = "审计", params(AuditQuery),
    responses((status = 200, description = "一页记录", body = AuditPage)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Json<AuditPage>, Problem> {
    let wrong = || Problem::new("invalid_query", "查询参数有误：可用的参数有 after=序号 和 limit=1 至 1000");
    let Query(AuditQuery { after, limit }) = query.map_err(|_| wrong())?;
    if !(0..=LARGEST).contains(&after) || !(1..=1000).contains(&limit) {
        return Err(wrong());
    }
    let store = &app.archive()?.store;
    let (length, head) = store.audit_head().await?;
    let entries = store.audit_after(after, limit).await?;
    let next = entries.last().map(|entry| entry.seq).filter(|seq| *seq < length);
    Ok(Json(AuditPage { entries, next, length, head }))
}

/// Whether the audit log is whole.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditState {
    whole: bool,
    /// How many entries there are.
    length: i64,
    /// The hash of the last of them: kept elsewhere together with `length`, it proves that nothing was cut off.
    head: String,
    /// Where it is broken.
    broken: Option<String>,
}

/// 核对审计链是否完整
#[utoipa::path(get, path = "/api/v1/audit/state", tag = "审计",
    responses((status = 200, description = "核对的结果", body = AuditState)))]
pub(super) async fn state(State(app): State<Arc<App>>) -> Result<Json<AuditState>, Problem> {
    let store = &app.archive()?.store;
    let (broken, (length, head)) = match store.verify_audit().await? {
        Ok(whole) => (None, whole),
        Err(broken) => (Some(broken.to_string()), store.audit_head().await?),
    };
    Ok(Json(AuditState { whole: broken.is_none(), length, head, broken }))
}
