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
        let plots = sketches(sort).iter().filter_map(|sketch| sketch.plot(&table)).collect();
        Self { sort, table, plots }
    }
}

/// A plot of some columns of a table, by what stands above them.
struct Sketch {
    title: &'static str,
    label: &'static str,
    /// How a label is written below a bar.
    short: fn(&str) -> &str,
    series: &'static [&'static str],
    bars: Bars,
}

/// The plots that show such a table.
fn sketches(sort: Sort) -> &'static [Sketch] {
    /// Of a date, month and day.
    const DAY: fn(&str) -> &str = |day| day.get(5..).unwrap_or(day);
    /// Tenths are whole.
    const TENTH: fn(&str) -> &str = |share| share.trim_end_matches(".00%");
    const WHOLE: fn(&str) -> &str = |label| label;
    const fn days(title: &'static str, series: &'static [&'static str]) -> Sketch {
        Sketch { title, label: "日期", short: DAY, series, bars: Bars::Standing }
    }
    const fn ranked(title: &'static str, label: &'static str, series: &'static [&'static str]) -> Sketch {
        Sketch { title, label, short: WHOLE, series, bars: Bars::Lying }
    }
    match sort {
        Sort::Days => {
            const {
                &[
                    days("每日数量", &["初稿", "已提交"]),
                    days("每日得分率", &["机评得分率", "复核得分率"]),
                    days("每日人机一致率", &["一致率"]),
                ]
            }
        }
        Sort::Scores => {
            const SCORES: Sketch = Sketch {
                title: "得分分布",
                label: "得分率从",
                short: TENTH,
                series: &["机评", "复核"],
                bars: Bars::Standing,
            };
            const { &[SCORES] }
        }
        Sort::Teams => {
            const {
                &[ranked("复核得分率", "班组", &["复核得分率"]), ranked("人机一致率", "班组", &["一致率"])]
            }
        }
        Sort::Agents => {
            const {
                &[ranked("复核得分率", "工号", &["复核得分率"]), ranked("人机一致率", "工号", &["一致率"])]
            }
        }
        Sort::Items => const { &[ranked("平均失分", "评分项", &["平均失分"])] },
        Sort::Rules => const { &[ranked("命中次数", "规则", &["命中"])] },
        Sort::Reviewers => &[],
    }
}

impl Sketch {
    /// The plot; none where there is nothing to be drawn.
    fn plot(&self, table: &Table) -> Option<Plot> {
        let column = |heading: &str| table.headings.iter().position(|known| *known == heading);
        let label = column(self.label)?;
        let series: Vec<usize> = self.series.iter().filter_map(|heading| column(heading)).collect();
        let most = if self.bars == Bars::Lying { MOST_ROWS } else { table.rows.len() };
        let plotted = |row: &Vec<Cell>| Plotted {
            label: (self.short)(&row[label].to_string()).to_owned(),
            values: series.iter().map(|at| row[*at].clone()).collect(),
        };
        let rows: Vec<Plotted> = table.rows.iter().take(most).map(plotted).collect();
        let chart = match self.bars {
            Bars::Standing => chart::standing(&rows),
            Bars::Lying => chart::lying(&rows),
        };
        Some(Plot {
            title: self.title,
            series: series.iter().map(|at| table.headings[*at]).collect(),
            chart: chart?,
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::{By, score_columns};
    use crate::report::table::Column;
    use crate::report::{hits, losses, progress};

    fn headings<R>(columns: &[Column<R>]) -> Vec<&'static str> {
        columns.iter().map(|column| column.heading).collect()
    }

    #[test]
    fn whatever_is_plotted_stands_in_the_table() {
        let tables = [
            (Sort::Days, headings(&By::Day.columns())),
            (Sort::Teams, headings(&By::Team.columns())),
            (Sort::Agents, headings(&By::Agent.columns())),
            (Sort::Scores, headings(&score_columns())),
            (Sort::Items, headings(&losses::columns())),
            (Sort::Rules, headings(&hits::columns())),
            (Sort::Reviewers, headings(&progress::columns())),
        ];
        for (sort, headings) in tables {
            let plotted =
                sketches(sort).iter().flat_map(|sketch| sketch.series.iter().chain([&sketch.label]));
            for heading in plotted {
                assert!(headings.contains(heading), "{sort:?}: {heading} is not among {headings:?}");
            }
        }
    }

    #[test]
    fn only_days_are_shortened() {
        let short = |sort: Sort, label| (sketches(sort)[0].short)(label);
        assert_eq!(short(Sort::Days, "2026-11-21"), "11-21");
        assert_eq!(short(Sort::Agents, "2026-00123"), "2026-00123");
        assert_eq!(short(Sort::Scores, "80.00%"), "80");
    }
}
