//! `GET /api/v1/pack`, `/pack/search`, `/rules`, `/lexicons`: what is running, and what is wrong with what is not.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::problem::{Document, Problem};
use crate::diagnostic::Diagnostic;
use crate::lexicon::Speaker;
use crate::rule::{Demand, Refs, Severity, Status};
use crate::search;

/// The pack in use (规则包).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PackState {
    /// Digest of all of its files; every draft names it.
    digest: String,
    /// Since when it has been in use, RFC 3339.
    #[schema(format = DateTime)]
    since: String,
    /// The folder that is watched; null where the pack came with the binary.
    folder: Option<String>,
    files: usize,
    lexicons: usize,
    entries: usize,
    rules: usize,
    /// The ids of its rubrics.
    rubrics: Vec<String>,
    /// The files as they are now, where they were refused; null where the pack in use is made of them.
    refused: Option<RefusedState>,
}

/// Files that were not taken into use.
#[derive(Debug, Serialize, ToSchema)]
struct RefusedState {
    /// When they were looked at, RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// Everything that is wrong with them.
    mistakes: Vec<Mistake>,
}

/// One mistake in a file.
#[derive(Debug, Serialize, ToSchema)]
struct Mistake {
    file: String,
    /// From 1; 0 where the file as a whole is meant.
    line: usize,
    /// In characters, from 1.
    column: usize,
    /// What is wrong, in Chinese.
    message: String,
    /// What to do about it.
    help: Option<String>,
}

impl From<&Diagnostic> for Mistake {
    fn from(diagnostic: &Diagnostic) -> Self {
        let Diagnostic { file, line, column, message, help, .. } = diagnostic.clone();
        Self { file, line, column, message, help }
    }
}

/// 正在使用的规则包;文件改坏了时,这里写明错在哪里
#[utoipa::path(get, path = "/api/v1/pack", tag = "规则",
    responses((status = 200, description = "规则包的状态", body = PackState)))]
pub(super) async fn pack(State(app): State<Arc<App>>) -> Json<PackState> {
    // All from one moment: a new pack may be taken into use meanwhile.
    let state = app.shelf.state();
    let pack = &state.pack;
    let (lexicons, entries) = pack.lexicons.size();
    let refused = state.refused.as_ref().map(|refused| RefusedState {
        at: refused.at.to_string(),
        mistakes: refused.mistakes.0.iter().map(Mistake::from).collect(),
    });
    Json(PackState {
        digest: pack.digest().to_owned(),
        since: state.since.to_string(),
        folder: app.shelf.root().map(|root| root.display().to_string()),
        files: pack.sources.len(),
        lexicons,
        entries,
        rules: pack.rules.len(),
        rubrics: pack.rubric_ids().map(str::to_owned).collect(),
        refused,
    })
}

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// 要找的话或编号,1 至 100 个字符
    #[param(min_length = 1, max_length = 100, pattern = "\\S", example = "不归我管")]
    q: String,
}

/// Parts of the pack in use that have to do with some words, by their ids.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PackPlaces {
    /// Rules in whose files the words stand, or that would hear them.
    rules: Vec<String>,
    /// Lexicons in whose files the words stand, or with an entry that would hear them.
    lexicons: Vec<String>,
    /// Rubrics in whose files the words stand.
    rubrics: Vec<String>,
}

/// 在规则包里找一句话:文件里写着它的,和会听到它的规则、词表
#[utoipa::path(get, path = "/api/v1/pack/search", tag = "规则", params(SearchQuery), responses(
    (status = 200, description = "编号，从小到大", body = PackPlaces),
    (status = 400, description = "查询参数有误", body = Document, content_type = "application/problem+json")))]
pub(super) async fn search(
    State(app): State<Arc<App>>,
    query: Result<Query<SearchQuery>, QueryRejection>,
) -> Result<Json<PackPlaces>, Problem> {
    let wrong = || Problem::new("invalid_query", "查询参数有误：请写 q=要找的话，1 至 100 个字符");
    let Query(SearchQuery { q }) = query.map_err(|_| wrong())?;
    if q.trim().is_empty() || q.chars().count() > LONGEST_QUERY {
        return Err(wrong());
    }
    let pack = app.shelf.pack();
    let owned = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect();
    let found = app.aside.run(move || {
        let search::Places { rules, lexicons, rubrics } = search::search(&pack, &q);
        PackPlaces { rules: owned(rules), lexicons: owned(lexicons), rubrics: owned(rubrics) }
    });
    found.await.map(Json)
}

/// Nobody looks for a whole speech.
const LONGEST_QUERY: usize = 100;

/// One rule of the pack in use (规则).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleState {
    id: String,
    title: String,
    /// The criteria that it serves.
    #[serde(rename = "ref")]
    reference: Refs,
    /// forbid, expect or observe.
    #[schema(value_type = Demand)]
    demand: &'static str,
    severity: Severity,
    status: Status,
    /// How many examples prove it.
    examples: usize,
    /// The rubrics that judge it.
    rubrics: Vec<String>,
}

/// 正在使用的全部规则
#[utoipa::path(get, path = "/api/v1/rules", tag = "规则",
    responses((status = 200, description = "按编号排列", body = Vec<RuleState>)))]
pub(super) async fn rules(State(app): State<Arc<App>>) -> Json<Vec<RuleState>> {
    let pack = app.shelf.pack();
    let rules = pack.all_rules().iter().map(|id| {
        let rule = pack.rule(*id);
        let judging = pack.forms.iter().filter(|form| form.rubric.rules.contains(id));
        RuleState {
            id: rule.id.clone(),
            title: rule.title.clone(),
            reference: rule.reference.clone(),
            demand: match rule.demand {
                Demand::Forbid => "forbid",
                Demand::Expect => "expect",
                Demand::Observe => "observe",
            },
            severity: rule.severity,
            status: rule.status,
            examples: rule.examples.len(),
            rubrics: judging.map(|form| form.rubric.id.clone()).collect(),
        }
    });
    Json(rules.collect())
}

/// One lexicon of the pack in use (词表).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LexiconState {
    id: String,
    title: String,
    /// agent, customer, system or any: whose words count.
    #[schema(value_type = Speaker)]
    role: &'static str,
    /// Lexicons of one family compete: the longest entry wins.
    family: Option<String>,
    /// Whether its words cancel matches near them.
    guard: bool,
    entries: usize,
}

/// 正在使用的全部词表
#[utoipa::path(get, path = "/api/v1/lexicons", tag = "规则",
    responses((status = 200, description = "按编号排列", body = Vec<LexiconState>)))]
pub(super) async fn lexicons(State(app): State<Arc<App>>) -> Json<Vec<LexiconState>> {
    let pack = app.shelf.pack();
    let lexicons = pack.lexicons.catalogue().iter().map(|lexicon| LexiconState {
        id: lexicon.id.clone(),
        title: lexicon.title.clone(),
        role: lexicon.speaker.name(),
        family: lexicon.family.clone(),
        guard: lexicon.guard,
        entries: lexicon.entries,
    });
    Json(lexicons.collect())
}
