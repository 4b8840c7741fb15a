//! What each stage costs, beside raw `jieba.cut` over the same text and JSON parsing alone, in one run.
//!
//! `cargo bench` measures calls of 60 turns made from the turns of `corpora/`; throughput is in bytes of
//! transcript text, so that all lines compare.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::too_many_lines,
    reason = "a bench that cannot run says so by failing, and prints what it measures"
)]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jieba_rs::Jieba;
use zhijian::detect::Scene;
use zhijian::draft::{self, Material};
use zhijian::judge::judge;
use zhijian::pack::Pack;
use zhijian::pipeline::{self, Ask};
use zhijian::score::fill;
use zhijian::text::Document;
use zhijian::transcript::Transcript;
use zhijian::transcript::intake;
use zhijian::transcript::limits::Limits;

const TURNS: usize = 60;

/// Calls of 60 turns, as bodies: the turns of all labelled transcripts in a row, retimed.
fn bodies() -> Vec<Vec<u8>> {
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

fn stages(criterion: &mut Criterion) {
    let pack = Pack::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let limits = Limits::default();
    let bodies = bodies();
    let transcripts: Vec<Transcript<'_>> =
        bodies.iter().map(|body| intake::read(body, &limits).unwrap()).collect();
    let text: usize = transcripts.iter().flat_map(|call| &call.turns).map(|turn| turn.text.len()).sum();
    let ask = Ask { rubric: Some("v3.1"), all_rules: false };
    let rubric = pack.rubric("v3.1").unwrap();
    let jieba = Jieba::new();

    println!("{} calls of {TURNS} turns, {} bytes of text each", bodies.len(), text / bodies.len());
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Bytes(text as u64));
    group.bench_function("jieba cut, no HMM", |bencher| {
        bencher.iter(|| {
            for turn in transcripts.iter().flat_map(|call| &call.turns) {
                black_box(jieba.cut(&turn.text, false));
            }
        });
    });
    group.bench_function("1 intake", |bencher| {
        bencher.iter(|| bodies.iter().for_each(|body| drop(black_box(intake::read(body, &limits)))));
    });
    group.bench_function("2 normalise", |bencher| {
        bencher.iter(|| transcripts.iter().for_each(|call| drop(black_box(Document::new(call)))));
    });
    let documents: Vec<_> = transcripts.iter().map(Document::new).collect();
    group.bench_function("3 scan", |bencher| {
        bencher.iter(|| documents.iter().for_each(|document| drop(black_box(pack.lexicons.scan(document)))));
    });
    group.bench_function("2-4 scene", |bencher| {
        let scene = |call| drop(black_box(Scene::new(call, &pack.lexicons, &pack.dialogue)));
        bencher.iter(|| transcripts.iter().for_each(scene));
    });
    let scenes: Vec<_> =
        transcripts.iter().map(|call| Scene::new(call, &pack.lexicons, &pack.dialogue)).collect();
    group.bench_function("5-6 judge", |bencher| {
        let judged = |scene| drop(black_box(judge(scene, &pack.rules, &rubric.rules)));
        bencher.iter(|| scenes.iter().for_each(judged));
    });
    let judgements: Vec<_> = scenes.iter().map(|scene| judge(scene, &pack.rules, &rubric.rules)).collect();
    group.bench_function("7 score", |bencher| {
        bencher.iter(|| judgements.iter().for_each(|judgement| drop(black_box(fill(rubric, judgement)))));
    });
    let filled: Vec<_> = judgements.iter().map(|judgement| fill(rubric, judgement)).collect();
    group.bench_function("8 draft", |bencher| {
        bencher.iter(|| {
            for ((scene, judgement), filled) in scenes.iter().zip(&judgements).zip(&filled) {
                let digest = pack.digest();
                let material = Material { digest, rules: &pack.rules, rubric, scene, judgement };
                drop(black_box(draft::write(&material, filled)));
            }
        });
    });
    let drafts: Vec<_> = transcripts.iter().map(|call| pipeline::draft(&pack, call, ask).unwrap()).collect();
    group.bench_function("draft to JSON", |bencher| {
        bencher.iter(|| drafts.iter().for_each(|draft| drop(black_box(serde_json::to_vec(draft)))));
    });
    group.bench_function("whole: transcript to draft", |bencher| {
        bencher
            .iter(|| transcripts.iter().for_each(|call| drop(black_box(pipeline::draft(&pack, call, ask)))));
    });
    group.bench_function("whole: body to JSON", |bencher| {
        bencher.iter(|| {
            for body in &bodies {
                let call = intake::read(body, &limits).unwrap();
                let draft = pipeline::draft(&pack, &call, ask).unwrap();
                drop(black_box(serde_json::to_vec(&draft)));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
