//! The way in: a posted body becomes a transcript that borrows from it, or the list of all that is wrong.

use serde::Deserialize;
use serde_ignored::Path;

use super::limits::Limits;
use super::node::Node;
use super::problem::{Kind, Problems, Report};
use super::{Transcript, check, syntax, walk};
use crate::strict::Strict;

/// A sender who adds a field to every turn is told its name once, and is not told thousands.
const MOST_IGNORED: usize = 20;

/// Reads one posted transcript.
///
/// # Errors
/// Everything that is wrong with it: its encoding, its JSON, its fields, its size.
pub fn read<'a>(body: &'a [u8], limits: &Limits) -> Result<Transcript<'a>, Problems> {
    if body.len() > limits.body_bytes {
        return Err(too_large(limits));
    }
    let text = simdutf8::basic::from_utf8(body).map_err(|_| syntax::not_utf8(body))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let Ok(mut transcript) = parse(text) else {
        return Err(explain(text, limits));
    };
    let mut report = Report::default();
    check::transcript(&transcript, limits, &mut report);
    if let Some(problems) = report.problems() {
        return Err(problems);
    }
    order(&mut transcript);
    Ok(transcript)
}

/// Whether a transcript that was not posted as JSON holds no more than is allowed.
///
/// # Errors
/// Everything that is too large.
pub fn bound(transcript: &Transcript<'_>, limits: &Limits) -> Result<(), Problems> {
    let mut report = Report::default();
    check::amount(transcript, limits, &mut report);
    report.problems().map_or(Ok(()), Err)
}

/// The refusal of a body that is larger than the limit, whose content nobody has read.
#[must_use]
pub fn too_large(limits: &Limits) -> Problems {
    Problems::whole(
        Kind::TooLarge,
        format!("一通对话的 JSON 最多 {} 字节：请拆开提交，或请管理员调高 max_body_bytes", limits.body_bytes),
    )
}

/// The fast way: straight into the borrowed transcript, nothing explained.
fn parse(text: &str) -> Result<Transcript<'_>, serde_json::Error> {
    let mut ignored = Vec::new();
    let mut source = serde_json::Deserializer::from_str(text);
    let mut note_ignored = |path: Path<'_>| note(&path, &mut ignored);
    let noting = serde_ignored::Deserializer::new(&mut source, &mut note_ignored);
    let mut transcript = Transcript::deserialize(Strict(noting))?;
    source.end()?;
    transcript.ignored = ignored;
    Ok(transcript)
}

fn note(path: &Path<'_>, ignored: &mut Vec<String>) {
    if ignored.len() >= MOST_IGNORED {
        return;
    }
    let mut name = String::new();
    write_name(path, &mut name);
    if !ignored.contains(&name) {
        ignored.push(name);
    }
}

/// The name of a field without the places in lists: `turns[].conf`.
fn write_name(path: &Path<'_>, name: &mut String) {
    const LONGEST_KEY: usize = 60;
    match path {
        Path::Root => {}
        Path::Seq { parent, .. } => {
            write_name(parent, name);
            name.push_str("[]");
        }
        Path::Map { parent, key } => {
            write_name(parent, name);
            if !name.is_empty() {
                name.push('.');
            }
            name.extend(key.chars().filter(|c| !c.is_control()).take(LONGEST_KEY));
        }
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            write_name(parent, name);
        }
    }
}

/// The slow way: all that is wrong with a text that the fast way refused.
fn explain(text: &str, limits: &Limits) -> Problems {
    let root = match Node::read(text) {
        Ok(root) => root,
        Err(error) => return syntax::not_json(text, &error),
    };
    let mut report = Report::default();
    walk::transcript(&root, limits, &mut report);
    report.problems().unwrap_or_else(|| {
        Problems::whole(Kind::InvalidTranscript, "内容不符合对话记录的格式：请对照接口文档检查各个字段")
    })
}

/// Puts turns into the order of time, as long as every turn has one; each keeps its posted place in `index`.
pub(super) fn order(transcript: &mut Transcript<'_>) {
    transcript.events.sort_by_key(|event| event.at_ms);
    let turns = &mut transcript.turns;
    for (index, turn) in (0..).zip(turns.iter_mut()) {
        turn.index = index;
    }
    if turns.iter().all(|turn| turn.start_ms.is_some()) && !turns.is_sorted_by_key(|turn| turn.start_ms) {
        turns.sort_by_key(|turn| turn.start_ms);
    }
}
