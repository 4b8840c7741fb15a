//! Bytes that are no text, and text that is no JSON: where, and what to do.

use super::problem::{Kind, Problems};

/// The body is not UTF-8.
pub(super) fn not_utf8(body: &[u8]) -> Problems {
    let error = std::str::from_utf8(body).err();
    let at = error.map_or(0, |error| error.valid_up_to());
    let hint = match body {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "看起来是 UTF-16 编码，请先转成 UTF-8 再提交",
        _ if error.is_some_and(|error| error.error_len().is_none()) => {
            "最后一个字符不完整，请检查内容是否被截断"
        }
        _ if looks_like_gbk(&body[at..]) => "看起来是 GBK(GB18030)编码，请先转成 UTF-8 再提交",
        _ => "请确认以 UTF-8 编码提交",
    };
    Problems::whole(Kind::InvalidUtf8, format!("第 {} 个字节(从 0 数)起不是 UTF-8:{hint}", at))
}

/// GBK writes Chinese as pairs: a lead byte from 0x81, then a trail byte from 0x40.
fn looks_like_gbk(rest: &[u8]) -> bool {
    matches!(rest, [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, ..])
}

/// The text is not JSON.
pub(super) fn not_json(text: &str, error: &serde_json::Error) -> Problems {
    let (line, column) = (error.line(), column_in_chars(text, error));
    let reason = if text.trim().is_empty() {
        "内容为空：请提交一通对话记录的 JSON"
    } else if error.is_eof() {
        "JSON 在这里中断，后面的内容缺失：请检查是否被截断"
    } else {
        reason(&error.to_string())
    };
    Problems::whole(Kind::InvalidJson, format!("第 {line} 行第 {column} 列：{reason}"))
}

/// `serde_json` counts columns in bytes; people count characters.
fn column_in_chars(text: &str, error: &serde_json::Error) -> usize {
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let bytes = error.column().min(line.len());
    line.char_indices().take_while(|(at, _)| *at < bytes).count()
}

/// What `serde_json` says, in Chinese and with what to do.
fn reason(said: &str) -> &'static str {
    const REASONS: &[(&str, &str)] = &[
        ("trailing characters", "JSON 结束之后还有内容：一次提交一通对话；多通请用 NDJSON(每行一通)"),
        ("trailing comma", "最后一项后面多了一个逗号：请删去"),
        ("key must be a string", "键要写在英文双引号里"),
        ("expected `:`", "键的后面缺少冒号"),
        ("expected `,`", "两项之间缺少逗号，或者缺少结尾的括号"),
        ("control character", "字符串里有未转义的控制字符(如换行、制表符):请写成 \\n、\\t、\\u0000 的形式"),
        ("invalid escape", "反斜杠后面不是 JSON 允许的转义：反斜杠本身要写成 \\\\"),
        ("lone leading surrogate", "\\u 转义里有不成对的代理项(半个表情符号):请检查发送方如何截断文字"),
        ("unexpected end of hex escape", "\\u 转义里有不成对的代理项(半个表情符号):请检查发送方如何截断文字"),
        ("invalid unicode code point", "\\u 转义不是有效的字符"),
        ("recursion limit", "嵌套太深：对话记录没有这么多层，请检查内容"),
        ("number out of range", "数字超出范围"),
        ("invalid number", "数字的写法不对"),
        ("expected value", "这里应当是一个值：字符串要用英文双引号，不能写注释"),
        ("expected ident", "这里应当是 true、false 或 null"),
    ];
    REASONS
        .iter()
        .find(|(begin, _)| said.starts_with(begin))
        .map_or("不是有效的 JSON", |(_, reason)| reason)
}
