//! A table of figures as a file to be saved.

use std::fmt::Write as _;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::problem::Problem;
use crate::answer::Refusal;
use crate::report::overview::Sort;
use crate::report::table::Table;
use crate::report::{csv, xlsx};

/// How figures are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    /// All of them, for programs.
    #[default]
    Json,
    /// One table, as text.
    Csv,
    /// One table, as a spreadsheet.
    Xlsx,
}

/// The table as a file of the day on which it was asked for.
pub(super) fn file(table: &Table, sort: Sort, format: Format, today: &str) -> Result<Response, Problem> {
    let (kind, extension, written) = match format {
        Format::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
            xlsx(table).map_err(|_| ()),
        ),
        Format::Csv | Format::Json => ("text/csv; charset=utf-8", "csv", csv(table).map_err(|_| ())),
    };
    let bytes = written.map_err(|()| Refusal::internal())?;
    let plain = format!("zhijian-{}-{today}.{extension}", sort.name());
    let chinese = encoded(&format!("质检-{}-{today}.{extension}", sort.title()));
    let place = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{chinese}");
    let place = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("attachment"));
    let head = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, place)];
    Ok((head, bytes).into_response())
}

/// A text as headers may carry it (RFC 8187).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' => encoded.push(byte.into()),
            _ => {
                let _text_takes_everything = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_name_for_old_and_for_new_browsers() {
        let table = Table { title: "按日", headings: vec!["日期"], rows: Vec::new() };
        let response = file(&table, Sort::Days, Format::Csv, "2026-11-21").unwrap();
        assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
        assert_eq!(
            response.headers()["content-disposition"],
            "attachment; filename=\"zhijian-days-2026-11-21.csv\"; \
             filename*=UTF-8''%E8%B4%A8%E6%A3%80-%E6%8C%89%E6%97%A5-2026-11-21.csv"
        );
    }
}
