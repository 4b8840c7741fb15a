//! A transcript and its draft as they are shown: personal data covered, everything at its place.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{mask, masked, places};
use crate::draft::QUOTED;
use crate::text::Original;
use crate::transcript::Transcript;

/// The fields of a posted transcript that are shown; others may hold anything.
const SHOWN: [&str; 9] =
    ["id", "channel", "direction", "started_at", "separation", "agent", "turns", "events", "meta"];
/// The fields of a turn that are shown.
const SHOWN_OF_TURN: [&str; 4] = ["role", "start_ms", "end_ms", "text"];

/// Covers personal data in `posted`, which is `transcript` as JSON, and in the `draft` that was made of it.
///
/// Every offset of the draft stays true, since a covered text has as many characters as before.
pub fn cover(transcript: &Transcript<'_>, posted: &mut Value, draft: &mut Value) {
    let covered = Covered::of(transcript);
    show_only(posted, &SHOWN);
    for (index, turn) in (0..).zip(posted["turns"].as_array_mut().into_iter().flatten()) {
        show_only(turn, &SHOWN_OF_TURN);
        if let Some(text) = covered.turns.get(&index) {
            turn["text"] = text.iter().collect::<String>().into();
        }
    }
    if let Some(meta) = posted.get_mut("meta") {
        mask_all(meta);
    }
    let mut quoted = Vec::new();
    covered.quotations(draft, &mut quoted);
    // Longer quotations first: a shorter one may be part of one.
    quoted.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    quoted.dedup();
    sentences(draft, &quoted);
}

/// The turns in which something is covered, by their posted place, character by character.
#[derive(Debug)]
pub struct Covered {
    turns: HashMap<u64, Vec<char>>,
}

impl Covered {
    /// The turns of `transcript` in which something is covered.
    #[must_use]
    pub fn of(transcript: &Transcript<'_>) -> Self {
        let found = places(&transcript.turns).into_iter().zip(&transcript.turns);
        let found = found.filter(|(places, _)| !places.is_empty());
        let turns =
            found.map(|(places, turn)| (turn.index.into(), masked(&turn.text, &places).chars().collect()));
        Self { turns: turns.collect() }
    }

    /// Words of the turn with this posted place, as they are shown.
    #[must_use]
    pub fn quote(&self, turn: u32, words: &Original<'_>) -> String {
        let range = words.start as usize..words.end as usize;
        let covered = self.turns.get(&turn.into()).and_then(|turn| turn.get(range));
        covered.map_or_else(|| words.text.to_owned(), |covered| covered.iter().collect())
    }

    /// Covers what the draft quotes by place, and notes what stood there and what stands there now.
    fn quotations(&self, part: &mut Value, quoted: &mut Vec<(String, String)>) {
        match part {
            Value::Array(parts) => parts.iter_mut().for_each(|part| self.quotations(part, quoted)),
            Value::Object(fields) => {
                if let Some((text, covered)) = self.quotation(fields) {
                    fields.insert("text".to_owned(), covered.clone().into());
                    // A sentence quotes no more than the begin.
                    let begin = |text: &str| text.chars().take(QUOTED).collect::<String>();
                    quoted.push((begin(&text), begin(&covered)));
                }
                fields.values_mut().for_each(|part| self.quotations(part, quoted));
            }
            _ => {}
        }
    }

    /// What a place of the draft quotes, and how it is shown; none where nothing is covered.
    fn quotation(&self, fields: &Map<String, Value>) -> Option<(String, String)> {
        let number = |name: &str| fields.get(name)?.as_u64();
        let text = fields.get("text")?.as_str()?;
        let turn = self.turns.get(&number("turn")?)?;
        let range = usize::try_from(number("start")?).ok()?..usize::try_from(number("end")?).ok()?;
        let covered: String = turn.get(range)?.iter().collect();
        (covered != text).then(|| (text.to_owned(), covered))
    }
}

/// Covers what the sentences of the draft quote.
fn sentences(draft: &mut Value, quoted: &[(String, String)]) {
    let reasons =
        draft["items"].as_array_mut().into_iter().flatten().filter_map(|item| item.get_mut("reason"));
    for reason in reasons {
        let Value::String(text) = reason else { continue };
        let quotes = quoted.iter().filter(|(quote, _)| !quote.is_empty());
        let text = quotes.fold(std::mem::take(text), |text, (quote, covered)| text.replace(quote, covered));
        *reason = mask(&text).into();
    }
    if let Some(notes) = draft["quality"].get_mut("notes") {
        mask_all(notes);
    }
}

fn show_only(object: &mut Value, shown: &[&str]) {
    if let Value::Object(fields) = object {
        fields.retain(|name, _| shown.contains(&name.as_str()));
    }
}

fn mask_all(value: &mut Value) {
    match value {
        Value::String(text) => *text = mask(text),
        // A telephone number may have been sent as a number.
        Value::Number(number) => {
            let (plain, masked) = (number.to_string(), mask(&number.to_string()));
            if plain != masked {
                *value = masked.into();
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(mask_all),
        Value::Object(fields) => fields.values_mut().for_each(mask_all),
        Value::Bool(_) | Value::Null => {}
    }
}
