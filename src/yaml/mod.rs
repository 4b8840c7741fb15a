//! Reads a YAML file of the pack; a mistake names its place and says in Chinese what to do.

mod explain;
#[cfg(test)]
pub(crate) mod schema;
mod shape;

use serde::de::DeserializeOwned;
use serde_saphyr::Location;

use crate::diagnostic::{Diagnostic, Source};

pub use explain::in_chinese;
pub use shape::{OneKey, OneOrMany, Spanned, day, in_order};

/// Files nested more deeply are refused: nobody reads them, and reading them takes stack.
const DEEPEST: usize = 40;

/// Reads `source` as a `T`.
///
/// # Errors
/// The first mistake in the shape of the file: the reader cannot go on behind it.
pub fn read<T: DeserializeOwned>(source: &Source) -> Result<T, Diagnostic> {
    let options = serde_saphyr::options! { budget: serde_saphyr::budget! { max_depth: DEEPEST } };
    serde_saphyr::from_str_with_options(&source.text, options).map_err(|error| {
        let error = error.without_snippet();
        let line = error.location().map_or(0, |at| usize::try_from(at.line()).unwrap_or(0));
        if let Some((line, column)) = wide_colon(&source.text, line) {
            return source.mistake(line, column, "这里的冒号是全角的“：”").help("换成半角的 : 再空一格");
        }
        let explained = explain::explain(error);
        mistake(source, error.location().unwrap_or(Location::UNKNOWN), explained.message).help(explained.help)
    })
}

/// Where in `line` or the one before it a key is followed by a wide colon, which YAML takes for a letter.
fn wide_colon(text: &str, line: usize) -> Option<(usize, usize)> {
    let is_key = |key: &str| !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let column = |text: &str| {
        let (before, _) = text.split_once('：')?;
        is_key(before.trim_start_matches([' ', '-'])).then(|| before.chars().count() + 1)
    };
    let near = text.lines().enumerate().map(|(at, text)| (at + 1, text));
    near.filter(|(at, _)| *at == line || *at + 1 == line).find_map(|(at, text)| Some((at, column(text)?)))
}

/// A mistake at a place that the reader remembered.
#[must_use]
pub fn mistake(source: &Source, location: Location, message: impl Into<String>) -> Diagnostic {
    let [line, column] = [location.line(), location.column()].map(|at| usize::try_from(at).unwrap_or(0));
    source.mistake(line, column, message)
}

/// The name among `known` that `written` most resembles, where it does.
pub fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|name| (strsim::jaro_winkler(written, name), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.8).then_some(best.1)
}
