//! `similar`: a sentence is said that is much like one of some samples.

use serde::Deserialize;

use super::{Compiler, Condition, Verdict};
use crate::detect::Comparable;
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Occurrence};
use crate::rule::window::{Window, WindowShape};
use crate::text::normalise_phrase;
use crate::text::similarity::Pairs;
use crate::yaml::Spanned;

/// More samples than this are refused: a rule that needs more is several rules.
const MOST_SAMPLES: usize = 200;
/// Samples of fewer letters are refused: they are like almost anything.
const SHORTEST_SAMPLE: usize = 4;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct SimilarShape {
    to: Spanned<Vec<String>>,
    likeness: f64,
    #[serde(default)]
    role: Speaker,
    #[serde(rename = "in")]
    window: Option<Spanned<WindowShape>>,
    #[serde(default)]
    verdict: Verdict,
}

#[derive(Debug)]
pub(in crate::rule) struct Similar {
    samples: Vec<Pairs>,
    likeness: f64,
    role: Speaker,
    window: Window,
    verdict: Verdict,
}

impl SimilarShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Similar {
        let samples: Vec<String> = self.to.value.iter().map(|sample| normalise_phrase(sample).0).collect();
        if samples.is_empty() || samples.len() > MOST_SAMPLES {
            let message = format!("样句应有 1 到 {MOST_SAMPLES} 句");
            compiler.mistake(self.to.referenced, message, "把不同的意思分成几条规则");
        }
        if let Some(short) = samples.iter().find(|sample| sample.chars().count() < SHORTEST_SAMPLE) {
            let message = format!("样句“{short}”不到 {SHORTEST_SAMPLE} 个字，会与太多的话相似");
            compiler.mistake(self.to.referenced, message, "短语请写进词表，用 phrase");
        }
        Similar {
            samples: samples.iter().map(|sample| Pairs::of(sample)).collect(),
            likeness: self.likeness,
            role: self.role,
            window: Window::compile(self.window.as_ref(), self.role, compiler),
            verdict: self.verdict,
        }
    }
}

impl Condition for Similar {
    fn kind(&self) -> &'static str {
        "similar"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        self.window.search(scene, self.role, |turns| {
            let all = scene.comparables();
            let possible = self.samples.iter().filter(|sample| all.may_be_like(sample, self.likeness));
            let possible: Vec<&Pairs> = possible.collect();
            if possible.is_empty() {
                return Vec::new();
            }
            let asked = all
                .sentences
                .iter()
                .filter(|said| turns.contains(&said.turn) && self.role.is(scene.turn(said.turn).role));
            let is_like = |said: &Pairs| possible.iter().any(|sample| said.are_alike(sample, self.likeness));
            let like = asked.filter(|said| is_like(&said.pairs));
            let occurrences = like.map(|Comparable { turn, span, .. }| Occurrence {
                standing: self.verdict.of(scene.match_standing(*turn, span, self.role, &[])),
                span: Some(span.clone()),
                ..Occurrence::turn(*turn)
            });
            occurrences.collect()
        })
    }
}
