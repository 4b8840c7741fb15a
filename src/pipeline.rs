//! The page to read first: a transcript becomes a draft.

use crate::draft::Draft;
use crate::pack::Pack;
use crate::transcript::Transcript;

/// What the caller wants to have judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// The rubric's id; without one, the rubric that fits the transcript is taken.
    pub rubric: Option<&'a str>,
    /// Judge every rule of the pack, not only those that the rubric uses.
    pub all_rules: bool,
}

/// Why no draft could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PipelineError {
    /// No rubric has the id that was asked for.
    #[error("没有编号为“{asked}”的评分表,可用的有:{known}")]
    UnknownRubric {
        /// The id that was asked for.
        asked: String,
        /// The ids that the pack has.
        known: String,
    },
    /// No rubric applies to such a transcript.
    #[error("没有适用于这通对话的评分表,请用 rubric 参数指明")]
    NoRubricApplies,
}

/// Turns a transcript into the draft of one rubric.
///
/// # Errors
/// When the rubric that was asked for does not exist, or none applies.
pub fn draft<'a>(
    _pack: &'a Pack,
    transcript: &'a Transcript<'a>,
    _ask: Ask<'_>,
) -> Result<Draft<'a>, PipelineError> {
    Ok(Draft { transcript_id: &transcript.id })
}
