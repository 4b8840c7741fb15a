//! `GET /api/v1/reports/overview`, `/items`, `/hits`: figures of many reviews, as JSON or as a table to be saved.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::problem::{Document, Problem};
use super::super::{App, body};
use super::file::file;
use super::query::{Asked, FiguresQuery, OverviewQuery};
use crate::pack::Pack;
use crate::report::figures::{self, By};
use crate::report::hits::{self as of_rules, RuleHits};
use crate::report::losses::{self, ItemLoss};
use crate::report::overview::{Overview, Sort};
use crate::report::progress;
use crate::report::table::Table;
use crate::store::{Span, Store, StoreError};

/// 总览的数字:数目、按日、按班组、按工号、得分分布、复核进度;也可把其中一张表存成 CSV 或 Excel 文件
///
/// 机评得分率只算机器判断了的那部分分值,留给人判断的不算在内;一致率按逐项判断过的算,另有含默认确认的。日期都是通话的日期,只有复核进度按提交的日子。
#[utoipa::path(get, path = "/api/v1/reports/overview", tag = "报表", params(OverviewQuery), responses(
    (status = 200, description = "全部数字，或一张表：CSV(UTF-8，带 BOM)或 Excel", content(
        (Overview = "application/json"), (String = "text/csv; charset=utf-8"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        headers(("Content-Disposition" = String, description = "文件名；只有 CSV 和 Excel 有"))),
    (status = 400, description = "查询参数有误", body = Document, content_type = "application/problem+json"),
    (status = 422, description = "开始日期晚于结束日期", body = Document, content_type = "application/problem+json")))]
pub(in crate::http) async fn overview(
    State(app): State<Arc<App>>,
    query: Result<Query<OverviewQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| body::misread(&error))?;
    let Asked { span, offset, saved } = query.asked()?;
    let (store, now) = (&app.archive()?.store, Timestamp::now());
    let today = offset.to_datetime(now).date().to_string();
    match saved {
        Some((sort, format)) => {
            let table = table(store, &app.shelf.pack(), sort, &span, offset).await?;
            // Thousands of rows are compressed, which the other requests must not wait for.
            app.aside.run(move || file(&table, sort, format, &today)).await?
        }
        None => Ok(Json(everything(store, &span, offset, now).await?).into_response()),
    }
}

/// Everything that is looked at first.
async fn everything(
    store: &Store,
    span: &Span,
    offset: Offset,
    now: Timestamp,
) -> Result<Overview, StoreError> {
    let (counts, days, teams, agents, [machine, settled], reviewers) = tokio::try_join!(
        store.counts(span, now),
        store.groups(By::Day, span),
        store.groups(By::Team, span),
        store.groups(By::Agent, span),
        store.scores(span),
        store.progress(span, ahead(offset)),
    )?;
    Ok(Overview {
        today: offset.to_datetime(now).date().to_string(),
        counts,
        days: figures::groups(days),
        teams: figures::groups(teams),
        agents: figures::groups(agents),
        scores: figures::scores(&machine, &settled),
        reviewers,
    })
}

/// The clock by which pages tell days of work.
pub(in crate::http) const BEIJING: Offset = Offset::constant(8);

/// Every table, in the order in which they are read; days of work are those of Beijing.
pub(in crate::http) async fn tables(
    store: &Store,
    pack: &Pack,
    span: &Span,
) -> Result<Vec<(Sort, Table)>, StoreError> {
    let sorts =
        [Sort::Days, Sort::Scores, Sort::Teams, Sort::Agents, Sort::Items, Sort::Rules, Sort::Reviewers];
    let table = |sort| async move { Ok((sort, table(store, pack, sort, span, BEIJING).await?)) };
    futures_util::future::try_join_all(sorts.map(table)).await
}

