//! What clients were told has been done, noted as they hear it, and held against what a server says later.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zhijian::review::Decision;

use crate::crew::name;

/// For so long a claim is surely still somebody's own: the server gives half an hour.
const SURELY_HELD: Duration = Duration::from_mins(25);

/// What a server has acknowledged, and what was asked of it without an answer.
#[derive(Default)]
pub(crate) struct Ledger {
    /// The number of the next call to be sent.
    next: u64,
    kept: BTreeMap<u64, Kept>,
    /// Calls that were sent, and of which nothing was heard.
    unheard: BTreeSet<u64>,
    /// Jobs that were acknowledged, with the number of their lines.
    jobs: BTreeMap<String, usize>,
    /// Every step that was tried in a review, by the version that should come of it.
    steps: BTreeMap<String, BTreeMap<i64, Step>>,
    /// Who has claimed which review, and not tried to give it up since.
    claims: BTreeMap<String, (String, Instant)>,
    /// Calls and reviews with which something was done since [`Ledger::touched`] was last asked.
    calls: BTreeSet<u64>,
    reviews: BTreeSet<String>,
}

/// A transcript that was acknowledged.
struct Kept {
    review: String,
    /// Digest of the answer.
    answer: String,
}

/// A step that was tried.
pub(crate) struct Step {
    /// decide, submit or reopen.
    pub(crate) action: &'static str,
    /// Who tried it: `person:…`.
    pub(crate) by: String,
    /// What was sent.
    pub(crate) sent: Value,
    /// The answer, once it was heard.
    heard: Option<Heard>,
}

/// Digests of an answer: of its bytes, and of what it says.
struct Heard {
    bytes: String,
    value: String,
}

/// What the audit log says about a review.
pub(crate) struct Audited {
    /// submit or reopen.
    pub(crate) action: String,
    /// Digest of the result, empty where it was opened again.
    pub(crate) after: String,
}

/// How much was acknowledged.
#[derive(Debug)]
#[expect(dead_code, reason = "it is printed")]
pub(crate) struct Figures {
    transcripts: usize,
    jobs: usize,
    decisions: usize,
    submitted: usize,
    reopened: usize,
}

impl Step {
    pub(crate) fn new(action: &'static str, by: &str, sent: Value) -> Self {
        Self { action, by: format!("person:{by}"), sent, heard: None }
    }
}

impl Ledger {
    /// A new call is about to be sent; gives its number.
    pub(crate) fn sends(&mut self) -> u64 {
        self.next += 1;
        self.calls.insert(self.next);
        self.unheard.insert(self.next);
        self.next
    }

    /// How many calls were ever sent.
    pub(crate) fn sent(&self) -> u64 {
        self.next
    }

    pub(crate) fn is_kept(&self, call: u64) -> bool {
        self.kept.contains_key(&call)
    }

    /// A transcript was answered with a draft; a repeat must be answered with the same bytes.
    pub(crate) fn kept(&mut self, call: u64, answer: &[u8]) {
        let value: Value = serde_json::from_slice(answer).unwrap();
        assert_eq!(value["draft"]["transcript_id"], name(call), "{value}");
        let review = value["id"].as_str().unwrap().to_owned();
        let kept = Kept { review: review.clone(), answer: digest(answer) };
        if let Some(known) = self.kept.get(&call) {
            assert_eq!((&known.review, &known.answer), (&kept.review, &kept.answer), "call {call}");
        }
        self.kept.insert(call, kept);
        self.unheard.remove(&call);
        self.reviews.insert(review);
    }

    /// A job was acknowledged.
    pub(crate) fn accepted(&mut self, job: &str, lines: usize) {
        self.jobs.insert(job.to_owned(), lines);
    }

