//! What a form of filters asks for: fields that were left empty are not asked for.

use std::collections::BTreeMap;

use url::form_urlencoded;

/// What stands in a query, by name.
pub(super) fn asked(query: &str) -> BTreeMap<String, String> {
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    pairs
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| (name, value.trim().to_owned()))
        .collect()
}

/// The same as a query.
pub(super) fn written(asked: &BTreeMap<String, String>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish()
}
