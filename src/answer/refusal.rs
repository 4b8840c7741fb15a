//! Why there is no draft: a stable code, a Chinese sentence, and each offending field.

use serde::Serialize;
use utoipa::ToSchema;

use crate::pipeline::PipelineError;
use crate::transcript::problem::{Kind, Problem, Problems};
use crate::transcript::script::ScriptError;

/// Why a document got no draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refusal {
    /// The stable name of the reason.
    pub code: &'static str,
    /// The reason in Chinese.
    pub detail: String,
    /// The line of the input on which the document begins, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64)]
    pub line: Option<u64>,
    /// The file, where the input has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub file: Option<String>,
    /// Each offending field.
    pub errors: Vec<Problem>,
}

/// The line that stands where a draft would stand.
#[derive(Serialize)]
struct ErrorLine<'a> {
    error: &'a Refusal,
}

impl Refusal {
    /// A refusal without offending fields.
    #[must_use]
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), line: None, file: None, errors: Vec::new() }
    }

    /// The program has a fault; nothing of what it was working on is told.
    #[must_use]
    pub fn internal() -> Self {
        Self::new("internal", "程序内部出错，这通对话没有评分：请把请求编号或行号告诉管理员")
    }

    /// The same refusal with the line on which the document begins.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same refusal with the name of the file.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.file = Some(file.to_owned());
        self
    }

    /// One line of JSON, `{"error": …}`, without the line break.
    #[must_use]
    pub fn to_json_line(&self) -> Vec<u8> {
        serde_json::to_vec(&ErrorLine { error: self })
            .unwrap_or_else(|_| br#"{"error":{"code":"internal","detail":"","errors":[]}}"#.to_vec())
    }
}

impl From<Problems> for Refusal {
    fn from(problems: Problems) -> Self {
        Self {
            code: problems.kind.code(),
            detail: problems.to_string(),
            line: None,
            file: None,
            errors: problems.list,
        }
    }
}

impl From<Vec<ScriptError>> for Refusal {
    fn from(errors: Vec<ScriptError>) -> Self {
        let problem = |ScriptError { line, column, message }| {
            let pointer = format!("{line}:{column}");
            Problem { pointer, message }
        };
        let list = errors.into_iter().map(problem).collect();
        Problems { kind: Kind::InvalidScript, list, more: 0 }.into()
    }
}

impl From<PipelineError> for Refusal {
    fn from(error: PipelineError) -> Self {
        let code = match error {
            PipelineError::UnknownRubric { .. } => "unknown_rubric",
            PipelineError::RubricNotSet { .. } => "rubric_not_set",
            PipelineError::NoRubricApplies => "no_rubric_applies",
        };
        Self::new(code, error.to_string())
    }
}
