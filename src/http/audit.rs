//! `/api/v1/audit`: who did what, and whether the record of it is whole.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::problem::Problem;
use crate::store::{AuditAsk, AuditEntry};

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
    /// 只要这个序号之前的,从新到旧;不写则从旧到新
    #[param(minimum = 1, maximum = 9007199254740991_i64)]
    before: Option<i64>,
    /// 谁做的,如 person:编号、token:编号、system:名称
    actor: Option<String>,
    /// 做了什么,如 review.submit
    action: Option<String>,
    /// 对什么做的,如 review:编号;也可只写编号或它的开头
    subject: Option<String>,
    /// 最多几条 [缺省: 100,最多 1000]
    #[serde(default = "some")]
    #[param(minimum = 1, maximum = 1000)]
    limit: i64,
}

impl AuditQuery {
    /// The part itself, and one entry more where there is one.
    fn ask(&self) -> AuditAsk<'_> {
        AuditAsk {
            before: self.before,
            after: self.after,
            actor: self.actor.as_deref(),
            action: self.action.as_deref(),
            subject: self.subject.as_deref(),
            limit: self.limit + 1,
        }
    }
}

fn some() -> i64 {
    100
}

/// A part of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditPage {
    entries: Vec<AuditEntry>,
    /// To be given as `after` for the next part, or as `before` where the newest come first; null where this is the last.
    next: Option<i64>,
    /// How many entries there are in all.
    length: i64,
    /// The hash of the last of them: kept elsewhere, it proves that nothing was cut off.
    head: String,
}

/// 审计记录,从旧到新;写了 before 则从新到旧
#[utoipa::path(get, path = "/api/v1/audit", tag = "审计", params(AuditQuery),
    responses((status = 200, description = "一页记录", body = AuditPage)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Json<AuditPage>, Problem> {
    let wrong = || {
        let told =
            "查询参数有误：可用的参数有 after=序号、before=序号、actor、action、subject 和 limit=1 至 1000";
        Problem::new("invalid_query", told)
    };
    let Query(query) = query.map_err(|_| wrong())?;
    let is_numbered = |number: i64| (0..=LARGEST).contains(&number);
    if !is_numbered(query.after)
        || query.before.is_some_and(|before| before < 1 || !is_numbered(before))
        || !(1..=1000).contains(&query.limit)
    {
        return Err(wrong());
    }
    let store = &app.archive()?.store;
    let (length, head) = store.audit_head().await?;
    let mut entries = store.audit(query.ask()).await?;
    let asked = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let has_more = entries.len() > asked;
    entries.truncate(asked);
    let next = entries.last().map(|entry| entry.seq).filter(|_| has_more);
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
