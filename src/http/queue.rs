//! `GET /api/v1/reviews`, `/counts`, `POST /next`: which drafts wait for a human, how many, and the next of them.

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
use crate::privacy;
use crate::score::Points;
use crate::store::{Cursor, QueueCounts, QueueEntry, QueueFilter, QueueOrder, ReviewState, Store};

/// A page has so many entries where nothing else is asked for.
const PAGE: u32 = 50;
/// A page never has more.
const LARGEST_PAGE: u32 = 500;
/// So many of the next reviews are looked at together: others may be faster with the first of them.
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
    /// true 提交过又退回的,false 不是
    reopened: Option<bool>,
    /// 领取或提交的人的编号;me 表示自己
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    person: Option<String>,
    /// 对话编号,即提交时的 id
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    transcript_id: Option<String>,
    /// 评分表编号
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    rubric: Option<String>,
    /// 工号
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    agent: Option<String>,
    /// 班组
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    team: Option<String>,
    /// 通话日期不早于,如 2026-11-21
    #[param(format = Date)]
    #[schema(format = Date)]
    from: Option<String>,
    /// 通话日期不晚于
    #[param(format = Date)]
    #[schema(format = Date)]
    to: Option<String>,
    /// 提交时间不早于,如 2026-11-21T00:00:00+08:00
    #[param(value_type = Option<String>, format = DateTime)]
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_from: Option<Timestamp>,
    /// 提交时间早于
    #[param(value_type = Option<String>, format = DateTime)]
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_before: Option<Timestamp>,
    /// 机评得分不低于
    #[param(minimum = -10000000, maximum = 10000000, multiple_of = 0.01)]
    #[schema(minimum = -10000000, maximum = 10000000, multiple_of = 0.01)]
    min_score: Option<f64>,
    /// 机评得分不高于
    #[param(minimum = -10000000, maximum = 10000000, multiple_of = 0.01)]
    #[schema(minimum = -10000000, maximum = 10000000, multiple_of = 0.01)]
    max_score: Option<f64>,
    /// 最重的命中不轻于:1 轻微,2 一般,3 严重
    #[param(minimum = 0, maximum = 3)]
    #[schema(minimum = 0, maximum = 3)]
    min_severity: Option<i64>,
    /// 不确定程度不低于
    min_uncertainty: Option<u32>,
    /// 命中(含疑似)这条规则的
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    rule: Option<String>,
    /// 顺序:risk 风险从高到低(缺省),newest、oldest 初稿的先后,score 得分从低到高,submitted 最近提交的在前
    #[param(inline)]
    order: QueueOrder,
    /// 上一页给出的 next
    #[param(pattern = "^-?[0-9]{1,18}[.][0-9a-fA-F-]{36}$")]
    #[schema(pattern = "^-?[0-9]{1,18}[.][0-9a-fA-F-]{36}$")]
    cursor: Option<String>,
    /// 最多几条 [缺省: 50,最多 500]
    #[param(minimum = 1, maximum = 500)]
    #[schema(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A page of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueuePage {
    pub(super) reviews: Vec<QueueEntry>,
    /// To be given as `cursor` for the next page; null where this is the last.
    pub(super) next: Option<String>,
}

fn wrong(message: impl Into<String>) -> Problem {
    Problem::new("invalid_query", message)
}

impl QueueQuery {
    pub(super) fn filter(&self, actor: &Actor) -> Result<QueueFilter, Problem> {
        let own = |person: &String| if person == "me" { actor.id.clone() } else { person.clone() };
        let filter = QueueFilter {
            state: self.state,
            free: self.free,
            reopened: self.reopened,
            person: self.person.as_ref().map(own),
            transcript_id: self.transcript_id.clone(),
            rubric: self.rubric.clone(),
            agent: self.agent.clone(),
            team: self.team.clone(),
            from: day(self.from.as_deref(), "from")?,
            to: day(self.to.as_deref(), "to")?,
            submitted_from: self.submitted_from,
            submitted_before: self.submitted_before,
            min_score: points(self.min_score, "min_score")?,
            max_score: points(self.max_score, "max_score")?,
            min_severity: self.min_severity,
            min_uncertainty: self.min_uncertainty.map(i64::from),
            rule: self.rule.clone(),
        };
        let QueueFilter { person, transcript_id, rubric, agent, team, rule, .. } = &filter;
        let texts = [person, transcript_id, rubric, agent, team, rule];
        let is_odd = |text: &String| text.contains('\0') || text.chars().count() > 200;
        if texts.into_iter().flatten().any(is_odd) {
            return Err(wrong("查询参数有误：编号最多 200 个字符，不能有空字符"));
        }
        if filter.min_severity.is_some_and(|least| !(0..=3).contains(&least)) {
            return Err(wrong("查询参数 min_severity 为 0 至 3"));
        }
        Ok(filter)
    }

