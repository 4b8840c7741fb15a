//! `/try`: a transcript is pasted and its draft is seen; nothing is kept, and nothing of it is logged.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{page, rubrics};
use crate::answer::{Desk, Posted};
use crate::explain::explain;
use crate::http::problem::Problem;
use crate::http::{App, body};
use crate::pack::Pack;
use crate::pipeline::Ask;
use crate::rule::RuleId;
use crate::transcript::Transcript;
use crate::transcript::limits::Limits;
use crate::ui::{Choice, Frame, Trial, TrialResult, Why};
use crate::yaml;

/// With what the page begins.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct TrialQuery {
    /// A rule that is to be explained.
    #[serde(default)]
    rule: String,
    /// The number of one of its examples, from 0.
    example: Option<usize>,
}

/// The page itself.
pub(in crate::http) async fn page_of(
    State(app): State<Arc<App>>,
    frame: Frame,
    query: Result<Query<TrialQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(TrialQuery { rule, example }) = query.unwrap_or_default();
    let pack = app.shelf.pack();
    let choice = |id: &str, title: &str| Choice { id: id.to_owned(), title: title.to_owned() };
    let rules = pack.rules.iter().map(|rule| choice(&rule.id, &rule.title)).collect();
    let known = pack.rules.iter().find(|known| known.id == rule);
    let example = known.zip(example).and_then(|(rule, number)| rule.examples.get(number));
    // The brackets only say where the rule is expected to match.
    let text = example.map(|example| example.script.replace("[[", "").replace("]]", "")).unwrap_or_default();
    let rule = known.map(|rule| rule.id.clone()).unwrap_or_default();
    page(&Trial { page: frame, rubrics: rubrics(&pack), rules, text, rule })
}

/// What is to be tried.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tried {
    /// A transcript as JSON, or as people write dialogues.
    text: String,
    /// The rubric; without one, the rubric that fits the transcript is taken.
    rubric: Option<String>,
    /// A rule that is to be explained.
    rule: Option<String>,
    /// Judge every rule of the pack.
    #[serde(default)]
    all_rules: bool,
}

/// The draft of what was pasted, as a piece of the page.
pub(in crate::http) async fn judge(
    State(app): State<Arc<App>>,
    frame: Frame,
    body: Body,
) -> Result<Response, Problem> {
    let tried: Tried = body::json_within(body, &app, &app.limits).await?;
    let (pack, limits) = (app.shelf.pack(), app.limits);
    // To explain a rule all of them are judged, which other requests must not wait for.
    page(&app.aside.run(move || tried.judged(frame, &pack, &limits)).await??)
}

impl Tried {
    fn judged(self, page: Frame, pack: &Pack, limits: &Limits) -> Result<TrialResult, Problem> {
        let rule = self.rule.as_deref().map(|id| named(pack, id)).transpose()?;
        let ask = Ask { rubric: self.rubric.as_deref(), all_rules: self.all_rules };
        let desk = Desk { pack, limits, ask };
        let shown = desk.with_draft(Posted::pasted(&self.text, "try"), |transcript, draft| {
            let why = rule.map(|rule| why(pack, rule, transcript));
            TrialResult::of(page, pack, transcript, draft, why)
        })?;
        shown.map_err(|_| Problem::internal())
    }
}

fn why(pack: &Pack, id: RuleId, transcript: &Transcript<'_>) -> Why {
    let rule = pack.rule(id);
    Why { rule: rule.id.clone(), title: rule.title.clone(), text: explain(pack, id, transcript) }
}

fn named(pack: &Pack, id: &str) -> Result<RuleId, Problem> {
    let found = pack.all_rules().iter().find(|rule| pack.rule(**rule).id == id);
    found.copied().ok_or_else(|| {
        let near = yaml::nearest(id, pack.rules.iter().map(|rule| rule.id.as_str()));
        let hint = near.map_or_else(String::new, |near| format!("，是不是想写 {near}"));
        Problem::new("not_found", format!("规则包里没有编号为“{id}”的规则{hint}"))
    })
}
