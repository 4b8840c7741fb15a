//! The sums of a filled rubric: what is there, what is open, and what vetoes would make of it.

use super::{Points, Terms, VetoScope};

/// What one item adds to the sums, whoever has filled it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the rubric.
    pub at: usize,
    /// The number of the item in whose place it stands: its own, unless it takes that of another.
    pub place: usize,
    /// Index of its section.
    pub section: usize,
    /// Points to be had on it; none for bonuses and deductions.
    pub max: Points,
    /// Its points; none where it is open, or dropped because it does not apply.
    pub points: Option<Points>,
    /// Whether it is still to be decided.
    pub open: bool,
}

/// The sums of a filled rubric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals<'t> {
    /// Points of the items that are filled, bonuses and deductions included, before vetoes.
    pub prefilled: Points,
    /// Points to be had on the items that are filled.
    pub prefilled_max: Points,
    /// Points to be had on the items that are open.
    pub open_max: Points,
    /// Points to be had on all items that count.
    pub max: Points,
    /// `prefilled` with the vetoes carried out.
    pub with_vetoes: Points,
    /// `with_vetoes` on the scale of the rubric, once nothing is open; none where there is nothing to be had.
    pub scaled: Option<Points>,
    /// Whether the scaled points reach the pass mark, where there are any.
    pub passed: Option<bool>,
    /// The band of the scaled points, where there are any.
    pub band: Option<&'t str>,
}

impl<'t> Totals<'t> {
    /// The sums of these items, on these terms, with these vetoes carried out.
    #[must_use]
    pub fn of(terms: &'t Terms, entries: &[Entry], vetoes: &[VetoScope]) -> Self {
        let points = |entry: &Entry| entry.points.unwrap_or(Points::ZERO);
        let prefilled = terms.at_least_floor(terms.base + entries.iter().map(points).sum());
        let is_filled = |entry: &&Entry| entry.points.is_some();
        let prefilled_max = terms.base + entries.iter().filter(is_filled).map(|entry| entry.max).sum();
        let open_max = entries.iter().filter(|entry| entry.open).map(|entry| entry.max).sum();
        let max = prefilled_max + open_max;
        let left = |entry: &&Entry| !vetoes.iter().any(|veto| veto.zeroes(entry));
        let is_lost = vetoes.contains(&VetoScope::Call);
        // A vetoed call has no points at all, and no bonus.
        let base = if is_lost { Points::ZERO } else { terms.base };
        let with_vetoes = terms.at_least_floor(base + entries.iter().filter(left).map(points).sum());
        let is_open = entries.iter().any(|entry| entry.open);
        // Where all that gives points has been dropped, there is nothing of which a total could be good or bad.
        let is_void = max == Points::ZERO && entries.iter().any(|entry| entry.max > Points::ZERO);
        let final_points = match terms.scale_to {
            _ if is_open => None,
            _ if is_lost => Some(with_vetoes),
            _ if is_void => None,
            Some(full) if terms.is_weighted() => terms.weighted(full, entries, &left),
            Some(full) => with_vetoes.scaled(max, full),
            None => Some(with_vetoes),
        };
        Self {
            prefilled,
            prefilled_max,
            open_max,
            max,
            with_vetoes,
            scaled: final_points.filter(|_| terms.scale_to.is_some()),
            passed: final_points.and_then(|points| Some(points >= terms.pass?)),
            band: final_points.and_then(|points| terms.band(points)),
        }
    }
}

impl VetoScope {
    /// Whether there is anything among the items that a veto of this scope zeroes.
    pub(crate) fn reaches(self, entries: &[Entry]) -> bool {
        self == Self::Call || entries.iter().any(|entry| self.zeroes(entry))
    }

    /// Whether a veto of this scope zeroes the item.
    fn zeroes(self, entry: &Entry) -> bool {
        match self {
            Self::Item(target) => target == entry.at || target == entry.place,
            Self::Section(section) => entry.section == section,
            Self::Call => true,
        }
    }
}

