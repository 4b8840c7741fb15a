//! The rules of the pack, and each with what proves it and what rests on it.

use askama::Template;

use super::super::dialogue::{Dialogue, Mark};
use super::super::{Frame, titles};
use super::{PackHead, Served, criteria, demand_name, demand_title, scope, severity_name, status_title};
use crate::draft::FindingVerdict;
use crate::lexicon::Catalogued;
use crate::pack::Pack;
use crate::rule::{Demand, Example, Expected, Rule, RuleId};
use crate::score::Rubric;
use crate::transcript::script;

/// The list of all rules.
#[derive(Debug, Template)]
#[template(path = "pack_rules.html")]
pub struct RulesPage<'p> {
    page: Frame,
    head: PackHead,
    rows: Vec<Row<'p>>,
    rubrics: Vec<&'p Rubric>,
}

#[derive(Debug)]
struct Row<'p> {
    rule: &'p Rule,
    rubrics: Vec<&'p str>,
}

impl<'p> RulesPage<'p> {
    /// The rules of `pack`.
    #[must_use]
    pub fn new(page: Frame, head: PackHead, pack: &'p Pack) -> Self {
        let row = |id: &RuleId| {
            let judging = pack.rubrics().filter(|rubric| rubric.rules.contains(id));
            Row { rule: pack.rule(*id), rubrics: judging.map(|rubric| rubric.id.as_str()).collect() }
        };
        Self {
            page,
            head,
            rows: pack.all_rules().iter().map(row).collect(),
            rubrics: pack.rubrics().collect(),
        }
    }
}

/// One rule.
#[derive(Debug, Template)]
#[template(path = "pack_rule.html")]
pub struct RulePage<'p> {
    page: Frame,
    rule: &'p Rule,
    criteria: Vec<Served<'p>>,
    source: Option<(&'p str, &'p str)>,
    uses: Vec<Use<'p>>,
    lexicons: Vec<&'p Catalogued>,
    needs: Vec<&'p Rule>,
    needed_by: Vec<&'p Rule>,
    right: Vec<Shown<'p>>,
    wrong: Vec<Shown<'p>>,
}

/// What of a rubric rests on a rule.
#[derive(Debug)]
struct Use<'p> {
    rubric: &'p Rubric,
    parts: Vec<&'p str>,
}

/// An example as a dialogue.
#[derive(Debug)]
struct Shown<'p> {
    number: usize,
    expected: Expected,
    /// None where it cannot be read, which `check` would tell.
    dialogue: Option<Dialogue>,
    script: &'p str,
}

impl<'p> RulePage<'p> {
    /// The page of the rule with this id.
    #[must_use]
    pub fn of(page: &Frame, pack: &'p Pack, id: &str) -> Option<Self> {
        let at = pack.all_rules().iter().copied().find(|at| pack.rule(*at).id == id)?;
        let rule = pack.rule(at);
        let examples = rule.examples.iter().enumerate().map(|(number, it)| shown(page, number, it));
        let (right, wrong) = examples.partition(|it| is_right(it.expected));
        let named = pack.lexicons.catalogue().iter().filter(|it| pack.lexicons.is_among(&it.id, &rule.lists));
        Some(Self {
            criteria: criteria(pack, &rule.reference),
            source: pack.source_of(rule).map(|source| (source.path.as_str(), source.text.as_str())),
            uses: pack.rubrics().filter_map(|rubric| use_of(rubric, at)).collect(),
            lexicons: named.collect(),
            needs: rule.needs.iter().map(|need| pack.rule(*need)).collect(),
            needed_by: pack.rules.iter().filter(|other| other.needs.contains(&at)).collect(),
            page: page.clone(),
            rule,
            right,
            wrong,
        })
    }

    /// The examples in which it occurs or holds, and the others.
    fn examples(&self) -> [(&'static str, &[Shown<'p>]); 2] {
        let titles = match self.rule.demand {
            Demand::Expect => ["做到了的例子", "没做到或不适用的例子"],
            Demand::Forbid | Demand::Observe => ["应当命中的例子", "不该命中的例子"],
        };
        [(titles[0], &self.right), (titles[1], &self.wrong)]
    }

    fn scope(&self) -> String {
        scope(self.page.lang, &self.rule.applies_to)
    }

    /// The days on which it holds.
    fn days(&self) -> Option<String> {
        let effective = self.rule.effective?;
        let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
        Some(format!("{} – {}", day(effective.from), day(effective.to)))
    }
}

/// Whether what the rule is about occurs in such an example.
fn is_right(expected: Expected) -> bool {
    matches!(expected, Expected::Hit | Expected::Candidate | Expected::Met)
}

/// What a rule must say to an example, in words.
fn expected_title(expected: Expected) -> &'static str {
    match expected {
        Expected::Hit => "命中",
        Expected::Candidate => "疑似",
        Expected::Miss => "不命中",
        Expected::Met => "符合",
        Expected::NotMet => "不符合",
        Expected::NotApplicable => "不适用",
        Expected::NotMeasurable => "无法测量",
    }
}

fn shown<'p>(page: &Frame, number: usize, example: &'p Example) -> Shown<'p> {
    let worth = match example.expected {
        Expected::Candidate => FindingVerdict::Candidate,
        Expected::Hit | Expected::NotMet => FindingVerdict::Hit,
        _ => FindingVerdict::Suppressed,
    };
    let dialogue = script::read(&example.script).ok().map(|script| {
        let mark =
            |it: &script::Mark| Mark { turn: it.turn, start: it.start, end: it.end, worth, note: None };
        let marks: Vec<Mark> = script.marks.iter().map(mark).collect();
        Dialogue::new(page.clone(), &script.transcript, &marks, false).among(&format!("e{number}-"))
    });
    Shown { number, expected: example.expected, dialogue, script: &example.script }
}

impl Shown<'_> {
    /// What the first line says of the call, where it does.
    fn settings(&self) -> Option<&str> {
        self.script.lines().next()?.trim().strip_prefix('@').map(str::trim)
    }
}

fn use_of(rubric: &Rubric, rule: RuleId) -> Option<Use<'_>> {
    let items = rubric.items.iter().filter(|item| item.rules().contains(&rule));
    let items = items.map(|item| item.title.as_str());
    let vetoes = rubric.vetoes.iter().filter(|veto| veto.rules().contains(&rule));
    let parts: Vec<&str> = items.chain(vetoes.map(|veto| veto.title.as_str())).collect();
    (!parts.is_empty()).then_some(Use { rubric, parts })
}
