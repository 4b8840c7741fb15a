//! The same transcript and the same pack give the same bytes, however often, on however many threads.

use std::fs;
use std::thread;

use serde_json::Value;
use zhijian::pack::Pack;
use zhijian::pipeline::{self, Ask};
use zhijian::transcript::intake;
use zhijian::transcript::limits::Limits;

use crate::packs::{repository, shipped};
use crate::support::{run, transcript};

/// How often everything is drafted, over all threads.
const RUNS: usize = if cfg!(debug_assertions) { 500 } else { 10_000 };
const THREADS: usize = 4;

/// Short transcripts with something to find in them.
fn bodies() -> Vec<Vec<u8>> {
    let said = |text: &str| {
        let mut transcript = transcript("d-1");
        transcript["turns"][1] =
            serde_json::json!({"role": "agent", "start_ms": 3200, "end_ms": 6000, "text": text});
        transcript.to_string().into_bytes()
    };
    vec![
        said("這事不歸我管，您明天再来吧"),
        said("喂，大声一点儿！我不知道"),
        said("请您稍等，幺三八零零幺三八"),
    ]
}

fn drafted(pack: &Pack, body: &[u8]) -> Vec<u8> {
    let transcript = intake::read(body, &Limits::default()).unwrap();
    let ask = Ask { rubric: Some("v3.1"), all_rules: true };
    serde_json::to_vec(&pipeline::draft(pack, &transcript, ask).unwrap()).unwrap()
}

#[test]
fn the_same_input_gives_the_same_bytes_on_every_thread() {
    let bodies = bodies();
    let expected: Vec<Vec<u8>> = bodies.iter().map(|body| drafted(shipped(), body)).collect();
    assert_ne!(expected[0], expected[1]);
    let work = || {
        let times = (0..RUNS / THREADS).map(|run| run % bodies.len());
        times.filter(|at| drafted(shipped(), &bodies[*at]) != expected[*at]).count()
    };
    let differing: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(differing, 0);
}

#[test]
fn a_pack_that_is_loaded_again_gives_the_same_bytes() {
    let loaded = Pack::load(repository()).unwrap();
    for body in bodies() {
        assert_eq!(drafted(&loaded, &body), drafted(shipped(), &body));
    }
}

#[test]
fn the_binary_gives_the_same_lines_for_any_number_of_threads_and_on_every_run() {
    let mut paths: Vec<_> = fs::read_dir(repository().join("corpora/labelled"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut input = String::new();
    for path in &paths {
        let file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        input.push_str(&format!("{}\n", file["transcript"]));
    }
    let drafts = |jobs: &str| run(&["score", "--rubric", "v3.1", "--jobs", jobs], input.as_bytes()).stdout;
    let (one, four, again) = (drafts("1"), drafts("4"), drafts("4"));
    assert_eq!(one.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count(), paths.len());
    assert!(one == four, "one thread and four differ");
    assert!(four == again, "two runs differ");
}
