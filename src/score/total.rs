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
    /// Whether the scaled points reach the pass mark, once nothing is open.
    pub passed: Option<bool>,
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
        let left = |item: &&FilledItem<'_>| !vetoes.iter().any(|veto| zeroes(veto.scope, item));
        let is_lost = vetoes.iter().any(|veto| veto.scope == VetoScope::Call);
        // A vetoed call has no points at all, and no bonus.
        let base = if is_lost { Points::ZERO } else { rubric.base };
        let with_vetoes = rubric.at_least_floor(base + items.iter().filter(left).map(proposed).sum());
        let closed = !items.iter().any(|item| is_open(&item));
        let final_points = closed.then(|| match rubric.scale_to {
            Some(_) if is_lost => rubric.at_least_floor(Points::ZERO),
            Some(full) if rubric.is_weighted() => rubric.weighted(full, items, &left),
            Some(full) => with_vetoes.scaled(max, full),
            None => with_vetoes,
        });
        Self {
            prefilled,
            prefilled_max,
            open_max,
            max,
            with_vetoes,
            scaled: final_points.filter(|_| rubric.scale_to.is_some()),
            passed: final_points.and_then(|points| Some(points >= rubric.pass?)),
            band: final_points.and_then(|points| rubric.band(points)),
        }
    }
}

/// Whether a veto of this scope zeroes the item.
fn zeroes(scope: VetoScope, item: &FilledItem<'_>) -> bool {
    match scope {
        VetoScope::Item(target) => target == item.at || target == item.place(),
        VetoScope::Section(section) => item.item.section == section,
        VetoScope::Call => true,
    }
}

impl Rubric {
    fn at_least_floor(&self, points: Points) -> Points {
        self.floor.map_or(points, |floor| points.max(floor))
    }

    fn band(&self, points: Points) -> Option<&str> {
        self.bands.iter().find(|band| points >= band.at_least).map(|band| band.title.as_str())
    }

    fn is_weighted(&self) -> bool {
        self.sections.iter().any(|section| section.weight.is_some())
    }

    /// The sum of the sections by their weights, of which each gets the share that its points are of its own maximum.
    ///
    /// Where nothing of a section applies its weight goes to the others.
    fn weighted(
        &self,
        full: Points,
        items: &[FilledItem<'_>],
        left: &dyn Fn(&&FilledItem<'_>) -> bool,
    ) -> Points {
        let mut sum = Points::ZERO;
        let mut weights = Points::ZERO;
        for (number, section) in self.sections.iter().enumerate() {
            let of_section = items.iter().filter(|item| item.item.section == number);
            let counted = of_section.filter(|item| item.result.points().is_some());
            let max: Points = counted.clone().map(|item| item.item.max()).sum();
            let points = counted.filter(left).filter_map(|item| item.result.points()).sum::<Points>();
            if let Some(weight) = section.weight.filter(|_| max > Points::ZERO) {
                sum += points.scaled(max, weight);
                weights += weight;
            }
        }
        self.at_least_floor(sum.scaled(weights, full))
    }
}
