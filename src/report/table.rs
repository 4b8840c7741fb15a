//! Figures as a table: one definition of the columns for pages, CSV and spreadsheets.

use std::fmt;

use super::agreement::Rate;

/// What stands above a column, and what of a row stands in it (列).
pub struct Column<R> {
    /// Its Chinese heading.
    pub heading: &'static str,
    /// What of a row stands in it.
    pub cell: fn(&R) -> Cell,
}

/// What stands in one place of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// An id or a name, never a number, whatever it looks like.
    Text(String),
    /// How many.
    Count(u64),
    /// Points; nothing where there are none to tell.
    Points(Option<f64>),
    /// A share, 1 for the whole; nothing where there is no whole.
    Share(Option<f64>),
}

/// Rows under headings.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its Chinese title.
    pub title: &'static str,
    /// What stands above the columns.
    pub headings: Vec<&'static str>,
    /// As many cells in each as there are headings.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Lays out `rows`.
    #[must_use]
    pub fn of<R>(title: &'static str, columns: &[Column<R>], rows: &[R]) -> Self {
        let cells = |row: &R| columns.iter().map(|column| (column.cell)(row)).collect();
        Self {
            title,
            headings: columns.iter().map(|column| column.heading).collect(),
            rows: rows.iter().map(cells).collect(),
        }
    }
}

impl Cell {
    /// The share itself, without its interval.
    pub(super) fn rate(rate: Option<Rate>) -> Self {
        Self::Share(rate.map(|rate| rate.value))
    }
}

/// As people read it.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Count(count) => write!(f, "{count}"),
            Self::Points(Some(points)) => write!(f, "{points:.2}"),
            Self::Share(Some(share)) => write!(f, "{:.2}%", share * 100.0),
            Self::Points(None) | Self::Share(None) => Ok(()),
        }
    }
}
