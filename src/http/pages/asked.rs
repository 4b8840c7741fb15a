//! What a form of filters asks for: fields that were left empty are not asked for.

use std::collections::BTreeMap;

use axum::extract::Query;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::http::body;
use crate::http::problem::Problem;

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

/// The same as programs ask it of the API.
pub(super) fn read<T: DeserializeOwned>(asked: &BTreeMap<String, String>) -> Result<T, Problem> {
    let uri = format!("/?{}", written(asked));
    let uri = uri.parse().map_err(|_| Problem::new("invalid_query", "查询参数有误"))?;
    let Query(query) = Query::try_from_uri(&uri).map_err(|error| body::misread(&error))?;
    Ok(query)
}
