//! Plots that print: bars drawn by the server, each telling what it is, a table beside them.

use crate::report::table::Cell;

/// The left and right edge of the bars of a standing plot, in units of its own.
const SIDES: (f64, f64) = (60.0, 700.0);
/// Where its highest bar ends, and on what all of them stand.
const HEIGHTS: (f64, f64) = (12.0, 168.0);
/// How large letters are; `overview.css` says the same.
const LETTER: f64 = 14.0;
/// How high a row of a lying plot is.
const ROW: f64 = 24.0;
/// Where its bars begin at the latest, and where they end; labels stand left of them, values right.
const LYING: (f64, f64) = (360.0, 640.0);

/// What is plotted for one label: a value for each series.
#[derive(Debug)]
pub(crate) struct Plotted {
    /// What it is about.
    pub(crate) label: String,
    /// As the table has them; nothing is drawn for what is missing.
    pub(crate) values: Vec<Cell>,
}

/// A plot of bars.
#[derive(Debug)]
pub(crate) struct Chart {
    pub(crate) height: f64,
    pub(crate) bars: Vec<Bar>,
    pub(crate) texts: Vec<Text>,
    /// The heights of lines across, by which bars are read, and where these begin and end.
    pub(crate) lines: Vec<f64>,
    pub(crate) sides: (f64, f64),
}

/// A bar of one series.
#[derive(Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) series: usize,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// What it tells to whoever points at it or has it read.
    pub(crate) told: String,
}

/// A word in a plot.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) anchor: &'static str,
    pub(crate) text: String,
}

/// Bars side by side, one group for each label: for what has an order.
pub(crate) fn standing(rows: &[Plotted]) -> Option<Chart> {
    let most = scale(rows)?;
    let ((left, right), (top, floor)) = (SIDES, HEIGHTS);
    let group = (right - left) / real(rows.len());
    let series = rows.iter().map(|row| row.values.len()).max().unwrap_or(1);
    let width = (group * 0.8 / real(series)).min(28.0);
    let mut chart =
        Chart { height: 190.0, bars: Vec::new(), texts: Vec::new(), lines: Vec::new(), sides: SIDES };
    for share in [0.0, 0.5, 1.0] {
        let y = floor - (floor - top) * share;
        chart.lines.push(y);
        chart.texts.push(Text { x: left - 6.0, y: y + 4.0, anchor: "end", text: most.tick(share) });
    }
    let step = step(rows, group);
    for (at, row) in rows.iter().enumerate() {
        let middle = left + group * (real(at) + 0.5);
        if at % step == 0 {
            chart.texts.push(Text { x: middle, y: floor + 16.0, anchor: "middle", text: row.label.clone() });
        }
        let begin = middle - width * real(series) / 2.0;
        for (number, (cell, value)) in values(row).enumerate() {
            let Some(value) = value else { continue };
            let height = (floor - top) * (value / most.top).clamp(0.0, 1.0);
            let told = format!("{} {cell}", row.label);
            let (x, y) = (begin + width * real(number), floor - height);
            chart.bars.push(Bar { series: number, x, y, width: width * 0.92, height, told });
        }
    }
    Some(chart)
}

/// Of how many labels one is written, so that none touches the next.
fn step(rows: &[Plotted], group: f64) -> usize {
    let widths: Vec<f64> = rows.iter().map(|row| width_of(&row.label) + LETTER / 4.0).collect();
    let has_room = |step: &usize| {
        let written: Vec<f64> = widths.iter().copied().step_by(*step).collect();
        written.windows(2).all(|pair| f64::midpoint(pair[0], pair[1]) <= group * real(*step))
    };
    (1..rows.len()).find(has_room).unwrap_or(rows.len())
}

/// Bars below each other, the first series of each label: for what has a rank.
pub(crate) fn lying(rows: &[Plotted]) -> Option<Chart> {
    let most = scale(rows)?;
    let (latest, right) = LYING;
    let labels: Vec<String> = rows.iter().map(|row| shortened(&row.label, latest - LETTER)).collect();
    let left = labels.iter().map(|label| width_of(label)).fold(0.0, f64::max) + LETTER;
    let height = ROW * real(rows.len()) + 8.0;
    let mut chart =
        Chart { height, bars: Vec::new(), texts: Vec::new(), lines: Vec::new(), sides: (left, right) };
    for (at, (row, label)) in rows.iter().zip(labels).enumerate() {
        let y = ROW * real(at) + 4.0;
        let base = y + ROW * 0.7;
        chart.texts.push(Text { x: left - 8.0, y: base, anchor: "end", text: label });
        let Some((cell, Some(value))) = values(row).next() else { continue };
        let width = (right - left) * (value / most.top).clamp(0.0, 1.0);
        let told = format!("{} {cell}", row.label);
        chart.bars.push(Bar { series: 0, x: left, y: y + 3.0, width, height: ROW - 8.0, told });
        chart.texts.push(Text { x: left + width + 6.0, y: base, anchor: "start", text: cell.to_string() });
    }
    Some(chart)
}

/// How wide a text is, rather too much than too little.
fn width_of(text: &str) -> f64 {
    let letters = |sign: char| match sign {
        'A'..='Z' | '%' => 0.9,
        '0'..='9' | '–' => 0.62,
        ' '..='~' | '·' => 0.6,
        _ => 1.0,
    };
    text.chars().map(letters).sum::<f64>() * LETTER
}

/// A label that has so much room.
fn shortened(label: &str, room: f64) -> String {
    if width_of(label) <= room {
        return label.to_owned();
    }
    let mut short = label.to_owned();
    while !short.is_empty() && width_of(&short) + LETTER > room {
        short.pop();
    }
    short + "…"
}