    /// How many entries, and behind which.
    fn page(&self) -> Result<(u32, Option<Cursor>), Problem> {
        let limit = self.limit.unwrap_or(PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(wrong(format!("查询参数 limit 为 1 至 {LARGEST_PAGE}")));
        }
        Ok((limit, self.cursor.as_deref().map(read_cursor).transpose()?))
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
    let Query(query) = query.map_err(|error| body::misread(&error))?;
    found(&app, &actor, &query).await.map(Json)
}

/// The page that is asked for.
pub(super) async fn found(app: &App, actor: &Actor, query: &QueueQuery) -> Result<QueuePage, Problem> {
    let filter = query.filter(actor)?;
    let (limit, after) = query.page()?;
    let store = &app.archive()?.store;
    // One more than asked for tells whether there is a next page.
    let mut found = store.queue(&filter, query.order, after.as_ref(), limit + 1, Timestamp::now()).await?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| has_more).map(|(Cursor { key, id }, _)| format!("{key}.{id}"));
    Ok(QueuePage { reviews: found.into_iter().map(|(_, entry)| shown(entry)).collect(), next })
}

/// Recordings are named after the number that called.
fn shown(entry: QueueEntry) -> QueueEntry {
    QueueEntry { transcript_id: privacy::mask(&entry.transcript_id), ..entry }
}

/// 复核队列的数目:待复核、其中有人在看的、已提交的
///
/// 条件同复核队列;`state`、`order`、`cursor`、`limit` 在这里不起作用。当天的进度:`person=me`、`submitted_from=今天零点`。
#[utoipa::path(get, path = "/api/v1/reviews/counts", tag = "复核", params(QueueQuery), responses(
    (status = 200, description = "数目", body = QueueCounts),
    (status = 400, description = "查询参数有误", body = Document, content_type = "application/problem+json")))]
pub(super) async fn counts(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    query: Result<Query<QueueQuery>, QueryRejection>,
) -> Result<Json<QueueCounts>, Problem> {
    let Query(query) = query.map_err(|error| body::misread(&error))?;
    query.page()?;
    Ok(Json(app.archive()?.store.queue_counts(&query.filter(&actor)?, Timestamp::now()).await?))
}

/// The next review, now one's own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NextReview)]
pub(super) struct Next {
    /// Null where no open review of such is free.
    review: Option<QueueEntry>,
}

/// 领取下一通:已领取而没有提交的先来,然后是符合条件、还没有人在看的第一通
///
/// 重复请求得到的是同一通,不会多占。条件同复核队列;`state`、`free`、`person`、`cursor`、`limit` 在这里不起作用。
#[utoipa::path(post, path = "/api/v1/reviews/next", tag = "复核", request_body = QueueQuery,
    responses((status = 200, description = "已领取；没有时 review 为 null", body = Next)))]
pub(super) async fn next(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Actor>,
    body: Body,
) -> Result<Json<Next>, Problem> {
    let query: QueueQuery = body::json(body, &app).await?;
    query.page()?;
    let (store, order) = (&app.archive()?.store, query.order);
    let open = QueueFilter { state: Some(ReviewState::Open), person: None, ..query.filter(&actor)? };
    let own = QueueFilter { free: Some(false), person: Some(actor.id.clone()), ..open.clone() };
    let review = match claim_first(store, &own, order, &actor).await? {
        Some(own) => Some(own),
        None => claim_first(store, &QueueFilter { free: Some(true), ..open }, order, &actor).await?,
    };
    Ok(Json(Next { review: review.map(shown) }))
}

/// Claims the first that nobody else holds or is faster to claim.
async fn claim_first(
    store: &Store,
    filter: &QueueFilter,
    order: QueueOrder,
    actor: &Actor,
) -> Result<Option<QueueEntry>, Problem> {
    let mut after = None;
    loop {
        let now = Timestamp::now();
        let found = store.queue(filter, order, after.as_ref(), TRIES, now).await?;
        for (_, entry) in &found {
            if let Ok(claim) = store.claim(&entry.id, actor, now).await? {
                return Ok(Some(QueueEntry { claim: Some(claim), ..entry.clone() }));
            }
        }
        // Others were faster with every one of them; there may be more behind.
        let Some((last, _)) = found.into_iter().last() else { return Ok(None) };
        after = Some(last);
    }
}
