//! Calls of 60 turns, made from the turns of `corpora/`, for all benches.

use std::fs;
use std::path::Path;

/// Turns of one call.
pub(crate) const TURNS: usize = 60;

/// Calls of 60 turns, as bodies: the turns of all labelled transcripts in a row, retimed.
pub(crate) fn bodies() -> Vec<Vec<u8>> {
    let mut turns = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/labelled");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let labelled: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        turns.extend(labelled["transcript"]["turns"].as_array().unwrap().clone());
    }
    let mut bodies = Vec::new();
    for (call, turns) in turns.chunks_exact_mut(TURNS).enumerate() {
        let mut at = 400_u64;
        for turn in turns.iter_mut() {
            let length = turn["text"].as_str().unwrap().chars().count() as u64 * 220 + 300;
            turn["start_ms"] = at.into();
            turn["end_ms"] = (at + length).into();
            at += length + 600;
        }
        let body = serde_json::json!({"id": format!("bench-{call}"), "channel": "call", "direction": "inbound",
            "separation": "two_channel", "turns": turns,
            "events": [{"type": "hangup", "at_ms": at, "by": "customer"}]});
        bodies.push(serde_json::to_vec(&body).unwrap());
    }
    bodies
}
