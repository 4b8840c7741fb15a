//! Says in the schemas of the document what the types that they are made of cannot say.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Mends the schemas of a document whose operations are complete.
pub(super) fn mend(document: &mut Value) {
    keep_used(document);
    always_there(document);
    bound(document);
}

/// Leaves out schemas that no operation refers to.
fn keep_used(document: &mut Value) {
    let mut used = BTreeSet::new();
    note_schemas(&document["paths"], document, &mut used);
    note_schemas(&document["components"]["responses"], document, &mut used);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| used.contains(name));
    }
}

/// Whatever may be null in an answer is there all the same; only in what is posted it may be left out.
fn always_there(document: &mut Value) {
    let mut posted = BTreeSet::new();
    let operations =
        document["paths"].as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object);
    for operation in operations.flat_map(Map::values) {
        note_schemas(&operation["requestBody"], document, &mut posted);
    }
    let schemas = document["components"]["schemas"].as_object_mut();
    for (_, schema) in schemas.into_iter().flatten().filter(|(name, _)| !posted.contains(name.as_str())) {
        require_nullable(schema);
    }
}

/// Notes the names of all schemas that `part` refers to, also by way of others.
fn note_schemas(part: &Value, document: &Value, noted: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            let target = fields.get("$ref").and_then(Value::as_str);
            let name = target.and_then(|target| target.strip_prefix("#/components/schemas/"));
            if let Some(name) = name.filter(|name| noted.insert((*name).to_owned())) {
                note_schemas(&document["components"]["schemas"][name], document, noted);
            }
            fields.values().for_each(|part| note_schemas(part, document, noted));
        }
        Value::Array(parts) => parts.iter().for_each(|part| note_schemas(part, document, noted)),
        _ => {}
    }
}

fn require_nullable(schema: &mut Value) {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let nullable: Vec<Value> = properties
        .filter(|(_, property)| is_nullable(property))
        .map(|(name, _)| name.as_str().into())
        .collect();
    if !nullable.is_empty() {
        let mut required = schema["required"].as_array().cloned().unwrap_or_default();
        required.extend(nullable);
        schema["required"] = required.into();
    }
    let within = match schema {
        Value::Object(parts) => parts.values_mut().collect::<Vec<_>>(),
        Value::Array(parts) => parts.iter_mut().collect(),
        _ => return,
    };
    within.into_iter().for_each(require_nullable);
}

fn is_null(schema: &Value) -> bool {
    schema == "null" || schema["type"] == "null"
}

fn is_nullable(schema: &Value) -> bool {
    ["type", "oneOf"].iter().filter_map(|key| schema[key].as_array()).flatten().any(is_null)
}

/// Takes away that the value may be null.
pub(super) fn without_null(schema: &mut Value) {
    let choices =
        |key: &str| schema[key].as_array().map(|all| all.iter().filter(|it| !is_null(it)).cloned().collect());
    let (types, schemas): (Option<Vec<Value>>, Option<Vec<Value>>) = (choices("type"), choices("oneOf"));
    if let Some([only]) = types.as_deref() {
        schema["type"] = only.clone();
    }
    if let Some([only]) = schemas.as_deref() {
        *schema = only.clone();
    }
}

/// Says how large numbers without a sign may be that are kept in 32 bits: utoipa calls them `int32`, as it does those with
/// a sign.
fn bound(part: &mut Value) {
    if part["format"] == "int32" && part["minimum"].as_i64().is_some_and(|least| least >= 0) {
        part["format"] = "uint32".into();
        if part.get("maximum").is_none() {
            part["maximum"] = u32::MAX.into();
        }
    }
    match part {
        Value::Object(fields) => fields.values_mut().for_each(bound),
        Value::Array(parts) => parts.iter_mut().for_each(bound),
        _ => {}
    }
}
