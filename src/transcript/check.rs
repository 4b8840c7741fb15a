//! What a transcript must fulfil beyond the types of its fields; each check stands here once, for the fast
//! and for the slow way of reading.

use serde_json::{Map, Value};

use super::limits::Limits;
use super::problem::{Report, shown};
use super::{Millis, Transcript};

/// Checks a transcript whose types are right.
pub(super) fn transcript(transcript: &Transcript<'_>, limits: &Limits, report: &mut Report) {
    id("/id", &transcript.id, limits, report);
    if let Some(started_at) = &transcript.started_at {
        self::started_at(started_at, report);
    }
    if let Some(agent) = &transcript.agent {
        label("/agent/id", agent.id.as_deref(), limits, report);
        label("/agent/team", agent.team.as_deref(), limits, report);
    }
    any_turns(transcript.turns.len(), report);
    amount(transcript, limits, report);
    for (index, turn) in transcript.turns.iter().enumerate() {
        span(index, turn.start_ms, turn.end_ms, report);
    }
    meta(&transcript.meta, limits, report);
}

/// How much is said, whatever the form in which it was posted.
pub(super) fn amount(transcript: &Transcript<'_>, limits: &Limits, report: &mut Report) {
    turn_count(transcript.turns.len(), limits, report);
    for (index, turn) in transcript.turns.iter().enumerate() {
        text(index, &turn.text, limits, report);
    }
    all_texts(transcript.turns.iter().map(|turn| turn.text.as_ref()), limits, report);
}

/// The transcript's own id, which a draft repeats and people search for.
pub(super) fn id(pointer: &str, value: &str, limits: &Limits, report: &mut Report) {
    if value.is_empty() {
        report.wrong(pointer, "编号不能为空：请填写这通对话在贵方系统里的唯一编号");
    }
    label(pointer, Some(value), limits, report);
}

/// A short identifying text that may be absent.
pub(super) fn label(pointer: &str, value: Option<&str>, limits: &Limits, report: &mut Report) {
    let Some(value) = value else { return };
    if value.len() > limits.id_chars {
        let chars = value.chars().count();
        if chars > limits.id_chars {
            report.wrong(pointer, format!("有 {chars} 个字符，最多 {} 个：请缩短", limits.id_chars));
        }
    }
    if let Some((at, control)) = value.chars().enumerate().find(|(_, c)| c.is_control()) {
        report.wrong(pointer, format!("第 {} 个字符是控制字符 U+{:04X}：请去掉", at + 1, u32::from(control)));
    }
}

/// When the call began.
pub(super) fn started_at(value: &str, report: &mut Report) {
    if value.parse::<jiff::Timestamp>().is_ok() {
        return;
    }
    let message = if value.parse::<jiff::civil::DateTime>().is_ok() {
        format!("{} 缺少时区偏移：请写成 RFC 3339 格式，例如 2026-11-21T09:00:00+08:00", shown(value))
    } else {
        format!("{} 不是有效的时间：请写成 RFC 3339 格式，例如 2026-11-21T09:00:00+08:00", shown(value))
    };
    report.wrong("/started_at", message);
}

/// There must be something to judge.
pub(super) fn any_turns(count: usize, report: &mut Report) {
    if count == 0 {
        report.wrong("/turns", "没有话轮：至少要有一个");
    }
}

/// But not without end.
pub(super) fn turn_count(count: usize, limits: &Limits, report: &mut Report) {
    if count > limits.turns {
        report.too_large(
            "/turns",
            format!(
                "有 {count} 个话轮，最多 {} 个：请把对话拆开提交，或请管理员调高 max_turns",
                limits.turns
            ),
        );
    }
}

/// A turn ends after it begins.
pub(super) fn span(index: usize, start: Option<Millis>, end: Option<Millis>, report: &mut Report) {
    if let (Some(start), Some(end)) = (start, end)
        && end < start
    {
        report.wrong(
            format!("/turns/{index}/end_ms"),
            format!("结束时间 {end} 早于开始时间 {start}：请检查两个时间是否颠倒，单位是否都是毫秒"),
        );
    }
}

/// What was said in one turn.
pub(super) fn text(index: usize, text: &str, limits: &Limits, report: &mut Report) {
    // A character takes at least one byte, so that nearly every text is settled without counting.
    if text.len() <= limits.turn_chars {
        return;
    }
    let chars = text.chars().count();
    if chars > limits.turn_chars {
        report.too_large(
            format!("/turns/{index}/text"),
            format!(
                "一个话轮有 {chars} 个字符，最多 {} 个：请按说话人和停顿切分，或请管理员调高 max_turn_chars",
                limits.turn_chars
            ),
        );
    }
}

/// What was said in all turns together.
pub(super) fn all_texts<'t>(
    texts: impl Iterator<Item = &'t str> + Clone,
    limits: &Limits,
    report: &mut Report,
) {
    if texts.clone().map(str::len).sum::<usize>() <= limits.chars {
        return;
    }
    let chars: usize = texts.map(|text| text.chars().count()).sum();
    if chars > limits.chars {
        report.too_large(
            "/turns",
            format!(
                "全部话轮共 {chars} 个字符，最多 {} 个：请拆开提交，或请管理员调高 max_chars",
                limits.chars
            ),
        );
    }
}

/// What else the sender knows: kept, hence bounded.
pub(super) fn meta(meta: &Map<String, Value>, limits: &Limits, report: &mut Report) {
    if meta.is_empty() {
        return;
    }
    let depth = 1 + meta.values().map(depth).max().unwrap_or(0);
    if depth > limits.meta_depth {
        report.wrong("/meta", format!("嵌套 {depth} 层，最多 {} 层：请压平后再提交", limits.meta_depth));
    }
    let bytes = 2 + meta.iter().map(|(key, value)| key.len() + size(value) + 4).sum::<usize>();
    if bytes > limits.meta_bytes {
        report.too_large(
            "/meta",
            format!("约 {bytes} 字节，最多 {} 字节：请只留下规则要用的字段", limits.meta_bytes),
        );
    }
}

/// Levels of lists and objects; `serde_json` has refused what would overflow the stack.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// About how many bytes the value takes as JSON.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 4,
        Value::Number(number) => number.to_string().len(),
        Value::String(text) => text.len() + 2,
        Value::Array(items) => 2 + items.iter().map(|item| size(item) + 1).sum::<usize>(),
        Value::Object(fields) => {
            2 + fields.iter().map(|(key, value)| key.len() + size(value) + 4).sum::<usize>()
        }
    }
}
