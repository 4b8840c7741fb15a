//! `GET /api/v1/reviews`, `POST /api/v1/reviews/next`: which drafts wait for a human, and the next of them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{Document, Problem};
use super::{App, body};
use crate::access::Actor;
use crate::score::Points;
use crate::store::{Claim, Cursor, QueueEntry, QueueFilter, QueueOrder, ReviewState, Store};

/// A page has so many entries where nothing else is asked for.
const PAGE: u32 = 50;
/// A page never has more.
const LARGEST_PAGE: u32 = 500;
/// So many of the next reviews are tried before the queue is looked at again: others may be faster.
const TRIES: u32 = 20;

/// Which reviews, in which order.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct QueueQuery {
    /// open 待复核,submitted 已提交
    #[param(inline)]
    state: Option<ReviewState>,
    /// true 没有人在看的,false 有人在看的
    free: Option<bool>,
    /// 领取或提交的人的编号;me 表示自己
    person: Option<String>,
    /// 评分表编号
    rubric: Option<String>,
    /// 工号
    agent: Option<String>,
    /// 班组
    team: Option<String>,
    /// 通话日期不早于,如 2026-11-21
    #[param(format = Date)]
    from: Option<String>,
    /// 通话日期不晚于
    #[param(format = Date)]
    to: Option<String>,
    /// 机评得分不低于
    min_score: Option<f64>,
    /// 机评得分不高于
    max_score: Option<f64>,
    /// 最重的命中不轻于:1 一般,2 较重,3 严重
    #[param(minimum = 0, maximum = 3)]
    min_severity: Option<i64>,
    /// 不确定程度不低于
    #[param(minimum = 0)]
    min_uncertainty: Option<i64>,
    /// 命中(含疑似)这条规则的
    rule: Option<String>,
    /// 顺序:risk 风险从高到低(缺省),newest、oldest 初稿的先后,score 得分从低到高
    #[param(inline)]
    order: QueueOrder,
    /// 上一页给出的 next
    cursor: Option<String>,
    /// 最多几条 [缺省: 50,最多 500]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A page of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueuePage {
    reviews: Vec<QueueEntry>,
    /// To be given as `cursor` for the next page; null where this is the last.
    next: Option<String>,
}

fn wrong(message: impl Into<String>) -> Problem {
    Problem::new("invalid_query", message)
}

impl QueueQuery {
    fn filter(&self, actor: &Actor) -> Result<QueueFilter, Problem> {
        let own = |person: &String| if person == "me" { actor.id.clone() } else { person.clone() };
        let filter = QueueFilter {
            state: self.state,
            free: self.free,
            person: self.person.as_ref().map(own),
            rubric: self.rubric.clone(),
            agent: self.agent.clone(),
            team: self.team.clone(),
            from: day(self.from.as_deref(), "from")?,
            to: day(self.to.as_deref(), "to")?,
            min_score: points(self.min_score, "min_score")?,
            max_score: points(self.max_score, "max_score")?,
            min_severity: self.min_severity,
            min_uncertainty: self.min_uncertainty,
            rule: self.rule.clone(),
        };
        let texts = [&filter.person, &filter.rubric, &filter.agent, &filter.team, &filter.rule];
        let is_odd = |text: &String| text.contains('\0') || text.chars().count() > 200;
        if texts.into_iter().flatten().any(is_odd) {
            return Err(wrong("查询参数有误：编号最多 200 个字符，不能有控制字符"));
        }
        Ok(filter)
    }
}

/// A day as it is stored.
pub(super) fn day(text: Option<&str>, name: &str) -> Result<Option<String>, Problem> {
    let read = |text: &str| text.parse::<jiff::civil::Date>().map(|day| day.to_string());
    text.map(read).transpose().map_err(|_| wrong(format!("查询参数 {name} 写成日期，如 2026-11-21")))
}

fn points(value: Option<f64>, name: &str) -> Result<Option<i64>, Problem> {
    let read = |value: f64| Points::try_from(value).map(Points::hundredths);
    value.map(read).transpose().map_err(|_| wrong(format!("查询参数 {name} 写成分值，最多两位小数")))
}

fn read_cursor(text: &str) -> Result<Cursor, Problem> {
    let parts = text.split_once('.').and_then(|(key, id)| Some((key.parse().ok()?, id)));
    let is_id = |id: &str| id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let parts = parts.filter(|(_, id)| is_id(id));
    let (key, id) = parts.ok_or_else(|| wrong("查询参数 cursor 不对：请原样使用上一页给出的 next"))?;
    Ok(Cursor { key, id: id.to_owned() })
}

/// 复核队列:按条件筛选,分页
#[utoipa::path(get, path = "/api/v1/reviews", tag = "复核", params(QueueQuery), responses(
    (status = 200, description = "一页", body = QueuePage),
    (status = 400, description = "查询参数有误", body = Document, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    query: Result<Query<QueueQuery>, QueryRejection>,
) -> Result<Json<QueuePage>, Problem> {
    let Query(query) = query.map_err(|_| wrong("查询参数有误：可用的参数见 /api/docs"))?;
    let filter = query.filter(&actor)?;
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(wrong(format!("查询参数 limit 为 1 至 {LARGEST_PAGE}")));
    }
    let after = query.cursor.as_deref().map(read_cursor).transpose()?;
    let store = &app.archive()?.store;
    // One more than asked for tells whether there is a next page.
    let mut found = store.queue(&filter, query.order, after.as_ref(), limit + 1, Timestamp::now()).await?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| has_more).map(|(Cursor { key, id }, _)| format!("{key}.{id}"));
    Ok(Json(QueuePage { reviews: found.into_iter().map(|(_, entry)| entry).collect(), next }))
}

/// The next review, now one's own.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Next {
    /// Null where no open review of such is free.
    review: Option<QueueEntry>,
}

/// 领取下一通:符合条件、还没有人在看的第一通
#[utoipa::path(post, path = "/api/v1/reviews/next", tag = "复核", request_body = QueueQuery,
    responses((status = 200, description = "已领取；没有时 review 为 null", body = Next)))]
pub(super) async fn next(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    body: Body,
) -> Result<Json<Next>, Problem> {
    let query: QueueQuery = body::json(body, &app).await?;
    let filter = QueueFilter { state: Some(ReviewState::Open), free: Some(true), ..query.filter(&actor)? };
    let review = claim_next(&app.archive()?.store, &filter, query.order, &actor).await?;
    Ok(Json(Next { review }))
}

/// Claims the first that nobody else is faster to claim.
async fn claim_next(
    store: &Store,
    filter: &QueueFilter,
    order: QueueOrder,
    actor: &Actor,
) -> Result<Option<QueueEntry>, Problem> {
    loop {
        let now = Timestamp::now();
        let found = store.queue(filter, order, None, TRIES, now).await?;
        if found.is_empty() {
            return Ok(None);
        }
        for (_, entry) in found {
            if let Ok(claim) = store.claim(&entry.id, actor, now).await? {
                let claim: Option<Claim> = Some(claim);
                return Ok(Some(QueueEntry { claim, ..entry }));
            }
        }
        // Others were faster with every one of them; there may be more.
    }
}
