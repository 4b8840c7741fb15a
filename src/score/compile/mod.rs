//! How a rubric file becomes a rubric: names are resolved, and what does not add up is told with its place.

mod names;

use std::collections::BTreeSet;

use names::Choice;

use super::shape::{
    DeductShape, ItemShape, MeasuredShape, Names, RubricFile, SectionShape, SwitchShape, TestShape, Value,
    VetoScopeShape, VetoShape,
};
use super::{
    Deduction, Grounds, Item, Level, Points, Rubric, Scoring, Section, Switch, Terms, Test, Veto, VetoScope,
    each_once,
};
use crate::diagnostic::{Diagnostics, Source};
use crate::rule::{AppliesTo, Rule, RuleId};
use crate::yaml::{self, Spanned};

/// The folder of the pack that holds rubrics.
pub const FOLDER: &str = "rules/rubrics/";

/// Reads one rubric; `rules` are in the order of their ids, and `rule_ids` are also those of rules that are broken
/// themselves. What is wrong goes to `diagnostics`.
#[must_use]
pub fn read(
    source: &Source,
    rules: &[Rule],
    rule_ids: &[String],
    diagnostics: &mut Diagnostics,
) -> Option<Rubric> {
    let file: RubricFile = diagnostics.keep(yaml::read(source))?;
    let (used, idle) = (BTreeSet::new(), BTreeSet::new());
    let mut reader = Reader {
        source,
        rules,
        rule_ids,
        diagnostics,
        switches: Vec::new(),
        sections: Vec::new(),
        weights: Vec::new(),
        items: Vec::new(),
        unset: Vec::new(),
        used,
        idle,
    };
    let switches = file.switches.iter().map(Switch::of).collect();
    file.switches.into_iter().for_each(|switch| reader.switch(switch));
    file.sections.into_iter().for_each(|section| reader.section(section));
    let own = reader.items.iter().filter(|item| item.instead_of.is_none());
    let sum = file.base + own.map(Item::max).sum();
    if sum != file.max.value {
        let message = format!("max 写的是 {}，各评分项与起始分之和是 {sum}", file.max.value);
        reader.mistake(&file.max, message, "改 max,或检查各项的满分；顶替别项的项不算");
    }
    let scale_to = reader.scale_to(file.scale_to, file.base);
    let heaviest_of = file.heaviest_of.iter().map(|group| reader.group(group)).collect();
    reader.refuse_twins(&file.vetoes);
    let vetoes = file.vetoes.into_iter().filter_map(|veto| reader.veto(veto)).collect();
    reader.refuse_unnamed_switches();
    let Reader { sections, weights, items, unset, used, idle, .. } = reader;
    let mut bands = file.bands;
    bands.sort_by_key(|band| std::cmp::Reverse(band.at_least));
    let terms = Terms { base: file.base, floor: file.floor, scale_to, pass: file.pass, bands, weights };
    Some(Rubric {
        id: source.id(FOLDER).to_owned(),
        title: file.title,
        version: file.version,
        applies_to: file.applies_to,
        default: file.default,
        note: file.note,
        terms,
        switches,
        sections,
        variants: (0..items.len()).filter(|at| items[*at].instead_of.is_some()).collect(),
        items,
        heaviest_of,
        vetoes,
        unset,
        idle: idle.difference(&used).copied().collect(),
        rules: with_prerequisites(used, rules),
    })
}

impl Switch {
    fn of(shape: &SwitchShape) -> Self {
        let reading =
            |(name, rules): &(String, Spanned<Names>)| (name.clone(), rules.value.as_slice().to_vec());
        Self {
            id: shape.id.value.clone(),
            title: shape.title.clone(),
            note: shape.note.clone(),
            chosen: shape.chosen.value.clone(),
            readings: shape.of.iter().map(reading).collect(),
        }
    }
}

/// The rules that a rubric looks at, and those to which they refer, ascending.
fn with_prerequisites(mut used: BTreeSet<RuleId>, rules: &[Rule]) -> Vec<RuleId> {
    let mut open: Vec<RuleId> = used.iter().copied().collect();
    while let Some(id) = open.pop() {
        // Where a rule is broken the numbers are off, but then the pack does not load anyway.
        let needs = rules.get(id.0 as usize).map_or(&[][..], |rule| &rule.needs);
        open.extend(needs.iter().filter(|need| used.insert(**need)));
    }
    used.into_iter().collect()
}

struct Reader<'a> {
    source: &'a Source,
    rules: &'a [Rule],
    rule_ids: &'a [String],
    diagnostics: &'a mut Diagnostics,
    switches: Vec<Choice>,
    sections: Vec<Section>,
    /// For each section its weight.
    weights: Vec<Option<Points>>,
    items: Vec<Item>,
    /// The titles of items whose points are still to be set.
    unset: Vec<String>,
    used: BTreeSet<RuleId>,
    /// The rules of choices that are not taken.
    idle: BTreeSet<RuleId>,
}

