//! `[[` and `]]`: the places where a rule should hit.

use super::{Line, Mark, ScriptError};

/// Takes the marks out of `text`; they are returned with places in the text that remains.
pub(super) fn read<'t>(
    line: &Line<'t>,
    text: &'t str,
    turn: u32,
) -> Result<(String, Vec<Mark>), ScriptError> {
    let mut clean = String::with_capacity(text.len());
    let mut marks = Vec::new();
    let mut open = None;
    let mut rest = text;
    // A turn of a script is a line of a file that was read into memory: it has fewer than 2^32 characters.
    let place = |clean: &str| u32::try_from(clean.chars().count()).unwrap_or(u32::MAX);
    loop {
        let next = rest.find("[[").into_iter().chain(rest.find("]]")).min();
        let Some(at) = next else { break };
        let (before, mark) = rest.split_at(at);
        clean.push_str(before);
        rest = &mark[2..];
        match (mark.starts_with("[["), open.take()) {
            (true, None) => open = Some((place(&clean), mark)),
            (true, Some(_)) => return Err(line.error(mark, "“[[”里面不能再有“[[”")),
            (false, None) => return Err(line.error(mark, "“]]”前面没有对应的“[[”")),
            (false, Some((start, _))) if start == place(&clean) => {
                return Err(line.error(mark, "“[[”和“]]”之间没有文字"));
            }
            (false, Some((start, _))) => marks.push(Mark { turn, start, end: place(&clean) }),
        }
    }
    if let Some((_, mark)) = open {
        return Err(line.error(mark, "“[[”后面没有对应的“]]”"));
    }
    clean.push_str(rest);
    Ok((clean, marks))
}
