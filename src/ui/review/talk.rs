//! The dialogue as a conversation in time: turns with their marks, and the gaps between them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::cut::cut;
use super::super::draft::ShownFinding;
use super::super::titles;
use crate::detect::{Doubt, Hold, Owner, Silence};
use crate::draft::FindingVerdict;
use crate::rule::Severity;
use crate::transcript::{Channel, Millis, Role, Transcript, Turn};

/// What happened in a dialogue beside words.
#[derive(Debug, Default)]
pub struct Facts {
    /// Stretches in which nobody spoke.
    pub silences: Vec<Silence>,
    /// Waits of the customer.
    pub holds: Vec<Hold>,
    /// Turns that should not be trusted as they are, by their place in the order of time.
    pub doubts: Vec<(u32, Doubt)>,
}

/// One turn as it is shown.
#[derive(Debug)]
pub(crate) struct ShownTurn<'a> {
    /// Its posted place.
    pub(crate) index: u32,
    pub(crate) role: Role,
    pub(crate) start: Option<Millis>,
    pub(crate) end: Option<Millis>,
    pub(crate) pieces: Vec<Piece<'a>>,
    /// The numbers of the findings in it.
    pub(crate) findings: Vec<usize>,
    pub(crate) gap: Option<Gap>,
    /// For how long the speaker before was still speaking, ms.
    pub(crate) overlap: Option<Millis>,
    pub(crate) doubt: Option<Doubt>,
}

/// A stretch of a turn that is marked as a whole, or not at all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    /// The number of the gravest finding that covers it.
    pub(crate) finding: Option<usize>,
}

/// A stretch before a turn in which nobody speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gap {
    pub(crate) length: Millis,
    pub(crate) owner: Option<Owner>,
}

/// Gaps shorter than this are breath.
const BREATH: Millis = 1000;
/// A second of a gap is so high, px.
const PER_SECOND: u32 = 6;
/// No gap is higher, px.
const HIGHEST: u32 = 120;

impl Gap {
    pub(crate) fn seconds(&self) -> String {
        titles::seconds(self.length)
    }

    /// How high it is drawn, px: to scale, up to a limit.
    pub(crate) fn height(&self) -> u32 {
        (self.length * PER_SECOND / 1000).clamp(8, HIGHEST)
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.length * PER_SECOND / 1000 > HIGHEST
    }

    pub(crate) fn title(&self) -> &'static str {
        match self.owner {
            Some(Owner::Hold) => "等待中",
            Some(Owner::Task) => "静默：客户在操作",
            Some(Owner::Customer) => "静默：等客户",
            Some(Owner::Agent) => "静默：客服没有说话",
            Some(Owner::Shared) => "静默",
            None => "停顿",
        }
    }

    pub(crate) fn class(&self) -> &'static str {
        match self.owner {
            Some(Owner::Hold) => "hold",
            Some(Owner::Agent) => "agent",
            _ => "other",
        }
    }
}

impl ShownTurn<'_> {
    pub(crate) fn doubt(&self) -> Option<&'static str> {
        Some(match self.doubt? {
            Doubt::TwoPeople => "像是两个人的话",
            Doubt::Pace => "语速不合常理，时间可能不准",
        })
    }
}

/// The turns in the order of time, each with what is marked in it.
pub(crate) fn turns<'a>(
    transcript: &'a Transcript<'a>,
    findings: &[ShownFinding],
    facts: &Facts,
) -> Vec<ShownTurn<'a>> {
    let mut of_turn: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (number, finding) in findings.iter().enumerate() {
        of_turn.entry(finding.turn).or_default().push(number);
    }
    let mut reached: Option<Millis> = None;
    let mut shown = Vec::with_capacity(transcript.turns.len());
    for (at, turn) in (0..).zip(&transcript.turns) {
        let own = of_turn.remove(&turn.index).unwrap_or_default();
        let (gap, overlap) = match (reached, turn.start_ms) {
            (Some(before), Some(start)) => {
                (gap(transcript.channel, at, before, start, facts), before.checked_sub(start))
            }
            _ => (None, None),
        };
        reached = reached.max(turn.end_ms);
        shown.push(ShownTurn {
            index: turn.index,
            role: turn.role,
            start: turn.start_ms,
            end: turn.end_ms,
            pieces: pieces(turn, &own, findings),
            findings: own,
            gap,
            overlap: overlap.filter(|overlap| *overlap > 0 && transcript.channel == Channel::Call),
            doubt: facts.doubts.iter().find(|(turn, _)| *turn == at).map(|(_, doubt)| *doubt),
        });
    }
    shown
}

