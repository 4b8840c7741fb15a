//! A table as a spreadsheet, in which ids stay text and shares are percentages.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::table::{Cell, Table};

/// Columns are so wide at least and at most, in letters.
const WIDTHS: [usize; 2] = [6, 60];

/// The table as a workbook of one sheet.
///
/// # Errors
/// When it has more rows or longer cells than a spreadsheet may have.
pub fn xlsx(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(table.title)?;
    // The headings stay in sight.
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (column, heading) in (0..).zip(&table.headings) {
        sheet.write_string_with_format(0, column, *heading, &bold)?;
        let cells = table.rows.iter().filter_map(|row| row.get(usize::from(column)));
        let widest = cells.map(|cell| width(&cell.to_string())).chain([width(heading)]).max();
        let [least, most] = WIDTHS;
        // A letter of room, so that nothing touches the next column.
        sheet.set_column_width(column, (widest.unwrap_or(least) + 1).clamp(least, most) as f64)?;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for (column, cell) in (0..).zip(cells) {
            write(sheet, row, column, cell)?;
        }
    }
    book.save_to_buffer()
}

#[expect(clippy::cast_precision_loss, reason = "nobody has reviewed 2^53 calls")]
fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
    let format = |shown: &str| Format::new().set_num_format(shown);
    match cell {
        Cell::Text(text) => sheet.write_string(row, column, text)?,
        Cell::Count(count) => sheet.write_number(row, column, *count as f64)?,
        Cell::Points(Some(points)) => {
            sheet.write_number_with_format(row, column, *points, &format("0.00"))?
        }
        Cell::Share(Some(share)) => sheet.write_number_with_format(row, column, *share, &format("0.00%"))?,
        Cell::Points(None) | Cell::Share(None) => return Ok(()),
    };
    Ok(())
}

/// How many letters wide a text is: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_becomes_a_workbook() {
        let rows = vec![vec![Cell::Text("007".to_owned()), Cell::Count(3), Cell::Share(Some(0.5))]];
        let table = Table { title: "按工号", headings: vec!["工号", "初稿", "一致率"], rows };
        let bytes = xlsx(&table).unwrap();
        assert!(bytes.starts_with(b"PK\x03\x04"), "a zip archive");
        assert_eq!(width("工号007"), 7);
    }
}
