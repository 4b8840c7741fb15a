//! How often human and machine agree, and why not: item by item, rule by rule, veto by veto.
//!
//! What a human has decided and what was only confirmed by submitting are counted apart: the first overstates
//! disagreement, since reviewers touch what is wrong, the second overstates agreement, since not everything is looked at.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::draft::FindingVerdict;
use crate::review::{FindingDecision, ItemValue};
use crate::score::Points;

/// Something that items of submitted reviews came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// The rubric's id.
    pub rubric: String,
    /// The item's id.
    pub item: String,
    /// What the machine proposed, or why it did not.
    pub machine: ItemValue,
    /// What holds after review.
    pub settled: ItemValue,
    /// Whether a human decided about this item, rather than about all by submitting.
    pub explicit: bool,
    /// Why the machine was overruled; empty where it was not.
    pub reason: String,
    /// In how many reviews that was so.
    pub times: u64,
}

/// Something that findings of submitted reviews came to, or passages that the machine missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// The rule; empty where the reviewer did not know which.
    pub rule: String,
    /// What the machine took it for; none where it missed it.
    pub machine: Option<FindingVerdict>,
    /// What the human says; not asked for where the machine missed it.
    pub human: FindingDecision,
    /// Why the machine was overruled; empty where it was not.
    pub reason: String,
    /// How many.
    pub times: u64,
}

/// Something that vetoes of submitted reviews came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VetoRow {
    /// The rubric's id.
    pub rubric: String,
    /// The veto's id.
    pub veto: String,
    /// Whether the machine proposed it; else a human added it.
    pub proposed: bool,
    /// Whether it was carried out.
    pub carried_out: bool,
    /// Why the machine was overruled; empty where it was not.
    pub reason: String,
    /// In how many reviews that was so.
    pub times: u64,
}

/// How far human and machine agree on one item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ItemAgreement {
    /// The rubric's id.
    pub rubric: String,
    /// The item's id.
    pub item: String,
    /// Where a human decided about this item.
    pub explicit: Agreement,
    /// Where the proposal was only confirmed by submitting; human and machine then agree by definition.
    pub implicit: u64,
    /// Explicit and implicit ones together.
    pub all: Agreement,
    /// Where the machine proposed nothing, and the human decided.
    pub left_open: u64,
    /// Why the machine was overruled, the most frequent reason first.
    pub reasons: Vec<ReasonCount>,
}

/// How often the machine was overruled for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReasonCount {
    /// The reason's id, as in `rules/reasons.yaml`.
    pub reason: String,
    /// How often.
    pub times: u64,
}

/// How far humans bear out the vetoes that the machine proposes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VetoAgreement {
    /// The rubric's id.
    pub rubric: String,
    /// The veto's id.
    pub veto: String,
    /// Proposed and carried out.
    pub confirmed: u64,
    /// Proposed and not carried out.
    pub rejected: u64,
    /// Carried out without having been proposed.
    pub added: u64,
    /// Of the proposed ones, the share that was carried out; null where there were none.
    pub precision: Option<Rate>,
    /// Why the machine was overruled, the most frequent reason first.
    pub reasons: Vec<ReasonCount>,
}

/// How far human and machine agree where the machine proposed something.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Agreement {
    /// How many were decided.
    pub decided: u64,
    /// Of these, where the human came to what the machine proposed.
    pub agreed: u64,
    /// Of these, where the human came to something else.
    pub overridden: u64,
    /// Of all decided, the share that agreed; null where nothing was decided.
    pub rate: Option<Rate>,
    /// Mean of human − machine, in points, where both gave points; null where that never was so.
    pub mean_difference: Option<f64>,
    /// Mean of the size of these differences.
    pub mean_absolute_difference: Option<f64>,
    /// Cohen's kappa over levels: agreement beyond chance, 1 at most. Null where nothing was decided, or where human and
    /// machine always came to one and the same level, so that chance explains it all.
    pub kappa: Option<f64>,
}

