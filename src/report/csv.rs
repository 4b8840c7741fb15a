//! A table as CSV, for programs of all sorts and for spreadsheets.

use super::table::{Cell, Table};

/// By this Excel knows that the text is UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// With this a cell would be a formula.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// The table as CSV with headings.
///
/// # Errors
/// When a row cannot be written, which memory never refuses.
pub fn csv(table: &Table) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BOM.to_vec());
    writer.write_record(&table.headings)?;
    for row in &table.rows {
        writer.write_record(row.iter().map(harmless))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// What stands in a cell, so that no spreadsheet takes somebody's text for a formula; numbers are what they are.
fn harmless(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if text.starts_with(FORMULA) => format!("'{text}"),
        _ => cell.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_a_formula_and_numbers_are_numbers() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let rows = vec![
            vec![text("=1+1"), Cell::Points(Some(-1.5)), Cell::Count(3)],
            vec![text("+8613"), Cell::Share(Some(0.85667)), Cell::Points(None)],
            vec![text("\t=1"), Cell::Share(None), text("甲,\"乙\"\n丙")],
            vec![text("-"), text("@x"), text("夜班")],
        ];
        let table = Table { title: "表", headings: vec!["班组", "得分", "数"], rows };
        let written = String::from_utf8(csv(&table).unwrap()).unwrap();
        let expected = "\u{feff}班组,得分,数\r\n'=1+1,-1.50,3\r\n'+8613,85.67%,\r\n'\t=1,,\"甲,\"\"乙\"\"\n丙\"\r\n'-,'@x,夜班\r\n";
        assert_eq!(written, expected);
    }
}
