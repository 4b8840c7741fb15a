//! The labelled transcripts of `corpora/`: how often the shipped pack agrees with a careful human.
//!
//! `cargo test --test it corpora -- --nocapture` prints every number and every disagreement.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;

use serde::Deserialize;
use serde_json::{Value, json};
use zhijian::pipeline::{self, Ask};
use zhijian::transcript::intake;
use zhijian::transcript::limits::Limits;

use crate::packs::{repository, shipped};

/// Of the phrases that are reported, at least this share is one that a human reports too.
const LEAST_PRECISION: f64 = 0.97;
/// Of the phrases that a human reports, at least this share is reported.
const LEAST_RECALL: f64 = 0.95;
/// Of the items that a human has scored, at least this share has the same score.
const LEAST_EXACT: f64 = 0.90;

/// What was reached on the dialogues that nobody writes rules for: precision, recall, and the share of exact items. What is
/// wanted is the above. Raised whenever more is reached; lowered once, from 0.91 to 0.90, when plain refusals that an
/// allowed wording had swallowed (“我不管，你自己去找”) were heard again and one false alarm of 85 came with them.
const UNSEEN: [(&str, [f64; 3]); 2] =
    [("unseen/ordinary", [0.95, 0.94, 0.90]), ("unseen/unusual", [0.90, 0.69, 0.90])];

/// Items that need times, and those that need a channel for each speaker as well.
const TIMED: [&str; 3] = ["V31-06e", "V31-08", "V31-11"];
const TWO_CHANNEL: [&str; 1] = ["V31-08"];

/// A file of the corpora.
#[derive(Deserialize)]
struct File {
    transcript: Value,
    expect: Expect,
}

#[derive(Deserialize)]
struct Expect {
    findings: Vec<Label>,
    doubtful: Vec<Label>,
    items: BTreeMap<String, Value>,
}

/// A phrase that a human has marked.
#[derive(Deserialize)]
struct Label {
    #[serde(rename = "ref")]
    reference: String,
    turn: u64,
    text: String,
}

/// A file with the draft that the shipped pack makes of it.
struct Case {
    name: String,
    file: File,
    draft: Value,
}

fn cases(folder: &str) -> Vec<Case> {
    let mut paths: Vec<_> = fs::read_dir(repository().join("corpora").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "corpora/{folder} is empty");
    paths.iter().map(|path| case(folder, path)).collect()
}

/// The cases of both folders.
fn all_cases() -> Vec<Case> {
    ["labelled", "clean"].into_iter().flat_map(cases).collect()
}

fn case(folder: &str, path: &std::path::Path) -> Case {
    let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
    let file: File = serde_json::from_str(&fs::read_to_string(path).unwrap()).expect(&name);
    let body = file.transcript.to_string();
    let transcript = intake::read(body.as_bytes(), &Limits::default()).expect(&name);
    let ask = Ask { rubric: Some("v3.1"), all_rules: false };
    let draft = serde_json::to_value(pipeline::draft(shipped(), &transcript, ask).unwrap()).unwrap();
    Case { name, file, draft }
}

/// A finding of a forbidden phrase in a draft.
#[derive(Clone, Copy)]
struct Hit<'c>(&'c Value);

impl<'c> Hit<'c> {
    fn rule(self) -> &'c str {
        self.0["rule"].as_str().unwrap()
    }

    fn is_phrase(self) -> bool {
        self.rule().starts_with("forbidden/") || self.rule().starts_with("scenario/forbidden-")
    }

    fn has_ref(self, reference: &str) -> bool {
        let own = &self.0["ref"];
        own == reference || own.as_array().is_some_and(|all| all.iter().any(|one| one == reference))
    }

    fn span(self) -> Range<u64> {
        self.0["start"].as_u64().unwrap()..self.0["end"].as_u64().unwrap()
    }

    fn tell(self) -> String {
        let Value::String(text) = &self.0["text"] else { return String::new() };
        let turn = &self.0["turn"];
        let by = self.0["suppressed_by"].as_str().map_or(String::new(), |by| format!(" by {by}"));
        format!("{} at turn {turn} “{text}”, {}{by}", self.rule(), self.0["verdict"].as_str().unwrap())
    }
}

impl Case {
    /// The findings of forbidden phrases, whatever they are worth.
    fn phrases(&self) -> impl Iterator<Item = Hit<'_>> {
        self.draft["findings"].as_array().unwrap().iter().map(Hit).filter(|hit| hit.is_phrase())
    }

    fn hits(&self) -> impl Iterator<Item = Hit<'_>> {
        self.phrases().filter(|hit| hit.0["verdict"] == "hit")
    }

    /// Whether `hit` stands in the turn of `label` and shares a character with one of its places.
    fn meets(&self, label: &Label, hit: Hit<'_>) -> bool {
        let turn = &self.file.transcript["turns"][usize::try_from(label.turn).unwrap()];
        let text = turn["text"].as_str().unwrap();
        let length = label.text.chars().count();
        let mut places = text.match_indices(label.text.as_str()).peekable();
        assert!(places.peek().is_some(), "{}: turn {} does not say “{}”", self.name, label.turn, label.text);
        hit.0["turn"] == label.turn
            && places.any(|(byte, _)| {
                let start = text[..byte].chars().count();
                let span = hit.span();
                span.start < (start + length) as u64 && (start as u64) < span.end
            })
    }
}

