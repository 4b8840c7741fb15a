//! `/reviews/{id}`, `/sheet`, `/advice`: a draft beside its transcript, to be reviewed; and what is printed of it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::{now, page};
use crate::answer::Refusal;
use crate::detect::Scene;
use crate::http::App;
use crate::http::problem::Problem;
use crate::http::reviews::{shown, stored};
use crate::lexicon::Plan;
use crate::pack::Pack;
use crate::store::StoreError;
use crate::transcript::limits::Limits;
use crate::transcript::{Transcript, intake};
use crate::ui::{AdviceSheet, Facts, Frame, Material, RecordSheet, ReviewPage, ShownDraft, Titles};

/// The review page.
pub(in crate::http) async fn review(
    State(app): State<Arc<App>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    laid_out(&app, &id, |material| page(&ReviewPage::of(frame, material))).await
}

/// The record of monitoring (客户代表监听记录表), to be printed.
pub(in crate::http) async fn sheet(
    State(app): State<Arc<App>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    laid_out(&app, &id, |material| page(&RecordSheet::of(frame, material))).await
}

/// What should be done better (客户代表改进建议单), to be printed.
pub(in crate::http) async fn advice(
    State(app): State<Arc<App>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    laid_out(&app, &id, |material| page(&AdviceSheet::of(frame, material))).await
}

/// Has `lay_out` make a page of a stored review, personal data covered.
async fn laid_out(
    app: &App,
    id: &str,
    lay_out: impl FnOnce(&Material<'_>) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let stored = stored(&app.archive()?.store, id, now()).await?;
    let review = stored.review()?;
    let (posted, draft) = shown(&stored, true)?;
    let posted = serde_json::to_vec(&posted).map_err(|_| StoreError::Broken("JSON"))?;
    let transcript = intake::read(&posted, &Limits::NONE).map_err(Refusal::from)?;
    let draft = serde_json::from_value::<ShownDraft>(draft).map_err(|_| StoreError::Broken("初稿"))?;
    let pack = app.shelf.pack();
    let original = intake::read(&stored.transcript, &Limits::NONE).map_err(Refusal::from)?;
    let facts = facts(&original, &pack, &review.machine().rubric.id);
    lay_out(&Material {
        stored: &stored,
        review: &review,
        transcript: &transcript,
        draft: &draft,
        facts: &facts,
        reasons: &pack.reasons,
        titles: &Titles::of(&pack),
    })
}

/// What happened beside words, as the pack in use sees it: a picture to find one's way by, never a judgement.
fn facts(transcript: &Transcript<'_>, pack: &Pack, rubric: &str) -> Facts {
    let plan = pack.form(rubric).map_or(Plan::ALL, |form| form.plan);
    let scene = Scene::new(transcript, &pack.lexicons, &pack.dialogue, plan);
    Facts { silences: scene.silences().to_vec(), holds: scene.holds().to_vec(), doubts: scene.doubts() }
}
