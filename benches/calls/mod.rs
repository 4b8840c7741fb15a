//! Calls of 60 turns from `corpora/`, for all benches.

use std::fs;
use std::path::Path;

/// Turns of one call.
pub(crate) const TURNS: usize = 60;

/// Calls of 60 turns, as bodies: the long calls as they are, and the turns of all labelled transcripts in a row, retimed.
pub(crate) fn bodies() -> Vec<Vec<u8>> {
    let long = transcripts("clean").into_iter().filter(|(name, _)| name.starts_with("long-"));
    let mut bodies: Vec<_> = long.map(|(_, call)| serde_json::to_vec(&call).unwrap()).collect();
    let labelled = transcripts("labelled").into_iter();
    let mut turns: Vec<_> =
        labelled.flat_map(|(_, call)| call["turns"].as_array().unwrap().clone()).collect();
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

/// The transcripts of one folder of `corpora/`, each with the name of its file, in the order of the names.
fn transcripts(folder: &str) -> Vec<(String, serde_json::Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora").join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut transcripts: Vec<_> = files
        .map(|file| {
            let labelled: serde_json::Value =
                serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap();
            (file.file_name().into_string().unwrap(), labelled["transcript"].clone())
        })
        .collect();
    transcripts.sort_by(|(a, _), (b, _)| a.cmp(b));
    transcripts
}
