//! `said`: the value of a field that was posted with the dialogue is spoken, such as the agent's own number.

use std::ops::Range;

use serde::Deserialize;
use serde_json::Value;

use super::{Compiler, Condition};
use crate::detect::Scene;
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Lack, Occurrence};
use crate::rule::window::{Window, WindowShape};
use crate::text::{normalise_phrase, position};
use crate::transcript::{Role, Transcript};
use crate::yaml::Spanned;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct SaidShape {
    field: String,
    #[serde(default)]
    role: Speaker,
    #[serde(rename = "in")]
    window: Option<Spanned<WindowShape>>,
}

#[derive(Debug)]
pub(in crate::rule) struct Said {
    field: String,
    role: Speaker,
    window: Window,
}

impl SaidShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Said {
        let window = Window::compile(self.window.as_ref(), self.role, compiler);
        Said { field: self.field.clone(), role: self.role, window }
    }
}

impl Condition for Said {
    fn kind(&self) -> &'static str {
        "said"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let Some(value) = posted(&self.field, scene.transcript()) else { return Found::without(Lack::Meta) };
        self.window.search(scene, self.role, |turns| {
            let forms = forms(&value);
            let may_count = |turn: &u32| {
                let role = scene.turn(*turn).role;
                turns.contains(turn) && (self.role.is(role) || role == Role::Unknown)
            };
            let mut occurrences = Vec::new();
            for turn in (0..scene.turn_count()).filter(may_count) {
                let part = scene.document.turns()[turn as usize].clone();
                let text = scene.document.slice(part.clone());
                let stands = forms.iter().flat_map(|form| text.match_indices(form.as_str()));
                let spans = stands
                    .map(|(at, found)| part.start + position(at)..part.start + position(at + found.len()));
                let whole = spans.filter(|span| is_whole(scene, span));
                occurrences.extend(whole.map(|span| Occurrence {
                    standing: scene.match_standing(turn, &span, self.role, &[]),
                    span: Some(span),
                    ..Occurrence::turn(turn)
                }));
            }
            occurrences
        })
    }
}

/// The value of a field as it would stand in normalised text: `agent.id`, `agent.team`, or a field of `meta`.
fn posted(field: &str, transcript: &Transcript<'_>) -> Option<String> {
    let agent = transcript.agent.as_ref();
    let value = match field {
        "agent.id" => agent?.id.as_deref().map(str::to_owned),
        "agent.team" => agent?.team.as_deref().map(str::to_owned),
        _ => match transcript.meta.get(field)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        },
    };
    value.map(|value| normalise_phrase(&value).0).filter(|value| !value.is_empty())
}

/// The ways in which a value stands in normalised text: where numbers are short, their digits stay as they are spoken.
fn forms(value: &str) -> Vec<String> {
    const SPOKEN: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digits: Option<Vec<usize>> =
        value.chars().map(|c| c.to_digit(10).and_then(|digit| usize::try_from(digit).ok())).collect();
    let spoken = digits.filter(|digits| digits.len() < 3);
    let spoken = spoken.map(|digits| digits.into_iter().map(|digit| SPOKEN[digit]).collect::<String>());
    let on_the_telephone = spoken.as_ref().map(|spoken| spoken.replace('一', "幺"));
    let mut forms: Vec<String> =
        std::iter::once(value.to_owned()).chain(spoken).chain(on_the_telephone).collect();
    forms.dedup();
    forms
}

/// Whether the number that stands there is not part of a longer one.
fn is_whole(scene: &Scene<'_>, span: &Range<u32>) -> bool {
    let text = scene.document.text();
    let (start, end) = (span.start as usize, span.end as usize);
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let goes_on = |at: usize| is_digit(text[..at].chars().next_back()) && is_digit(text[at..].chars().next());
    let ends = |at: u32| scene.document.pause_at(at).is_some();
    (!goes_on(start) || ends(span.start)) && (!goes_on(end) || ends(span.end))
}
