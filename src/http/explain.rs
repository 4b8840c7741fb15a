//! `GET /api/v1/reviews/{id}/explanation`: why a rule says what it says about a kept transcript, by the pack that judged it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::problem::{Document, Problem};
use super::reviews::stored;
use crate::answer::Refusal;
use crate::explain::explain_quoting;
use crate::pack::Pack;
use crate::privacy::Covered;
use crate::transcript::intake;
use crate::transcript::limits::Limits;

/// Which rule.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExplanationQuery {
    /// 规则编号,如 forbidden/not-my-job
    rule: String,
}

/// Why a rule says what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Explanation {
    rule: String,
    /// Digest of the pack that was asked: the one that made the draft.
    pack: String,
    /// Step by step, a line each, personal data covered.
    text: String,
}

/// 逐步说明一条规则为什么这样判这一通
#[utoipa::path(get, path = "/api/v1/reviews/{id}/explanation", tag = "复核",
    params(("id" = String, Path, description = "初稿编号"), ExplanationQuery), responses(
    (status = 200, description = "用的是当时的规则包", body = Explanation),
    (status = 400, description = "查询参数有误", body = Document, content_type = "application/problem+json"),
    (status = 404, description = "没有这份初稿，或没有这条规则", body = Document, content_type = "application/problem+json"),
    (status = 409, description = "规则包太旧，现在的程序读不了", body = Document, content_type = "application/problem+json")))]
pub(super) async fn explanation(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    query: Result<Query<ExplanationQuery>, QueryRejection>,
) -> Result<Json<Explanation>, Problem> {
    let wrong = |_| Problem::new("invalid_query", "查询参数有误：请写 rule=规则编号");
    let Query(ExplanationQuery { rule }) = query.map_err(wrong)?;
    let archive = app.archive()?;
    let stored = stored(&archive.store, &id, Timestamp::now()).await?;
    let pack = archive.pack(app.shelf.pack(), &stored.review()?.machine().pack).await?;
    // Of a long transcript this takes a while, which other requests must not wait for.
    let explain = move || explanation_of(&pack, &stored.transcript, rule);
    app.aside.run(explain).await?.map(Json)
}

fn explanation_of(pack: &Pack, transcript: &[u8], rule: String) -> Result<Explanation, Problem> {
    let asked = pack.all_rules().iter().find(|asked| pack.rule(**asked).id == rule);
    let asked = asked.ok_or_else(|| Problem::new("not_found", "规则包里没有这条规则"))?;
    let transcript = intake::read(transcript, &Limits::NONE).map_err(Refusal::from)?;
    let covered = Covered::of(&transcript);
    let text = explain_quoting(pack, *asked, &transcript, &|turn, words| covered.quote(turn, words));
    Ok(Explanation { rule, pack: pack.digest().to_owned(), text })
}
