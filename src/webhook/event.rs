//! What is told: an event with ids, points and counts. Nothing that anybody said is ever part of it.

use std::str::FromStr;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::draft::{Draft, DraftTotals, DraftVeto, FindingVerdict};
use crate::review::{Review, ReviewResult};
use crate::rule::Severity;
use crate::score::Points;
use crate::store::Step;

/// The sort of an event, which an endpoint chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// A transcript was judged.
    DraftCreated,
    /// A reviewer has finished.
    ReviewSubmitted,
    /// A finished review is open again.
    ReviewReopened,
    /// The machine proposes a veto.
    VetoProposed,
    /// A job has come to its end.
    JobFinished,
    /// Another pack is in use.
    PackChanged,
    /// Somebody tries whether messages arrive.
    Ping,
}

/// A name that is no event's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("不认识的事件“{0}”：可用的有 {names}", names = Sort::ALL.map(Sort::name).join("、"))]
pub struct UnknownEvent(pub String);

/// What has happened: `data` of the message.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub enum Event<'a> {
    /// `draft.created`
    DraftCreated(DraftCreated<'a>),
    /// `review.submitted`
    ReviewSubmitted(ReviewSubmitted<'a>),
    /// `review.reopened`
    ReviewReopened(ReviewReopened<'a>),
    /// `veto.proposed`
    VetoProposed(VetoProposed<'a>),
    /// `job.finished`
    JobFinished(JobFinished<'a>),
    /// `pack.changed`
    PackChanged(PackChanged<'a>),
    /// `ping`
    Ping {},
}

/// A transcript was judged.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DraftCreated<'a> {
    /// The draft, as we call it.
    pub draft_id: &'a str,
    /// The transcript, as its sender calls it.
    pub transcript_id: &'a str,
    /// Digest of the pack that judged.
    pub pack: &'a str,
    /// The id of the rubric.
    pub rubric: &'a str,
    /// The version of the rubric.
    pub rubric_version: &'a str,
    /// False where nothing could be judged.
    pub scorable: bool,
    /// Points, as far as they could be pre-filled.
    pub totals: DraftTotals<'a>,
    /// Places where a forbidding rule matched, and that count.
    pub hits: usize,
    /// Places that a human decides.
    pub candidates: usize,
    /// Vetoes that the machine proposes.
    pub vetoes: usize,
    /// The worst of the hits.
    pub severity: Option<Severity>,
}

/// A reviewer has finished.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReviewSubmitted<'a> {
    /// The draft that was reviewed.
    pub draft_id: &'a str,
    /// The transcript, as its sender calls it.
    pub transcript_id: &'a str,
    /// The id of the rubric.
    pub rubric: &'a str,
    /// Which change of the review this is.
    pub version: u64,
    /// The reviewer's id.
    pub reviewer: &'a str,
    /// The total of the machine, every proposed veto carried out.
    pub machine_score: Points,
    /// The total that counts.
    pub final_score: Points,
    /// Points to be had.
    pub max: Points,
    /// Proposals that the reviewer did not follow.
    pub overruled: usize,
    /// Vetoes that were carried out.
    pub vetoes: usize,
}

/// A finished review is open again.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReviewReopened<'a> {
    /// The draft that is reviewed.
    pub draft_id: &'a str,
    /// The transcript, as its sender calls it.
    pub transcript_id: &'a str,
    /// Which change of the review this is.
    pub version: u64,
}

/// The machine proposes a veto; a human decides on it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct VetoProposed<'a> {
    /// The draft that proposes it.
    pub draft_id: &'a str,
    /// The transcript, as its sender calls it.
    pub transcript_id: &'a str,
    /// The id of the rubric.
    pub rubric: &'a str,
    /// The id of the veto in the rubric.
    pub veto: &'a str,
    /// item, section or call.
    pub scope: &'a str,
    /// The item or section that it zeroes.
    pub target: Option<&'a str>,
    /// How many places speak for it.
    pub places: usize,
}

/// A job has come to its end.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct JobFinished<'a> {
    /// The job.
    pub job_id: &'a str,
    /// Transcripts that got a draft.
    pub drafts: u64,
    /// Transcripts that were refused.
    pub refused: u64,
}

/// Another pack is in use.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PackChanged<'a> {
    /// Its digest.
    pub pack: &'a str,
    /// The digest of the one before.
    pub before: Option<&'a str>,
    /// How many rules it has.
    pub rules: usize,
    /// How many rubrics it has.
    pub rubrics: usize,
}

/// What is sent.
#[derive(Serialize)]
struct Message<'a> {
    r#type: Sort,
    #[serde(serialize_with = "as_text")]
    timestamp: Timestamp,
    data: Event<'a>,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::DraftCreated,
        Self::ReviewSubmitted,
        Self::ReviewReopened,
        Self::VetoProposed,
        Self::JobFinished,
        Self::PackChanged,
        Self::Ping,
    ];

    /// The name, `draft.created`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DraftCreated => "draft.created",
            Self::ReviewSubmitted => "review.submitted",
            Self::ReviewReopened => "review.reopened",
            Self::VetoProposed => "veto.proposed",
            Self::JobFinished => "job.finished",
            Self::PackChanged => "pack.changed",
            Self::Ping => "ping",
        }
    }
}

impl FromStr for Sort {
    type Err = UnknownEvent;

    fn from_str(name: &str) -> Result<Self, UnknownEvent> {
        Self::ALL.into_iter().find(|sort| sort.name() == name).ok_or_else(|| UnknownEvent(name.to_owned()))
    }
}