/// A share with its 95 % interval by Wilson.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Rate {
    /// The share, from 0 to 1.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// How far humans bear out what one rule finds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RuleAgreement {
    /// The rule.
    pub rule: String,
    /// What the machine took for a hit.
    pub hits: FindingCounts,
    /// What it left to a human.
    pub candidates: FindingCounts,
    /// What it saw, but did not count.
    pub suppressed: FindingCounts,
    /// Passages that a human added.
    pub missed: u64,
    /// Of the hits about which a human decided, the share that was confirmed; null where there were none.
    pub precision: Option<Rate>,
    /// The same with the hits that were only confirmed by submitting.
    pub precision_with_implicit: Option<Rate>,
    /// Why the machine was overruled, the most frequent reason first.
    pub reasons: Vec<ReasonCount>,
}

/// What humans say about findings of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingCounts {
    /// They are faults.
    pub confirmed: u64,
    /// They are none.
    pub rejected: u64,
    /// Nothing: left as they were by submitting.
    pub implicit: u64,
}

/// For each item, in the order of rubrics and ids, how far human and machine agree.
#[must_use]
pub fn items(rows: impl IntoIterator<Item = ItemRow>) -> Vec<ItemAgreement> {
    let mut counted: BTreeMap<(String, String), ItemCount> = BTreeMap::new();
    for ItemRow { rubric, item, machine, settled, explicit, reason, times } in rows {
        let count = counted.entry((rubric, item)).or_default();
        match (machine.is_open(), explicit) {
            (true, _) => count.left_open += times,
            (false, true) => count.explicit.add(machine, settled, times),
            (false, false) => count.implicit.add(machine, settled, times),
        }
        count.reasons.add(reason, times);
    }
    let agreement = |((rubric, item), count): ((String, String), ItemCount)| {
        let ItemCount { explicit, implicit, left_open, reasons } = count;
        let (own, implicit_count) = (explicit.agreement(), implicit.decided);
        ItemAgreement {
            rubric,
            item,
            explicit: own,
            implicit: implicit_count,
            all: explicit.with(implicit).agreement(),
            left_open,
            reasons: reasons.sorted(),
        }
    };
    counted.into_iter().map(agreement).collect()
}

/// For each rule, in the order of ids, how far humans bear out what it finds. Missed passages of which the reviewer did
/// not know the rule stand under the empty id.
#[must_use]
pub fn rules(rows: impl IntoIterator<Item = FindingRow>) -> Vec<RuleAgreement> {
    let mut counted: BTreeMap<String, RuleCount> = BTreeMap::new();
    for FindingRow { rule, machine, human, reason, times } in rows {
        let count = counted.entry(rule).or_default();
        match machine {
            Some(FindingVerdict::Hit) => count.hits.add(human, times),
            Some(FindingVerdict::Candidate) => count.candidates.add(human, times),
            Some(FindingVerdict::Suppressed) => count.suppressed.add(human, times),
            None => count.missed += times,
        }
        count.reasons.add(reason, times);
    }
    let agreement = |(rule, RuleCount { hits, candidates, suppressed, missed, reasons })| RuleAgreement {
        rule,
        precision: Rate::of(hits.confirmed, hits.confirmed + hits.rejected),
        precision_with_implicit: Rate::of(
            hits.confirmed + hits.implicit,
            hits.confirmed + hits.implicit + hits.rejected,
        ),
        hits,
        candidates,
        suppressed,
        missed,
        reasons: Reasons::sorted(reasons),
    };
    counted.into_iter().map(agreement).collect()
}

/// For each veto, in the order of rubrics and ids, how far humans bear out what the machine proposes.
#[must_use]
pub fn vetoes(rows: impl IntoIterator<Item = VetoRow>) -> Vec<VetoAgreement> {
    let mut counted: BTreeMap<(String, String), VetoCount> = BTreeMap::new();
    for VetoRow { rubric, veto, proposed, carried_out, reason, times } in rows {
        let count = counted.entry((rubric, veto)).or_default();
        match (proposed, carried_out) {
            (true, true) => count.confirmed += times,
            (true, false) => count.rejected += times,
            (false, true) => count.added += times,
            (false, false) => {}
        }
        count.reasons.add(reason, times);
    }
    let agreement = |((rubric, veto), count): ((String, String), VetoCount)| {
        let VetoCount { confirmed, rejected, added, reasons } = count;
        let precision = Rate::of(confirmed, confirmed + rejected);
        VetoAgreement { rubric, veto, confirmed, rejected, added, precision, reasons: reasons.sorted() }
    };
    counted.into_iter().map(agreement).collect()
}

