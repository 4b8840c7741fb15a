//! What `score` and `explain` read: files or stdin, NDJSON or one JSON object over many lines, cut into documents; and
//! scripts.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::answer::{Line, Lines};

/// Bytes that are asked for at once: a full read gives every thread some documents.
const CHUNK: usize = 256 * 1024;

/// One thing that was found in the input.
pub(super) struct Item {
    /// The file's name; none for stdin.
    pub(super) file: Option<Arc<str>>,
    /// What was found.
    pub(super) found: Found,
}

impl Item {
    /// How much memory its document takes.
    pub(super) fn bytes(&self) -> usize {
        match &self.found {
            Found::Document(Line::Whole { bytes, .. }) => bytes.len(),
            Found::Script { text, .. } => text.len(),
            Found::Document(Line::TooLong { .. }) | Found::Unreadable(_) => 0,
        }
    }
}

/// What a piece of the input is.
pub(super) enum Found {
    /// One line of NDJSON, or a whole JSON file.
    Document(Line),
    /// A script, as people write dialogues: a file whose name ends in `.txt`; and its name without that end.
    Script { text: String, name: String },
    /// The input could not be read on.
    Unreadable(io::Error),
}

/// Reads all `files` in turn and gives their documents to `sink` as they come, until it says `false`.
pub(super) fn read_all(files: &[PathBuf], limit: usize, sink: &mut dyn FnMut(Vec<Item>) -> bool) {
    for path in files {
        let file: Option<Arc<str>> = (path != Path::new("-")).then(|| path.display().to_string().into());
        if path.extension().is_some_and(|extension| extension == "txt") {
            if !sink(vec![Item { file, found: script(path, limit) }]) {
                return;
            }
            continue;
        }
        let mut give = |lines: Vec<Line>| {
            let items =
                lines.into_iter().map(|line| Item { file: file.clone(), found: Found::Document(line) });
            lines_wanted(sink, items.collect())
        };
        let result = match &file {
            None => read_one(io::stdin().lock(), limit, &mut give),
            Some(_) => File::open(path).and_then(|open| read_one(open, limit, &mut give)),
        };
        let wanted = match result {
            Ok(wanted) => wanted,
            Err(error) => sink(vec![Item { file: file.clone(), found: Found::Unreadable(error) }]),
        };
        if !wanted {
            return;
        }
    }
}

/// A file that is a script.
fn script(path: &Path, limit: usize) -> Found {
    let mut text = String::new();
    // One byte more than allowed is enough to know that it is too much.
    let read =
        File::open(path).and_then(|file| file.take(limit.saturating_add(1) as u64).read_to_string(&mut text));
    match read {
        Ok(bytes) if bytes > limit => Found::Document(Line::TooLong { number: 1 }),
        Ok(_) => {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Found::Script { text, name }
        }
        Err(error) => Found::Unreadable(error),
    }
}

fn lines_wanted(sink: &mut dyn FnMut(Vec<Item>) -> bool, items: Vec<Item>) -> bool {
    items.is_empty() || sink(items)
}

/// Reads one input; the answer is whether more is wanted.
fn read_one(mut input: impl Read, limit: usize, give: &mut dyn FnMut(Vec<Line>) -> bool) -> io::Result<bool> {
    let mut lines = Lines::new(limit);
    let mut chunk = vec![0; CHUNK];
    // Until it is known whether the input is one object over many lines, its begin is kept.
    let mut begin = Some((Vec::new(), Vec::new()));
    loop {
        let count = match input.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        lines.push(&chunk[..count]);
        let mut found: Vec<Line> = std::iter::from_fn(|| lines.next_line()).collect();
        if count == 0 {
            found.extend(lines.finish());
        }
        if let Some((raw, held)) = &mut begin {
            raw.extend_from_slice(&chunk[..count]);
            held.append(&mut found);
            match form(held, count == 0) {
                Form::NotKnown => continue,
                Form::OneObject => return one_object(std::mem::take(raw), input, limit, give),
                Form::Lines => found = std::mem::take(held),
            }
            begin = None;
        }
        if !give(found) {
            return Ok(false);
        }
        if count == 0 {
            return Ok(true);
        }
    }
}

enum Form {
    NotKnown,
    Lines,
    OneObject,
}

/// One object over many lines begins with a line that is cut off, and goes on with one that is no object.
///
/// A cut-off line of NDJSON is followed by a whole one, so that it stays one bad line.
fn form(lines: &[Line], ended: bool) -> Form {
    let [Line::Whole { bytes: first, .. }, rest @ ..] = lines else {
        return if lines.is_empty() && !ended { Form::NotKnown } else { Form::Lines };
    };
    let first = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first);
    match serde_json::from_slice::<IgnoredAny>(first) {
        Err(error) if error.is_eof() => {}
        _ => return Form::Lines,
    }
    match rest {
        [] if ended => Form::Lines,
        [] => Form::NotKnown,
        [Line::Whole { bytes, .. }, ..] if serde_json::from_slice::<IgnoredAny>(bytes).is_err() => {
            Form::OneObject
        }
        _ => Form::Lines,
    }
}

/// Reads the rest of an input that is one object.
fn one_object(
    mut raw: Vec<u8>,
    input: impl Read,
    limit: usize,
    give: &mut dyn FnMut(Vec<Line>) -> bool,
) -> io::Result<bool> {
    // One byte more than allowed is enough to know that it is too much.
    let room = limit.saturating_add(1).saturating_sub(raw.len());
    input.take(room as u64).read_to_end(&mut raw)?;
    let line =
        if raw.len() > limit { Line::TooLong { number: 1 } } else { Line::Whole { number: 1, bytes: raw } };
    Ok(give(vec![line]))
}
