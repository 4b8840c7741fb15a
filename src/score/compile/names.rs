//! What names in a rubric stand for: rules, and switches between readings of contradictory standards.

use super::Reader;
use crate::rule::RuleId;
use crate::score::shape::{Names, SwitchShape};
use crate::yaml::{self, Spanned};

/// One name for the rules of the reading that is in use.
pub(super) struct Choice {
    id: Spanned<String>,
    rules: Vec<RuleId>,
    /// Whether anything in the rubric asks for it.
    is_named: bool,
}

impl Reader<'_> {
    pub(super) fn switch(&mut self, shape: SwitchShape) {
        let SwitchShape { id, chosen, of, .. } = shape;
        let name = id.value.as_str();
        let is_known = self.switches.iter().any(|known| known.id.value == name);
        let is_rule = self.rule_ids.iter().any(|rule| rule == name);
        if is_known || is_rule || name.contains('/') || name.contains('*') {
            let help = "开关的 id 在表内唯一，不能带 / 和 *,以免与规则编号混淆";
            self.mistake(&id, format!("开关编号“{name}”不能用"), help);
        }
        let mut taken = None;
        for (choice, names) in &of {
            let rules = self.rules_of(names);
            if *choice == chosen.value {
                taken = Some(rules);
            } else {
                self.idle.extend(rules);
            }
        }
        if taken.is_none() {
            let known: Vec<&str> = of.iter().map(|(choice, _)| choice.as_str()).collect();
            let message = format!("开关“{name}”没有“{}”这个选择", chosen.value);
            self.mistake(&chosen, message, &format!("use 写 of 里的一个：{}", known.join("、")));
        }
        self.switches.push(Choice { id, rules: taken.unwrap_or_default(), is_named: false });
    }

    /// A switch that nothing asks for would be turned in vain.
    pub(super) fn refuse_unnamed_switches(&mut self) {
        let unnamed: Vec<Choice> =
            std::mem::take(&mut self.switches).into_iter().filter(|switch| !switch.is_named).collect();
        for Choice { id, .. } in &unnamed {
            let help = "在评分条件里用它代替规则编号，或删去这个开关";
            self.mistake(id, format!("没有评分项用到开关“{}”", id.value), help);
        }
    }

    fn rules_of(&mut self, names: &Spanned<Names>) -> Vec<RuleId> {
        names.value.as_slice().iter().flat_map(|name| self.find_rules(name, names)).collect()
    }

    pub(super) fn names(&mut self, names: &Spanned<Names>) -> Vec<RuleId> {
        names.value.as_slice().iter().flat_map(|name| self.set(name, names)).collect()
    }

    /// The rules that `name` means, which the rubric will look at: those of a switch, or of [`Self::find_rules`].
    pub(super) fn set<T>(&mut self, name: &str, place: &Spanned<T>) -> Vec<RuleId> {
        let found = match self.switches.iter_mut().find(|switch| switch.id.value == name) {
            Some(switch) => {
                switch.is_named = true;
                switch.rules.clone()
            }
            None => self.find_rules(name, place),
        };
        self.used.extend(&found);
        found
    }

    /// The rules that `name` means: one, or with a star at its end all whose ids begin so.
    fn find_rules<T>(&mut self, name: &str, place: &Spanned<T>) -> Vec<RuleId> {
        let fits = |id: &str| match name.strip_suffix('*') {
            Some(prefix) => id.starts_with(prefix),
            None => id == name,
        };
        // A rule that is broken itself exists, and is told once, in its own file.
        if !self.rule_ids.iter().any(|id| fits(id)) {
            let switches = self.switches.iter().map(|switch| switch.id.value.as_str());
            let known = self.rule_ids.iter().map(String::as_str).chain(switches);
            let near = yaml::nearest(name, known);
            let help = near.map_or("编号是 rules/ 之下的路径去掉 .yaml".to_owned(), |near| {
                format!("是不是想写 {near}")
            });
            self.mistake(place, format!("没有编号为“{name}”的规则"), &help);
        }
        let numbered = self.rules.iter().zip(0_u32..).filter(|(rule, _)| fits(&rule.id));
        numbered.map(|(_, at)| RuleId(at)).collect()
    }
}
