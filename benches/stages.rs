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

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jieba_rs::Jieba;
use zhijian::detect::Scene;
use zhijian::diagnostic::{Diagnostics, Source};
use zhijian::draft::{self, Material};
use zhijian::judge::judge;
use zhijian::pack::Pack;
use zhijian::pipeline::{self, Ask};
use zhijian::score::fill;
use zhijian::text::Document;
use zhijian::transcript::Transcript;
use zhijian::transcript::intake;
use zhijian::transcript::limits::Limits;

#[path = "calls/absent.rs"]
mod absent;
mod calls;
use absent::absent;
use calls::{TURNS, bodies};

fn stages(criterion: &mut Criterion) {
    let pack = Pack::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let limits = Limits::default();
    let bodies = bodies();
    let transcripts: Vec<Transcript<'_>> =
        bodies.iter().map(|body| intake::read(body, &limits).unwrap()).collect();
    let text: usize = transcripts.iter().flat_map(|call| &call.turns).map(|turn| turn.text.len()).sum();
    let ask = Ask { rubric: Some("v3.1"), all_rules: false };
    let form = pack.form("v3.1").unwrap();
    let (rubric, plan) = (&form.rubric, form.plan);
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
        bencher.iter(|| {
            documents.iter().for_each(|document| drop(black_box(pack.lexicons.scan(document, plan))))
        });
    });
    group.bench_function("2-4 scene", |bencher| {
        let scene = |call| drop(black_box(Scene::new(call, &pack.lexicons, &pack.dialogue, plan)));
        bencher.iter(|| transcripts.iter().for_each(scene));
    });
    let scenes: Vec<_> =
        transcripts.iter().map(|call| Scene::new(call, &pack.lexicons, &pack.dialogue, plan)).collect();
    group.bench_function("5-6 judge", |bencher| {
        let judged = |scene| drop(black_box(judge(scene, &pack.rules, &rubric.rules)));
        bencher.iter(|| scenes.iter().for_each(judged));
    });
    let judgements: Vec<_> = scenes.iter().map(|scene| judge(scene, &pack.rules, &rubric.rules)).collect();
    group.bench_function("7 score", |bencher| {
        let filled = |(call, judgement)| drop(black_box(fill(rubric, call, judgement)));
        bencher.iter(|| transcripts.iter().zip(&judgements).for_each(filled));
    });
    let pairs = transcripts.iter().zip(&judgements);
    let filled: Vec<_> = pairs.map(|(call, judgement)| fill(rubric, call, judgement)).collect();
    group.bench_function("8 draft", |bencher| {
        bencher.iter(|| {
            for ((scene, judgement), filled) in scenes.iter().zip(&judgements).zip(&filled) {
                let digest = pack.digest();
                let material = Material { digest, rules: &pack.rules, form, scene, judgement };
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

const ABSENT: &str = "\
title: 不会出现的短语
ref: V31-Z2
severity: minor
status: test
forbid: {phrase: {lexicon: absent}}
examples: {hit: ['客服:一', '客服:二'], miss: ['客服:一', '客服:二']}
";

/// Scanning for 1,000 and 10,000 phrases that do not occur: what a large lexicon costs.
fn growth(criterion: &mut Criterion) {
    let limits = Limits::default();
    let bodies = bodies();
    let transcripts: Vec<Transcript<'_>> =
        bodies.iter().map(|body| intake::read(body, &limits).unwrap()).collect();
    let said: String = transcripts.iter().map(|call| Document::new(call).text().to_owned()).collect();
    let shipped = Pack::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut group = criterion.benchmark_group("growth");
    for phrases in [0, 1_000, 10_000] {
        let mut sources = shipped.sources.clone();
        let text = format!("title: 不会出现的短语\n---\n{}", absent(phrases, &said).join("\n"));
        sources.push(Source { path: "lexicons/absent.txt".to_owned(), text });
        // The rubric asks for every rule of this folder, and so for the lexicon.
        sources.push(Source { path: "rules/forbidden/absent.yaml".to_owned(), text: ABSENT.to_owned() });
        let pack = Pack::compile(sources, Diagnostics::default()).unwrap();
        let ask = Ask { rubric: Some("v3.1"), all_rules: false };
        group.bench_function(format!("whole draft with {phrases} more phrases"), |bencher| {
            bencher.iter(|| {
                transcripts.iter().for_each(|call| drop(black_box(pipeline::draft(&pack, call, ask))));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, stages, growth);
criterion_main!(benches);
