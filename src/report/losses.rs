//! Which items lose the most points.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::agreement::real;
use super::table::{Cell, Column};
use crate::score::{Points, Sheet};

/// So many items are told: more than a rubric has, and fewer than nobody reads.
const MOST: usize = 50;

/// What an item of submitted reviews has been given in all, by the sheets of one pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemSum {
    /// Digest of the pack.
    pub pack: String,
    /// The rubric's id.
    pub rubric: String,
    /// The item's id.
    pub item: String,
    /// In how many reviews it counted.
    pub reviewed: u64,
    /// The points that it was given there.
    pub points: Points,
}

/// A sheet as it was in one pack.
#[derive(Debug, Clone, PartialEq)]
pub struct PackSheet {
    /// Digest of the pack.
    pub pack: String,
    /// The sheet of one of its rubrics.
    pub sheet: Sheet,
}

/// What an item loses.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ItemLoss {
    /// The rubric's id.
    pub rubric: String,
    /// The item's id.
    pub item: String,
    /// What it is called, in the latest pack that judged.
    pub title: String,
    /// In how many submitted reviews it counted.
    pub reviewed: u64,
    /// The points that it lost there in all; of a deduction, the points that were taken off.
    #[schema(value_type = f64)]
    pub lost: Points,
    /// The same for one review.
    pub mean_lost: f64,
    /// What was lost of its full points; null of deductions, which have none.
    pub share: Option<f64>,
}

/// What is known of an item so far.
#[derive(Default)]
struct Tally {
    title: String,
    reviewed: u64,
    lost: Points,
    full: Points,
}

/// Items that lose points, those that lose the most first; `sheets` from the oldest to the latest. What a bonus does not
/// give is no loss.
#[must_use]
pub fn losses(sums: &[ItemSum], sheets: &[PackSheet]) -> Vec<ItemLoss> {
    let mut tallies: BTreeMap<(&str, &str), Tally> = BTreeMap::new();
    for PackSheet { pack, sheet } in sheets {
        for sum in sums.iter().filter(|sum| sum.pack == *pack && sum.rubric == sheet.id) {
            let Some(item) = sheet.position(&sum.item).and_then(|at| sheet.items.get(at)) else { continue };
            let full = item.max * u32::try_from(sum.reviewed).unwrap_or(u32::MAX);
            let tally = tallies.entry((&sum.rubric, &sum.item)).or_default();
            tally.title.clone_from(&item.title);
            tally.reviewed += sum.reviewed;
            tally.lost += full - sum.points;
            tally.full += full;
        }
    }
    let losing = tallies.into_iter().filter(|(_, tally)| tally.lost > Points::ZERO);
    let mut losses: Vec<ItemLoss> = losing.map(|((rubric, item), tally)| tally.loss(rubric, item)).collect();
    losses.sort_by_key(|loss| Reverse(loss.lost));
    losses.truncate(MOST);
    losses
}

impl Tally {
    fn loss(self, rubric: &str, item: &str) -> ItemLoss {
        ItemLoss {
            rubric: rubric.to_owned(),
            item: item.to_owned(),
            title: self.title,
            reviewed: self.reviewed,
            lost: self.lost,
            mean_lost: self.lost.value() / real(self.reviewed.max(1)),
            share: (self.full > Points::ZERO).then(|| self.lost.value() / self.full.value()),
        }
    }
}

/// The columns of a table of losses.
#[must_use]
pub fn columns() -> Vec<Column<ItemLoss>> {
    vec![
        Column { heading: "评分表", cell: |row| Cell::Text(row.rubric.clone()) },
        Column { heading: "评分项编号", cell: |row| Cell::Text(row.item.clone()) },
        Column { heading: "评分项", cell: |row| Cell::Text(row.title.clone()) },
        Column { heading: "复核次数", cell: |row| Cell::Count(row.reviewed) },
        Column { heading: "共失分", cell: |row| Cell::Points(Some(row.lost.value())) },
        Column { heading: "平均失分", cell: |row| Cell::Points(Some(row.mean_lost)) },
        Column { heading: "失分率", cell: |row| Cell::Share(row.share) },
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::score::Terms;

    fn points(value: f64) -> Points {
        Points::try_from(value).unwrap()
    }

    fn sheet(pack: &str, title: &str, max: f64) -> PackSheet {
        let item = |id: &str, title: &str, max: f64| {
            json!({"id": id, "section": 0, "title": title, "max": max, "na": "full", "listen": null, "instead_of": null,
                   "values": {"up_to": max}})
        };
        let sheet = json!({
            "id": "t", "title": "表", "version": "1", "terms": Terms::default(), "sections": [{"id": "s", "title": "项"}],
            "items": [item("tone", title, max), item("late", "迟到", 0.0), item("praise", "表扬", 0.0)], "vetoes": []
        });
        PackSheet { pack: pack.to_owned(), sheet: serde_json::from_value(sheet).unwrap() }
    }

    fn sum(pack: &str, item: &str, reviewed: u64, given: f64) -> ItemSum {
        let [pack, rubric, item] = [pack, "t", item].map(str::to_owned);
        ItemSum { pack, rubric, item, reviewed, points: points(given) }
    }

    #[test]
    fn an_item_loses_what_each_of_its_packs_would_have_given() {
        let sums = [
            sum("new", "tone", 1, 1.0),
            sum("old", "tone", 2, 3.0),
            sum("new", "late", 2, -3.0),
            sum("new", "praise", 2, 1.0),
        ];
        let told = losses(&sums, &[sheet("old", "口气", 2.0), sheet("new", "语气", 4.0)]);
        let tone = &told[0];
        assert_eq!((tone.item.as_str(), tone.title.as_str(), tone.reviewed), ("tone", "语气", 3));
        assert_eq!((tone.lost, tone.mean_lost, tone.share), (points(4.0), 4.0 / 3.0, Some(0.5)));
        let late = &told[1];
        assert_eq!((late.item.as_str(), late.lost, late.share), ("late", points(3.0), None), "points off");
        assert_eq!(told.len(), 2, "what a bonus gave is no loss");
    }
}