impl Serialize for Sort {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Event<'_> {
    /// Its sort.
    #[must_use]
    pub fn sort(&self) -> Sort {
        match self {
            Self::DraftCreated(_) => Sort::DraftCreated,
            Self::ReviewSubmitted(_) => Sort::ReviewSubmitted,
            Self::ReviewReopened(_) => Sort::ReviewReopened,
            Self::VetoProposed(_) => Sort::VetoProposed,
            Self::JobFinished(_) => Sort::JobFinished,
            Self::PackChanged(_) => Sort::PackChanged,
            Self::Ping {} => Sort::Ping,
        }
    }

    /// The message, `{"type": …, "timestamp": …, "data": …}`, about what happened `at` that time.
    #[must_use]
    #[expect(clippy::expect_used, reason = "names, numbers and texts are always JSON")]
    pub fn message(self, at: Timestamp) -> Bytes {
        let message = Message { r#type: self.sort(), timestamp: at, data: self };
        serde_json::to_vec(&message).expect("every field can be written").into()
    }
}

impl<'a> DraftCreated<'a> {
    /// What is told of a draft that is kept under `draft_id`.
    #[must_use]
    pub fn of(draft_id: &'a str, draft: &Draft<'a>) -> Self {
        let count = |verdict| draft.findings.iter().filter(|finding| finding.verdict == verdict).count();
        let hits = draft.findings.iter().filter(|finding| finding.verdict == FindingVerdict::Hit);
        Self {
            draft_id,
            transcript_id: draft.transcript_id,
            pack: draft.pack,
            rubric: draft.rubric.id,
            rubric_version: draft.rubric.version,
            scorable: draft.quality.scorable,
            totals: draft.totals,
            hits: count(FindingVerdict::Hit),
            candidates: count(FindingVerdict::Candidate),
            vetoes: draft.vetoes.len(),
            severity: hits.map(|finding| finding.severity).max(),
        }
    }
}

impl<'a> ReviewSubmitted<'a> {
    /// What is told of a review that this step ends.
    #[must_use]
    pub fn of(step: &Step<'a>, review: &'a Review, result: &ReviewResult) -> Self {
        let machine = review.machine();
        Self {
            draft_id: step.id,
            transcript_id: &machine.transcript_id,
            rubric: &machine.rubric.id,
            version: u64::try_from(step.version + 1).unwrap_or(0),
            reviewer: &step.by.id,
            machine_score: machine.totals.with_vetoes,
            final_score: result.totals.with_vetoes,
            max: result.totals.max,
            overruled: result.items.iter().filter(|item| item.agreed == Some(false)).count(),
            vetoes: result.vetoes.iter().filter(|veto| veto.carried_out).count(),
        }
    }
}

impl<'a> ReviewReopened<'a> {
    /// What is told of a review that this step opens again.
    #[must_use]
    pub fn of(step: &Step<'a>, review: &'a Review) -> Self {
        Self {
            draft_id: step.id,
            transcript_id: &review.machine().transcript_id,
            version: u64::try_from(step.version + 1).unwrap_or(0),
        }
    }
}

impl<'a> VetoProposed<'a> {
    /// What is told of each veto that a draft proposes, which is kept under `draft_id`.
    pub fn all(draft_id: &'a str, draft: &Draft<'a>) -> impl Iterator<Item = Self> {
        let (transcript_id, rubric) = (draft.transcript_id, draft.rubric.id);
        draft.vetoes.iter().map(move |veto: &DraftVeto<'a>| Self {
            draft_id,
            transcript_id,
            rubric,
            veto: veto.id,
            scope: veto.scope,
            target: veto.target,
            places: veto.evidence.len(),
        })
    }
}

fn as_text<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn json_of(event: Event<'_>) -> Value {
        let at = "2026-11-22T08:00:00.5Z".parse().unwrap();
        serde_json::from_slice(&event.message(at)).unwrap()
    }

    #[test]
    fn every_sort_is_known_by_its_name() {
        for sort in Sort::ALL {
            assert_eq!(sort.name().parse(), Ok(sort));
        }
        let told = "draft.deleted".parse::<Sort>().unwrap_err().to_string();
        assert_eq!(
            told,
            "不认识的事件“draft.deleted”：可用的有 draft.created、review.submitted、review.reopened、veto.proposed、\
             job.finished、pack.changed、ping"
        );
    }

    #[test]
    fn a_message_has_the_form_of_the_standard() {
        let ping = Event::Ping {}.message("2026-11-22T08:00:00.5Z".parse().unwrap());
        assert_eq!(&ping[..], br#"{"type":"ping","timestamp":"2026-11-22T08:00:00.5Z","data":{}}"#);
        let score = Points::try_from(87.5).unwrap();
        let submitted = ReviewSubmitted {
            draft_id: "d-1",
            transcript_id: "t-1",
            rubric: "v3.1",
            version: 3,
            reviewer: "p-1",
            machine_score: score,
            final_score: Points::ZERO,
            max: Points::try_from(109.0).unwrap(),
            overruled: 2,
            vetoes: 1,
        };
        let expected = json!({
            "type": "review.submitted", "timestamp": "2026-11-22T08:00:00.5Z",
            "data": {"draft_id": "d-1", "transcript_id": "t-1", "rubric": "v3.1", "version": 3, "reviewer": "p-1",
                     "machine_score": 87.5, "final_score": 0.0, "max": 109.0, "overruled": 2, "vetoes": 1}
        });
        assert_eq!(json_of(Event::ReviewSubmitted(submitted)), expected);
    }
}
