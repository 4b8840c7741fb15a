//! What the YAML reader and serde say, in Chinese and with a word on what to do.

use serde_saphyr::{Error, MessageFormatter as _, UserMessageFormatter};

use super::nearest;

/// What is wrong, and what to do about it.
pub(super) struct Explained {
    pub(super) message: String,
    pub(super) help: String,
}

impl Explained {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// What is wrong with a file that could not be read.
pub(super) fn explain(error: &Error) -> Explained {
    match error {
        Error::AliasError { error, .. } => explain(error),
        Error::SerdeUnknownField { field, expected, .. } => Explained::new(
            format!("没有“{field}”这一项{}", resembling(field, expected)),
            format!("可写：{}", expected.join("、")),
        ),
        Error::SerdeUnknownVariant { variant, expected, .. } if variant == "~" => {
            Explained::new(NOTHING, format!("可写：{}", expected.join("、")))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => Explained::new(
            format!("没有“{variant}”这种写法{}", resembling(variant, expected)),
            format!("可写：{}", expected.join("、")),
        ),
        Error::SerdeMissingField { field, .. } => {
            Explained::new(format!("缺少“{field}”"), format!("请补上 {field}: …"))
        }
        Error::DuplicateMappingKey { key, .. } => Explained::new(
            format!("“{}”写了两次", key.as_deref().unwrap_or("键")),
            "同一层里每个键只能写一次，请删去一处",
        ),
        Error::Eof { .. } => Explained::new("文件不完整", "内容没有写完，或缩进不对"),
        Error::Budget { .. } => Explained::new("内容太多，或嵌套太深", "拆成几个文件，或少套几层"),
        Error::UnknownAnchor { .. } => Explained::new("引用了没有定义的锚点", "普通文字以 * 开头时要加引号"),
        Error::TaggedEnumMismatch { tagged, .. } | Error::UnsupportedTag { tag: tagged, .. } => {
            Explained::new(format!("这里不能写标签“{tagged}”"), "去掉标签；普通文字以 ! 开头时要加引号")
        }
        // What a shape of ours refuses in its own words, with what to do behind a semicolon.
        Error::Message { msg, .. } if msg.starts_with(|c: char| !c.is_ascii()) => {
            let (message, help) = msg.split_once('；').unwrap_or((msg, "请改这里的写法"));
            Explained::new(message, help)
        }
        other => wrong_type(other).unwrap_or_else(|| wrong_syntax(other)),
    }
}

const NOTHING: &str = "这里没有写内容";

/// A value is not of the type that belongs there.
fn wrong_type(error: &Error) -> Option<Explained> {
    Some(match error {
        Error::SerdeInvalidType { expected, .. } if expected == "enum" => {
            Explained::new("这里的映射是空的", "写一个“键: 值”")
        }
        Error::SerdeInvalidType { unexpected, expected, .. } if unexpected == "unit value" => {
            Explained::new(NOTHING, format!("应为{}", in_chinese(expected)))
        }
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => Explained::new(
            format!("这里不能是{}", in_chinese(unexpected)),
            format!("应为{}", in_chinese(expected)),
        ),
        Error::InvalidScalar { ty, .. } => {
            Explained::new("这个值的类型不对", format!("应为{}", in_chinese(ty)))
        }
        Error::InvalidBooleanStrict { .. } => Explained::new("应为 true 或 false", "不要写 yes、no"),
        Error::NullIntoString { .. } => Explained::new(NOTHING, "补上文字，或删去这一项"),
        Error::Unexpected { expected: "string scalar" | "scalar", .. } => {
            Explained::new("这里应为单个值", "写一个数字、一段文字或 true、false,不能写列表或映射")
        }
        Error::Unexpected { expected: "sequence start", .. } => {
            Explained::new("这里应为列表", "写成 [甲, 乙],或每项一行、以 - 开头")
        }
        Error::Unexpected { expected: "mapping start", .. } => {
            Explained::new("这里应为映射", "写成 {键: 值}，或另起一行、缩进后写“键: 值”")
        }
        Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::ExpectedStringKeyForExternallyTaggedEnum { .. }
        | Error::ExpectedMappingEndAfterEnumVariantValue { .. }
        | Error::UnexpectedValueForUnitEnumVariant { .. } => {
            Explained::new("这里应为一个词", "只写一个词，不能写列表或映射")
        }
        _ => return None,
    })
}

/// What the scanner says where people go wrong, with what that means.
const SYNTAX: [(&str, &str, &str); 9] = [
    (
        "mapping values are not allowed",
        "这里不能再写“键: 值”",
        "值里有冒号和空格时，给整个值加引号；否则检查缩进",
    ),
    ("tabs disallowed", "缩进用了制表符", "改用空格"),
    ("unexpected character", "这里有一个不能这样写的字符", "给整个值加引号"),
    ("did not find expected ',' or", "括号没有配对，或缺少逗号", "检查 {}、[] 是否配对，各项之间有没有逗号"),
    ("misplaced bracket", "多了一个括号", "检查 {}、[] 是否配对"),
    ("trailing content after", "引号之后还有内容", "检查引号是否配对；值里有引号时，外面用另一种引号"),
    ("quoted scalar", "引号里的写法不对", "检查引号是否配对；有反斜杠时用单引号"),
    ("simple key expected", "这一行缺少冒号", "写成“键: 值”，或检查缩进"),
    ("merge value", "“<<”之后应为映射", "不要用“<<”"),
];

/// The file is no YAML.
fn wrong_syntax(error: &Error) -> Explained {
    let said = UserMessageFormatter.format_message(error);
    let known = SYNTAX.iter().find(|(english, ..)| said.contains(english));
    known.map_or_else(
        || {
            // The text may repeat what stands in the file, and a terminal would obey it.
            let said: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            Explained::new(format!("YAML 写错了：{said}"), "检查缩进(用空格，不用制表符)、引号和括号")
        },
        |(_, message, help)| Explained::new(*message, *help),
    )
}

/// The name of a type or the description of a value, as serde gives it, in Chinese.
#[must_use]
pub fn in_chinese(said: &str) -> String {
    let said = said.strip_prefix("a ").or_else(|| said.strip_prefix("an ")).unwrap_or(said);
    let (kind, value) = said
        .split_once(['`', '"'])
        .map_or((said, ""), |(kind, value)| (kind.trim_end(), value.trim_end_matches(['`', '"'])));
    let name = match kind {
        "u8" | "u16" | "u32" | "u64" | "usize" => "不小于 0 的整数",
        "i8" | "i16" | "i32" | "i64" | "isize" | "integer" => "整数",
        "f32" | "f64" | "floating point" | "floating point number" => "数字",
        "bool" | "boolean" if value.is_empty() => "布尔值 true 或 false",
        "bool" | "boolean" => "",
        "string" | "str" | "borrowed string" | "character" | "path string" => "文字",
        "map" | "mapping" => "映射",
        "sequence" | "tuple" => "列表",
        "unit value" | "unit" | "null" => "空",
        other if other.starts_with("struct ") => "映射",
        // What shapes of ours say is Chinese already.
        _ => return said.to_owned(),
    };
    if value.is_empty() { name.to_owned() } else { format!("{name}“{value}”") }
}

/// A hint at the name that was probably meant.
fn resembling(written: &str, known: &[&str]) -> String {
    nearest(written, known.iter().copied()).map_or_else(String::new, |best| format!("，是不是想写“{best}”"))
}

#[cfg(test)]
mod tests {
    use super::in_chinese;

    #[test]
    fn types_and_values_have_chinese_names() {
        for (said, expected) in [
            ("a map", "映射"),
            ("a sequence", "列表"),
            ("a string", "文字"),
            ("usize", "不小于 0 的整数"),
            ("floating point", "数字"),
            ("a boolean", "布尔值 true 或 false"),
            ("boolean `true`", "“true”"),
            ("integer `3`", "整数“3”"),
            ("string \"甲\"", "文字“甲”"),
            ("struct RuleFile", "映射"),
            ("一个名称,或名称的列表", "一个名称,或名称的列表"),
        ] {
            assert_eq!(in_chinese(said), expected, "{said}");
        }
    }
}
