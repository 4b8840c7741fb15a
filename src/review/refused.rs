//! Why a decision is not taken.

/// Why a decision is not taken: a stable code for programs, and for people which field and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// The stable name of the reason.
    pub code: &'static str,
    /// The field, as a JSON pointer within the decision; empty for the decision as a whole.
    pub pointer: String,
    /// What is wrong and what to do, in Chinese.
    pub message: String,
}

impl Refused {
    /// The field with this name is wrong; an empty name means the decision as a whole.
    pub(super) fn new(code: &'static str, field: &str, message: impl Into<String>) -> Self {
        let pointer = match field {
            "" => String::new(),
            field => format!("/{}", field.replace('~', "~0").replace('/', "~1")),
        };
        Self { code, pointer, message: message.into() }
    }

    /// The field with this name should say `what`.
    pub(super) fn missing(field: &str, what: &str) -> Self {
        Self::new("missing_field", field, format!("缺少 {field}：请填写{what}"))
    }
}