    /// Every job that was acknowledged, with the number of its lines.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = (&String, &usize)> {
        self.jobs.iter()
    }

    /// Somebody was given a review.
    pub(crate) fn claimed(&mut self, review: &str, by: &str) {
        self.claims.insert(review.to_owned(), (by.to_owned(), Instant::now()));
        self.reviews.insert(review.to_owned());
    }

    /// Somebody is about to give a review back.
    pub(crate) fn releases(&mut self, review: &str) {
        self.claims.remove(review);
        self.reviews.insert(review.to_owned());
    }

    /// A step is about to be tried, of which this version should come.
    pub(crate) fn tries(&mut self, review: &str, version: i64, step: Step) {
        if step.action == "submit" {
            self.claims.remove(review);
        }
        self.reviews.insert(review.to_owned());
        let before = self.steps.entry(review.to_owned()).or_default().insert(version, step);
        let lost = before.is_some_and(|step| step.heard.is_some());
        assert!(!lost, "version {version} of {review} was acknowledged, and is not there");
    }

    /// The step was acknowledged.
    pub(crate) fn hears(&mut self, review: &str, version: i64, answer: &[u8]) {
        let value: Value = serde_json::from_slice(answer).unwrap();
        let heard = Heard { bytes: digest(answer), value: digest(value.to_string().as_bytes()) };
        self.steps.get_mut(review).unwrap().get_mut(&version).unwrap().heard = Some(heard);
    }

    /// Reviews whose last step was acknowledged as this.
    pub(crate) fn stand_at(&self, action: &str) -> Vec<String> {
        let stands = |steps: &BTreeMap<i64, Step>| {
            steps.last_key_value().is_some_and(|(_, step)| step.action == action && step.heard.is_some())
        };
        self.steps.iter().filter(|(_, steps)| stands(steps)).map(|(review, _)| review.clone()).collect()
    }

    /// Calls and reviews with which something was done since this was last asked.
    pub(crate) fn touched(&mut self) -> (Vec<u64>, Vec<String>) {
        let calls = std::mem::take(&mut self.calls).into_iter().collect();
        (calls, std::mem::take(&mut self.reviews).into_iter().collect())
    }

    /// Every review of a call that was acknowledged.
    pub(crate) fn reviews(&self) -> BTreeSet<String> {
        self.kept.values().map(|kept| kept.review.clone()).collect()
    }

    pub(crate) fn figures(&self) -> Figures {
        let heard = |action| {
            let steps = self.steps.values().flat_map(BTreeMap::values);
            steps.filter(|step| step.action == action && step.heard.is_some()).count()
        };
        let [decisions, submitted, reopened] = ["decide", "submit", "reopen"].map(heard);
        Figures { transcripts: self.kept.len(), jobs: self.jobs.len(), decisions, submitted, reopened }
    }

    /// Whether a review, its history and what the audit log says about it fit together and to what was acknowledged.
    pub(crate) fn check(&self, review: &str, view: &Value, history: &[Value], audited: &[Audited]) {
        let none = BTreeMap::new();
        let steps = self.steps.get(review).unwrap_or(&none);
        let version = i64::try_from(history.len()).unwrap() + 1;
        assert_eq!(view["version"], version, "{review}");
        let last = steps.iter().rev().find(|(_, step)| step.heard.is_some()).map_or(1, |(last, _)| *last);
        assert!(last <= version, "{review}: version {last} was acknowledged, and {version} is there");
        for (at, entry) in (2..).zip(history) {
            let step = steps.get(&at).unwrap_or_else(|| panic!("{review}: nobody has tried {entry}"));
            assert_eq!(entry["version"], at, "{review}");
            assert_eq!((&entry["action"], &entry["by"]), (&json!(step.action), &json!(step.by)), "{review}");
            step.is(&entry["detail"]);
        }
        check_decisions(view, history);
        check_audit(steps, history, audited);
        check_state(view, steps, history);
        if let Some((holder, _)) = self.claims.get(review).filter(|(_, at)| at.elapsed() < SURELY_HELD) {
            assert_eq!(view["claim"]["person"], json!(holder), "{review} was claimed");
        }
    }
}

impl Step {
    /// What the history says about it is what was sent.
    fn is(&self, detail: &Value) {
        match self.action {
            "decide" => {
                let sent = self.sent["decisions"].as_array().unwrap().iter().map(as_kept);
                let kept = detail.as_array().unwrap().iter().map(|change| change["after"].clone());
                assert!(sent.eq(kept), "{} became {detail}", self.sent);
            }
            "reopen" => assert_eq!(detail["why"], self.sent["why"]),
            _ => {}
        }
    }
}

/// A decision as it is kept; null where one was withdrawn.
fn as_kept(sent: &Value) -> Value {
    if sent["verdict"] == "withdraw" {
        return Value::Null;
    }
    serde_json::to_value(Decision::read(sent.clone()).unwrap()).unwrap()
}

/// The decisions are what the history makes of them.
fn check_decisions(view: &Value, history: &[Value]) {
    let mut made = BTreeMap::new();
    let changes = history.iter().filter(|entry| entry["action"] == "decide");
    for change in changes.flat_map(|entry| entry["detail"].as_array().unwrap()) {
        let before = made.insert(change["subject"].to_string(), change["after"].clone());
        assert_eq!(before.unwrap_or_default(), change["before"]);
    }
    made.retain(|_, decision| !decision.is_null());
    let there = view["decisions"].as_array().unwrap().iter();
    let there = there.map(|decision| (decision["subject"].to_string(), decision.clone())).collect();
    assert_eq!(made, there);
}

/// The audit log tells of every submission and reopening, and of no other.
fn check_audit(steps: &BTreeMap<i64, Step>, history: &[Value], audited: &[Audited]) {
    let told = (2..).zip(history).filter(|(_, entry)| entry["action"] != "decide");
    let told: Vec<(i64, &Value)> = told.collect();
    let audit = audited.iter().map(|entry| &entry.action);
    assert!(told.iter().map(|(_, entry)| entry["action"].as_str().unwrap()).eq(audit), "{told:?}");
    for ((version, entry), audited) in told.iter().zip(audited) {
        let heard = steps.get(version).and_then(|step| step.heard.as_ref());
        if let Some(heard) = heard.filter(|_| entry["action"] == "submit") {
            assert_eq!(heard.bytes, audited.after, "the result that was acknowledged");
        }
    }
}

/// The review is as its last submission or reopening has left it, with the result that was acknowledged.
fn check_state(view: &Value, steps: &BTreeMap<i64, Step>, history: &[Value]) {
    let ends = (2..).zip(history).filter(|(_, entry)| entry["action"] != "decide");
    let last = ends.clone().last().map(|(_, entry)| entry["action"].clone());
    let state = if last == Some(json!("submit")) { "submitted" } else { "open" };
    assert_eq!(view["state"], state);
    let Some((version, entry)) = ends.filter(|(_, entry)| entry["action"] == "submit").last() else {
        assert_eq!(view["result"], Value::Null);
        return;
    };
    assert_eq!(view["result"]["totals"], entry["detail"]);
    if let Some(heard) = steps.get(&version).and_then(|step| step.heard.as_ref()) {
        assert_eq!(digest(view["result"].to_string().as_bytes()), heard.value, "the result");
    }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
