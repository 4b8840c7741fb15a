//! Which plots show a table, and what of it they show.

use std::fmt::Display;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::report::overview::Sort;
use crate::report::table::{Cell, Table};
use crate::ui::Frame;
use crate::ui::chart::{self, Chart, Plotted};

/// A plot, what its series are, and what must be known to read it.
#[derive(Debug)]
pub(super) struct Plot {
    pub(super) title: &'static str,
    pub(super) series: Vec<&'static str>,
    pub(super) chart: Chart,
    hint: Option<Hint>,
}

/// A sentence, and the numbers in its gaps.
#[derive(Debug, PartialEq)]
struct Hint {
    sentence: &'static str,
    numbers: Vec<usize>,
}

/// No more rows are ranked in a plot; the table has them all.
const MOST_RANKED: usize = 12;
/// Of fewer submitted reviews a mean says little, so that nobody is ranked by it.
const ENOUGH_SUBMITTED: u64 = 3;
/// Over a longer stretch, days without calls are left out.
const MOST_DAYS: i32 = 100;

/// Why the two shares that stand beside each other are not to be compared.
const TWO_MEASURES: &str = "机评只算机器判了的分值，并假定建议的否决都执行；与复核得分率不是同一把尺";

/// What is drawn, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drawn {
    /// Every row, side by side.
    All,
    /// The same, with the days in between of which there is no row.
    Days,
    /// The first rows of a table that begins with the most.
    Most,
    /// The lowest first, of those that were reviewed often enough.
    Lowest,
}

/// A plot of some columns of a table, by what stands above them.
#[derive(Debug, Clone, Copy)]
struct Sketch {
    title: &'static str,
    /// What tells one row from another; of what is ranked, the first of several is left out where it says the same of all.
    labels: &'static [&'static str],
    /// How labels are written at a bar.
    written: fn(&[String]) -> String,
    series: &'static [&'static str],
    drawn: Drawn,
    hint: Option<&'static str>,
}

impl Sketch {
    /// By days.
    const fn days(title: &'static str, series: &'static [&'static str]) -> Self {
        Self { title, labels: &["日期"], written: joined, series, drawn: Drawn::Days, hint: None }
    }

    /// By rank.
    const fn ranked(
        drawn: Drawn,
        title: &'static str,
        labels: &'static [&'static str],
        series: &'static [&'static str],
    ) -> Self {
        Self { title, labels, written: joined, series, drawn, hint: None }
    }

    const fn with(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

fn joined(labels: &[String]) -> String {
    labels.join(" · ")
}

/// Tenths are whole.
fn tenth(ends: &[String]) -> String {
    let ends: Vec<&str> = ends.iter().map(|end| end.trim_end_matches(".00%")).collect();
    format!("{}%", ends.join("–"))
}

/// The plots that show such a table.
fn sketches(sort: Sort) -> &'static [Sketch] {
    const SCORES: Sketch = Sketch {
        title: "得分分布",
        labels: &["得分率从", "到"],
        written: tenth,
        series: &["机评", "复核"],
        drawn: Drawn::All,
        hint: Some(TWO_MEASURES),
    };
    const fn lowest(label: &'static [&'static str]) -> [Sketch; 2] {
        [
            Sketch::ranked(Drawn::Lowest, "复核得分率", label, &["复核得分率"]),
            Sketch::ranked(Drawn::Lowest, "人机一致率", label, &["一致率"]),
        ]
    }
    match sort {
        Sort::Days => {
            const {
                &[
                    Sketch::days("每日数量", &["初稿", "已提交"]),
                    Sketch::days("每日得分率", &["机评得分率", "复核得分率"]).with(TWO_MEASURES),
                    Sketch::days("每日人机一致率", &["一致率"]),
                ]
            }
        }
        Sort::Scores => const { &[SCORES] },
        Sort::Teams => const { &lowest(&["班组"]) },
        Sort::Agents => const { &lowest(&["工号"]) },
        Sort::Items => {
            const { &[Sketch::ranked(Drawn::Most, "共失分", &["评分表", "评分项"], &["共失分"])] }
        }
        Sort::Rules => const { &[Sketch::ranked(Drawn::Most, "命中次数", &["规则"], &["命中"])] },
        Sort::Reviewers => &[],
    }
}

/// The plots that show a table.
pub(super) fn plots(sort: Sort, table: &Table) -> Vec<Plot> {
    sketches(sort).iter().filter_map(|sketch| sketch.plot(table)).collect()
}

