//! Stage 8: the pre-filled form — a rubric with proposals and evidence for a human to confirm.

use serde::Serialize;
use utoipa::ToSchema;

/// The machine's draft of one rubric for one transcript (机评初稿).
#[derive(Debug, Serialize, ToSchema)]
pub struct Draft<'a> {
    /// The transcript's own id.
    pub transcript_id: &'a str,
}
