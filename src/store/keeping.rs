//! A transcript with its draft, made ready to be kept.

use jiff::Timestamp;

use super::{News, compressed, new_id};
use crate::digest::sha256;
use crate::draft::Draft;
use crate::review::{Risk, risk};
use crate::transcript::{Channel, Transcript};
use crate::webhook::event::{DraftCreated, Event, VetoProposed};

/// A transcript and its draft, ready to be kept.
#[derive(Debug, Clone)]
pub struct Keeping {
    /// The sender's own id of the transcript.
    pub source_id: String,
    /// Spoken or written.
    pub channel: Channel,
    /// The agent's number.
    pub agent: Option<String>,
    /// The agent's team.
    pub team: Option<String>,
    /// The day of the call, `2026-11-21`.
    pub day: String,
    /// How many turns it has.
    pub turns: u32,
    /// Who sent it.
    pub sender: String,
    /// How the sender knows its request again.
    pub key: Option<RequestKey>,
    /// The job and its line that brought it.
    pub line: Option<(String, i64)>,
    /// Whether the rubric was asked for by name; else any draft of the transcript answers a repeat.
    pub asked: bool,
    /// What was posted.
    pub body: Packed,
    /// The draft.
    pub draft: NewDraft,
    /// What is told where the draft is new.
    pub news: Vec<News>,
}

impl Keeping {
    /// A transcript that was posted as `body` and judged at this time, with its draft, which as JSON is `json`; nobody
    /// is named yet who sent it.
    #[must_use]
    pub fn of(
        transcript: &Transcript<'_>,
        draft: &Draft<'_>,
        body: &[u8],
        json: &[u8],
        now: Timestamp,
    ) -> Self {
        let agent = transcript.agent.as_ref();
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
        // For a transcript that does not say when it began, the day where the server stands (`TZ`).
        let today = || now.to_zoned(jiff::tz::TimeZone::system()).date();
        let id = new_id();
        Self {
            source_id: transcript.id.clone().into_owned(),
            channel: transcript.channel,
            agent: agent.and_then(|agent| agent.id.as_deref()).map(plain),
            team: agent.and_then(|agent| agent.team.as_deref()).map(plain),
            day: transcript.began().map_or_else(today, |began| began.date()).to_string(),
            turns: u32::try_from(transcript.turns.len()).unwrap_or(u32::MAX),
            sender: String::new(),
            key: None,
            line: None,
            asked: false,
            body: Packed::new(body),
            news: news(&id, draft, now),
            draft: NewDraft::of(id, draft, json),
        }
    }

    /// What a repeat of a request with a key must have alike.
    pub(super) fn request_digest(&self) -> Option<String> {
        self.key.as_ref().map(|RequestKey { ask, .. }| format!("{} {ask}", self.body.digest))
    }
}

/// The `Idempotency-Key` of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// The key itself.
    pub key: String,
    /// What is asked for beside what is brought: a repeat asks for the same.
    pub ask: String,
}

/// Bytes as they are stored, with the SHA-256 of what they were.
#[derive(Debug, Clone)]
pub struct Packed {
    pub(super) digest: String,
    pub(super) bytes: Vec<u8>,
}

impl Packed {
    /// Digests and compresses.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self { digest: sha256(bytes), bytes: compressed(bytes) }
    }
}

/// A draft that is to be kept, with what the queue sorts and filters by.
#[derive(Debug, Clone)]
pub struct NewDraft {
    /// Its id.
    pub id: String,
    /// Digest of the pack that judged.
    pub pack: String,
    /// Version of the engine that judged.
    pub engine: String,
    /// The rubric's id.
    pub rubric: String,
    /// The rubric's version.
    pub rubric_version: String,
    /// The machine's total with every proposed veto carried out, in hundredths.
    pub score: i64,
    /// The points that there were to be had, in hundredths.
    pub max: i64,
    /// Those of them on items that the machine has judged, in hundredths.
    pub judged_max: i64,
    /// The heaviest hit: 0 none, 1 minor, 2 major, 3 critical.
    pub severity: u32,
    /// How many hits.
    pub hits: u32,
    /// How many candidates.
    pub candidates: u32,
    /// How many proposed vetoes.
    pub vetoes: u32,
    /// How little the machine is sure.
    pub uncertainty: u32,
    /// Sorts the queue, the most worth a look first.
    pub risk: u32,
    /// Hits and candidates of each rule that has any.
    pub rules: Vec<(String, u32, u32)>,
    /// The draft as JSON.
    pub body: Packed,
}

impl NewDraft {
    fn of(id: String, draft: &Draft<'_>, json: &[u8]) -> Self {
        let risk = risk(draft);
        let rank = risk.rank();
        let Risk { severity, uncertainty, hits, candidates, vetoes, rules, .. } = risk;
        Self {
            id,
            pack: draft.pack.to_owned(),
            engine: draft.engine.to_owned(),
            rubric: draft.rubric.id.to_owned(),
            rubric_version: draft.rubric.version.to_owned(),
            score: draft.totals.with_vetoes.hundredths(),
            max: draft.totals.max.hundredths(),
            judged_max: draft.totals.prefilled_max.hundredths(),
            severity: severity.into(),
            hits,
            candidates,
            vetoes,
            uncertainty,
            risk: rank,
            rules: rules.into_iter().map(|rule| (rule.rule, rule.hits, rule.candidates)).collect(),
            body: Packed::new(json),
        }
    }
}

/// What is told of a new draft.
fn news(id: &str, draft: &Draft<'_>, now: Timestamp) -> Vec<News> {
    let created = News::new(Event::DraftCreated(DraftCreated::of(id, draft)), now);
    let vetoes = VetoProposed::all(id, draft).map(|veto| News::new(Event::VetoProposed(veto), now));
    std::iter::once(created).chain(vetoes).collect()
}
