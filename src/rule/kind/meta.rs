//! `meta`: what the sender knows about the call besides its words.

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::{Compiler, Condition};
use crate::rule::View;
use crate::rule::found::{Found, Lack, Measure};
use crate::yaml::Spanned;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct MetaShape {
    field: Spanned<String>,
    #[serde(default)]
    plus: Vec<String>,
    #[serde(default)]
    minus: Vec<String>,
    divided_by: Option<String>,
    is: Option<Wanted>,
    matches: Option<Spanned<String>>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    exists: Option<bool>,
}

/// One value, or several of which one must be it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum Wanted {
    One(WantedValue),
    Many(Vec<WantedValue>),
}

/// A value as a rule file writes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum WantedValue {
    Yes(bool),
    Number(f64),
    Text(String),
}

#[derive(Debug)]
pub(in crate::rule) struct Meta {
    number: Number,
    is: Option<Vec<WantedValue>>,
    matches: Option<Regex>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    exists: Option<bool>,
}

/// What is computed from fields: their sum, less others, divided by one.
#[derive(Debug)]
struct Number {
    field: String,
    plus: Vec<String>,
    minus: Vec<String>,
    divided_by: Option<String>,
}

impl MetaShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Meta {
        let asks = self.is.is_some() || self.matches.is_some() || self.exists.is_some();
        if !asks && self.at_least.is_none() && self.at_most.is_none() {
            let help = "写 is、matches、at_least、at_most、exists 中的至少一个";
            compiler.mistake(self.field.referenced, "没有写要求这个字段怎样", help);
        }
        let written = self.matches.as_ref();
        let matches = written.and_then(|written| compiler.regex(&written.value, written.referenced));
        Meta {
            number: Number {
                field: self.field.value.clone(),
                plus: self.plus.clone(),
                minus: self.minus.clone(),
                divided_by: self.divided_by.clone(),
            },
            is: self.is.as_ref().map(|is| match is {
                Wanted::One(word) => vec![word.clone()],
                Wanted::Many(words) => words.clone(),
            }),
            matches,
            at_least: self.at_least,
            at_most: self.at_most,
            exists: self.exists,
        }
    }
}

impl Condition for Meta {
    fn kind(&self) -> &'static str {
        "meta"
    }

    fn hears(&self) -> bool {
        false
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let meta = &scene.transcript().meta;
        let value = meta.get(&self.number.field).filter(|value| !value.is_null());
        if let Some(exists) = self.exists {
            return Found::whether(value.is_some() == exists);
        }
        let Some(value) = value else { return Found::without(Lack::Meta) };
        let is = self.is.as_ref().is_none_or(|words| words.iter().any(|word| word.is(value)));
        let text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let matches = self.matches.as_ref().is_none_or(|regex| regex.is_match(&text()));
        if self.at_least.is_none() && self.at_most.is_none() {
            return Found::whether(is && matches);
        }
        let Some(number) = self.number.of(meta) else { return Found::without(Lack::Meta) };
        let holds = self.at_least.is_none_or(|least| number >= least)
            && self.at_most.is_none_or(|most| number <= most);
        let measured = Some(Measure { value: number, unit: "" });
        Found { measured, ..Found::whether(is && matches && holds) }
    }
}

impl WantedValue {
    /// Whether a posted value is this one, be it posted as a number or as text.
    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Array(values)) => values.iter().any(|value| self.is(value)),
            (Self::Yes(yes), Value::Bool(value)) => yes == value,
            (Self::Text(text), Value::String(value)) => text == value,
            (Self::Text(text), Value::Number(value)) => *text == value.to_string(),
            (Self::Number(number), value) => numeric(value) == Some(*number),
            _ => false,
        }
    }
}

impl Number {
    /// The number; none where a field is missing or is none, or the divisor is 0.
    fn of(&self, meta: &serde_json::Map<String, Value>) -> Option<f64> {
        let field = |name: &String| meta.get(name).and_then(numeric);
        let sum = |names: &[String]| names.iter().map(field).sum::<Option<f64>>();
        let value = field(&self.field)? + sum(&self.plus)? - sum(&self.minus)?;
        match &self.divided_by {
            None => Some(value),
            Some(divisor) => field(divisor).filter(|divisor| *divisor != 0.0).map(|divisor| value / divisor),
        }
    }
}

fn numeric(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}
