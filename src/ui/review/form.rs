//! The rubric as it is filled in: items with what may be given, and what the machine says of each.

use std::cmp::Reverse;

use super::super::draft::{ShownDraft, ShownFinding, ShownItem, ShownPlace};
use crate::draft::{FindingVerdict, ItemOutcome};
use crate::score::{Points, Sheet, SheetItem, SheetLevel, Values};

/// A section with its items, in the order of the draft.
#[derive(Debug)]
pub(crate) struct FormSection<'a> {
    pub(crate) title: &'a str,
    pub(crate) items: Vec<FormItem<'a>>,
}

/// An item, and what may be said of it.
#[derive(Debug)]
pub(crate) struct FormItem<'a> {
    pub(crate) item: &'a ShownItem,
    pub(crate) choices: Vec<FormChoice>,
    /// Whether any value within bounds may be given, not only those to choose from.
    pub(crate) is_free: bool,
    /// The numbers of the findings that are shown for it.
    pub(crate) findings: Vec<usize>,
    /// The rules that speak of it.
    pub(crate) rules: Vec<&'a str>,
}

/// A value that an item may be given.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FormChoice {
    pub(crate) score: Points,
    /// The level that gives it, by its place among those of the item.
    pub(crate) level: Option<usize>,
    pub(crate) text: String,
}

/// No more deductions than these are offered to choose from.
const MOST_DEDUCTIONS: u32 = 5;

/// The sections of a draft as they are filled in.
pub(crate) fn sections<'a>(draft: &'a ShownDraft, sheet: &'a Sheet) -> Vec<FormSection<'a>> {
    let form = |items: &'a [ShownItem]| items.iter().map(|item| form_item(item, draft, sheet)).collect();
    draft.sections().map(|(title, items)| FormSection { title, items: form(items) }).collect()
}

fn form_item<'a>(item: &'a ShownItem, draft: &'a ShownDraft, sheet: &'a Sheet) -> FormItem<'a> {
    let of_sheet = sheet.position(&item.id).and_then(|at| sheet.items.get(at));
    let is_shown =
        |(_, finding): &(usize, &ShownFinding)| item.evidence.iter().any(|place| is_at(finding, place));
    let findings = draft.findings.iter().enumerate().filter(is_shown).map(|(number, _)| number);
    let speaks_of = |reference: &str| item.reference.iter().any(|own| own == reference);
    // Those that the evidence comes from are asked about first.
    let shown = item.evidence.iter().map(|place| place.rule.as_str());
    let verdicts = draft.verdicts.iter().filter(|verdict| verdict.reference.iter().any(speaks_of));
    let mut rules: Vec<&str> = Vec::new();
    for rule in shown.chain(verdicts.map(|verdict| verdict.rule.as_str())) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    FormItem {
        item,
        choices: of_sheet.map(choices).unwrap_or_default(),
        is_free: of_sheet.is_some_and(|item| !matches!(item.values, Values::Levels(_))),
        findings: findings.collect(),
        rules,
    }
}

fn is_at(finding: &ShownFinding, place: &ShownPlace) -> bool {
    (&finding.rule, finding.turn, finding.start) == (&place.rule, place.turn, place.start)
}

/// What may be given with one key, the best first: the same key then means the same on every item.
fn choices(item: &SheetItem) -> Vec<FormChoice> {
    let plain = |score: Points| FormChoice { score, level: None, text: String::new() };
    match &item.values {
        Values::Levels(levels) => {
            let choice = |(at, level): (usize, &SheetLevel)| FormChoice {
                score: level.score,
                level: Some(at),
                text: level.text.clone(),
            };
            let mut choices: Vec<FormChoice> = levels.iter().enumerate().map(choice).collect();
            choices.sort_by_key(|choice| Reverse(choice.score));
            choices
        }
        Values::UpTo(most) => vec![plain(*most), plain(Points::ZERO)],
        Values::Bonus { points } => vec![plain(Points::ZERO), plain(*points)],
        Values::Deduct { points, .. } => {
            let deductions = (0..=MOST_DEDUCTIONS).map(|times| -(*points * times));
            deductions.filter(|off| item.values.allow(*off)).map(plain).collect()
        }
    }
}

impl FormItem<'_> {
    /// Whether the machine has left it to a human.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.item.outcome, ItemOutcome::Human | ItemOutcome::NotMeasurable)
    }

    /// Whether a human should look at it: the machine left it open, or takes points off, or is in doubt.
    pub(crate) fn needs_look(&self, draft: &ShownDraft) -> bool {
        let item = self.item;
        let costs = item.outcome == ItemOutcome::Score
            && item.score.is_some_and(|score| score < item.max.max(Points::ZERO));
        let is_candidate = |n: &usize| draft.findings[*n].verdict == FindingVerdict::Candidate;
        self.is_open() || costs || self.findings.iter().any(is_candidate)
    }

    /// The choice that gives full points.
    pub(crate) fn full(&self) -> Option<Points> {
        self.choices.iter().map(|choice| choice.score).max()
    }

    /// The best that is no bonus: what an item gets where nothing speaks against it.
    pub(crate) fn faultless(&self) -> Option<Points> {
        let full = self.full()?;
        Some(if self.item.max == Points::ZERO { full.min(Points::ZERO) } else { full })
    }
}
