//! What rules cost that have nothing to say: rubric v3.1, with some hundred rules of its own, and up to 1,900 more.
//!
//! Every rule is judged and has its verdict in the draft. Rules of one phrase each speak of what nobody says; those of all
//! kinds go through the kinds of conditions, one after the other, with words of their own.

#![expect(clippy::unwrap_used, reason = "a bench that cannot run says so by failing")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use zhijian::diagnostic::{Diagnostics, Source};
use zhijian::pack::Pack;
use zhijian::pipeline::{self, Ask};
use zhijian::text::Document;
use zhijian::transcript::Transcript;
use zhijian::transcript::intake;
use zhijian::transcript::limits::Limits;

#[path = "calls/absent.rs"]
mod absent;
mod calls;
use absent::absent;
use calls::bodies;

/// One condition of each kind; `W` is the name of a lexicon with four phrases that nobody says, `T` one of them.
const KINDS: [&str; 31] = [
    "phrase: {lexicon: W}",
    "pattern: {regex: '(这|那)个?T(吗|呢)'}",
    "reply: {to: {phrase: {lexicon: W, role: customer}}, with: {phrase: {lexicon: W}}, within_turns: 2}",
    "silence: {at_least_seconds: 60, owner: [agent, shared]}",
    "hold: {at_most_seconds: 300}",
    "interruption: {by: agent, overlap_ms: 5000, least_chars: 4}",
    "speech_rate: {role: agent, least_chars: 15, median: {from: 100, to: 400}}",
    "back_channel: {lexicon: courtesy/back-channel, role: agent, long_seconds: 8, long_chars: 40, at_least: 0.3, at_most: 9}",
    "hangup: {by: agent, after: {phrase: {lexicon: W}}}",
    "talk: {role: agent, at_least_chars: 100000}",
    "near: {of: {phrase: {lexicon: W}}, to: {phrase: {lexicon: W, role: customer}}, within_turns: 2}",
    "turns: {of: {phrase: {lexicon: W}}, role: agent, share: {to: 0.5}}",
    "ratio: {of: {phrase: {lexicon: W}}, to: {phrase: {lexicon: W, role: customer}}, at_least: 3, least_count: 5}",
    "echo: {of: {phrase: {lexicon: W, role: customer}}, by: agent, within_turns: 4, least_chars: 4}",
    "repeat: {role: agent, within_turns: 3, likeness: 0.95, least_chars: 12}",
    "similar: {to: ['我要告诉你T的事情', '你们T怎么还没有办'], likeness: 0.8, role: customer}",
    "response_time: {of: longest, role: agent, at_least_seconds: 600}",
    "sounds_like: {lexicon: W, role: agent}",
    "said: {field: post, role: agent}",
    "monologue: {role: agent, at_least_chars: 5000}",
    "duration: {at_least_seconds: 100000}",
    "event: {type: transfer, at_least: 3}",
    "meta: {field: queue, is: [T]}",
    "clock: {from: '03:00', to: '03:01'}",
    "quality: {roles: [missing]}",
    "all: [{phrase: {lexicon: W}}, {phrase: {lexicon: W, role: customer}}]",
    "any: [{phrase: {lexicon: W}}, {phrase: {lexicon: W, role: customer}}]",
    "not: {talk: {role: agent, at_least_turns: 1}}",
    "at_least: {n: 2, of: [{phrase: {lexicon: W}}, {phrase: {lexicon: W, role: customer}}]}",
    "count: {of: {phrase: {lexicon: W}}, at_least: 2}",
    "phrase: {lexicon: W, role: customer, in: {first_turns: 3}}",
];

fn rules(criterion: &mut Criterion) {
    let bodies = bodies();
    let limits = Limits::default();
    let calls: Vec<Transcript<'_>> = bodies.iter().map(|body| intake::read(body, &limits).unwrap()).collect();
    let said: String = calls.iter().map(|call| Document::new(call).text().to_owned()).collect();
    let mut draft = |name: String, kinds: &[&str], count: usize| {
        let pack = pack(kinds, count, &said);
        let ask = Ask { rubric: Some("v3.1"), all_rules: false };
        let judge = |call| drop(black_box(pipeline::draft(&pack, call, ask).unwrap()));
        criterion.bench_function(&name, |bencher| bencher.iter(|| calls.iter().for_each(judge)));
    };
    for count in [0, 100, 400, 900, 1_900] {
        draft(format!("v3.1 and {count} rules of one phrase each"), &KINDS[..1], count);
        draft(format!("v3.1 and {count} rules of all kinds"), &KINDS, count);
    }
    for kind in KINDS {
        let name = kind.split(':').next().unwrap_or_default();
        draft(format!("v3.1 and 300 times {name}"), &[kind], 300);
    }
}

/// The shipped pack with so many more rules, each with its own lexicon, for which rubric v3.1 asks as well.
fn pack(kinds: &[&str], count: usize, said: &str) -> Pack {
    let mut sources = Pack::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap().sources;
    if count > 0 {
        let rubric = sources.iter_mut().find(|source| source.path == "rules/rubrics/v3.1.yaml").unwrap();
        let evidence = "evidence: [dialogue/not-understood]";
        assert!(rubric.text.contains(evidence));
        rubric.text = rubric.text.replacen(evidence, "evidence: [dialogue/not-understood, bench/*]", 1);
    }
    let mut phrases = absent(count * 4, said).into_iter();
    for number in 0..count {
        let words: Vec<String> = phrases.by_ref().take(4).collect();
        let lexicon = format!("bench/w{number}");
        let condition = kinds[number % kinds.len()]
            .replace("lexicon: W", &format!("lexicon: {lexicon}"))
            .replace('T', &words[0]);
        sources.push(Source {
            path: format!("lexicons/{lexicon}.txt"),
            text: format!("title: 词\nfamily: bench\n---\n{}\n", words.join("\n")),
        });
        sources.push(Source {
            path: format!("rules/bench/r{number}.yaml"),
            text: format!(
                "title: 规则\nref: V31-01\nseverity: minor\nstatus: test\nobserve: {{{condition}}}\nexamples: {{hit: ['客服:一', '客服:二'], miss: ['客服:一', '客服:二']}}\n"
            ),
        });
    }
    Pack::compile(sources, Diagnostics::default()).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

criterion_group!(benches, rules);
criterion_main!(benches);
