//! Stage 1: what came in — the native transcript, as a transcription system posts it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The way in: a posted body becomes a transcript, or the list of all that is wrong with it.
pub mod intake;
/// How much one transcript may hold.
pub mod limits;
/// What is wrong in a posted transcript, and where.
pub mod problem;
/// The script form in which people write short dialogues, as in the examples of rules.
pub mod script;

mod allowed;
mod check;
mod node;
mod syntax;
mod walk;

/// A point in time or a length of time in whole milliseconds from the start of the call or chat.
pub type Millis = u32;

/// One call or chat, turn by turn, in the order of time (对话记录).
///
/// Borrows its texts from the posted body wherever JSON allows it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(
    description = "One call or chat, turn by turn (对话记录). Unknown fields are ignored, and the draft says so."
)]
pub struct Transcript<'a> {
    /// The sender's own id of the call or chat; returned with the draft.
    #[serde(borrow)]
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    pub id: Cow<'a, str>,
    /// Whether it was spoken or written.
    #[serde(default)]
    pub channel: Channel,
    /// Who called whom.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// When it began, RFC 3339 with offset.
    #[serde(borrow, default)]
    #[schema(format = DateTime)]
    pub started_at: Option<Cow<'a, str>>,
    /// How the speakers were told apart.
    #[serde(default)]
    pub separation: Separation,
    /// The agent who served.
    #[serde(borrow, default)]
    pub agent: Option<Agent<'a>>,
    /// What was said, in the order of time.
    #[serde(borrow)]
    #[schema(min_items = 1)]
    pub turns: Vec<Turn<'a>>,
    /// What the telephone system reported.
    #[serde(default)]
    pub events: Vec<Event>,
    /// Anything else that the sender knows; kept.
    #[serde(default)]
    pub meta: serde_json::Map<String, serde_json::Value>,
    /// Fields that were posted, are not known and had no effect, such as `source` or `turns[].conf`; each once.
    #[serde(skip)]
    pub ignored: Vec<String>,
}

impl Transcript<'_> {
    /// When it began, by the clock where it was; none where that is not known.
    #[must_use]
    pub fn began(&self) -> Option<jiff::civil::DateTime> {
        let pieces = jiff::fmt::temporal::Pieces::parse(self.started_at.as_deref()?).ok()?;
        Some(pieces.date().to_datetime(pieces.time()?))
    }
}

/// Spoken or written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A telephone call.
    #[default]
    Call,
    /// A written chat.
    Chat,
}

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The customer called (呼入).
    Inbound,
    /// The agent called (呼出).
    Outbound,
}

/// How the speakers were told apart, which decides what can be measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Separation {
    /// Each speaker was recorded on a channel of their own.
    TwoChannel,
    /// One mixed channel, split by voice.
    Diarised,
    /// Not stated.
    #[default]
    Unknown,
}

/// The agent who served (客服代表).
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Agent<'a> {
    /// The agent's number (工号).
    #[serde(borrow, default)]
    #[schema(max_length = 200, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    pub id: Option<Cow<'a, str>>,
    /// The agent's team.
    #[serde(borrow, default)]
    #[schema(max_length = 200, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    pub team: Option<Cow<'a, str>>,
}

/// One uninterrupted stretch of one speaker (话轮).
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Turn<'a> {
    /// Who spoke.
    pub role: Role,
    /// When the turn began, ms from the start.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    pub start_ms: Option<Millis>,
    /// When the turn ended, ms from the start; equal to `start_ms` in a chat.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    pub end_ms: Option<Millis>,
    /// What was said.
    #[serde(borrow)]
    pub text: Cow<'a, str>,
    /// Place in the posted list, which is what a draft points at.
    #[serde(skip)]
    pub index: u32,
}

impl Turn<'_> {
    /// Begin and end, where both are known.
    #[must_use]
    pub fn times(&self) -> Option<(Millis, Millis)> {
        Some((self.start_ms?, self.end_ms?))
    }
}

/// Who spoke (角色).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = SpeakerRole)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The service's agent (客服).
    Agent,
    /// The customer (客户).
    Customer,
    /// A machine voice or an automatic message (系统).
    System,
    /// Somebody else in the line.
    Other,
    /// The transcriber could not tell.
    Unknown,
}

/// Something that the telephone system reported (通话事件).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub struct Event {
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When, ms from the start.
    #[schema(value_type = u32)]
    pub at_ms: Millis,
    /// Who caused it, where that is known.
    #[serde(default)]
    pub by: Option<Role>,
}

/// The kinds of telephone events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The call was answered.
    Answer,
    /// The agent put the customer on hold.
    HoldOn,
    /// The agent came back.
    HoldOff,
    /// The call was handed on.
    Transfer,
    /// It rang once.
    Ring,
    /// Somebody hung up.
    Hangup,
}