impl Plot {
    /// What must be known to read it.
    pub(super) fn hint(&self, page: &Frame) -> Option<String> {
        let Hint { sentence, numbers } = self.hint.as_ref()?;
        let numbers: Vec<&dyn Display> = numbers.iter().map(|number| number as &dyn Display).collect();
        Some(page.lang.fill(sentence, &numbers))
    }
}

impl Sketch {
    /// The plot; none where there is nothing to be drawn.
    fn plot(&self, table: &Table) -> Option<Plot> {
        let column = |heading: &&str| table.headings.iter().position(|known| known == heading);
        let series: Vec<usize> = self.series.iter().filter_map(column).collect();
        let mut labels: Vec<usize> = self.labels.iter().filter_map(column).collect();
        let says_the_same = |at: usize| table.rows.iter().all(|row| row[at] == table.rows[0][at]);
        if self.drawn == Drawn::Most && labels.len() > 1 && says_the_same(labels[0]) {
            labels.remove(0);
        }
        let rows = self.rows(table, *series.first()?);
        let plotted = |row: &&Vec<Cell>| Plotted {
            label: (self.written)(&labels.iter().map(|at| row[*at].to_string()).collect::<Vec<_>>()),
            values: series.iter().map(|at| row[*at].clone()).collect(),
        };
        let plotted: Vec<Plotted> = rows.iter().map(plotted).collect();
        let chart = match self.drawn {
            Drawn::All => chart::standing(&plotted),
            Drawn::Days => chart::standing(&in_short(every_day(plotted))),
            Drawn::Most | Drawn::Lowest => chart::lying(&plotted),
        };
        Some(Plot {
            title: self.title,
            series: series.iter().map(|at| table.headings[*at]).collect(),
            chart: chart?,
            hint: self.hint(rows.len(), table.rows.len()),
        })
    }

    /// The rows that are drawn, in their order; the lowest of this column where it is about those.
    fn rows<'a>(&self, table: &'a Table, value: usize) -> Vec<&'a Vec<Cell>> {
        let mut rows: Vec<&Vec<Cell>> = table.rows.iter().collect();
        if self.drawn == Drawn::Lowest {
            let submitted = table.headings.iter().position(|heading| *heading == "已提交");
            let is_enough = |row: &Vec<Cell>| {
                submitted
                    .is_some_and(|at| matches!(row[at], Cell::Count(number) if number >= ENOUGH_SUBMITTED))
            };
            // Calls of nobody in particular are no team and no agent.
            let is_named = |row: &Vec<Cell>| row.first() != Some(&Cell::Text(String::new()));
            let known = |row: &Vec<Cell>| chart::number(&row[value]);
            rows.retain(|row| is_enough(row) && is_named(row) && known(row).is_some());
            rows.sort_by(|a, b| known(a).unwrap_or(0.0).total_cmp(&known(b).unwrap_or(0.0)));
        }
        if matches!(self.drawn, Drawn::Most | Drawn::Lowest) {
            rows.truncate(MOST_RANKED);
        }
        rows
    }

    /// What must be known to read it: where only some are drawn, which.
    fn hint(&self, shown: usize, all: usize) -> Option<Hint> {
        let enough = usize::try_from(ENOUGH_SUBMITTED).unwrap_or(usize::MAX);
        let (sentence, numbers) = match self.drawn {
            Drawn::Lowest if shown < all => {
                ("最低的 {} 个，共 {} 个；已提交不到 {} 通的不排", vec![shown, all, enough])
            }
            Drawn::Most if shown < all => ("最多的 {} 个，表里共 {} 个", vec![shown, all]),
            _ => (self.hint?, Vec::new()),
        };
        Some(Hint { sentence, numbers })
    }
}

/// The same with the days of which there is no row, so that a gap is seen as one.
fn every_day(rows: Vec<Plotted>) -> Vec<Plotted> {
    let day = |row: Option<&Plotted>| row.and_then(|row| row.label.parse::<Date>().ok());
    let (Some(first), Some(last)) = (day(rows.first()), day(rows.last())) else { return rows };
    if (last - first).get_days() >= MOST_DAYS {
        return rows;
    }
    let mut rows = rows.into_iter().peekable();
    let days = first.series(1.day()).take_while(|day| *day <= last).map(|day| day.to_string());
    days.map(|label| rows.next_if(|row| row.label == label).unwrap_or(Plotted { label, values: Vec::new() }))
        .collect()
}

