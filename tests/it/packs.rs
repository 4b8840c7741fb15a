//! Packs for tests: the shipped one, loaded once, and small ones that a test writes itself.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use zhijian::diagnostic::{Diagnostics, Source};
use zhijian::pack::Pack;
use zhijian::pipeline::{self, Ask};
use zhijian::transcript::script;

/// States of a dialogue without any lexicon behind them.
pub(crate) const DIALOGUE: &str = "\
silence: {least_seconds: 5}
hold: {least_seconds: 5, unannounced_seconds: 10, consent_within_seconds: 5, ask: [], consent: [], callback: [], progress_chars: 4, return_chars: 20}
attribution: {customer_task: [], customer_wait: [], question: []}
back_channel: []
interruption: {simultaneous_seconds: 0.3}
roles: {agent: [], customer: [], merged: [], swapped_at_least: 2}
times: {fastest_chars_per_second: 15, slowest_chars_per_second: 1.5, slow_from_seconds: 3, suspect_at_least: 3, suspect_share: 0.2}
language: {least_letters: 20, least_han_share: 0.5}
";

/// A rubric that leaves everything to a human.
pub(crate) const RUBRIC: &str = "\
title: 表
version: \"1\"
ref: T
max: 1
sections: [{id: s, title: 项, items: [{id: i, ref: T-1, title: 项, max: 1, basis: human}]}]
";

/// A rule with examples enough to be accepted, around `demand`, such as `forbid: {…}`.
pub(crate) fn rule(demand: &str) -> String {
    let two = "['客服:一', '客服:二']";
    format!(
        "title: 规则\nref: R\nseverity: major\nstatus: test\n{demand}\n\
         examples: {{hit: {two}, miss: {two}, met: {two}, not_met: {two}}}\n"
    )
}

/// The pack that the binary carries.
pub(crate) fn shipped() -> &'static Pack {
    static SHIPPED: LazyLock<Pack> =
        LazyLock::new(|| Pack::shipped().unwrap_or_else(|diagnostics| panic!("{diagnostics}")));
    &SHIPPED
}

/// The repository, which is a pack.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compiles a pack of these files, besides a dialogue file and a rubric where they are not among them.
pub(crate) fn compiled(files: &[(&str, &str)]) -> Pack {
    try_compiled(files).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// The same, where mistakes are what the test is about.
pub(crate) fn try_compiled(files: &[(&str, &str)]) -> Result<Pack, Diagnostics> {
    let basic = [("rules/dialogue.yaml", DIALOGUE), ("rules/rubrics/t.yaml", RUBRIC)];
    let missing = basic.iter().filter(|(path, _)| !files.iter().any(|(other, _)| other == path));
    let source = |(path, text): &(&str, &str)| Source { path: (*path).into(), text: (*text).into() };
    Pack::compile(files.iter().chain(missing).map(source).collect(), Diagnostics::default())
}

/// A folder with a pack, which is gone after the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A small pack without mistakes.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("zhijian-pack-{}-{number}", std::process::id()));
        Self(path)
            .file("lexicons/rude/words.txt", "title: 忌语\n---\n[F31] 推责\n这事不归我管\n")
            .file("rules/dialogue.yaml", DIALOGUE)
            .file("rules/rude.yaml", &rule("forbid: {phrase: {lexicon: rude/words}}"))
            .file("rules/rubrics/t.yaml", RUBRIC)
    }

    /// Writes a file.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.bytes(path, text.as_bytes())
    }

    /// Writes a file that need not be text.
    pub(crate) fn bytes(self, path: &str, content: &[u8]) -> Self {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// Takes a file away.
    pub(crate) fn without(self, path: &str) -> Self {
        std::fs::remove_file(self.0.join(path)).unwrap();
        self
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Loads the pack.
    pub(crate) fn load(&self) -> Result<Pack, Diagnostics> {
        Pack::load(&self.0)
    }

    /// What is wrong with the pack, as it is printed.
    #[track_caller]
    pub(crate) fn mistakes(&self) -> String {
        self.load().expect_err("the pack is broken").to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _the_system_cleans_up_otherwise = std::fs::remove_dir_all(&self.0);
    }
}

/// The draft of a script with every rule of a small pack judged.
pub(crate) fn judged(pack: &Pack, script: &str) -> Value {
    let script = script::read(script).unwrap_or_else(|errors| panic!("{errors:?}"));
    let ask = Ask { rubric: Some("t"), all_rules: true };
    serde_json::to_value(pipeline::draft(pack, &script.transcript, ask).unwrap()).unwrap()
}

/// The verdict on one rule in a draft.
#[track_caller]
pub(crate) fn verdict<'d>(draft: &'d Value, rule: &str) -> &'d Value {
    let verdicts = draft["verdicts"].as_array().unwrap();
    verdicts.iter().find(|verdict| verdict["rule"] == rule).expect(rule)
}

/// The outcome of one rule in a draft.
#[track_caller]
pub(crate) fn outcome<'d>(draft: &'d Value, rule: &str) -> &'d str {
    verdict(draft, rule)["outcome"].as_str().unwrap()
}

/// The findings of a draft in short: `turn:start-end text verdict`, and what suppressed it.
pub(crate) fn findings(draft: &Value) -> Vec<String> {
    let short = |finding: &Value| {
        let Value::String(text) = &finding["text"] else { panic!("{finding}") };
        let by = finding["suppressed_by"].as_str().map_or(String::new(), |by| format!(" by {by}"));
        let worth = finding["verdict"].as_str().unwrap();
        format!("{}:{}-{} {text} {worth}{by}", finding["turn"], finding["start"], finding["end"])
    };
    draft["findings"].as_array().unwrap().iter().map(short).collect()
}
