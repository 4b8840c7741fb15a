//! The rubrics of the pack, and each as a reviewer fills it in; the criteria, and what puts them into practice.

use askama::Template;

use super::super::{Frame, titles};
use super::{PackHead, Served, criteria, scope, signed};
use crate::criteria::{Class, Criterion, Served as Practice, coverage};
use crate::pack::Pack;
use crate::rule::Rule;
use crate::score::{Item, NaPolicy, Points, Rubric, Scoring, Section, Veto, VetoScope};

/// The list of all rubrics.
#[derive(Debug, Template)]
#[template(path = "pack_rubrics.html")]
pub struct RubricsPage<'p> {
    page: Frame,
    head: PackHead,
    rows: Vec<&'p Rubric>,
}

impl<'p> RubricsPage<'p> {
    /// The rubrics of `pack`.
    #[must_use]
    pub fn new(page: Frame, head: PackHead, pack: &'p Pack) -> Self {
        let mut rows: Vec<&Rubric> = pack.rubrics().collect();
        rows.sort_by(|one, other| one.id.cmp(&other.id));
        Self { page, head, rows }
    }
}

/// More rules than this are folded up.
const MANY: usize = 6;

/// Points to be had on the whole of a rubric.
fn max(rubric: &Rubric) -> Points {
    let own = rubric.items.iter().filter(|item| item.instead_of.is_none());
    rubric.terms.base + own.map(Item::max).sum::<Points>()
}

/// One rubric.
#[derive(Debug, Template)]
#[template(path = "pack_rubric.html")]
pub struct RubricPage<'p> {
    page: Frame,
    pack: &'p Pack,
    rubric: &'p Rubric,
}

impl<'p> RubricPage<'p> {
    /// The page of the rubric with this id.
    #[must_use]
    pub fn of(page: Frame, pack: &'p Pack, id: &str) -> Option<Self> {
        let rubric = pack.rubrics().find(|rubric| rubric.id == id)?;
        Some(Self { page, pack, rubric })
    }

    /// Each section with its weight and its items.
    fn sections(&self) -> impl Iterator<Item = (&'p Section, Option<Points>, Vec<&'p Item>)> {
        let items = |at: usize| self.rubric.items.iter().filter(move |item| item.section == at).collect();
        let weight = |at: usize| self.rubric.terms.weights.get(at).copied().flatten();
        let sections = self.rubric.sections.iter().enumerate();
        sections.map(move |(at, section)| (section, weight(at), items(at)))
    }

    fn criteria(&self, item: &'p Item) -> Vec<Served<'p>> {
        criteria(self.pack, &item.reference)
    }

    fn rules(&self, item: &Item) -> Vec<&'p Rule> {
        item.rules().into_iter().map(|rule| self.pack.rule(rule)).collect()
    }

    fn rules_of_veto(&self, veto: &Veto) -> Vec<&'p Rule> {
        veto.rules().into_iter().map(|rule| self.pack.rule(rule)).collect()
    }

    /// What a veto zeroes, in words.
    fn zeroes(&self, veto: &Veto) -> String {
        let lang = self.page.lang;
        match veto.scope {
            VetoScope::Item(item) => lang.fill("评分项“{}”", &[&self.rubric.items[item].title]),
            VetoScope::Section(section) => lang.fill("大项“{}”", &[&self.rubric.sections[section].title]),
            VetoScope::Call => lang.say("整通").to_owned(),
        }
    }

    /// The item in whose place another stands.
    fn replaced(&self, item: &Item) -> Option<&'p str> {
        item.instead_of.map(|at| self.rubric.items[at].title.as_str())
    }

    /// Whether a choice names a rule, and not a pattern of several.
    fn is_rule(&self, name: &str) -> bool {
        self.pack.rules.iter().any(|rule| rule.id == name)
    }
}

/// What an item may give at most, or takes; `X` where that is still to be set, as the file has it.
fn points(page: &Frame, rubric: &Rubric, item: &Item) -> String {
    let is_unset = rubric.unset.contains(&item.title);
    match &item.scoring {
        Scoring::Bonus { .. } if is_unset => "+X".to_owned(),
        Scoring::Deduct(it) if is_unset => format!("−X/{}", page.t(&it.unit)),
        Scoring::Levels { max, .. } => max.to_string(),
        Scoring::Bonus { points, .. } => signed(*points),
        Scoring::Deduct(it) => format!("−{}/{}", it.points, page.t(&it.unit)),
    }
}

/// What becomes of an item that does not apply, in words.
fn na_title(policy: NaPolicy) -> &'static str {
    match policy {
        NaPolicy::Full => "不适用时给满分",
        NaPolicy::Drop => "不适用时不计入",
        NaPolicy::Zero => "不适用时得零分",
    }
}

/// The criteria that the pack serves.
#[derive(Debug, Template)]
#[template(path = "pack_criteria.html")]
pub struct CriteriaPage<'p> {
    page: Frame,
    head: PackHead,
    rows: Vec<(&'p Criterion, Practice)>,
}

impl<'p> CriteriaPage<'p> {
    /// The criteria of `pack`.
    #[must_use]
    pub fn new(page: Frame, head: PackHead, pack: &'p Pack) -> Self {
        Self { page, head, rows: coverage(pack) }
    }
}

/// How far a transcript can tell, in words.
fn class_title(class: Class) -> &'static str {
    match class {
        Class::A => "自动判定",
        Class::PPlus => "建议分",
        Class::P => "只列证据",
        Class::N => "人工评判",
    }
}

/// The rubric and the part of it that `rubric#part` names.
fn parted(place: &str) -> (&str, &str) {
    place.split_once('#').unwrap_or((place, ""))
}
