//! Why something is done: asked wherever the audit log tells it.

use axum::body::Body;
use serde::Deserialize;
use utoipa::ToSchema;

use super::problem::Problem;
use super::{App, body};
use crate::privacy;

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"why": "核对客户号码"}))]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    /// The reason, 1–500 characters; it goes into the audit log.
    #[schema(min_length = 1, max_length = 500, pattern = "\\S")]
    why: String,
}

impl Why {
    /// The reason that a request gives.
    pub(super) async fn read(body: Body, app: &App) -> Result<String, Problem> {
        Self::check(body::json::<Self>(body, app).await?.why)
    }

    /// A reason that can be kept and shown, personal data covered.
    pub(super) fn check(why: String) -> Result<String, Problem> {
        let why: String = why.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if (1..=500).contains(&why.chars().count()) {
            return Ok(privacy::mask(&why));
        }
        let message = "请写明原因，1 至 500 个字符";
        Err(Problem::new("invalid_request", message).at("/why", message))
    }
}
