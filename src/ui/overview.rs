//! The overview: how much there is, what it comes to, how far the machine is followed.

use std::collections::BTreeMap;

use askama::Template;
use jiff::ToSpan as _;
use jiff::civil::Date;
use url::form_urlencoded::Serializer;

use super::chart::{self, Chart, Plotted};
use super::{Choice, Frame};
use crate::report::figures::Counts;
use crate::report::overview::Sort;
use crate::report::table::{Cell, Table};

/// The page of figures.
#[derive(Debug, Template)]
#[template(path = "overview.html")]
pub struct OverviewPage {
    /// What every page has.
    pub page: Frame,
    /// The day on which it is looked at.
    pub today: Date,
    /// What was asked for, as it was written.
    pub asked: BTreeMap<String, String>,
    /// The same as a query, to be put behind an address.
    pub query: String,
    /// The rubrics in use.
    pub rubrics: Vec<Choice>,
    /// How many there are.
    pub counts: Counts,
    /// The tables, in the order in which they are read.
    pub panels: Vec<Panel>,
}

/// A stretch of days that ends today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
    /// Ninety days.
    Quarter,
    /// All days there are.
    All,
}

impl Stretch {
    /// Its first day; none where it has none.
    #[must_use]
    pub fn begin(self, today: Date) -> Option<Date> {
        let days = match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
            Self::All => return None,
        };
        Some(today.saturating_sub((days - 1).days()))
    }

    fn title(self) -> &'static str {
        match self {
            Self::Week => "近 7 天",
            Self::Month => "近 30 天",
            Self::Quarter => "近 90 天",
            Self::All => "全部日期",
        }
    }
}

/// A way to look at other days, everything else staying as it is.
#[derive(Debug)]
struct Shortcut {
    title: &'static str,
    href: String,
    is_here: bool,
}

/// A table, and the plots that show it.
#[derive(Debug)]
pub struct Panel {
    sort: Sort,
    table: Table,
    plots: Vec<Plot>,
}

/// A plot, and what its series are.
#[derive(Debug)]
struct Plot {
    title: &'static str,
    series: Vec<&'static str>,
    chart: Chart,
}

/// No more rows are ranked in a plot; the table has them all.
const MOST_ROWS: usize = 12;

/// How bars are laid.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bars {
    /// Side by side: for what has an order.
    Standing,
    /// Below each other: for what has a rank.
    Lying,
}

impl Panel {
    /// Shows a table by the plots that fit it.
    #[must_use]
    pub fn of(sort: Sort, table: Table) -> Self {
        // Which columns are plotted: the label and the series.
        let plots = match sort {
            Sort::Days => vec![
                plot("每日数量", &table, 0, &[1, 2], Bars::Standing),
                plot("每日得分率", &table, 0, &[3, 4], Bars::Standing),
                plot("每日人机一致率", &table, 0, &[9], Bars::Standing),
            ],
            Sort::Scores => vec![plot("得分分布", &table, 0, &[2, 3], Bars::Standing)],
            Sort::Teams | Sort::Agents => vec![
                plot("复核得分率", &table, 0, &[4], Bars::Lying),
                plot("人机一致率", &table, 0, &[9], Bars::Lying),
            ],
            Sort::Items => vec![plot("平均失分", &table, 2, &[5], Bars::Lying)],
            Sort::Rules => vec![plot("命中次数", &table, 1, &[3], Bars::Lying)],
            Sort::Reviewers => Vec::new(),
        };
        Self { sort, table, plots: plots.into_iter().flatten().collect() }
    }
}

/// The plot of some columns of a table; none where there is nothing to be drawn.
fn plot(title: &'static str, table: &Table, label: usize, series: &[usize], bars: Bars) -> Option<Plot> {
    let most = if bars == Bars::Lying { MOST_ROWS } else { table.rows.len() };
    let plotted = |row: &Vec<Cell>| Plotted {
        label: short(&row[label]),
        values: series.iter().map(|at| row[*at].clone()).collect(),
    };
    let rows: Vec<Plotted> = table.rows.iter().take(most).map(plotted).collect();
    let series = series.iter().map(|at| table.headings[*at]).collect();
    let chart = match bars {
        Bars::Standing => chart::standing(&rows),
        Bars::Lying => chart::lying(&rows),
    };
    Some(Plot { title, series, chart: chart? })
}

/// A label as it is written below a bar: of a day, month and day.
fn short(cell: &Cell) -> String {
    let text = cell.to_string();
    let is_day = text.len() == 10 && text.as_bytes()[4] == b'-';
    if is_day { text[5..].to_owned() } else { text.trim_end_matches(".00%").to_owned() }
}

impl OverviewPage {
    fn value(&self, name: &str) -> &str {
        self.asked.get(name).map_or("", String::as_str)
    }

    fn is_number(&self, cell: &Cell) -> bool {
        !matches!(cell, Cell::Text(_))
    }

    /// The stretches of days that are one step away.
    fn shortcuts(&self) -> [Shortcut; 4] {
        [Stretch::Week, Stretch::Month, Stretch::Quarter, Stretch::All].map(|stretch| {
            let begin = stretch.begin(self.today).map(|day| day.to_string()).unwrap_or_default();
            let is_here = self.value("from") == begin && self.value("to").is_empty();
            let others = self.asked.iter().filter(|(name, _)| !["from", "to"].contains(&name.as_str()));
            // All days are asked for by an empty field: without any field the page begins with a month.
            let query =
                Serializer::new(String::new()).append_pair("from", &begin).extend_pairs(others).finish();
            Shortcut { title: stretch.title(), href: format!("/overview?{query}"), is_here }
        })
    }

    /// Whether more is asked for than days.
    fn is_filtered(&self) -> bool {
        self.asked.keys().any(|name| !["from", "to"].contains(&name.as_str()))
    }

    /// Where a panel is had as a file.
    fn file(&self, panel: &Panel, format: &str) -> String {
        let and = if self.query.is_empty() { "" } else { "&" };
        format!("/api/v1/reports/overview?{}{and}format={format}&table={}", self.query, panel.sort.name())
    }
}