/// What stands before turn `at`, which begins at `start`, after somebody has spoken until `before`.
fn gap(channel: Channel, at: u32, before: Millis, start: Millis, facts: &Facts) -> Option<Gap> {
    let length = start.checked_sub(before).filter(|length| *length >= BREATH)?;
    let silence = facts.silences.iter().find(|silence| silence.after == at);
    let is_held = |hold: &&Hold| hold.start_ms < start && before < hold.end_ms && channel == Channel::Call;
    let owner = match silence {
        Some(silence) => Some(silence.owner),
        None => facts.holds.iter().find(is_held).map(|_| Owner::Hold),
    };
    Some(Gap { length, owner })
}

/// The turn, cut where a finding begins or ends.
fn pieces<'a>(turn: &'a Turn<'_>, own: &[usize], findings: &[ShownFinding]) -> Vec<Piece<'a>> {
    let marks: Vec<(u32, u32)> = own.iter().map(|n| (findings[*n].start, findings[*n].end)).collect();
    let stretches = cut(&turn.text, &marks).into_iter();
    // A match that does not count must not hide one that does.
    let gravity = |n: &usize| (findings[*n].verdict, Reverse(titles::rank(findings[*n].severity)));
    let gravest = |marks: Vec<usize>| marks.into_iter().map(|mark| own[mark]).min_by_key(gravity);
    stretches.map(|stretch| Piece { text: stretch.text, finding: gravest(stretch.marks) }).collect()
}

/// How a finding is marked: the class of what it is worth.
pub(crate) fn mark(finding: &ShownFinding) -> &'static str {
    match (finding.verdict, finding.severity) {
        (FindingVerdict::Suppressed, _) => "suppressed",
        (FindingVerdict::Candidate, _) => "candidate",
        (FindingVerdict::Hit, Severity::Critical) => "hit s3",
        (FindingVerdict::Hit, Severity::Major) => "hit s2",
        (FindingVerdict::Hit, _) => "hit s1",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::transcript::intake;
    use crate::transcript::limits::Limits;

    fn transcript(turns: &serde_json::Value) -> Vec<u8> {
        json!({"id": "t", "turns": turns}).to_string().into_bytes()
    }

    #[test]
    fn a_match_that_does_not_count_hides_none_that_does() {
        let finding = |start: u32, end: u32, verdict: &str, severity: &str| {
            serde_json::from_value(json!({
                "rule": "r", "ref": "F1", "title": "题", "turn": 0, "start": start, "end": end, "text": "",
                "verdict": verdict, "severity": severity
            }))
            .unwrap()
        };
        let posted = transcript(&json!([{"role": "agent", "text": "这事不归我管"}]));
        let transcript = intake::read(&posted, &Limits::NONE).unwrap();
        let findings = [
            finding(0, 6, "hit", "minor"),
            finding(2, 5, "suppressed", "critical"),
            finding(4, 6, "hit", "critical"),
        ];
        let shown = turns(&transcript, &findings, &Facts::default());
        let pieces: Vec<_> = shown[0].pieces.iter().map(|piece| (piece.text, piece.finding)).collect();
        assert_eq!(pieces, [("这事", Some(0)), ("不归", Some(0)), ("我", Some(2)), ("管", Some(2))]);
    }

    #[test]
    fn gaps_are_to_scale_and_overlaps_are_told() {
        let turn = |role, start, end| json!({"role": role, "text": "好", "start_ms": start, "end_ms": end});
        let posted = transcript(&json!([
            turn("agent", 0, 2000),
            turn("customer", 7000, 9000),
            turn("agent", 8500, 9500),
            turn("customer", 99_500, 99_900)
        ]));
        let transcript = intake::read(&posted, &Limits::NONE).unwrap();
        let shown = turns(&transcript, &[], &Facts::default());
        let gaps: Vec<_> =
            shown.iter().map(|turn| turn.gap.map(|gap| (gap.length, gap.height(), gap.is_cut()))).collect();
        assert_eq!(gaps, [None, Some((5000, 30, false)), None, Some((90_000, 120, true))]);
        assert_eq!(shown[2].overlap, Some(500));
    }
}
