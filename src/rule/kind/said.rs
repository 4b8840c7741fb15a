//! `said`: the value of a field that was posted with the dialogue is spoken, such as the agent's own number.

use serde::Deserialize;
use serde_json::Value;

use super::{Compiler, Condition};
use crate::lexicon::Speaker;
use crate::rule::View;
use crate::rule::found::{Found, Lack, Occurrence, Searched};
use crate::rule::window::{Window, WindowShape};
use crate::text::{normalise_phrase, position};
use crate::transcript::Transcript;
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
        let turns = match self.window.turns(scene) {
            Ok(turns) => turns,
            Err(lack) => return Found::without(lack),
        };
        let mut occurrences = Vec::new();
        let spoken = scene.turns_of(self.role).filter(|turn| turns.contains(turn));
        for turn in spoken {
            let part = scene.document.turns()[turn as usize].clone();
            let text = scene.document.slice(part.clone());
            let stands = text.match_indices(&value).filter(|(at, _)| is_whole(text, *at, &value));
            occurrences.extend(stands.map(|(at, found)| {
                let start = part.start + position(at);
                Occurrence { span: Some(start..start + position(found.len())), ..Occurrence::turn(turn) }
            }));
        }
        Found { searched: Some(Searched { speaker: self.role, turns }), ..Found::any(occurrences) }
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

/// Whether the number at `at` is not part of a longer one.
fn is_whole(text: &str, at: usize, value: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let goes_on =
        |inner: Option<char>, outer: Option<char>| inner.is_some_and(is_digit) && outer.is_some_and(is_digit);
    !goes_on(value.chars().next(), text[..at].chars().next_back())
        && !goes_on(value.chars().next_back(), text[at + value.len()..].chars().next())
}
