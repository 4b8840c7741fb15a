//! The shapes of files as JSON Schema, by which editors help whoever writes them; only tests make them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use serde_json::Value;

use super::{OneOrMany, Spanned};

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({"anyOf": [one, {"type": "array", "items": one}]})
    }
}

/// Pairs that are read with [`super::in_order`].
pub(crate) type Pairs<T> = BTreeMap<String, T>;

/// What editors show, by shape and key.
type Descriptions = BTreeMap<String, BTreeMap<String, String>>;

/// Asserts that the committed schema at `path` is that of `T`, and that the shipped files which name it fit.
///
/// With `UPDATE_SCHEMA` in the environment the schema is written first.
pub(crate) fn hold<T: JsonSchema>(path: &str) {
    let schema = described(serde_json::to_value(schemars::schema_for!(T)).unwrap());
    let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    let place = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&place, &text).unwrap();
    }
    let committed = fs::read_to_string(&place).unwrap_or_default();
    assert!(committed == text, "{path} 已过时：请带上环境变量 UPDATE_SCHEMA=1 再运行这个测试，并提交改动");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let named = format!("# yaml-language-server: $schema=../{}\n", path.trim_start_matches("rules/"));
    let mut fitting = 0;
    for (file, text) in shipped().into_iter().filter(|(_, text)| text.starts_with(&named)) {
        let instance: Value = serde_saphyr::from_str(&text).unwrap();
        let told =
            validator.iter_errors(&instance).map(|error| format!("{}: {error}", error.instance_path()));
        let told: Vec<String> = told.collect();
        assert!(told.is_empty(), "{}\n{}", file.display(), told.join("\n"));
        fitting += 1;
    }
    assert!(fitting > 1, "no file names {path}");
}

/// The schema with names and descriptions for authors, in place of those of the code.
fn described(schema: Value) -> Value {
    let descriptions: Descriptions = serde_saphyr::from_str(include_str!("schema.yaml")).unwrap();
    // Names of types end in “Shape” where a type of what they become has the plain name.
    let mut schema: Value =
        serde_json::from_str(&serde_json::to_string(&schema).unwrap().replace("Shape\"", "\"")).unwrap();
    let root = schema["title"].as_str().unwrap().to_owned();
    describe(&mut schema, &descriptions[&root]);
    for (name, shape) in schema["$defs"].as_object_mut().unwrap() {
        let known = descriptions.get(name).unwrap_or_else(|| panic!("schema.yaml 里没有 {name}"));
        describe(shape, known);
    }
    schema
}

/// Describes one shape: itself, its keys, and the keys of its alternatives.
fn describe(shape: &mut Value, known: &BTreeMap<String, String>) {
    let object = shape.as_object_mut().unwrap();
    object.remove("description");
    if let Some(own) = known.get("-") {
        object.insert("description".to_owned(), own.as_str().into());
    }
    let alternatives = object.get_mut("oneOf").and_then(Value::as_array_mut);
    let words: Option<Vec<Value>> = alternatives
        .as_ref()
        .and_then(|all| all.iter().map(words).collect::<Option<Vec<_>>>())
        .map(|all| all.concat());
    if let Some(words) = words {
        object.remove("oneOf");
        object.insert("enum".to_owned(), words.into());
        object.insert("type".to_owned(), "string".into());
        return;
    }
    let alternatives = object.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten();
    let mut told = BTreeSet::new();
    let mut keys = |shape: &mut Value| {
        for (key, value) in shape["properties"].as_object_mut().into_iter().flatten() {
            let description = known.get(key).unwrap_or_else(|| panic!("schema.yaml 里没有 {key}"));
            value["description"] = description.as_str().into();
            told.insert(key.clone());
        }
    };
    alternatives.for_each(&mut keys);
    if object.contains_key("properties") {
        keys(shape);
    }
    let left: Vec<&String> = known.keys().filter(|key| *key != "-" && !told.contains(*key)).collect();
    assert!(left.is_empty(), "schema.yaml 里多了 {left:?}");
}

/// The words that one alternative of an enumeration allows.
fn words(alternative: &Value) -> Option<Vec<Value>> {
    let many = || alternative["enum"].as_array().cloned();
    alternative.get("const").map(|word| vec![word.clone()]).or_else(many)
}

/// The files of the shipped rules and rubrics, with what they hold.
fn shipped() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}
