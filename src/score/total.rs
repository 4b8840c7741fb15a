//! The sums of a filled rubric: what is proposed, what is open, and what vetoes would make of it.

use super::fill::{FilledItem, ItemResult};
use super::{Points, Rubric, Veto, VetoScope};

/// The sums of a filled rubric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals<'p> {
    /// Points proposed, bonuses and deductions included, before vetoes.
    pub prefilled: Points,
    /// Points to be had on the items that are filled.
    pub prefilled_max: Points,
    /// Points to be had on the items that are open.
    pub open_max: Points,
    /// Points to be had on all items that count.
    pub max: Points,
    /// `prefilled` with every proposed veto carried out.
    pub with_vetoes: Points,
    /// `with_vetoes` on the scale of the rubric, once nothing is open.
    pub scaled: Option<Points>,
    /// The band of the scaled points, once nothing is open.
    pub band: Option<&'p str>,
}

impl<'p> Totals<'p> {
    pub(super) fn of(rubric: &'p Rubric, items: &[FilledItem<'_>], vetoes: &[&Veto]) -> Self {
        let proposed = |item: &FilledItem<'_>| item.result.points().unwrap_or(Points::ZERO);
        let prefilled = rubric.at_least_floor(rubric.base + items.iter().map(proposed).sum());
        let is_open =
            |item: &&FilledItem<'_>| matches!(item.result, ItemResult::Human | ItemResult::NotMeasurable(_));
        let is_filled = |item: &&FilledItem<'_>| item.result.points().is_some();
        let max_of = |item: &FilledItem<'_>| item.item.max();
        let prefilled_max = rubric.base + items.iter().filter(is_filled).map(max_of).sum();
        let open_max = items.iter().filter(is_open).map(max_of).sum();
        let max = prefilled_max + open_max;
        let with_vetoes = rubric.at_least_floor(after_vetoes(rubric, items, vetoes));
        let closed = !items.iter().any(|item| is_open(&item));
        let scaled = closed.then(|| match rubric.scale_to {
            Some(full) => with_vetoes.scaled(max, full),
            None => with_vetoes,
        });
        let band = scaled.and_then(|points| rubric.band(points));
        let scaled = scaled.filter(|_| rubric.scale_to.is_some());
        Self { prefilled, prefilled_max, open_max, max, with_vetoes, scaled, band }
    }
}

/// The sum with every veto carried out: a vetoed call has no points at all, and no bonus.
fn after_vetoes(rubric: &Rubric, items: &[FilledItem<'_>], vetoes: &[&Veto]) -> Points {
    let is_vetoed = |at: usize| {
        vetoes.iter().any(|proposed| match proposed.scope {
            VetoScope::Item(item) => item == at,
            VetoScope::Section(section) => items[at].item.section == section,
            VetoScope::Call => true,
        })
    };
    if vetoes.iter().any(|proposed| proposed.scope == VetoScope::Call) {
        return Points::ZERO;
    }
    let points = (0..items.len())
        .filter(|at| !is_vetoed(*at))
        .map(|at| items[at].result.points().unwrap_or(Points::ZERO));
    rubric.base + points.sum()
}

impl Rubric {
    fn at_least_floor(&self, points: Points) -> Points {
        self.floor.map_or(points, |floor| points.max(floor))
    }

    fn band(&self, points: Points) -> Option<&str> {
        self.bands.iter().find(|band| points >= band.at_least).map(|band| band.title.as_str())
    }
}
