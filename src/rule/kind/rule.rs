//! `rule`: another rule finds its standard met; it is tested once, however many refer to it.

use serde::Deserialize;

use super::{Compiler, Condition};
use crate::rule::found::{Found, Outcome};
use crate::rule::{RuleId, View};
use crate::yaml::{self, Spanned};

/// The id of the other rule.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::rule) struct RuleShape(Spanned<String>);

#[derive(Debug)]
pub(in crate::rule) struct OtherRule(Option<RuleId>);

impl RuleShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> OtherRule {
        let Spanned { value: name, referenced } = &self.0;
        let Ok(at) = compiler.rule_ids.binary_search(name) else {
            let near = yaml::nearest(name, compiler.rule_ids.iter().map(String::as_str));
            let help = near.map_or("编号是 rules/ 之下的路径去掉 .yaml".to_owned(), |near| {
                format!("是不是想写 {near}")
            });
            compiler.mistake(*referenced, format!("没有编号为“{name}”的规则"), help);
            return OtherRule(None);
        };
        let id = RuleId(u32::try_from(at).unwrap_or(u32::MAX));
        compiler.needs.push(id);
        OtherRule(Some(id))
    }
}

impl Condition for OtherRule {
    fn kind(&self) -> &'static str {
        "rule"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        self.0.map_or_else(|| Found::of(Outcome::NotApplicable), |rule| scene.found(rule).clone())
    }
}