/// How often something was right, of how many.
#[derive(Default, Clone, Copy)]
struct Share {
    right: u32,
    all: u32,
}

impl Share {
    fn count(&mut self, right: bool) {
        self.right += u32::from(right);
        self.all += 1;
    }

    fn value(self) -> f64 {
        if self.all == 0 { 1.0 } else { f64::from(self.right) / f64::from(self.all) }
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>3} / {:>3} = {:.3}", self.right, self.all, self.value())
    }
}

/// Phrases reported and phrases labelled, with every difference.
#[derive(Default)]
struct Phrases {
    precision: Share,
    recall: Share,
    of_rule: BTreeMap<String, Share>,
    of_ref: BTreeMap<String, Share>,
    by_other_ref: Vec<String>,
    differences: Vec<String>,
}

impl Phrases {
    fn of(cases: &[Case]) -> Self {
        let mut phrases = Self::default();
        for case in cases {
            case.hits().for_each(|hit| phrases.count_hit(case, hit));
            case.file.expect.findings.iter().for_each(|label| phrases.count_label(case, label));
        }
        phrases
    }

    /// A hit on a doubtful phrase counts neither way.
    fn count_hit(&mut self, case: &Case, hit: Hit<'_>) {
        let right = case.file.expect.findings.iter().any(|label| case.meets(label, hit));
        let doubtful = case.file.expect.doubtful.iter().any(|label| case.meets(label, hit));
        if !right && doubtful {
            return;
        }
        self.precision.count(right);
        self.of_rule.entry(hit.rule().to_owned()).or_default().count(right);
        if !right {
            self.differences.push(format!("{}: false alarm: {}", case.name, hit.tell()));
        }
    }

    fn count_label(&mut self, case: &Case, label: &Label) {
        let found: Vec<_> = case.hits().filter(|hit| case.meets(label, *hit)).collect();
        self.recall.count(!found.is_empty());
        self.of_ref.entry(label.reference.clone()).or_default().count(!found.is_empty());
        let Label { reference, turn, text } = label;
        if let Some(first) = found.first() {
            if !found.iter().any(|hit| hit.has_ref(reference)) {
                self.by_other_ref.push(format!("{}: {reference} “{text}” as {}", case.name, first.tell()));
            }
            return;
        }
        let near: Vec<_> =
            case.phrases().filter(|hit| case.meets(label, *hit)).map(|hit| hit.tell()).collect();
        let near = if near.is_empty() { "nothing matched there".to_owned() } else { near.join("; ") };
        self.differences.push(format!("{}: missed: {reference} at turn {turn} “{text}”: {near}", case.name));
    }

    fn report(&self) -> String {
        let mut text =
            format!("\nforbidden phrases\n  precision {}\n  recall    {}\n", self.precision, self.recall);
        put_table(&mut text, "precision of each rule", &self.of_rule);
        put_table(&mut text, "recall of each ref", &self.of_ref);
        put_list(&mut text, "found under another ref", &self.by_other_ref);
        put_list(&mut text, "disagreements", &self.differences);
        text
    }
}

fn put_table(text: &mut String, title: &str, shares: &BTreeMap<String, Share>) {
    writeln!(text, "{title}").unwrap();
    for (name, share) in shares {
        writeln!(text, "  {name:<44} {share}").unwrap();
    }
}

fn put_list(text: &mut String, title: &str, lines: &[String]) {
    writeln!(text, "{title}: {}", lines.len()).unwrap();
    for line in lines {
        writeln!(text, "  {line}").unwrap();
    }
}

/// What the draft says to the criterion `reference`, in the words of the labels, and the sentence for it.
fn proposal(draft: &Value, reference: &str) -> (Value, String) {
    let holds = |own: &Value| Hit(own).has_ref(reference);
    if reference.starts_with("V31-Z") {
        let proposed = draft["vetoes"].as_array().unwrap().iter().any(holds);
        return (json!(proposed), String::new());
    }
    let items = draft["items"].as_array().unwrap();
    let item = items.iter().find(|item| holds(item)).unwrap_or_else(|| panic!("no item for {reference}"));
    let value = match item["outcome"].as_str().unwrap() {
        "score" => item["score"].clone(),
        "not_applicable" => json!("na"),
        _ => Value::Null,
    };
    (value, item["reason"].as_str().unwrap().to_owned())
}

