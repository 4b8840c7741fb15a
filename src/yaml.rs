//! Reads a YAML file of the pack; a mistake names its place and says in Chinese what to do.

use serde::de::DeserializeOwned;
use serde_saphyr::{Error, Location};

use crate::diagnostic::{Diagnostic, Source};

/// Reads `source` as a `T`.
///
/// # Errors
/// The first mistake in the shape of the file: the reader cannot go on behind it.
pub fn read<T: DeserializeOwned>(source: &Source) -> Result<T, Diagnostic> {
    serde_saphyr::from_str(&source.text).map_err(|error| explain(source, error.without_snippet()))
}

/// A mistake at a place that the reader remembered.
#[must_use]
pub fn mistake(source: &Source, location: Location, message: impl Into<String>) -> Diagnostic {
    let [line, column] = [location.line(), location.column()].map(|at| usize::try_from(at).unwrap_or(0));
    source.mistake(line, column, message)
}

fn explain(source: &Source, error: &Error) -> Diagnostic {
    let location = error.location().unwrap_or(Location::UNKNOWN);
    let (message, help) = match error {
        Error::SerdeUnknownField { field, expected, .. } => (
            format!("没有“{field}”这一项{}", resembling(field, expected)),
            format!("可写:{}", expected.join("、")),
        ),
        Error::SerdeUnknownVariant { variant, expected, .. } => (
            format!("没有“{variant}”这种写法{}", resembling(variant, expected)),
            format!("可写:{}", expected.join("、")),
        ),
        Error::SerdeMissingField { field, .. } => (format!("缺少“{field}”"), format!("请补上 {field}: …")),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            (format!("这里不能是 {unexpected}"), format!("应为 {expected}"))
        }
        Error::InvalidScalar { ty, .. } => ("这个值的类型不对".to_owned(), format!("应为 {ty}")),
        Error::DuplicateMappingKey { key, .. } => (
            format!("“{}”写了两次", key.as_deref().unwrap_or("键")),
            "同一层里每个键只能写一次,请删去一处".to_owned(),
        ),
        Error::Eof { .. } => ("文件不完整".to_owned(), "内容没有写完,或缩进不对".to_owned()),
        Error::InvalidBooleanStrict { .. } => ("应为 true 或 false".to_owned(), "不要写 yes、no".to_owned()),
        Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::ExpectedStringKeyForExternallyTaggedEnum { .. }
        | Error::ExpectedMappingEndAfterEnumVariantValue { .. } => {
            ("条件应是只有一个键的映射".to_owned(), "写成 phrase: {…} 这样,一处只写一个条件".to_owned())
        }
        other => (
            format!("YAML 有误:{}", other.render_with_formatter(&serde_saphyr::UserMessageFormatter)),
            "检查缩进(用空格,不用制表符)、引号和括号".to_owned(),
        ),
    };
    mistake(source, location, message).help(help)
}

/// A hint at the name that was probably meant.
fn resembling(written: &str, known: &[&str]) -> String {
    nearest(written, known.iter().copied()).map_or_else(String::new, |best| format!(",是不是想写“{best}”"))
}

/// The name among `known` that `written` most resembles, where it does.
pub fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|name| (strsim::jaro_winkler(written, name), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.8).then_some(best.1)
}