#[derive(Default)]
struct ItemCount {
    explicit: Tally,
    implicit: Tally,
    left_open: u64,
    reasons: Reasons,
}

#[derive(Default)]
struct RuleCount {
    hits: FindingCounts,
    candidates: FindingCounts,
    suppressed: FindingCounts,
    missed: u64,
    reasons: Reasons,
}

#[derive(Default)]
struct VetoCount {
    confirmed: u64,
    rejected: u64,
    added: u64,
    reasons: Reasons,
}

/// How often each reason was given.
#[derive(Default)]
struct Reasons(BTreeMap<String, u64>);

impl Reasons {
    fn add(&mut self, reason: String, times: u64) {
        if !reason.is_empty() {
            *self.0.entry(reason).or_default() += times;
        }
    }

    fn sorted(self) -> Vec<ReasonCount> {
        let mut reasons: Vec<_> =
            self.0.into_iter().map(|(reason, times)| ReasonCount { reason, times }).collect();
        reasons.sort_by_key(|count| std::cmp::Reverse(count.times));
        reasons
    }
}

impl FindingCounts {
    fn add(&mut self, human: FindingDecision, times: u64) {
        match human {
            FindingDecision::Confirm => self.confirmed += times,
            FindingDecision::Reject => self.rejected += times,
            FindingDecision::Implicit => self.implicit += times,
        }
    }
}

/// Counts from which an agreement is worked out.
#[derive(Default)]
struct Tally {
    decided: u64,
    agreed: u64,
    /// How often both gave points.
    scored: u64,
    /// The sum of human − machine there.
    difference: Points,
    /// The sum of the sizes of these differences.
    distance: Points,
    /// For each value how often the machine and the human came to it.
    values: BTreeMap<ItemValue, (u64, u64)>,
}

impl Tally {
    fn add(&mut self, machine: ItemValue, human: ItemValue, times: u64) {
        self.decided += times;
        self.agreed += if machine == human { times } else { 0 };
        if let (Some(machine), Some(human)) = (machine.score, human.score) {
            let difference = (human - machine) * u32::try_from(times).unwrap_or(u32::MAX);
            self.scored += times;
            self.difference += difference;
            self.distance += difference.max(-difference);
        }
        self.values.entry(machine).or_default().0 += times;
        self.values.entry(human).or_default().1 += times;
    }

    fn with(mut self, other: Self) -> Self {
        self.decided += other.decided;
        self.agreed += other.agreed;
        self.scored += other.scored;
        self.difference += other.difference;
        self.distance += other.distance;
        for (value, (machine, human)) in other.values {
            let both = self.values.entry(value).or_default();
            *both = (both.0 + machine, both.1 + human);
        }
        self
    }

    fn agreement(&self) -> Agreement {
        let mean = |sum: Points| (self.scored > 0).then(|| sum.value() / real(self.scored));
        Agreement {
            decided: self.decided,
            agreed: self.agreed,
            overridden: self.decided - self.agreed,
            rate: Rate::of(self.agreed, self.decided),
            mean_difference: mean(self.difference),
            mean_absolute_difference: mean(self.distance),
            kappa: self.kappa(),
        }
    }

    /// (observed − expected) / (1 − expected), both times the square of the number.
    fn kappa(&self) -> Option<f64> {
        let all = real(self.decided);
        let expected: f64 = self.values.values().map(|(machine, human)| real(*machine) * real(*human)).sum();
        let left = all * all - expected;
        (left > 0.0).then(|| (all * real(self.agreed) - expected) / left)
    }
}

impl Rate {
    /// The share that `part` is of `whole`; none where that is nothing.
    #[must_use]
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        /// Half the width of 95 % of a normal distribution, in standard deviations.
        const Z: f64 = 1.959_963_984_540_054;
        if whole == 0 {
            return None;
        }
        let (share, number) = (real(part) / real(whole), real(whole));
        let spread = Z * (share * (1.0 - share) / number + Z * Z / (4.0 * number * number)).sqrt();
        let middle = share + Z * Z / (2.0 * number);
        let scale = 1.0 + Z * Z / number;
        let end = |at: f64| (at / scale).clamp(0.0, 1.0);
        // Rounding must not put the share outside of its own interval.
        let (low, high) = (end(middle - spread).min(share), end(middle + spread).max(share));
        Some(Self { value: share, low, high })
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has reviewed 2^53 items")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};
    use proptest::prop_assert;