/// Of dates, month and day.
fn in_short(mut rows: Vec<Plotted>) -> Vec<Plotted> {
    for row in &mut rows {
        row.label = row.label.get(5..).unwrap_or(&row.label).to_owned();
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::{By, score_columns};
    use crate::report::table::Column;
    use crate::report::{hits, losses, progress};
    use crate::ui::words::Lang;

    fn headings<R>(columns: &[Column<R>]) -> Vec<&'static str> {
        columns.iter().map(|column| column.heading).collect()
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    fn page() -> Frame {
        Frame { lang: Lang::Zh, visitor: None, keeps: true, path: String::new() }
    }

    /// What is written in a plot, from the first to the last.
    fn written(plot: &Plot) -> Vec<&str> {
        plot.chart.texts.iter().map(|text| text.text.as_str()).collect()
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
            let plotted = sketches(sort).iter().flat_map(|sketch| sketch.series.iter().chain(sketch.labels));
            for heading in plotted {
                assert!(headings.contains(heading), "{sort:?}: {heading} is not among {headings:?}");
            }
        }
    }

    #[test]
    fn the_lowest_of_those_reviewed_often_enough_are_ranked_and_it_is_said_of_how_many() {
        let team =
            |name: &str, submitted, share| vec![text(name), Cell::Count(submitted), Cell::Share(share)];
        let mut rows = vec![
            team("少", 2, Some(0.1)),
            team("未", 9, None),
            team("中", 3, Some(0.6)),
            team("低", 4, Some(0.4)),
            team("", 9, Some(0.2)),
        ];
        let headings = vec!["班组", "已提交", "复核得分率"];
        let table = |rows| Table { title: "按班组", headings: headings.clone(), rows };
        let drawn = plots(Sort::Teams, &table(rows.clone()));
        assert_eq!(drawn.len(), 1, "of agreement nothing is told");
        assert_eq!(written(&drawn[0]), ["低", "40.00%", "中", "60.00%"]);
        assert_eq!(drawn[0].hint(&page()).unwrap(), "最低的 2 个，共 5 个；已提交不到 3 通的不排");
        rows.extend((0..20).map(|at| team(&format!("高{at}"), 5, Some(0.9))));
        let drawn = plots(Sort::Teams, &table(rows));
        assert_eq!(drawn[0].chart.bars.len(), MOST_RANKED);
        let whole = plots(Sort::Teams, &table(vec![team("低", 4, Some(0.0))]));
        assert_eq!((written(&whole[0]), whole[0].hint(&page())), (vec!["低", "0.00%"], None));
    }

    #[test]
    fn items_are_plotted_by_what_they_are_ordered_by_under_their_rubric_where_there_are_several() {
        let item = |rubric: &str, title: &str, lost| {
            vec![text(rubric), text(title), Cell::Points(Some(lost)), Cell::Points(Some(1.0))]
        };
        let headings = vec!["评分表", "评分项", "共失分", "平均失分"];
        let table = |rows| Table { title: "失分项", headings: headings.clone(), rows };
        let mixed = plots(Sort::Items, &table(vec![item("v3.1", "语气", 9.0), item("chat", "语气", 2.0)]));
        assert_eq!(written(&mixed[0]), ["v3.1 · 语气", "9.00", "chat · 语气", "2.00"]);
        let one = plots(Sort::Items, &table(vec![item("v3.1", "语气", 9.0), item("v3.1", "用语", 2.0)]));
        assert_eq!(written(&one[0])[..2], ["语气", "9.00"]);
    }

    #[test]
    fn days_without_calls_leave_a_gap_unless_the_stretch_is_long() {
        let drawn = |days: &[&str]| {
            let rows = days.iter().map(|day| vec![text(day), Cell::Count(2), Cell::Count(1)]).collect();
            let table = Table { title: "按日", headings: vec!["日期", "初稿", "已提交"], rows };
            let plots = plots(Sort::Days, &table);
            written(&plots[0])[3..].iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(drawn(&["2026-10-30", "2026-11-02"]), ["10-30", "10-31", "11-01", "11-02"]);
        assert_eq!(drawn(&["2026-01-01", "2026-11-02"]), ["01-01", "11-02"]);
    }

    #[test]
    fn tenths_are_labelled_by_both_ends_and_the_two_measures_are_told_apart() {
        let share = |value| Cell::Share(Some(value));
        let rows = vec![vec![share(0.0), share(0.1), Cell::Count(1), Cell::Count(2)]];
        let table =
            Table { title: "得分分布", headings: vec!["得分率从", "到", "机评", "复核"], rows };
        let [plot] = &plots(Sort::Scores, &table)[..] else { panic!("one plot") };
        assert!(written(plot).contains(&"0–10%"), "{:?}", written(plot));
        assert!(plot.hint(&page()).unwrap().contains("不是同一把尺"));
    }
}
