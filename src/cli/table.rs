//! A draft as a table for people.

use comfy_table::{ContentArrangement, Table};
use serde::Serialize;
use serde_json::Value;

use crate::answer::Refusal;

/// Wide enough for a reason in Chinese, narrow enough for a terminal.
const WIDTH: u16 = 120;

/// The items of a draft: title, proposed score, full score, reason.
pub(super) fn of(draft: &impl Serialize) -> String {
    let draft = serde_json::to_value(draft).unwrap_or_default();
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(["评分项", "建议分", "满分", "依据"]);
    for item in draft["items"].as_array().map(Vec::as_slice).unwrap_or_default() {
        table.add_row([cell(&item["title"]), score(item), cell(&item["max"]), cell(&item["reason"])]);
    }
    format!("对话 {}  评分表 {}\n{table}\n", cell(&draft["transcript_id"]), cell(&draft["rubric"]["id"]))
}

/// A document that got no draft.
pub(super) fn of_refusal(refusal: &Refusal) -> String {
    let file = refusal.file.as_deref().unwrap_or("标准输入");
    let mut text = format!("{file}:{}: {}", refusal.line.unwrap_or(0), refusal.detail);
    for problem in &refusal.errors {
        text.push_str(&format!("\n  {}: {}", problem.pointer, problem.message));
    }
    text.push('\n');
    text
}

fn score(item: &Value) -> String {
    match item["outcome"].as_str() {
        Some("not_applicable") => "不适用".to_owned(),
        Some("not_measurable") => "无法测量".to_owned(),
        Some("human") => "人工".to_owned(),
        _ => cell(&item["score"]),
    }
}

/// A value as text; control characters, which could move the cursor of a terminal, are replaced.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
