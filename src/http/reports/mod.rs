//! `/api/v1/reports`: how often human and machine agree, and the figures of many reviews.

mod file;
mod overview;
mod query;

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::problem::{Document, Problem};
use crate::report::agreement::{self, ItemAgreement, RuleAgreement, VetoAgreement};
use crate::store::Span;

pub(super) use self::overview::{
    __path_hits, __path_items, __path_overview, BEIJING, hits, items, overview, tables,
};
pub(super) use self::query::FiguresQuery;

/// Which submitted reviews count.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AgreementQuery {
    /// 评分表编号;不写则全部
    #[param(pattern = "^[^\\x00]*$")]
    rubric: Option<String>,
    /// 只算用这个规则包评出来的:规则包的摘要,如 sha256:…
    #[param(pattern = "^[^\\x00]*$")]
    pack: Option<String>,
    /// 通话日期不早于,如 2026-11-21
    #[param(format = Date)]
    from: Option<String>,
    /// 通话日期不晚于;不能早于 from
    #[param(format = Date)]
    to: Option<String>,
}

/// How often human and machine agree.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgreementReport {
    /// One for each item, in the order of rubrics and ids.
    items: Vec<ItemAgreement>,
    /// One for each rule with a finding or a missed passage, in the order of their ids; the empty id stands for passages
    /// of which the reviewer did not know the rule.
    rules: Vec<RuleAgreement>,
    /// One for each veto that was proposed or added, in the order of rubrics and ids.
    vetoes: Vec<VetoAgreement>,
}

/// 人机一致率:逐项、逐规则、逐否决,以及推翻机评的原因,只算已提交的复核
#[utoipa::path(get, path = "/api/v1/reports/agreement", tag = "报表", params(AgreementQuery), responses(
    (status = 200, description = "一致率与 95% 区间", body = AgreementReport),
    (status = 400, description = "查询参数有误", body = Document, content_type = "application/problem+json"),
    (status = 422, description = "开始日期晚于结束日期", body = Document, content_type = "application/problem+json")))]
pub(super) async fn agreement(
    State(app): State<Arc<App>>,
    query: Result<Query<AgreementQuery>, QueryRejection>,
) -> Result<Json<AgreementReport>, Problem> {
    let wrong = || Problem::new("invalid_query", "查询参数有误：可用的参数有 rubric、pack、from、to");
    let Query(AgreementQuery { rubric, pack, from, to }) = query.map_err(|_| wrong())?;
    if [&rubric, &pack].into_iter().flatten().any(|id| id.contains('\0')) {
        return Err(wrong());
    }
    let [from, to] = query::days(from.as_deref(), to.as_deref())?;
    let span = Span { rubric, pack, from, to, ..Span::default() };
    let store = &app.archive()?.store;
    let items = agreement::items(store.reviewed_items(&span).await?);
    let rules = agreement::rules(store.reviewed_findings(&span).await?);
    let vetoes = agreement::vetoes(store.reviewed_vetoes(&span).await?);
    Ok(Json(AgreementReport { items, rules, vetoes }))
}
