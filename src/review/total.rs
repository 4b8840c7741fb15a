//! The sums of a review: the machine's, and those with what the human has decided.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ItemValue, MachineItem, MachineTotals, Review};
use crate::score::{Entry, Points, Totals, VetoScope};

/// The machine's totals beside those of the review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewTotals {
    /// As the draft has them.
    pub machine: MachineTotals,
    /// With what the human has decided so far.
    pub review: ReviewSums,
    /// The ids of proposed vetoes about which nothing is decided: they are not carried out.
    pub vetoes_pending: Vec<String>,
}

/// The sums of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewSums {
    /// Points of the items that are decided or proposed, bonuses and deductions included, before vetoes.
    #[schema(value_type = f64)]
    pub points: Points,
    /// Points to be had on all items that count.
    #[schema(value_type = f64)]
    pub max: Points,
    /// Points to be had on the items that are open.
    #[schema(value_type = f64)]
    pub open_max: Points,
    /// `points` with those vetoes carried out that the human has confirmed or added.
    #[schema(value_type = f64)]
    pub with_vetoes: Points,
    /// `with_vetoes` on the scale of the rubric; null until nothing is open or pending, or where the rubric does
    /// not scale or there is nothing to be had.
    #[schema(value_type = Option<f64>)]
    pub scaled_to: Option<Points>,
    /// Whether the total reaches the pass mark; null until nothing is open or pending, or where the rubric has none
    /// or there is nothing to be had.
    pub passed: Option<bool>,
    /// The band of the total; null until nothing is open or pending, or where the rubric has none
    /// or there is nothing to be had.
    pub band: Option<String>,
}

impl Review {
    /// The machine's totals, and those with what the human has decided so far.
    #[must_use]
    pub fn totals(&self) -> ReviewTotals {
        let values = self.items().into_iter().map(|item| item.settled.unwrap_or(ItemValue::OPEN));
        let entries = self.entries(values);
        let ids =
            self.machine.vetoes.iter().map(|veto| veto.id.as_str()).filter(|id| self.veto(id).is_none());
        let vetoes_pending: Vec<String> = ids.map(str::to_owned).collect();
        let totals = Totals::of(&self.sheet.terms, &entries, &self.carried_out());
        // A total that a veto may yet undo would look like a final one.
        let is_final = vetoes_pending.is_empty();
        let review = ReviewSums {
            points: totals.prefilled,
            max: totals.max,
            open_max: totals.open_max,
            with_vetoes: totals.with_vetoes,
            scaled_to: totals.scaled.filter(|_| is_final),
            passed: totals.passed.filter(|_| is_final),
            band: totals.band.filter(|_| is_final).map(str::to_owned),
        };
        ReviewTotals { machine: self.machine.totals.clone(), review, vetoes_pending }
    }

    /// Whether the veto with this id would zero anything in this draft.
    pub(super) fn reaches(&self, veto: &str) -> bool {
        let entries = self.entries(self.machine.items.iter().map(MachineItem::value));
        self.sheet.scope(veto).is_some_and(|scope| scope.reaches(&entries))
    }

    /// What the items, with these values in the order of the draft, add to the sums.
    fn entries(&self, values: impl Iterator<Item = ItemValue>) -> Vec<Entry> {
        let entry = |(at, value): (&usize, ItemValue)| {
            let item = self.sheet.items.get(*at)?;
            Some(Entry {
                at: *at,
                place: item.instead_of.unwrap_or(*at),
                section: item.section,
                max: item.max,
                points: value.score,
                open: value.is_open(),
            })
        };
        self.places.iter().zip(values).filter_map(entry).collect()
    }

    /// What the vetoes zero that the human has confirmed or added.
    fn carried_out(&self) -> Vec<VetoScope> {
        let vetoes = self.sheet.vetoes.iter();
        let confirmed =
            vetoes.filter(|veto| self.veto(&veto.id).is_some_and(|decision| decision.carries_out()));
        confirmed.filter_map(|veto| self.sheet.scope(&veto.id)).collect()
    }
}