    use super::*;

    fn score(value: f64) -> ItemValue {
        ItemValue::score(Points::try_from(value).unwrap())
    }

    fn row(machine: ItemValue, settled: ItemValue, explicit: bool) -> ItemRow {
        let (rubric, item) = ("t".to_owned(), "i".to_owned());
        ItemRow { rubric, item, machine, settled, explicit, reason: String::new(), times: 1 }
    }

    fn near(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found - expected).abs() < 5e-4)
    }

    #[test]
    fn kappa_and_rate_are_those_of_the_books() {
        // The example of the English Wikipedia on Cohen's kappa: 20 both yes, 15 both no, 5 and 10 apart.
        let (yes, no) = (score(1.0), score(0.0));
        let table = [(yes, yes, 20), (yes, no, 5), (no, yes, 10), (no, no, 15)];
        let rows = table.into_iter().map(|(a, b, times)| ItemRow { times, ..row(a, b, true) });
        let [ItemAgreement { explicit, all, implicit, left_open, .. }] = &items(rows)[..] else { panic!() };
        assert_eq!(
            (explicit.decided, explicit.agreed, explicit.overridden, *implicit, *left_open),
            (50, 35, 15, 0, 0)
        );
        assert!(near(explicit.kappa, 0.4), "{explicit:?}");
        assert!(
            near(explicit.mean_difference, 0.1) && near(explicit.mean_absolute_difference, 0.3),
            "{explicit:?}"
        );
        assert_eq!(explicit, all);
        let Rate { value, low, high } = explicit.rate.unwrap();
        assert!(
            near(Some(value), 0.7) && near(Some(low), 0.5625) && near(Some(high), 0.8090),
            "{low} {high}"
        );
    }

    #[test]
    fn explicit_and_implicit_decisions_and_open_items_are_counted_apart() {
        let open = ItemValue { outcome: crate::draft::ItemOutcome::Human, score: None };
        let rows = [
            row(score(2.0), score(2.0), false),
            row(score(2.0), score(2.0), false),
            row(score(2.0), score(0.0), true),
            row(open, score(1.0), true),
        ];
        let [agreement] = &items(rows)[..] else { panic!() };
        assert_eq!((agreement.implicit, agreement.left_open), (2, 1));
        assert_eq!((agreement.explicit.decided, agreement.explicit.agreed), (1, 0));
        assert_eq!((agreement.all.decided, agreement.all.agreed, agreement.all.overridden), (3, 2, 1));
        assert!(near(agreement.all.mean_difference, -0.6667), "{agreement:?}");
    }

    #[test]
    fn what_cannot_be_computed_is_none() {
        let open = ItemValue { outcome: crate::draft::ItemOutcome::NotMeasurable, score: None };
        let [unproposed] = &items([row(open, score(1.0), true)])[..] else { panic!() };
        assert_eq!(
            (unproposed.all.rate, unproposed.all.kappa, unproposed.all.mean_difference),
            (None, None, None)
        );
        let [always] = &items([row(score(2.0), score(2.0), true), row(score(2.0), score(2.0), true)])[..]
        else {
            panic!()
        };
        assert_eq!((always.all.kappa, always.all.mean_difference), (None, Some(0.0)));
        let dropped = ItemValue::not_applicable(None);
        let [no_points] = &items([row(score(2.0), dropped, true)])[..] else { panic!() };
        assert_eq!(
            (no_points.all.overridden, no_points.all.mean_difference, no_points.all.kappa),
            (1, None, Some(0.0))
        );
    }

    #[test]
    fn items_stand_in_the_order_of_rubrics_and_ids() {
        let named = |rubric: &str, item: &str| ItemRow {
            rubric: rubric.to_owned(),
            item: item.to_owned(),
            ..row(score(1.0), score(1.0), true)
        };
        let found = items([named("b", "x"), named("a", "y"), named("b", "a"), named("b", "x")]);
        let found: Vec<_> =
            found.iter().map(|it| (it.rubric.as_str(), it.item.as_str(), it.all.decided)).collect();
        assert_eq!(found, [("a", "y", 1), ("b", "a", 1), ("b", "x", 2)]);
    }

    #[test]
    fn findings_are_counted_by_what_the_machine_took_them_for() {
        use FindingDecision::{Confirm, Implicit, Reject};
        use FindingVerdict::{Candidate, Hit, Suppressed};
        let row = |machine, human| FindingRow {
            rule: "r".to_owned(),
            machine,
            human,
            reason: String::new(),
            times: 1,
        };
        let reason = |reason: &str, row| FindingRow { reason: reason.to_owned(), ..row };
        let rows = [
            FindingRow { times: 2, ..row(Some(Hit), Confirm) },
            reason("context", row(Some(Hit), Reject)),
            row(Some(Hit), Implicit),
            row(Some(Candidate), Confirm),
            reason("asr-error", FindingRow { times: 3, ..row(Some(Candidate), Reject) }),
            reason("context", row(Some(Suppressed), Confirm)),
            row(None, Implicit),
            FindingRow { rule: "q".to_owned(), ..row(Some(Candidate), Implicit) },
        ];
        let [quiet, rule] = &rules(rows)[..] else { panic!() };
        assert_eq!((quiet.rule.as_str(), quiet.precision, quiet.candidates.implicit), ("q", None, 1));
        assert_eq!(rule.hits, FindingCounts { confirmed: 2, rejected: 1, implicit: 1 });
        assert_eq!(rule.candidates, FindingCounts { confirmed: 1, rejected: 3, implicit: 0 });
        assert_eq!((rule.suppressed.confirmed, rule.missed), (1, 1));
        assert!(near(rule.precision.map(|rate| rate.value), 2.0 / 3.0));
        assert!(near(rule.precision_with_implicit.map(|rate| rate.value), 0.75));
        let reasons: Vec<_> = rule.reasons.iter().map(|it| (it.reason.as_str(), it.times)).collect();
        assert_eq!(reasons, [("asr-error", 3), ("context", 2)]);
    }

    #[test]
    fn vetoes_are_counted_by_who_wanted_them() {
        let row = |proposed, carried_out, reason: &str, times| VetoRow {
            rubric: "t".to_owned(),
            veto: "v".to_owned(),
            proposed,
            carried_out,
            reason: reason.to_owned(),
            times,
        };
        let rows = [row(true, true, "", 3), row(true, false, "context", 1), row(false, true, "missed", 2)];
        let [veto] = &vetoes(rows)[..] else { panic!() };
        assert_eq!((veto.confirmed, veto.rejected, veto.added), (3, 1, 2));
        assert!(near(veto.precision.map(|rate| rate.value), 0.75));
        let reasons: Vec<_> = veto.reasons.iter().map(|it| (it.reason.as_str(), it.times)).collect();
        assert_eq!(reasons, [("missed", 2), ("context", 1)]);
        assert_eq!(vetoes([row(false, true, "", 1)])[0].precision, None);
    }

    #[test]
    fn nothing_of_nothing_is_no_rate_and_the_ends_are_sound() {
        assert_eq!(Rate::of(0, 0), None);
        let (none, all) = (Rate::of(0, 10).unwrap(), Rate::of(10, 10).unwrap());
        assert!(none.low == 0.0 && near(Some(none.high), 0.2775), "{none:?}");
        assert!(all.high == 1.0 && near(Some(all.low), 0.7225), "{all:?}");
    }

    proptest! {
        #[test]
        fn a_rate_lies_within_its_interval_and_kappa_is_at_most_one(
            pairs in prop::collection::vec((0_u8..4, 0_u8..4, any::<bool>()), 1..60)
        ) {
            let value = |level: u8| score(f64::from(level));
            let rows = pairs.iter().map(|(machine, human, explicit)| row(value(*machine), value(*human), *explicit));
            for found in items(rows) {
                prop_assert!(found.explicit.decided + found.implicit == found.all.decided);
                for Agreement { rate, kappa, mean_difference, mean_absolute_difference, .. } in [found.explicit, found.all] {
                    prop_assert!(rate.is_none_or(|r| 0.0 <= r.low && r.low <= r.value && r.value <= r.high && r.high <= 1.0));
                    prop_assert!(kappa.is_none_or(|kappa| (-1.0..=1.0).contains(&kappa)));
                    let sizes = mean_difference.zip(mean_absolute_difference);
                    prop_assert!(sizes.is_none_or(|(mean, size)| mean.abs() <= size + 1e-9));
                }
            }
        }
    }
}