/// Whether two values of an item are the same; numbers are compared as numbers.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < 0.005,
        _ => a == b,
    }
}

/// Items that a human has scored, and those for which the draft says the same.
fn items(cases: &[Case]) -> (Share, String) {
    let (mut whole, mut of_item, mut differences) = (Share::default(), BTreeMap::new(), Vec::new());
    for case in cases {
        for (reference, expected) in case.file.expect.items.iter().filter(|(_, value)| !value.is_null()) {
            let (got, reason) = proposal(&case.draft, reference);
            let right = same(expected, &got);
            whole.count(right);
            of_item.entry(reference.clone()).or_insert_with(Share::default).count(right);
            if !right {
                differences
                    .push(format!("{reference} {}: expected {expected}, got {got}: {reason}", case.name));
            }
        }
    }
    differences.sort();
    let mut text = format!("\nitems of rubric v3.1\n  exact {whole}\n");
    put_table(&mut text, "exact for each item", &of_item);
    put_list(&mut text, "disagreements", &differences);
    (whole, text)
}

#[test]
fn good_service_raises_no_false_alarm() {
    let cases = cases("clean");
    let mut alarms = Vec::new();
    for case in &cases {
        assert!(case.file.expect.findings.is_empty(), "{} is labelled as clean", case.name);
        alarms.extend(case.hits().map(|hit| format!("{}: {}", case.name, hit.tell())));
    }
    assert!(alarms.is_empty(), "\n{}", alarms.join("\n"));
}

#[test]
fn forbidden_phrases_are_found_as_a_human_finds_them() {
    let phrases = Phrases::of(&cases("labelled"));
    println!("{}", phrases.report());
    let (precision, recall) = (phrases.precision.value(), phrases.recall.value());
    assert!(precision >= LEAST_PRECISION, "precision {precision:.3} < {LEAST_PRECISION}");
    assert!(recall >= LEAST_RECALL, "recall {recall:.3} < {LEAST_RECALL}");
}

/// Only sums are told: whoever saw the places would write rules for them.
#[test]
fn dialogues_that_no_rule_was_written_for_are_judged_no_worse_than_before() {
    for (folder, floors) in UNSEEN {
        let cases = cases(folder);
        let Phrases { precision, recall, .. } = Phrases::of(&cases);
        let (exact, _) = items(&cases);
        let reached = [precision, recall, exact];
        println!("{folder}\n  precision {precision}\n  recall    {recall}\n  exact     {exact}");
        let lacking = reached.iter().zip(floors).find(|(share, floor)| share.value() < *floor);
        assert!(lacking.is_none(), "{folder} reaches less than {floors:?}");
    }
}

#[test]
fn items_are_scored_as_a_human_scores_them() {
    let (exact, report) = items(&all_cases());
    println!("{report}");
    assert!(exact.value() >= LEAST_EXACT, "exact {:.3} < {LEAST_EXACT}", exact.value());
}

#[test]
fn what_cannot_be_measured_gets_no_number() {
    let mut guesses = Vec::new();
    for case in all_cases() {
        let turns = case.file.transcript["turns"].as_array().unwrap();
        let timed = turns.iter().all(|turn| turn["start_ms"].is_u64());
        let two_channel = case.file.transcript["separation"] == "two_channel";
        let unknown = case.file.expect.items.iter().filter(|(_, value)| value.is_null());
        for reference in unknown.map(|(reference, _)| reference.as_str()) {
            let lacking =
                (TIMED.contains(&reference) && !timed) || (TWO_CHANNEL.contains(&reference) && !two_channel);
            let (got, reason) = proposal(&case.draft, reference);
            if lacking && got.is_number() {
                guesses.push(format!("{}: {reference} is {got}: {reason}", case.name));
            }
        }
    }
    assert!(guesses.is_empty(), "\n{}", guesses.join("\n"));
}

/// A rubric's own scan leaves out what its rules do not ask for; that must not change what they say.
#[test]
fn a_rubric_says_the_same_where_everything_is_looked_for() {
    let pack = shipped();
    for case in all_cases() {
        let body = case.file.transcript.to_string();
        let transcript = intake::read(body.as_bytes(), &Limits::default()).unwrap();
        for rubric in pack.rubric_ids() {
            let draft = |all_rules| {
                let ask = Ask { rubric: Some(rubric), all_rules };
                serde_json::to_value(pipeline::draft(pack, &transcript, ask).unwrap()).unwrap()
            };
            let (own, whole) = (draft(false), draft(true));
            assert_eq!(own["items"], whole["items"], "{}: {rubric}", case.name);
            let verdicts = whole["verdicts"].as_array().unwrap();
            for verdict in own["verdicts"].as_array().unwrap() {
                assert!(verdicts.contains(verdict), "{}: {rubric}: {verdict}", case.name);
            }
        }
    }
}
