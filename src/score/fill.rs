//! Fills a rubric from verdicts: levels, bonuses, deductions and proposed vetoes.

use super::{
    Deduction, Entry, Item, Level, NaPolicy, Points, Rubric, Scoring, Totals, Truth, Veto, VetoScope,
};
use crate::judge::Judgement;
use crate::rule::RuleId;
use crate::rule::{Lacking, Occurrence, Outcome};
use crate::transcript::Transcript;

/// A rubric filled in as far as the verdicts allow.
#[derive(Debug)]
pub struct Filled<'p> {
    /// One for each item, in order.
    pub items: Vec<FilledItem<'p>>,
    /// The vetoes that are proposed.
    pub vetoes: Vec<&'p Veto>,
    /// The sums.
    pub totals: Totals<'p>,
}

/// What became of one item.
#[derive(Debug)]
pub struct FilledItem<'p> {
    /// Its number in the rubric.
    pub at: usize,
    /// The item.
    pub item: &'p Item,
    /// What became of it.
    pub result: ItemResult,
    /// The rules whose evidence a reviewer sees.
    pub shown: &'p [RuleId],
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemResult {
    /// The level with this number is proposed.
    Level(usize, Points),
    /// Points added or taken, for so many occurrences.
    Counted {
        /// Points, negative for a deduction.
        points: Points,
        /// How often.
        times: u32,
        /// Whether it counts twice.
        doubled: bool,
    },
    /// It does not apply; its points, unless it is dropped.
    NotApplicable(Option<Points>),
    /// These inputs are missing.
    NotMeasurable(Lacking),
    /// Only a human can tell.
    Human,
}

impl ItemResult {
    /// The points that it proposes.
    #[must_use]
    pub fn points(self) -> Option<Points> {
        match self {
            Self::Level(_, points) | Self::Counted { points, .. } => Some(points),
            Self::NotApplicable(points) => points,
            Self::NotMeasurable(_) | Self::Human => None,
        }
    }
}

impl FilledItem<'_> {
    /// The item in whose place it stands: its own, unless it takes that of another.
    #[must_use]
    pub fn place(&self) -> usize {
        self.item.instead_of.unwrap_or(self.at)
    }

    /// What it adds to the sums.
    fn entry(&self) -> Entry {
        Entry {
            at: self.at,
            place: self.place(),
            section: self.item.section,
            max: self.item.max(),
            points: self.result.points(),
            open: matches!(self.result, ItemResult::Human | ItemResult::NotMeasurable(_)),
        }
    }
}

/// Fills `rubric`, as far as it is about `transcript`, from the verdicts.
#[must_use]
pub fn fill<'p>(rubric: &'p Rubric, transcript: &Transcript<'_>, judgement: &Judgement) -> Filled<'p> {
    let numbered = rubric.items.iter().enumerate();
    let asked = numbered.filter(|(at, _)| rubric.asks(*at, transcript));
    let mut items: Vec<FilledItem<'p>> = asked
        .map(|(at, item)| {
            let (result, shown) = fill_item(item, judgement);
            FilledItem { at, item, result, shown }
        })
        .collect();
    for group in &rubric.heaviest_of {
        keep_heaviest(&mut items, group, judgement);
    }
    let entries: Vec<Entry> = items.iter().map(FilledItem::entry).collect();
    let proposed = rubric.vetoes.iter().filter(|veto| veto.proposed_if.test.holds(judgement) == Truth::Yes);
    // What zeroes nothing of this draft is not worth a human's decision.
    let vetoes: Vec<&Veto> = proposed.filter(|veto| veto.scope.reaches(&entries)).collect();
    let scopes: Vec<VetoScope> = vetoes.iter().map(|veto| veto.scope).collect();
    let totals = Totals::of(&rubric.terms, &entries, &scopes);
    Filled { items, vetoes, totals }
}

/// What becomes of an item, and the rules whose evidence tells why.
fn fill_item<'p>(item: &'p Item, judgement: &Judgement) -> (ItemResult, &'p [RuleId]) {
    let by_human = (ItemResult::Human, item.evidence.as_slice());
    if let Some(grounds) = &item.na_if {
        match grounds.test.holds(judgement) {
            Truth::Yes => return (ItemResult::NotApplicable(item.na.points(item.max())), &grounds.shown),
            Truth::Open(lacking) if item.basis.proposes() => {
                return (ItemResult::NotMeasurable(lacking), &grounds.shown);
            }
            Truth::Open(_) | Truth::No => {}
        }
    }
    match &item.scoring {
        _ if !item.basis.proposes() => by_human,
        Scoring::Levels { levels, .. } => first_level(levels, judgement).unwrap_or(by_human),
        Scoring::Bonus { points, earned_if } => {
            let earned = earned_if.as_ref().map_or(Truth::No, |grounds| grounds.test.holds(judgement));
            let result = match earned {
                Truth::Yes => ItemResult::Counted { points: *points, times: 1, doubled: false },
                Truth::No => ItemResult::Counted { points: Points::ZERO, times: 0, doubled: false },
                Truth::Open(lacking) => ItemResult::NotMeasurable(lacking),
            };
            (result, earned_if.as_ref().map_or(&item.evidence, |grounds| &grounds.shown))
        }
        Scoring::Deduct(deduction) => (deduct(deduction, judgement), &deduction.shown),
    }
}

