//! What is wrong in a posted transcript: each place as a JSON pointer, each message in Chinese.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

/// More problems than these help nobody; the rest is only counted.
const MOST: usize = 100;

/// One thing that is wrong in a posted transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FieldProblem)]
pub struct Problem {
    /// Where: a JSON pointer (RFC 6901) such as `/turns/3/start_ms`, in a script line and column; empty for the whole
    /// document.
    pub pointer: String,
    /// What was found, what is expected, and what to do.
    #[serde(rename = "detail")]
    pub message: String,
}

/// The stable name of the kind of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The bytes are not UTF-8.
    InvalidUtf8,
    /// The text is not JSON.
    InvalidJson,
    /// The text is not a script.
    InvalidScript,
    /// The JSON is not a transcript.
    InvalidTranscript,
    /// The transcript is right in form, but larger than the limits.
    TooLarge,
}

impl Kind {
    /// The code that programs may rely on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidUtf8 => "invalid_utf8",
            Self::InvalidJson => "invalid_json",
            Self::InvalidScript => "invalid_script",
            Self::InvalidTranscript => "invalid_transcript",
            Self::TooLarge => "too_large",
        }
    }
}

/// Everything that is wrong in one posted transcript.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems {
    /// The kind of the refusal.
    pub kind: Kind,
    /// The problems, in the order of the document, at most a hundred.
    pub list: Vec<Problem>,
    /// How many there are beyond the list.
    pub more: usize,
}

impl Problems {
    /// A refusal for one reason that concerns the document as a whole.
    #[must_use]
    pub fn whole(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, list: vec![Problem { pointer: String::new(), message: message.into() }], more: 0 }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = self.list.as_slice() else {
            return f.write_str("对话记录有误");
        };
        if !first.pointer.is_empty() {
            write!(f, "{}: ", first.pointer)?;
        }
        f.write_str(&first.message)?;
        match rest.len() + self.more {
            0 => Ok(()),
            others => write!(f, "(另有 {others} 处错误)"),
        }
    }
}

/// Gathers problems on the way through a document.
#[derive(Debug, Default)]
pub(super) struct Report {
    list: Vec<Problem>,
    more: usize,
    wrong: bool,
}

impl Report {
    /// A field is wrong.
    pub(super) fn wrong(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.wrong = true;
        self.add(pointer, message);
    }

    /// A field is right in form, but holds more than the limits allow.
    pub(super) fn too_large(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.add(pointer, message);
    }

    fn add(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        if self.list.len() < MOST {
            self.list.push(Problem { pointer: pointer.into(), message: message.into() });
        } else {
            self.more += 1;
        }
    }

    /// The list is full: what follows is only counted.
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= MOST
    }

    /// What was gathered, if anything.
    pub(super) fn problems(self) -> Option<Problems> {
        let kind = if self.wrong { Kind::InvalidTranscript } else { Kind::TooLarge };
        (!self.list.is_empty()).then_some(Problems { kind, list: self.list, more: self.more })
    }
}

/// A posted value as it is shown in a message: in quotes, shortened, without control characters.
pub(super) fn shown(value: &str) -> String {
    const LONGEST: usize = 40;
    let mut text: String =
        value.chars().take(LONGEST).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    if value.chars().nth(LONGEST).is_some() {
        text.push('…');
    }
    format!("“{text}”")
}
