//! The shape of a rubric file, and how it becomes a rubric.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::{
    Band, Basis, Deduction, Grounds, Item, Level, NaPolicy, Points, Rubric, Scoring, Section, Test, Veto,
    VetoScope,
};
use crate::diagnostic::{Diagnostics, Source};
use crate::rule::RuleId;
use crate::rule::{AppliesTo, Refs, Rule};
use crate::yaml::{self, OneKey, OneOrMany};

/// The folder of the pack that holds rubrics.
pub const FOLDER: &str = "rules/rubrics/";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RubricFile {
    title: String,
    version: String,
    #[serde(rename = "ref")]
    _reference: Refs,
    #[serde(rename = "note")]
    _note: Option<String>,
    #[serde(default)]
    applies_to: AppliesTo,
    #[serde(default)]
    default: bool,
    #[serde(default)]
    base: Points,
    max: Spanned<Points>,
    floor: Option<Points>,
    scale_to: Option<Points>,
    #[serde(default)]
    bands: Vec<Band>,
    sections: Vec<SectionShape>,
    #[serde(default)]
    heaviest_of: Vec<Vec<Spanned<String>>>,
    #[serde(default)]
    vetoes: Vec<VetoShape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionShape {
    id: String,
    title: String,
    items: Vec<ItemShape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemShape {
    id: Spanned<String>,
    #[serde(rename = "ref")]
    reference: Refs,
    title: String,
    basis: Basis,
    listen: Option<String>,
    max: Option<Spanned<Points>>,
    na: Option<NaPolicy>,
    na_if: Option<TestShape>,
    #[serde(default)]
    levels: Vec<LevelShape>,
    bonus: Option<Points>,
    #[serde(rename = "if")]
    test: Option<TestShape>,
    deduct: Option<DeductShape>,
    #[serde(default)]
    evidence: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelShape {
    score: Points,
    text: String,
    #[serde(rename = "if")]
    test: Option<TestShape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeductShape {
    points: Points,
    unit: String,
    #[serde(default)]
    rules: Vec<Spanned<String>>,
    cap: Option<Points>,
    double_if: Option<TestShape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct VetoShape {
    id: Spanned<String>,
    #[serde(rename = "ref")]
    reference: Refs,
    title: String,
    scope: ScopeShape,
    target: Option<Spanned<String>>,
    #[serde(rename = "if")]
    test: TestShape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ScopeShape {
    Item,
    Section,
    Call,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
enum TestShape {
    Met(Spanned<Names>),
    NotMet(Spanned<Names>),
    NotApplicable(Spanned<Names>),
    Measured(MeasuredShape),
    All(Vec<TestShape>),
    Any(Vec<TestShape>),
    Not(Box<TestShape>),
}

impl<'de> Deserialize<'de> for TestShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(OneKey(deserializer))
    }
}

type Names = OneOrMany<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasuredShape {
    rule: Spanned<String>,
    at_least: Option<f64>,
    below: Option<f64>,
}

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
    let mut reader = Reader { source, rules, rule_ids, diagnostics, used: BTreeSet::new() };
    let mut sections = Vec::new();
    let mut items = Vec::new();
    for shape in file.sections {
        let section = sections.len();
        for item in shape.items {
            items.extend(reader.item(item, section, &items));
        }
        sections.push(Section { id: shape.id, title: shape.title });
    }
    let sum = file.base + items.iter().map(Item::max).sum();
    if sum != file.max.value {
        let message = format!("max 写的是 {}，各评分项与起始分之和是 {sum}", file.max.value);
        reader.mistake(&file.max, message, "改 max,或检查各项的满分");
    }
    let heaviest_of = file.heaviest_of.iter().map(|group| reader.group(group, &items)).collect();
    let vetoes = file.vetoes.into_iter().filter_map(|veto| reader.veto(veto, &sections, &items)).collect();
    let mut bands = file.bands;
    bands.sort_by_key(|band| std::cmp::Reverse(band.at_least));
    Some(Rubric {
        id: source.id(FOLDER).to_owned(),
        title: file.title,
        version: file.version,
        applies_to: file.applies_to,
        default: file.default,
        base: file.base,
        floor: file.floor,
        scale_to: file.scale_to,
        bands,
        sections,
        items,
        heaviest_of,
        vetoes,
        rules: with_prerequisites(reader.used, rules),
    })
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

/// The rules in their order, each where it stands first.
fn each_once(mut rules: Vec<RuleId>) -> Vec<RuleId> {
    let mut seen = BTreeSet::new();
    rules.retain(|rule| seen.insert(*rule));
    rules
}

struct Reader<'a> {
    source: &'a Source,
    rules: &'a [Rule],
    rule_ids: &'a [String],
    diagnostics: &'a mut Diagnostics,
    used: BTreeSet<RuleId>,
}

impl Reader<'_> {
    fn mistake<T>(&mut self, at: &Spanned<T>, message: impl Into<String>, help: &str) {
        self.diagnostics.push(yaml::mistake(self.source, at.referenced, message).help(help));
    }

    fn item(&mut self, shape: ItemShape, section: usize, known: &[Item]) -> Option<Item> {
        if known.iter().any(|item| item.id == shape.id.value) {
            self.mistake(&shape.id, format!("评分项编号“{}”重复", shape.id.value), "每项的 id 在表内唯一");
        }
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
                let na_if = shape.na_if.map(|test| self.grounds(test, &evidence));
                Scoring::Levels { max: max.value, na: shape.na.unwrap_or_default(), na_if, levels }
            }
            (None, Some(points), _) => {
                Scoring::Bonus { points, earned_if: shape.test.map(|test| self.grounds(test, &evidence)) }
            }
            (None, None, deduct) => Scoring::Deduct(self.deduction(deduct?, &evidence)),
        };
        Some(Item {
            id: shape.id.value,
            section,
            reference: shape.reference,
            title: shape.title,
            basis: shape.basis,
            listen: shape.listen,
            scoring,
            evidence,
        })
    }

    fn deduction(&mut self, shape: DeductShape, evidence: &[RuleId]) -> Deduction {
        let rules: Vec<RuleId> = shape.rules.iter().flat_map(|name| self.set(&name.value, name)).collect();
        Deduction {
            points: shape.points,
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

    fn names(&mut self, names: &Spanned<Names>) -> Vec<RuleId> {
        names.value.as_slice().iter().flat_map(|name| self.set(name, names)).collect()
    }

    /// The rules that `name` means: one, or with a star at its end all whose ids begin so.
    fn set<T>(&mut self, name: &str, place: &Spanned<T>) -> Vec<RuleId> {
        let fits = |id: &str| match name.strip_suffix('*') {
            Some(prefix) => id.starts_with(prefix),
            None => id == name,
        };
        let numbered = self.rules.iter().zip(0_u32..).filter(|(rule, _)| fits(&rule.id));
        let found: Vec<RuleId> = numbered.map(|(_, at)| RuleId(at)).collect();
        // A rule that is broken itself exists, and is told once, in its own file.
        if !self.rule_ids.iter().any(|id| fits(id)) {
            let near = yaml::nearest(name, self.rule_ids.iter().map(String::as_str));
            let help = near.map_or("编号是 rules/ 之下的路径去掉 .yaml".to_owned(), |near| {
                format!("是不是想写 {near}")
            });
            self.mistake(place, format!("没有编号为“{name}”的规则"), &help);
        }
        self.used.extend(&found);
        found
    }

    fn group(&mut self, names: &[Spanned<String>], items: &[Item]) -> Vec<usize> {
        names.iter().filter_map(|name| self.find_item(name, items)).collect()
    }

    fn find_item(&mut self, name: &Spanned<String>, items: &[Item]) -> Option<usize> {
        let found = items.iter().position(|item| item.id == name.value);
        if found.is_none() {
            self.mistake(name, format!("没有编号为“{}”的评分项", name.value), "写本表某一项的 id");
        }
        found
    }

    fn veto(&mut self, shape: VetoShape, sections: &[Section], items: &[Item]) -> Option<Veto> {
        let scope = match (shape.scope, &shape.target) {
            (ScopeShape::Call, _) => VetoScope::Call,
            (ScopeShape::Item, Some(target)) => VetoScope::Item(self.find_item(target, items)?),
            (ScopeShape::Section, Some(target)) => {
                let found = sections.iter().position(|section| section.id == target.value);
                if found.is_none() {
                    self.mistake(
                        target,
                        format!("没有编号为“{}”的大项", target.value),
                        "写本表某一大项的 id",
                    );
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
