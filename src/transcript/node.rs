//! A JSON tree that keeps what `serde_json::Value` loses: duplicate keys, and a bound on its size.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A refused body may be full of small values, each of which costs more here than in the body.
const MOST_NODES: usize = 500_000;

/// One JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
    /// Beyond the bound: something is here, but it was not kept.
    Skipped,
}

impl Node {
    /// Reads the one value that `text` holds.
    ///
    /// # Errors
    /// When `text` is not JSON, or nests too deep.
    pub(super) fn read(text: &str) -> Result<Self, serde_json::Error> {
        let budget = Cell::new(MOST_NODES);
        let mut source = serde_json::Deserializer::from_str(text);
        let node = Seed(&budget).deserialize(&mut source)?;
        source.end()?;
        Ok(node)
    }

    /// The value as `serde_json` knows it; of duplicate keys the last one counts, as in the fast path.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Null | Self::Skipped => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(value) => Value::Number(value.clone()),
            Self::Text(value) => Value::String(value.clone()),
            Self::List(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Object(fields) => Value::Object(object(fields)),
        }
    }
}

/// The fields as `serde_json` knows them.
pub(super) fn object(fields: &[(String, Node)]) -> Map<String, Value> {
    fields.iter().map(|(key, node)| (key.clone(), node.to_value())).collect()
}

struct Seed<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        match self.0.get().checked_sub(1) {
            Some(left) => {
                self.0.set(left);
                deserializer.deserialize_any(self)
            }
            None => deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Node::Skipped),
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Seed(self.0))? {
            if item != Node::Skipped {
                list.push(item);
            }
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while self.0.get() > 0 {
            let Some(key) = fields.next_key::<String>()? else {
                return Ok(Node::Object(object));
            };
            object.push((key, fields.next_value_seed(Seed(self.0))?));
        }
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        // Tells the reader of the tree that a field may have been there.
        object.push((String::new(), Node::Skipped));
        Ok(Node::Object(object))
    }
}
