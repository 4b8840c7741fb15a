//! `[0.4-2.9]`, `[00:04-01:02.5]`: seconds, or a clock that begins with the call, at the begin of a line.

use super::{Line, Millis, ScriptError};

/// When a turn or an event was.
pub(super) struct Times {
    pub(super) start: Millis,
    pub(super) end: Option<Millis>,
}

/// Reads what stands after `[`; returns the times and the rest of the line.
pub(super) fn read<'t>(line: &Line<'t>, rest: &'t str) -> Result<(Option<Times>, &'t str), ScriptError> {
    let Some((inside, said)) = rest.split_once(']') else {
        return Err(line.error(rest, "时间缺少结尾的“]”，如“[0.4-2.9]”"));
    };
    let (start, end) = match inside.split_once(['-', '~', '–']) {
        Some((start, end)) => (start, Some(end)),
        None => (inside, None),
    };
    let read = |word: &'t str| {
        millis(word.trim()).ok_or_else(|| {
            line.error(
                word,
                format!(
                    "“{}”不是时间：写秒数如 0.4(最多三位小数)，或从通话开始算的 01:02、1:01:02",
                    word.trim()
                ),
            )
        })
    };
    let times = Times { start: read(start)?, end: end.map(read).transpose()? };
    if times.end.is_some_and(|end| end < times.start) {
        return Err(line.error(inside, "结束时间早于开始时间"));
    }
    Ok((Some(times), said))
}

/// A time as milliseconds: seconds, behind minutes and hours where it has them.
fn millis(word: &str) -> Option<Millis> {
    let Some((before, last)) = word.rsplit_once(':') else { return seconds(word) };
    let (hours, minutes) = before.split_once(':').unwrap_or(("0", before));
    let whole = |word: &str, length| {
        let is_number = (1..=length).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| word.parse::<Millis>().ok()).flatten()
    };
    // Minutes go on beyond the hour where no hours are written.
    let minutes = whole(minutes, 3).filter(|minutes| *minutes < 60 || hours == "0")?;
    let rest = seconds(last).filter(|rest| *rest < 60_000)?;
    (whole(hours, 2)? * 60 + minutes).checked_mul(60_000)?.checked_add(rest)
}

/// Decimal seconds as whole milliseconds, without the rounding of floating point.
fn seconds(word: &str) -> Option<Millis> {
    let (seconds, fraction) = word.split_once('.').unwrap_or((word, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) || word.ends_with('.') {
        return None;
    }
    if !seconds.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: Millis = format!("{fraction:0<3}").parse().ok()?;
    seconds.parse::<Millis>().ok()?.checked_mul(1000)?.checked_add(thousandths)
}