/// One table of figures.
async fn table(
    store: &Store,
    pack: &Pack,
    sort: Sort,
    span: &Span,
    offset: Offset,
) -> Result<Table, StoreError> {
    let by = |by: By| async move {
        let groups = figures::groups(store.groups(by, span).await?);
        Ok(Table::of(sort.title(), &by.columns(), &groups))
    };
    match sort {
        Sort::Days => by(By::Day).await,
        Sort::Teams => by(By::Team).await,
        Sort::Agents => by(By::Agent).await,
        Sort::Scores => {
            let [machine, settled] = store.scores(span).await?;
            let scores = figures::scores(&machine, &settled);
            Ok(Table::of(sort.title(), &figures::score_columns(), &scores))
        }
        Sort::Items => Ok(Table::of(sort.title(), &losses::columns(), &lost(store, span).await?)),
        Sort::Rules => Ok(Table::of(sort.title(), &of_rules::columns(), &named(store, pack, span).await?)),
        Sort::Reviewers => {
            let progress = store.progress(span, ahead(offset)).await?;
            Ok(Table::of(sort.title(), &progress::columns(), &progress))
        }
    }
}

/// How many milliseconds earlier a day begins there than in Greenwich.
fn ahead(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * 1000
}

/// The items that lose the most points.
async fn lost(store: &Store, span: &Span) -> Result<Vec<ItemLoss>, StoreError> {
    let (sums, sheets) = store.item_sums(span).await?;
    Ok(losses::losses(&sums, &sheets))
}

/// How often each rule hits, with what it is called in the pack in use.
async fn named(store: &Store, pack: &Pack, span: &Span) -> Result<Vec<RuleHits>, StoreError> {
    let mut hits = store.rule_hits(span).await?;
    for hit in &mut hits {
        let rule = pack.rules.iter().find(|rule| rule.id == hit.rule);
        hit.title = rule.map(|rule| rule.title.clone());
    }
    Ok(hits)
}

/// The items that lose the most points.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ItemsReport {
    /// At most 50, those that lose the most first.
    items: Vec<ItemLoss>,
}

/// 失分最多的评分项,只算已提交的复核
///
/// 逐项相加,复核越多越慢:10 万通约 3 秒;用 from、to 限定日期就快。
#[utoipa::path(get, path = "/api/v1/reports/items", tag = "报表", params(FiguresQuery), responses(
    (status = 200, description = "失分最多的在前，最多 50 项", body = ItemsReport),
    (status = 400, description = "查询参数有误", body = Document, content_type = "application/problem+json"),
    (status = 422, description = "开始日期晚于结束日期", body = Document, content_type = "application/problem+json")))]
pub(in crate::http) async fn items(
    State(app): State<Arc<App>>,
    query: Result<Query<FiguresQuery>, QueryRejection>,
) -> Result<Json<ItemsReport>, Problem> {
    let Query(query) = query.map_err(|error| body::misread(&error))?;
    Ok(Json(ItemsReport { items: lost(&app.archive()?.store, &query.span()?).await? }))
}

/// How often rules hit.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct HitsReport {
    /// Every rule with a hit or a candidate, those that hit the most first.
    rules: Vec<RuleHits>,
}

/// 每条规则命中多少次,复核没复核的都算
#[utoipa::path(get, path = "/api/v1/reports/hits", tag = "报表", params(FiguresQuery), responses(
    (status = 200, description = "命中最多的在前", body = HitsReport),
    (status = 400, description = "查询参数有误", body = Document, content_type = "application/problem+json"),
    (status = 422, description = "开始日期晚于结束日期", body = Document, content_type = "application/problem+json")))]
pub(in crate::http) async fn hits(
    State(app): State<Arc<App>>,
    query: Result<Query<FiguresQuery>, QueryRejection>,
) -> Result<Json<HitsReport>, Problem> {
    let Query(query) = query.map_err(|error| body::misread(&error))?;
    let rules = named(&app.archive()?.store, &app.shelf.pack(), &query.span()?).await?;
    Ok(Json(HitsReport { rules }))
}
