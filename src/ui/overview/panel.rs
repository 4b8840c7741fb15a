//! A table as the page shows it, below the plots of it.

use std::cmp::Reverse;

use super::plots::{Plot, plots};
use crate::report::overview::Sort;
use crate::report::table::{Cell, Table};
use crate::ui::Frame;

/// A table, and the plots that show it.
#[derive(Debug)]
pub struct Panel {
    pub(super) sort: Sort,
    pub(super) plots: Vec<Plot>,
    pub(super) columns: Vec<ShownColumn>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// What the counts of all rows come to; empty where that is not told.
    pub(super) sums: Vec<Cell>,
}

/// A column as it is shown.
#[derive(Debug)]
pub(super) struct ShownColumn {
    pub(super) heading: &'static str,
    pub(super) class: &'static str,
}

/// What only programs need, so that only files have it.
const IN_FILES: [&str; 1] = ["人员编号"];
/// What paper has no room for.
const ON_SCREEN: [&str; 2] = ["一致率下限", "一致率上限"];
/// No more rows of people and teams are printed; the files have them all.
const MOST_ON_PAPER: usize = 30;

impl Panel {
    /// Shows a table by the plots that fit it.
    #[must_use]
    pub fn of(sort: Sort, mut table: Table) -> Self {
        let plots = plots(sort, &table);
        let is_by_day = matches!(sort, Sort::Days | Sort::Reviewers);
        let sums = if sort == Sort::Days { sums(&table.rows) } else { Vec::new() };
        if is_by_day {
            // Plots go from left to right; a table is read from its top, where the latest belongs.
            table.rows.sort_by_cached_key(|row| Reverse(row.first().map(Cell::to_string)));
        }
        let kept: Vec<bool> = table.headings.iter().map(|heading| !IN_FILES.contains(heading)).collect();
        let columns = table.headings.iter().enumerate().map(|(at, heading)| ShownColumn {
            heading,
            class: class(heading, table.rows.first().and_then(|row| row.get(at))),
        });
        Self {
            sort,
            plots,
            columns: only(&kept, columns),
            rows: table.rows.into_iter().map(|row| only(&kept, row)).collect(),
            sums,
        }
    }

    /// How many rows are printed.
    pub(super) fn on_paper(&self) -> usize {
        match self.sort {
            Sort::Teams | Sort::Agents | Sort::Reviewers => MOST_ON_PAPER.min(self.rows.len()),
            _ => self.rows.len(),
        }
    }

    /// What paper says below a table of which it has only a part.
    pub(super) fn left_out(&self, page: &Frame) -> Option<String> {
        let (printed, all) = (self.on_paper(), self.rows.len());
        let said = || page.lang.fill("纸上是前 {} 行，共 {} 行，其余见 Excel 文件", &[&printed, &all]);
        (printed < all).then(said)
    }
}

/// Those that are kept.
fn only<T>(kept: &[bool], all: impl IntoIterator<Item = T>) -> Vec<T> {
    all.into_iter().zip(kept).filter(|(_, is_kept)| **is_kept).map(|(one, _)| one).collect()
}

/// How a column is laid: numbers stand below each other, dates are not broken.
fn class(heading: &str, cell: Option<&Cell>) -> &'static str {
    match cell {
        _ if ON_SCREEN.contains(&heading) => "number no-print",
        Some(Cell::Text(_)) | None if heading == "日期" => "date",
        Some(Cell::Text(_)) | None => "text",
        Some(_) => "number",
    }
}

/// What counts come to in all, without the first column; a mean of means would be none.
fn sums(rows: &[Vec<Cell>]) -> Vec<Cell> {
    let sum = |at: usize| {
        let counts = rows.iter().map(|row| if let Cell::Count(count) = row[at] { Some(count) } else { None });
        counts.sum::<Option<u64>>().map_or(Cell::Points(None), Cell::Count)
    };
    (1..rows.first().map_or(0, Vec::len)).map(sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::words::Lang;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    fn written(rows: &[Vec<Cell>]) -> Vec<String> {
        rows.iter().map(|row| row.iter().map(Cell::to_string).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn days_begin_with_the_latest_and_their_counts_are_added_up() {
        let day = |day: &str, drafts| vec![text(day), Cell::Count(drafts), Cell::Share(Some(0.5))];
        let rows = vec![day("2026-11-20", 2), day("2026-11-21", 3)];
        let headings = vec!["日期", "初稿", "一致率下限"];
        let panel = Panel::of(Sort::Days, Table { title: "按日", headings, rows });
        assert_eq!(written(&panel.rows), ["2026-11-21 3 50.00%", "2026-11-20 2 50.00%"]);
        assert_eq!(written(&[panel.sums]), ["5 "]);
        let classes: Vec<_> = panel.columns.iter().map(|column| column.class).collect();
        assert_eq!(classes, ["date", "number", "number no-print"]);
        assert_eq!(panel.plots[0].chart.texts[3].text, "11-20", "plots go from the first day to the last");
    }

    #[test]
    fn progress_keeps_its_names_in_order_and_the_ids_to_the_files() {
        let row = |day: &str, name: &str| vec![text(day), text(name), text("id"), Cell::Count(1)];
        let rows = vec![row("2026-11-20", "甲"), row("2026-11-21", "甲"), row("2026-11-21", "乙")];
        let headings = vec!["日期", "姓名", "人员编号", "提交"];
        let panel = Panel::of(Sort::Reviewers, Table { title: "复核进度", headings, rows });
        assert_eq!(written(&panel.rows), ["2026-11-21 甲 1", "2026-11-21 乙 1", "2026-11-20 甲 1"]);
        assert_eq!(
            panel.columns.iter().map(|column| column.heading).collect::<Vec<_>>(),
            ["日期", "姓名", "提交"]
        );
        assert!(panel.sums.is_empty());
    }

    #[test]
    fn paper_has_the_first_of_many_teams_and_every_day() {
        let table = || {
            let rows = (0..40).map(|at| vec![text(&at.to_string()), Cell::Count(at)]).collect();
            Table { title: "表", headings: vec!["班组", "初稿"], rows }
        };
        let page = Frame { lang: Lang::Zh, visitor: None, keeps: true, path: String::new() };
        let [teams, days] = [Sort::Teams, Sort::Days].map(|sort| Panel::of(sort, table()));
        assert_eq!(teams.left_out(&page).unwrap(), "纸上是前 30 行，共 40 行，其余见 Excel 文件");
        assert_eq!((days.on_paper(), days.left_out(&page)), (40, None));
    }
}