impl Reader<'_> {
    fn mistake<T>(&mut self, at: &Spanned<T>, message: impl Into<String>, help: &str) {
        self.diagnostics.push(yaml::mistake(self.source, at.referenced, message).help(help));
    }

    fn section(&mut self, shape: SectionShape) {
        if let Some(weight) = shape.weight.as_ref().filter(|weight| weight.value <= Points::ZERO) {
            self.mistake(weight, "权重应当大于 0", "没有满分的大项不写 weight");
        }
        self.weights.push(shape.weight.map(|weight| weight.value));
        self.sections.push(Section { id: shape.id, title: shape.title });
        for item in shape.items {
            let item = self.item(item);
            self.items.extend(item);
        }
    }

    /// The full points after scaling: where sections have weights, what the weights add up to.
    fn scale_to(&mut self, stated: Option<Points>, base: Points) -> Option<Points> {
        let weights: Vec<Points> = self.weights.iter().copied().flatten().collect();
        if weights.is_empty() {
            return stated;
        }
        let sum: Points = weights.iter().copied().sum();
        let mut mistakes = Vec::new();
        if let Some(stated) = stated.filter(|stated| *stated != sum) {
            let message = format!("各大项的 weight 之和是 {sum}，scale_to 写的是 {stated}");
            mistakes.push((message, "改其中一处；写了 weight,scale_to 可以不写"));
        }
        if base != Points::ZERO {
            let help = "权重按得分率折算；起始分的扣分制不写 weight";
            mistakes.push(("写了 weight 就不能写 base".to_owned(), help));
        }
        for (number, (section, weight)) in self.sections.iter().zip(&self.weights).enumerate() {
            let own = self.items.iter().filter(|item| item.section == number && item.instead_of.is_none());
            let has_points = own.map(Item::max).sum::<Points>() > Points::ZERO;
            match (weight, has_points) {
                (None, true) => mistakes.push((
                    format!("大项“{}”有满分，却没有写 weight", section.title),
                    "要么每个有满分的大项都写 weight,要么都不写",
                )),
                (Some(_), false) => mistakes.push((
                    format!("大项“{}”写了 weight,却没有一项有满分", section.title),
                    "加分、扣分的项放进有满分的大项，或者去掉这个 weight",
                )),
                _ => {}
            }
        }
        for (message, help) in mistakes {
            self.diagnostics.push(self.source.mistake_at_head(message).help(help));
        }
        Some(sum)
    }

    fn item(&mut self, shape: ItemShape) -> Option<Item> {
        if self.items.iter().any(|item| item.id == shape.id.value) {
            self.mistake(&shape.id, format!("评分项编号“{}”重复", shape.id.value), "每项的 id 在表内唯一");
        }
        let instead_of = shape.instead_of.as_ref().and_then(|name| self.replaced(name, &shape));
        let kinds = [shape.max.is_some(), shape.bonus.is_some(), shape.deduct.is_some()];
        if kinds.iter().filter(|kind| **kind).count() != 1 {
            let help = "分档的项写 max 和 levels,加分项写 bonus,扣分项写 deduct,三者取一";
            self.mistake(&shape.id, "看不出这一项怎样计分", help);
            return None;
        }
        if !shape.basis.proposes() && (shape.test.is_some() || shape.levels.iter().any(|l| l.test.is_some()))
        {
            let help = "evidence 和 human 的项由人评判，只能用 evidence 列出给人看的规则";
            self.mistake(&shape.id, "这一项不由机器给分，不能写 if", help);
        }
        let evidence = shape.evidence.iter().flat_map(|name| self.set(&name.value, name)).collect();
        let evidence = each_once(evidence);
        let scoring = match (shape.max, shape.bonus, shape.deduct) {
            (Some(max), _, _) => {
                let levels: Vec<Level> = shape
                    .levels
                    .into_iter()
                    .map(|level| Level {
                        score: level.score,
                        text: level.text,
                        proposed_if: level.test.map(|test| self.grounds(test, &evidence)),
                    })
                    .collect();
                if levels.iter().any(|level| level.score > max.value) {
                    self.mistake(&max, "有档位的分数超过了满分", "改 max 或档位的 score");
                }
                Scoring::Levels { max: max.value, levels }
            }
            (None, Some(points), _) => Scoring::Bonus {
                points: self.value(points, &shape.title),
                earned_if: shape.test.map(|test| self.grounds(test, &evidence)),
            },
            (None, None, deduct) => Scoring::Deduct(self.deduction(deduct?, &shape.title, &evidence)),
        };
        Some(Item {
            id: shape.id.value,
            section: self.sections.len() - 1,
            reference: shape.reference,
            title: shape.title,
            basis: shape.basis,
            listen: shape.listen,
            applies_to: shape.applies_to,
            instead_of,
            na: shape.na.unwrap_or_default(),
            na_if: shape.na_if.map(|test| self.grounds(test, &evidence)),
            scoring,
            evidence,
        })
    }

    /// The item that `shape` replaces where it applies.
    fn replaced(&mut self, name: &Spanned<String>, shape: &ItemShape) -> Option<usize> {
        let replaced = self.find_item(name)?;
        if shape.applies_to == AppliesTo::default() {
            self.mistake(name, "顶替别项的项要写 applies_to", "写明对哪些岗位、渠道的对话顶替");
        }
        let max = shape.max.as_ref().map_or(Points::ZERO, |max| max.value);
        let own = &self.items[replaced];
        if max != own.max() || own.instead_of.is_some() {
            let message = format!("“{}”的满分是 {}，顶替它的项是 {max}", own.title, own.max());
            self.mistake(name, message, "两项满分相同，总分才与岗位无关；不能顶替一个本身顶替别项的项");
        }
        Some(replaced)
    }

    fn value(&mut self, value: Value, title: &str) -> Points {
        match value {
            Value::Set(points) => points,
            Value::Unset => {
                self.unset.push(title.to_owned());
                Points::ZERO
            }
        }
    }

    fn deduction(&mut self, shape: DeductShape, title: &str, evidence: &[RuleId]) -> Deduction {
        let rules: Vec<RuleId> = shape.rules.iter().flat_map(|name| self.set(&name.value, name)).collect();
        Deduction {
            points: self.value(shape.points, title),
            unit: shape.unit,
            shown: each_once([&rules, evidence].concat()),
            rules,
            cap: shape.cap,
            double_if: shape.double_if.map(|test| self.test(test)),
        }
    }

    fn grounds(&mut self, shape: TestShape, evidence: &[RuleId]) -> Grounds {
        let test = self.test(shape);
        let mut shown = Vec::new();
        test.rules(&mut shown);
        shown.extend(evidence);
        Grounds { test, shown: each_once(shown) }
    }

    fn test(&mut self, shape: TestShape) -> Test {
        match shape {
            TestShape::Met(names) => Test::Met(self.names(&names)),
            TestShape::NotMet(names) => Test::NotMet(self.names(&names)),
            TestShape::NotApplicable(names) => Test::NotApplicable(self.names(&names)),
            TestShape::Measured(MeasuredShape { rule, at_least, below }) => {
                match self.set(&rule.value, &rule).first() {
                    Some(first) => Test::Measured { rule: *first, at_least, below },
                    None => Test::Any(Vec::new()),
                }
            }
            TestShape::All(tests) => Test::All(tests.into_iter().map(|test| self.test(test)).collect()),
            TestShape::Any(tests) => Test::Any(tests.into_iter().map(|test| self.test(test)).collect()),
            TestShape::Not(test) => Test::Not(Box::new(self.test(*test))),
        }
    }

    fn group(&mut self, names: &[Spanned<String>]) -> Vec<usize> {
        names.iter().filter_map(|name| self.find_item(name)).collect()
    }

    fn find_item(&mut self, name: &Spanned<String>) -> Option<usize> {
        let found = self.items.iter().position(|item| item.id == name.value);
        if found.is_none() {
            self.mistake(name, format!("没有编号为“{}”的评分项", name.value), "写本表前面某一项的 id");
        }
        found
    }

    /// A reviewer decides about a veto by its id.
    fn refuse_twins(&mut self, vetoes: &[VetoShape]) {
        for (at, VetoShape { id, .. }) in vetoes.iter().enumerate() {
            if vetoes[..at].iter().any(|earlier| earlier.id.value == id.value) {
                self.mistake(id, format!("否决编号“{}”重复", id.value), "每项否决的 id 在表内唯一");
            }
        }
    }

    fn veto(&mut self, shape: VetoShape) -> Option<Veto> {
        let scope = match (shape.scope, &shape.target) {
            (VetoScopeShape::Call, _) => VetoScope::Call,
            (VetoScopeShape::Item, Some(target)) => VetoScope::Item(self.find_item(target)?),
            (VetoScopeShape::Section, Some(target)) => {
                let found = self.sections.iter().position(|section| section.id == target.value);
                if found.is_none() {
                    let message = format!("没有编号为“{}”的大项", target.value);
                    self.mistake(target, message, "写本表某一大项的 id");
                }
                VetoScope::Section(found?)
            }
            (_, None) => {
                let message = format!("否决“{}”缺少 target", shape.id.value);
                self.mistake(&shape.id, message, "scope 为 item 或 section 时，用 target 写明是哪一项");
                return None;
            }
        };
        let proposed_if = self.grounds(shape.test, &[]);
        Some(Veto { id: shape.id.value, reference: shape.reference, title: shape.title, scope, proposed_if })
    }
}
