//! The shape of a rule file, and how it becomes a rule.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::example::ExamplesShape;
use super::kind::{Compiler, ConditionShape};
use super::{AppliesTo, Demand, FOLDER, Refs, Rule, Severity, Status};
use crate::diagnostic::{Diagnostics, Source};
use crate::lexicon::LexiconsDraft;
use crate::yaml;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    title: String,
    #[serde(rename = "ref")]
    reference: Refs,
    severity: Severity,
    status: Status,
    #[serde(rename = "note")]
    _note: Option<String>,
    #[serde(default)]
    applies_to: AppliesTo,
    when: Option<ConditionShape>,
    forbid: Option<ConditionShape>,
    expect: Option<ConditionShape>,
    observe: Option<ConditionShape>,
    examples: Spanned<ExamplesShape>,
}

/// Reads one rule; what is wrong goes to `diagnostics`.
#[must_use]
pub fn read(source: &Source, lexicons: &mut LexiconsDraft, diagnostics: &mut Diagnostics) -> Option<Rule> {
    let file: RuleFile = diagnostics.keep(yaml::read(source))?;
    let mut demands =
        [(Demand::Forbid, file.forbid), (Demand::Expect, file.expect), (Demand::Observe, file.observe)]
            .into_iter()
            .filter_map(|(demand, shape)| Some((demand, shape?)));
    let (Some((demand, condition)), None) = (demands.next(), demands.next()) else {
        let help = "forbid 不该出现、expect 应当做到、observe 只记录,三者写其一";
        diagnostics.push(source.mistake(1, 1, "规则应当恰好有一个 forbid、expect 或 observe").help(help));
        return None;
    };
    let mut compiler = Compiler { source, lexicons, diagnostics };
    let when = file.when.map(|when| when.compile(&mut compiler));
    let condition = condition.compile(&mut compiler);
    if let Some(missing) = file.examples.value.missing(demand) {
        let help = "没有正反例子的规则不能使用;写法见 rules/README.md";
        compiler.mistake(file.examples.referenced, format!("例子不够:{missing}"), help);
    }
    Some(Rule {
        id: source.id(FOLDER).to_owned(),
        reference: file.reference,
        title: file.title,
        severity: file.severity,
        status: file.status,
        applies_to: file.applies_to,
        demand,
        examples: file.examples.value.into_examples(),
        when,
        condition,
    })
}