/// What stands at the top of a plot.
struct Scale {
    top: f64,
    is_share: bool,
}

impl Scale {
    fn tick(&self, share: f64) -> String {
        let value = self.top * share;
        if self.is_share {
            format!("{:.0}%", value * 100.0)
        } else {
            Cell::Points(Some(value)).to_string().trim_end_matches(".00").to_owned()
        }
    }
}

/// The scale on which everything has room; none where there is nothing to be drawn.
fn scale(rows: &[Plotted]) -> Option<Scale> {
    let cells = || rows.iter().flat_map(|row| &row.values);
    let most = cells().filter_map(number).fold(0.0, f64::max);
    let is_share = cells().any(|cell| matches!(cell, Cell::Share(Some(_))));
    if most <= 0.0 {
        // Nothing of what could be had is worth seeing; nothing at all is not.
        return is_share.then_some(Scale { top: 1.0, is_share });
    }
    let top = match rounded(most) {
        _ if is_share && most > 0.5 => 1.0,
        // Half of what is counted is whole, too.
        top if (top == 1.0 || top == 5.0) && !is_share => top + 1.0,
        top => top,
    };
    Some(Scale { top, is_share })
}

/// The next of 1, 2, 5, 10, 20, ….
fn rounded(most: f64) -> f64 {
    let unit = 10_f64.powf(most.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * unit).find(|top| *top >= most).unwrap_or(most)
}

fn values(row: &Plotted) -> impl Iterator<Item = (&Cell, Option<f64>)> {
    row.values.iter().map(|cell| (cell, number(cell)))
}

/// What a cell comes to; nothing of words.
pub(crate) fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Text(_) => None,
        Cell::Count(count) => u32::try_from(*count).ok().map(f64::from),
        Cell::Points(value) | Cell::Share(value) => *value,
    }
}

fn real(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, values: Vec<Cell>) -> Plotted {
        Plotted { label: label.to_owned(), values }
    }

    #[test]
    fn bars_are_to_scale_and_what_is_missing_is_not_drawn() {
        let rows = [row("甲", vec![Cell::Count(4), Cell::Count(1)]), row("乙", vec![Cell::Count(5)])];
        let chart = standing(&rows).unwrap();
        let heights: Vec<_> = chart.bars.iter().map(|bar| (bar.series, bar.height.round())).collect();
        assert_eq!(heights, [(0, 104.0), (1, 26.0), (0, 130.0)]);
        assert_eq!(chart.bars[0].told, "甲 4");
        assert!(chart.bars[0].x + chart.bars[0].width <= chart.bars[1].x);
        let shares = [row("甲", vec![Cell::Share(Some(0.75)), Cell::Share(None)])];
        let chart = standing(&shares).unwrap();
        assert_eq!((chart.bars.len(), chart.texts[2].text.as_str()), (1, "100%"));
        assert!(standing(&[]).is_none() && lying(&[row("甲", vec![Cell::Count(0)])]).is_none());
    }

    #[test]
    fn scales_end_at_round_numbers() {
        for (most, top) in [(1.0, 1.0), (1.5, 2.0), (23.0, 50.0), (99.0, 100.0), (0.3, 0.5)] {
            assert!((rounded(most) - top).abs() < 1e-9, "{most}: {}", rounded(most));
        }
    }

    #[test]
    fn ticks_of_counts_are_whole() {
        for (most, ticks) in [(1, ["0", "1", "2"]), (4, ["0", "3", "6"]), (7, ["0", "5", "10"])] {
            let chart = standing(&[row("甲", vec![Cell::Count(most)])]).unwrap();
            let told: Vec<_> = chart.texts[..3].iter().map(|text| text.text.as_str()).collect();
            assert_eq!(told, ticks, "{most}");
        }
    }

    #[test]
    fn no_label_leaves_the_plot_or_touches_the_next() {
        let share = |label: String| row(&label, vec![Cell::Share(Some(1.0)), Cell::Count(1_000_000)]);
        let days: Vec<_> = (10..99).map(|day| share(format!("11-{day}"))).collect();
        let tenths: Vec<_> = (0..10).map(|at| share(format!("{}–{}%", at * 10, at * 10 + 10))).collect();
        let long: Vec<_> = [40, 2].map(|length| share("很".repeat(length) + "长")).into();
        for (chart, each) in [(standing(&days), 0), (standing(&tenths), 10), (lying(&long), 2)] {
            let chart = chart.unwrap();
            let mut ends: Vec<(i64, f64, f64)> = Vec::new();
            for text in &chart.texts {
                let width = width_of(&text.text);
                let begin = text.x
                    - width
                        * match text.anchor {
                            "end" => 1.0,
                            "middle" => 0.5,
                            _ => 0.0,
                        };
                assert!(begin >= 0.0 && begin + width <= 720.0, "{text:?}");
                #[expect(clippy::cast_possible_truncation, reason = "a line of a plot")]
                ends.push((text.y as i64, begin, begin + width));
            }
            let touching = |pair: &[(i64, f64, f64)]| pair[0].0 == pair[1].0 && pair[0].2 > pair[1].1;
            assert!(!ends.windows(2).any(touching), "{ends:?}");
            assert!(chart.texts.len() >= 3.max(each), "{:?}", chart.texts);
        }
    }

    #[test]
    fn lying_bars_tell_their_value_beside_them() {
        let name = "一个名字很长".repeat(5);
        let chart = lying(&[row(&name, vec![Cell::Points(Some(1.5))])]).unwrap();
        let texts: Vec<_> = chart.texts.iter().map(|text| text.text.as_str()).collect();
        assert_eq!(texts, ["一个名字很长一个名字很长一个名字很长一个名字很…", "1.50"]);
        assert_eq!(chart.bars[0].told, format!("{name} 1.50"));
    }
}
