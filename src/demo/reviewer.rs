//! What a careful reviewer decides about a dialogue whose labels are known: as a person would, by decisions on the draft.

use std::collections::BTreeSet;

use super::corpus::{Label, Labels};
use crate::draft::FindingVerdict;
use crate::pack::Pack;
use crate::review::{
    Change, Decision, ItemValue, MachineFinding, MachineItem, Reason, Review, Subject, Verdict,
};
use crate::score::{Points, Values};
use crate::transcript::Transcript;

/// A reviewer before one draft.
pub(super) struct Reviewer<'a> {
    /// By what the draft was judged.
    pub(super) pack: &'a Pack,
    /// What is right.
    pub(super) labels: &'a Labels,
    /// The criteria by which passages are labelled.
    pub(super) marked: &'a BTreeSet<&'a str>,
    /// What was said.
    pub(super) transcript: &'a Transcript<'a>,
    /// The number of the dialogue, by which one reviewer is not like the other.
    pub(super) n: usize,
}

impl Reviewer<'_> {
    /// Decides everything that a human must decide, and what the labels see otherwise than the machine.
    pub(super) fn work_on(&self, review: &mut Review) -> Vec<Change> {
        let machine = review.machine().clone();
        let mut decisions: Vec<Decision> = Vec::new();
        decisions
            .extend((0..).zip(&machine.findings).filter_map(|(n, it)| self.about_finding(n, it, review)));
        decisions.extend(self.missed(review));
        decisions.extend((0..).zip(&machine.items).filter_map(|(at, it)| self.about_item(at, it, review)));
        decisions.extend(machine.vetoes.iter().map(|veto| self.about_veto(&machine.rubric.id, &veto.id)));
        let mut changes = self.take(review, decisions);
        // Items whose findings were all rejected stand nevertheless.
        let open =
            review.open().into_iter().map(|subject| Decision::new(subject, Verdict::Confirm)).collect();
        changes.extend(self.take(review, open));
        changes
    }

    fn take(&self, review: &mut Review, decisions: Vec<Decision>) -> Vec<Change> {
        let take = |decision| {
            let taken = review.decide(decision, &self.pack.reasons);
            taken.inspect_err(|refused| {
                tracing::warn!(code = refused.code, "a decision of the demo is not taken")
            })
        };
        decisions.into_iter().map(take).filter_map(Result::ok).collect()
    }

    fn about_finding(&self, n: u32, finding: &MachineFinding, review: &Review) -> Option<Decision> {
        let rule = self.pack.rules.iter().find(|rule| rule.id == finding.rule)?;
        let is_covered = |label: &Label| self.is_at(label, finding);
        let is_fault = self.labels.findings.iter().any(is_covered);
        let is_unsure = self.labels.doubtful.iter().any(is_covered);
        let is_labelled = rule.reference.iter().any(|reference| self.marked.contains(reference));
        if !is_labelled || (is_unsure && !is_fault) {
            return None;
        }
        let subject = Subject::Finding(n);
        match (finding.verdict, is_fault) {
            // What is plain is not always said.
            (FindingVerdict::Hit, true) => {
                (self.n + n as usize).is_multiple_of(2).then(|| Decision::new(subject, Verdict::Confirm))
            }
            (FindingVerdict::Candidate, true) => Some(Decision::new(subject, Verdict::Confirm)),
            (FindingVerdict::Hit | FindingVerdict::Candidate, false) => Some(self.because(
                &["context", "machine-mistaken", "speaker-mixed-up"],
                Decision::new(subject, Verdict::Reject),
            )),
            (FindingVerdict::Suppressed, true) if !self.is_told(finding, review) => {
                Some(self.because(&["machine-missed"], Decision::new(subject, Verdict::Confirm)))
            }
            (FindingVerdict::Suppressed, _) => None,
        }
    }

    /// Whether what is said there is told by another finding that counts.
    fn is_told(&self, finding: &MachineFinding, review: &Review) -> bool {
        let counts = |other: &&MachineFinding| other.verdict != FindingVerdict::Suppressed;
        let overlaps = |other: &MachineFinding| {
            other.turn == finding.turn && other.start < finding.end && finding.start < other.end
        };
        review.machine().findings.iter().filter(counts).any(overlaps)
    }

    /// Passages that are faults and of which the machine has nothing.
    fn missed(&self, review: &Review) -> Vec<Decision> {
        let findings = &review.machine().findings;
        let unseen =
            self.labels.findings.iter().filter(|label| !findings.iter().any(|it| self.is_at(label, it)));
        let places = unseen.filter_map(|label| Some((label, *self.places(label).first()?)));
        let add = |(number, (label, (start, end))): (u32, (&Label, (u32, u32)))| Decision {
            turn: Some(label.turn),
            start: Some(start),
            end: Some(end),
            note: Some(format!("机器没有认出来，标准 {}", label.reference)),
            ..Decision::new(Subject::Missed(number), Verdict::Add)
        };
        (1..).zip(places).map(add).collect()
    }

    fn about_item(&self, at: usize, item: &MachineItem, review: &Review) -> Option<Decision> {
        let sheet = review.sheet().items.get(review.sheet().position(&item.id)?)?;
        let subject = Subject::Item(item.id.clone());
        let machine = item.value();
        let right = match self.label_of(item) {
            Some(serde_json::Value::String(_)) => ItemValue::not_applicable(sheet.na.points(sheet.max)),
            Some(label) => {
                let points =
                    Points::try_from(label.as_f64()?).ok().filter(|points| sheet.values.allow(*points));
                ItemValue::score(points?)
            }
            None if machine.is_open() => ItemValue::score(self.impression(at, &sheet.values)),
            None => return None,
        };
        let decision = match right.score.filter(|_| right.outcome == ItemValue::score(Points::ZERO).outcome) {
            Some(points) => {
                Decision { score: Some(points), ..Decision::new(subject.clone(), Verdict::Score) }
            }
            None => Decision::new(subject.clone(), Verdict::NotApplicable),
        };
        if machine.is_open() {
            return Some(decision);
        }
        if machine == right {
            return (self.n + at).is_multiple_of(3).then(|| Decision::new(subject, Verdict::Confirm));
        }
        let reasons: &[&str] = match (machine.score, decision.score) {
            (_, None) => &["not-applicable"],
            (Some(machine), Some(human)) if human < machine => {
                &["machine-missed", "recording", "other-system"]
            }
            _ => &["asr-error", "machine-mistaken", "standard"],
        };
        Some(self.because(reasons, decision))
    }

    fn about_veto(&self, rubric: &str, veto: &str) -> Decision {
        let subject = Subject::Veto(veto.to_owned());
        let known =
            self.pack.form(rubric).and_then(|form| form.rubric.vetoes.iter().find(|it| it.id == veto));
        let label = known
            .and_then(|veto| veto.reference.iter().find_map(|one| self.labels.items.get(one)?.as_bool()));
        if label.unwrap_or(!self.labels.findings.is_empty()) {
            Decision::new(subject, Verdict::Confirm)
        } else {
            self.because(&["context", "standard"], Decision::new(subject, Verdict::Reject))
        }
    }

    /// What the labels say of an item; none where they say nothing, or that nobody would swear to it.
    fn label_of(&self, item: &MachineItem) -> Option<&serde_json::Value> {
        let mut labels =
            item.reference.iter().flat_map(|all| all.iter()).filter_map(|one| self.labels.items.get(one));
        labels.find(|label| !label.is_null())
    }

    /// What a reviewer gives who has listened: mostly full points, now and then the level below.
    fn impression(&self, at: usize, values: &Values) -> Points {
        let is_less = (self.n * 31 + at * 17).is_multiple_of(7);
        match values {
            Values::Levels(levels) => {
                let mut scores: Vec<Points> = levels.iter().map(|level| level.score).collect();
                scores.sort_by(|a, b| b.cmp(a));
                scores.dedup();
                let below = scores.get(1).filter(|_| is_less);
                below.or(scores.first()).copied().unwrap_or_default()
            }
            Values::UpTo(most) if is_less => Points::of_hundredths(most.hundredths() / 2),
            Values::UpTo(most) => *most,
            Values::Deduct { points, .. } if is_less => -*points,
            Values::Bonus { .. } | Values::Deduct { .. } => Points::ZERO,
        }
    }

    /// The decision with a reason of the pack: one of those that fit best, else the first that there is, else a note.
    fn because(&self, best: &[&str], decision: Decision) -> Decision {
        let Some(about) = decision.subject.about() else { return decision };
        let fits = |it: &&Reason| it.about.contains(&about) && !it.needs_note;
        let fitting: Vec<&Reason> = self.pack.reasons.iter().filter(fits).collect();
        let wanted = best.get(self.n % best.len().max(1));
        let reason = fitting.iter().find(|it| Some(&it.id.as_str()) == wanted).or(fitting.first());
        match reason {
            Some(reason) => Decision { reason: Some(reason.id.clone()), ..decision },
            None => Decision { note: Some("听录音后改判".to_owned()), ..decision },
        }
    }

    fn is_at(&self, label: &Label, finding: &MachineFinding) -> bool {
        let overlaps = |(start, end): (u32, u32)| start < finding.end && finding.start < end;
        label.turn == finding.turn && self.places(label).into_iter().any(overlaps)
    }

    /// Where the words of a label stand in their turn, in characters.
    fn places(&self, label: &Label) -> Vec<(u32, u32)> {
        let Some(turn) = self.transcript.turns.iter().find(|turn| turn.index == label.turn) else {
            return Vec::new();
        };
        let chars = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let place = |(at, found): (usize, &str)| {
            let start = chars(&turn.text[..at]);
            (start, start + chars(found))
        };
        turn.text.match_indices(label.text.as_str()).map(place).collect()
    }
}