/// The first level whose test holds; one that is left open before it leaves the item open.
fn first_level<'p>(levels: &'p [Level], judgement: &Judgement) -> Option<(ItemResult, &'p [RuleId])> {
    levels.iter().enumerate().find_map(|(at, level)| {
        let grounds = level.proposed_if.as_ref()?;
        match grounds.test.holds(judgement) {
            Truth::Yes => Some((ItemResult::Level(at, level.score), grounds.shown.as_slice())),
            Truth::Open(lacking) => Some((ItemResult::NotMeasurable(lacking), &grounds.shown)),
            Truth::No => None,
        }
    })
}

fn deduct(deduction: &Deduction, judgement: &Judgement) -> ItemResult {
    let mut lacking = Lacking::default();
    let mut open = false;
    for rule in &deduction.rules {
        if let Some(found) = judgement.of(*rule).filter(|found| found.outcome == Outcome::NotMeasurable) {
            lacking.add(found.lacking);
            open = true;
        }
    }
    let times = u32::try_from(faults(&deduction.rules, judgement).len()).unwrap_or(u32::MAX);
    if open && times == 0 {
        return ItemResult::NotMeasurable(lacking);
    }
    let doubled =
        times > 0 && deduction.double_if.as_ref().is_some_and(|test| test.holds(judgement) == Truth::Yes);
    deduction.result(times, doubled)
}

impl Deduction {
    fn result(&self, times: u32, doubled: bool) -> ItemResult {
        let points = self.points * times * if doubled { 2 } else { 1 };
        let points = self.cap.map_or(points, |cap| points.min(cap));
        ItemResult::Counted { points: -points, times, doubled }
    }
}

/// The separate events for which `rules` are not met; a fault without a place is one event.
fn faults<'j>(rules: &[RuleId], judgement: &'j Judgement) -> Vec<Option<&'j Occurrence>> {
    let broken = rules.iter().filter_map(|rule| judgement.of(*rule));
    let broken: Vec<_> = broken.filter(|found| found.outcome == Outcome::NotMet).collect();
    let placeless = broken.iter().filter(|found| found.counting().next().is_none()).count();
    let mut events: Vec<&Occurrence> = broken.iter().flat_map(|found| found.counting()).collect();
    events.sort_by_key(|event| (event.turn, event.span.as_ref().map_or(0, |span| span.start), event.times));
    events.dedup_by(|later, earlier| is_same_event(earlier, later));
    events.into_iter().map(Some).chain(std::iter::repeat_n(None, placeless)).collect()
}

/// Whether two occurrences are one event: words that overlap, or the same turn where one has no words.
fn is_same_event(a: &Occurrence, b: &Occurrence) -> bool {
    match (&a.span, &b.span) {
        (Some(a), Some(b)) => a.start < b.end && b.start < a.end,
        _ => a.turn == b.turn && a.times == b.times,
    }
}

/// Of the items in `group` that deduct for one event, only the heaviest does.
fn keep_heaviest(items: &mut [FilledItem<'_>], group: &[usize], judgement: &Judgement) {
    let mut claims: Vec<Claim<'_>> = Vec::new();
    for (at, item) in items.iter().enumerate().filter(|(_, item)| group.contains(&item.place())) {
        if let (Scoring::Deduct(terms), ItemResult::Counted { doubled, .. }) =
            (&item.item.scoring, item.result)
        {
            let weight = terms.points * if doubled { 2 } else { 1 };
            let turns = faults(&terms.rules, judgement);
            let turns = turns.iter().map(|fault| fault.map(|occurrence| occurrence.turn)).collect();
            claims.push(Claim { item: at, terms, weight, doubled, turns });
        }
    }
    for claim in &claims {
        let heavier = |other: &&Claim<'_>| (other.weight, claim.item) > (claim.weight, other.item);
        let taken = |turn: &Option<u32>| {
            turn.is_some() && claims.iter().filter(heavier).any(|other| other.turns.contains(turn))
        };
        let times = claim.turns.iter().filter(|turn| !taken(turn)).count();
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        items[claim.item].result = claim.terms.result(times, claim.doubled && times > 0);
    }
}

/// What one item of a group would deduct.
struct Claim<'p> {
    item: usize,
    terms: &'p Deduction,
    weight: Points,
    doubled: bool,
    /// The turns of its faults.
    turns: Vec<Option<u32>>,
}

impl NaPolicy {
    /// What an item that does not apply gives, of `max`; none where it is dropped.
    #[must_use]
    pub fn points(self, max: Points) -> Option<Points> {
        match self {
            Self::Full => Some(max),
            Self::Drop => None,
            Self::Zero => Some(Points::ZERO),
        }
    }
}
