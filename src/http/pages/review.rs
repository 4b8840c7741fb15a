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
use crate::store::{StoreError, StoredReview};
use crate::transcript::limits::Limits;
use crate::transcript::{Transcript, intake};
use crate::ui::{AdviceSheet, Facts, Frame, Material, RecordSheet, ReviewPage, ShownDraft, Titles};

/// The review page.
pub(in crate::http) async fn review(
    State(app): State<Arc<App>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    laid_out(&app, &id, move |material, pack| {
        // Facts are seen in what was said, and not in what is shown of it.
        let original = intake::read(&material.stored.transcript, &Limits::NONE).map_err(Refusal::from)?;
        let facts = facts(&original, pack, &material.review.machine().rubric.id);
        page(&ReviewPage::of(frame, material, &facts, &Titles::of(pack)))
    })
    .await
}

/// The record of monitoring (客户代表监听记录表), to be printed.
pub(in crate::http) async fn sheet(
    State(app): State<Arc<App>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    laid_out(&app, &id, move |material, _| page(&RecordSheet::of(frame, material))).await
}

/// What should be done better (客户代表改进建议单), to be printed.
pub(in crate::http) async fn advice(
    State(app): State<Arc<App>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    laid_out(&app, &id, move |material, _| page(&AdviceSheet::of(frame, material))).await
}

/// Has `lay_out` make a page of a stored review, personal data covered. A long transcript takes a while, which other requests
/// must not wait for.
async fn laid_out(
    app: &App,
    id: &str,
    lay_out: impl FnOnce(&Material<'_>, &Pack) -> Result<Response, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let stored = stored(&app.archive()?.store, id, now()).await?;
    let pack = app.shelf.pack();
    app.aside.run(move || with_material(&stored, &pack, lay_out)).await?
}

fn with_material(
    stored: &StoredReview,
    pack: &Pack,
    lay_out: impl FnOnce(&Material<'_>, &Pack) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let review = stored.review()?;
    let (posted, draft) = shown(stored, true)?;
    let posted = serde_json::to_vec(&posted).map_err(|_| StoreError::Broken("JSON"))?;
    let transcript = intake::read(&posted, &Limits::NONE).map_err(Refusal::from)?;
    let draft: ShownDraft = serde_json::from_value(draft).map_err(|_| StoreError::Broken("初稿"))?;
    let reasons = &pack.reasons;
    lay_out(&Material { stored, review: &review, transcript: &transcript, draft: &draft, reasons }, pack)
}

/// What happened beside words, as the pack in use sees it: a picture to find one's way by, never a judgement.
fn facts(transcript: &Transcript<'_>, pack: &Pack, rubric: &str) -> Facts {
    let plan = pack.form(rubric).map_or(Plan::ALL, |form| form.plan);
    let scene = Scene::new(transcript, &pack.lexicons, &pack.dialogue, plan);
    Facts { silences: scene.silences().to_vec(), holds: scene.holds().to_vec(), doubts: scene.doubts() }
}
