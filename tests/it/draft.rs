//! Whole drafts, kept as they are: a change of engine or rules shows here line by line.
//!
//! `INSTA_UPDATE=always cargo test --test it draft` writes them anew.

use std::fs;

use serde_json::Value;
use zhijian::pipeline::{self, Ask};
use zhijian::transcript::intake;
use zhijian::transcript::limits::Limits;

use crate::packs::{repository, shipped};

/// Compares the draft of one labelled transcript with the stored one, whatever the pack and the engine are called.
#[track_caller]
fn assert_draft(file: &str, rubric: &str) {
    let path = repository().join(format!("corpora/labelled/{file}.json"));
    let file_text = fs::read_to_string(&path).unwrap();
    let labelled: Value = serde_json::from_str(&file_text).unwrap();
    let body = labelled["transcript"].to_string();
    let transcript = intake::read(body.as_bytes(), &Limits::default()).unwrap();
    let ask = Ask { rubric: Some(rubric), all_rules: false };
    let mut draft = pipeline::draft(shipped(), &transcript, ask).unwrap();
    draft.pack = "[pack]";
    draft.engine = "[engine]";
    insta::assert_snapshot!(format!("{rubric}-{file}"), laid_out(&serde_json::to_vec(&draft).unwrap()));
}

/// The same JSON, one member a line.
fn laid_out(json: &[u8]) -> String {
    let mut out = Vec::new();
    let mut source = serde_json::Deserializer::from_slice(json);
    serde_transcode::transcode(&mut source, &mut serde_json::Serializer::pretty(&mut out)).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_call_full_of_faults() {
    assert_draft("abusive-customer-agent-retorts", "v3.1");
}

#[test]
fn a_call_with_a_hold_that_ends_without_apology() {
    assert_draft("hold-asked-but-no-apology", "v3.1");
}

#[test]
fn a_call_whose_roles_are_swapped() {
    assert_draft("swapped-roles-phone-repair", "v3.1");
}

#[test]
fn a_chat_in_wide_characters() {
    assert_draft("chat-fullwidth-return-brushoff", "v3.1");
}

#[test]
fn a_nuisance_call_by_the_deducting_rubric() {
    assert_draft("nuisance-call-two-statements", "conduct-100");
}

#[test]
fn a_call_that_blames_others_by_the_deducting_rubric() {
    assert_draft("telecom-colleague-gossip-blame", "conduct-100");
}