impl Terms {
    /// The sum of the sections by their weights, of which each gets the share that its points are of its own maximum;
    /// none where nothing of any section applies.
    ///
    /// Where nothing of a section applies its weight goes to the others, and its deductions and bonuses are worth what
    /// they would be if all of it did.
    fn weighted(&self, full: Points, entries: &[Entry], left: &dyn Fn(&&Entry) -> bool) -> Option<Points> {
        let mut sum = Points::ZERO;
        let mut weights = Points::ZERO;
        for (section, weight) in self.weights.iter().enumerate() {
            let weight = weight.unwrap_or_default();
            let of_section = || entries.iter().filter(|entry| entry.section == section);
            let max: Points =
                of_section().filter(|entry| entry.points.is_some()).map(|entry| entry.max).sum();
            let points = of_section().filter(left).filter_map(|entry| entry.points).sum::<Points>();
            let whole = if max > Points::ZERO { max } else { of_section().map(|entry| entry.max).sum() };
            sum += points.scaled(whole, weight).unwrap_or_default();
            if max > Points::ZERO {
                weights += weight;
            }
        }
        sum.scaled(weights, full).map(|points| self.at_least_floor(points))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(value: f64) -> Points {
        Points::try_from(value).unwrap()
    }

    /// An item of two points in the section with this number.
    fn entry(at: usize, section: usize, value: Option<f64>, open: bool) -> Entry {
        Entry { at, place: at, section, max: points(2.0), points: value.map(points), open }
    }

    #[test]
    fn what_is_open_adds_to_the_maximum_and_what_is_dropped_does_not() {
        let terms = Terms { pass: Some(points(1.0)), ..Terms::default() };
        let entries = [entry(0, 0, Some(1.5), false), entry(1, 0, None, true), entry(2, 0, None, false)];
        let totals = Totals::of(&terms, &entries, &[]);
        assert_eq!((totals.prefilled, totals.prefilled_max), (points(1.5), points(2.0)));
        assert_eq!((totals.open_max, totals.max, totals.passed), (points(2.0), points(4.0), None));
        assert_eq!(Totals::of(&terms, &entries[..1], &[]).passed, Some(true));
    }

    #[test]
    fn a_veto_zeroes_what_it_names_and_what_stands_in_its_place() {
        let terms = Terms { base: points(10.0), ..Terms::default() };
        let replacing = Entry { place: 0, ..entry(2, 1, Some(1.0), false) };
        let entries = [entry(1, 0, Some(2.0), false), replacing];
        let left = |veto| Totals::of(&terms, &entries, &[veto]).with_vetoes;
        assert_eq!(left(VetoScope::Item(0)), points(12.0));
        assert_eq!(left(VetoScope::Item(2)), points(12.0));
        assert_eq!(left(VetoScope::Item(1)), points(11.0));
        assert_eq!(left(VetoScope::Section(0)), points(11.0));
        assert_eq!(left(VetoScope::Call), points(0.0));
    }

    #[test]
    fn where_nothing_is_to_be_had_nothing_is_passed_or_failed() {
        let scaling = Terms { scale_to: Some(points(100.0)), pass: Some(points(60.0)), ..Terms::default() };
        let weighing = Terms { weights: vec![Some(points(100.0))], ..scaling.clone() };
        let plain = Terms { scale_to: None, ..scaling.clone() };
        let dropped = entry(0, 0, None, false);
        let fault = Entry { max: Points::ZERO, ..entry(1, 0, Some(-1.0), false) };
        for terms in [&scaling, &weighing, &plain] {
            for entries in [&[dropped][..], &[dropped, fault]] {
                let totals = Totals::of(terms, entries, &[]);
                assert_eq!((totals.max, totals.scaled, totals.passed), (Points::ZERO, None, None));
                assert_eq!(Totals::of(terms, entries, &[VetoScope::Call]).passed, Some(false));
            }
        }
        // A rubric that only deducts has no full points in the first place.
        let lenient = Terms { pass: Some(points(-2.0)), ..plain };
        assert_eq!(Totals::of(&lenient, &[fault], &[]).passed, Some(true));
    }

    #[test]
    fn deductions_of_a_section_of_which_nothing_applies_still_count() {
        let weights = vec![Some(points(60.0)), Some(points(40.0))];
        let terms = Terms { scale_to: Some(points(100.0)), weights, ..Terms::default() };
        let fault = Entry { max: Points::ZERO, ..entry(2, 1, Some(-0.5), false) };
        let scaled = |second| {
            let entries = [entry(0, 0, Some(1.5), false), entry(1, 1, second, false), fault];
            Totals::of(&terms, &entries, &[]).scaled
        };
        // 60 × 1.5/2 + 40 × (2 − 0.5)/2
        assert_eq!(scaled(Some(2.0)), Some(points(75.0)));
        // (60 × 1.5/2 − 40 × 0.5/2) of 60, on a scale of 100
        assert_eq!(scaled(None), Some(points(58.33)));
    }
}
