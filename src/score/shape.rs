//! The shape of a rubric file.

use serde::{Deserialize, Deserializer, de};

use super::{Band, Basis, NaPolicy, Points};
use crate::rule::{AppliesTo, Refs};
use crate::yaml::{OneKey, OneOrMany, Spanned};

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RubricFile {
    pub title: String,
    pub version: String,
    #[serde(rename = "ref")]
    pub _reference: Refs,
    pub note: Option<String>,
    #[serde(default)]
    pub applies_to: AppliesTo,
    #[serde(default)]
    pub default: bool,
    #[serde(default)]
    pub base: Points,
    pub max: Spanned<Points>,
    pub floor: Option<Points>,
    pub scale_to: Option<Points>,
    pub pass: Option<Points>,
    #[serde(default)]
    pub bands: Vec<Band>,
    #[serde(default)]
    pub switches: Vec<SwitchShape>,
    pub sections: Vec<SectionShape>,
    #[serde(default)]
    pub heaviest_of: Vec<Vec<Spanned<String>>>,
    #[serde(default)]
    pub vetoes: Vec<VetoShape>,
}

/// Where the standards contradict each other: one name for several rules, of which the rubric uses one.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SwitchShape {
    pub id: Spanned<String>,
    pub title: String,
    pub note: Option<String>,
    #[serde(rename = "use")]
    pub chosen: Spanned<String>,
    #[serde(deserialize_with = "crate::yaml::in_order")]
    #[cfg_attr(test, schemars(with = "crate::yaml::schema::Pairs<Names>"))]
    pub of: Vec<(String, Spanned<Names>)>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SectionShape {
    pub id: String,
    pub title: String,
    pub weight: Option<Spanned<Points>>,
    pub items: Vec<ItemShape>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct ItemShape {
    pub id: Spanned<String>,
    #[serde(rename = "ref")]
    pub reference: Refs,
    pub title: String,
    pub basis: Basis,
    pub listen: Option<String>,
    #[serde(default)]
    pub applies_to: AppliesTo,
    pub instead_of: Option<Spanned<String>>,
    pub max: Option<Spanned<Points>>,
    pub na: Option<NaPolicy>,
    pub na_if: Option<TestShape>,
    #[serde(default)]
    pub levels: Vec<LevelShape>,
    pub bonus: Option<Value>,
    #[serde(rename = "if")]
    pub test: Option<TestShape>,
    pub deduct: Option<DeductShape>,
    #[serde(default)]
    pub evidence: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct LevelShape {
    pub score: Points,
    pub text: String,
    #[serde(rename = "if")]
    pub test: Option<TestShape>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct DeductShape {
    pub points: Value,
    pub unit: String,
    #[serde(default)]
    pub rules: Vec<Spanned<String>>,
    pub cap: Option<Points>,
    pub double_if: Option<TestShape>,
}

/// Points that a standard may leave to whoever uses it: 扣X分.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    /// So many points.
    Set(Points),
    /// Still to be set: a rubric with such a value is not used.
    Unset,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl de::Visitor<'_> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("分值，或者还没有定时写 X")
    }

    fn visit_str<E: de::Error>(self, written: &str) -> Result<Value, E> {
        let is_unset = written == "X";
        is_unset.then_some(Value::Unset).ok_or_else(|| E::invalid_value(de::Unexpected::Str(written), &self))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        Points::try_from(number).map(Value::Set).map_err(E::custom)
    }

    #[expect(clippy::cast_precision_loss, reason = "points that are not small are refused")]
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        self.visit_f64(number as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "points that are not small are refused")]
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        self.visit_f64(number as f64)
    }
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct VetoShape {
    pub id: Spanned<String>,
    #[serde(rename = "ref")]
    pub reference: Refs,
    pub title: String,
    pub scope: VetoScopeShape,
    pub target: Option<Spanned<String>>,
    #[serde(rename = "if")]
    pub test: TestShape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum VetoScopeShape {
    Item,
    Section,
    Call,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", remote = "Self")]
pub(super) enum TestShape {
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

/// Rules or switches, by name.
pub(super) type Names = OneOrMany<String>;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct MeasuredShape {
    pub rule: Spanned<String>,
    pub at_least: Option<f64>,
    pub below: Option<f64>,
}

#[cfg(test)]
mod tests {
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{RubricFile, Value};
    use crate::yaml::schema;

    impl JsonSchema for Value {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Value".into()
        }

        fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
            json_schema!({"anyOf": [{"type": "number"}, {"const": "X"}]})
        }
    }

    #[test]
    fn the_schema_of_rubrics_is_the_committed_one_and_fits_the_shipped_rubrics() {
        schema::hold::<RubricFile>("rules/schema/rubric.json");
    }
}
