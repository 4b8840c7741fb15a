//! The shape of a rule file, and how it becomes a rule.

use serde::Deserialize;

use super::example::ExamplesShape;
use super::kind::{Compiler, ConditionShape};
use super::{AppliesTo, Demand, Effective, FOLDER, Refs, Rule, RuleId, Severity, Status};
use crate::diagnostic::{Diagnostics, Source};
use crate::lexicon::LexiconsDraft;
use crate::yaml::{self, Spanned};

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct RuleFile {
    title: String,
    #[serde(rename = "ref")]
    reference: Refs,
    severity: Severity,
    status: Status,
    note: Option<String>,
    better: Option<String>,
    #[serde(default)]
    applies_to: AppliesTo,
    effective: Option<Spanned<Effective>>,
    #[serde(default, deserialize_with = "yaml::in_order")]
    #[cfg_attr(test, schemars(with = "yaml::schema::Pairs<ConditionShape>"))]
    define: Vec<(String, ConditionShape)>,
    when: Option<ConditionShape>,
    forbid: Option<ConditionShape>,
    expect: Option<ConditionShape>,
    observe: Option<ConditionShape>,
    examples: Spanned<ExamplesShape>,
}

/// Reads all rules, in the order of their ids; what is wrong goes to `diagnostics`.
///
/// `ids` are sorted, and also those of rules whose files could not be read at all.
#[must_use]
pub fn read(
    sources: &[&Source],
    ids: &[String],
    lexicons: &mut LexiconsDraft,
    diagnostics: &mut Diagnostics,
) -> Vec<Rule> {
    let mut sources = sources.to_vec();
    sources.sort_by_key(|source| source.id(FOLDER));
    let read = sources.iter().filter_map(|source| read_one(source, ids, lexicons, diagnostics));
    let rules: Vec<Rule> = read.collect();
    // With a rule missing the numbers are off, but then the pack does not load anyway.
    if rules.len() == ids.len() {
        refuse_circles(&sources, &rules, diagnostics);
    }
    rules
}

/// A rule that refers to itself, if by way of others, could not be tested.
fn refuse_circles(sources: &[&Source], rules: &[Rule], diagnostics: &mut Diagnostics) {
    for (source, rule) in sources.iter().zip(rules) {
        let mut reached: Vec<RuleId> = rule.needs.clone();
        let mut next = 0;
        while let Some(id) = reached.get(next).copied() {
            next += 1;
            let further = rules[id.0 as usize].needs.iter().filter(|id| !reached.contains(id));
            let further: Vec<_> = further.copied().collect();
            reached.extend(further);
        }
        if reached.iter().any(|id| rules[id.0 as usize].id == rule.id) {
            let help = "规则之间的引用不能成环，请去掉一处";
            diagnostics.push(source.mistake_at_head("这条规则(经由别的规则)引用了自己").help(help));
        }
    }
}

fn read_one(
    source: &Source,
    ids: &[String],
    lexicons: &mut LexiconsDraft,
    diagnostics: &mut Diagnostics,
) -> Option<Rule> {
    let file: RuleFile = diagnostics.keep(yaml::read(source))?;
    let mut demands =
        [(Demand::Forbid, file.forbid), (Demand::Expect, file.expect), (Demand::Observe, file.observe)]
            .into_iter()
            .filter_map(|(demand, shape)| Some((demand, shape?)));
    let (Some((demand, condition)), None) = (demands.next(), demands.next()) else {
        let help = "forbid 不该出现、expect 应当做到、observe 只记录，三者写其一";
        diagnostics.push(source.mistake_at_head("规则应当恰好有一个 forbid、expect 或 observe").help(help));
        return None;
    };
    let mut compiler = Compiler {
        source,
        rule_ids: ids,
        needs: Vec::new(),
        defined: &file.define,
        condition_count: 0,
        forbids: false,
        lexicons,
        diagnostics,
    };
    let when = file.when.map(|when| when.compile(&mut compiler));
    compiler.forbids = demand == Demand::Forbid;
    let condition = condition.compile(&mut compiler);
    if let Some(never) = file.effective.as_ref().filter(|effective| !effective.value.is_ever()) {
        compiler.mistake(never.referenced, "有效期的第一天在最后一天之后，没有一天有效", "对调 from 和 to");
    }
    if let Some(missing) = file.examples.value.missing(demand) {
        let help = "没有正反例子的规则不能使用；写法见 rules/README.md";
        compiler.mistake(file.examples.referenced, format!("例子不够：{missing}"), help);
    }
    Some(Rule {
        id: source.id(FOLDER).to_owned(),
        reference: file.reference,
        title: file.title,
        severity: file.severity,
        status: file.status,
        applies_to: file.applies_to,
        effective: file.effective.map(|effective| effective.value),
        demand,
        better: file.better,
        note: file.note,
        examples: file.examples.value.into_examples(),
        needs: compiler.needs,
        lists: compiler.lexicons.take_named(),
        when,
        condition,
    })
}

#[cfg(test)]
mod tests {
    use super::RuleFile;
    use crate::yaml::schema;

    #[test]
    fn the_schema_of_rules_is_the_committed_one_and_fits_the_shipped_rules() {
        schema::hold::<RuleFile>("rules/schema/rule.json");
    }
}
