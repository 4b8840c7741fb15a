//! A transcript and its draft as they are shown: personal data covered, everything at its place.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::sign::COVERED;
use super::{mask, masked, places};
use crate::draft::QUOTED;
use crate::text::Original;
use crate::transcript::Transcript;

/// The fields of a posted transcript that are shown; others may hold anything.
const SHOWN: [&str; 9] =
    ["id", "channel", "direction", "started_at", "separation", "agent", "turns", "events", "meta"];
/// So many characters of the names of fields say what stands in one.
const LABEL: usize = 32;
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
    // Recordings are named after the number that called.
    let ids = [posted.get_mut("id"), draft.get_mut("transcript_id")];
    ids.into_iter().flatten().for_each(|id| mask_all(id, ""));
    if let Some(meta) = posted.get_mut("meta") {
        mask_all(meta, "");
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
        mask_all(notes, "");
    }
}

fn show_only(object: &mut Value, shown: &[&str]) {
    if let Value::Object(fields) = object {
        fields.retain(|name, _| shown.contains(&name.as_str()));
    }
}

/// Covers personal data in `value`, of which `label` says what it is, and in the names of its fields.
fn mask_all(value: &mut Value, label: &str) {
    match value {
        Value::String(text) => *text = mask_as(text, label),
        // A telephone number may have been sent as a number.
        Value::Number(number) => {
            let plain = number.to_string();
            let masked = mask_as(&plain, label);
            if plain != masked {
                *value = masked.into();
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| mask_all(part, label)),
        Value::Object(fields) => {
            for (name, mut value) in std::mem::take(fields) {
                mask_all(&mut value, &label_of(label, &name));
                let mut name = mask(&name);
                while fields.contains_key(&name) {
                    name.push(COVERED);
                }
                fields.insert(name, value);
            }
        }
        Value::Bool(_) | Value::Null => {}
    }
}

/// What the names of a field and of those around it say, as far as it stands near enough to be heard.
fn label_of(label: &str, name: &str) -> String {
    let label = format!("{label}{name}：");
    let far = label.chars().count().saturating_sub(LABEL);
    label.chars().skip(far).collect()
}

/// `text` masked by itself, and then as what `label` says it is: an order's number may still be that of a telephone.
fn mask_as(text: &str, label: &str) -> String {
    let labelled = mask(&format!("{label}{}", mask(text)));
    labelled.chars().skip(label.chars().count()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn masked(mut value: Value) -> Value {
        mask_all(&mut value, "");
        let once = value.clone();
        mask_all(&mut value, "");
        assert_eq!(value, once, "again");
        value
    }

    #[test]
    fn the_name_of_a_field_says_what_stands_in_it() {
        assert_eq!(
            masked(json!({
                "客户身份证": "110105194912310021",
                "联系方式": {"座机": [67_010_327, "67010327"], "备注": "67010327"},
                "订单号": "13800138000",
                "user_id": 13_800_138_000_u64,
                "积分": 67_010_327,
                "13800138000": {"13811138000": true, "13822238000": null},
            })),
            json!({
                "客户身份证": "**************0021",
                "联系方式": {"座机": ["********", "********"], "备注": "67010327"},
                "订单号": "138****8000",
                "user_id": "138****8000",
                "积分": 67_010_327,
                "138****8000": {"138****8000": true, "138****8000*": null},
            })
        );
    }
}
