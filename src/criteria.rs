//! The criteria of the standards that a pack serves, and which of them its rules and rubrics put into practice.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::pack::Pack;
use crate::yaml::{self, Spanned};

/// The file of the pack that lists them; a pack may do without.
pub const FILE: &str = "rules/criteria.yaml";

/// One criterion of a standard (准则).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Its number, to which `ref` refers.
    pub id: String,
    /// How far a transcript can tell.
    pub class: Class,
    /// Its Chinese name.
    pub title: String,
}

/// How far a transcript can tell whether a criterion is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Class {
    /// It can be judged.
    A,
    /// Points can be proposed.
    #[serde(rename = "P+")]
    PPlus,
    /// Only evidence can be shown.
    P,
    /// Only a human can tell.
    N,
}

impl Class {
    /// Whether a rule must serve it.
    #[must_use]
    pub fn needs_rule(self) -> bool {
        matches!(self, Self::A | Self::PPlus)
    }

    /// As the file writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::PPlus => "P+",
            Self::P => "P",
            Self::N => "N",
        }
    }
}

/// Reads the list of criteria; what is wrong with it goes to `diagnostics`.
#[must_use]
pub fn read(source: &Source, diagnostics: &mut Diagnostics) -> Vec<Criterion> {
    let listed: Option<Vec<Spanned<Criterion>>> = diagnostics.keep(yaml::read(source));
    let mut criteria: Vec<Criterion> = Vec::new();
    for Spanned { value, referenced } in listed.unwrap_or_default() {
        if criteria.iter().any(|known| known.id == value.id) {
            let mistake = yaml::mistake(source, referenced, format!("准则“{}”列了两次", value.id));
            diagnostics.push(mistake.help("每条准则只写一行"));
        }
        criteria.push(value);
    }
    criteria
}

/// What puts one criterion into practice.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Served {
    /// Ids of rules.
    pub rules: Vec<String>,
    /// Items and vetoes of rubrics, as `rubric#item`.
    pub items: Vec<String>,
}

/// For each criterion of `pack`, in the order of its list, what puts it into practice.
#[must_use]
pub fn coverage(pack: &Pack) -> Vec<(&Criterion, Served)> {
    let mut served: BTreeMap<&str, Served> = BTreeMap::new();
    for rule in &pack.rules {
        for id in rule.reference.iter() {
            served.entry(id).or_default().rules.push(rule.id.clone());
        }
    }
    for rubric in pack.rubrics() {
        let items = rubric.items.iter().map(|item| (&item.reference, &item.id));
        let vetoes = rubric.vetoes.iter().map(|veto| (&veto.reference, &veto.id));
        for (reference, item) in items.chain(vetoes) {
            for id in reference.iter() {
                served.entry(id).or_default().items.push(format!("{}#{item}", rubric.id));
            }
        }
    }
    let of = |criterion: &Criterion| served.get(criterion.id.as_str()).cloned().unwrap_or_default();
    pack.criteria.iter().map(|criterion| (criterion, of(criterion))).collect()
}

/// Rules that refer to a criterion which the list does not have; none where there is no list.
#[must_use]
pub fn unknown_references(pack: &Pack) -> Vec<Diagnostic> {
    if pack.criteria.is_empty() {
        return Vec::new();
    }
    let known = |id: &str| pack.criteria.iter().any(|criterion| criterion.id == id);
    let mut mistakes = Vec::new();
    for rule in &pack.rules {
        let Some(source) = pack.source_of(rule) else { continue };
        for id in rule.reference.iter().filter(|id| !known(id)) {
            let line = source.text.lines().position(|line| line.starts_with("ref:")).map_or(0, |at| at + 1);
            let near = yaml::nearest(id, pack.criteria.iter().map(|criterion| criterion.id.as_str()));
            let help = near.map_or(format!("请在 {FILE} 里加上它，或改正编号"), |near| {
                format!("是不是想写 {near}；新的准则要在 {FILE} 里列出")
            });
            mistakes.push(source.mistake(line, 1, format!("没有编号为“{id}”的准则")).help(help));
        }
    }
    mistakes
}
