//! The guide for authors: every file that it shows is part of a pack that loads and whose examples hold.

use std::fs;

use zhijian::check;

use crate::packs::{repository, try_compiled};

/// The fenced blocks of `text` that say after the language which file they are, as path and content.
fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let fence = line.strip_prefix("```");
        match (fence, open) {
            (Some(info), false) => {
                let path = info.split_whitespace().nth(1).unwrap_or_default();
                files.push((path.to_owned(), String::new()));
                open = true;
            }
            (Some(_), true) => open = false,
            (None, true) => files.iter_mut().last().unwrap().1.push_str(&format!("{line}\n")),
            (None, false) => {}
        }
    }
    files.retain(|(path, _)| path.starts_with("lexicons/") || path.starts_with("rules/"));
    files
}

fn guide() -> Vec<(String, String)> {
    files(&fs::read_to_string(repository().join("docs/规则编写指南.md")).unwrap())
}

#[test]
fn every_file_of_the_guide_is_right() {
    let files = guide();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let pack = try_compiled(&files).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let checked = check::examples(&pack).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    assert!(checked.rules >= 30, "{checked:?}");
}

#[test]
fn the_guide_shows_every_kind_of_condition_and_the_readme_lists_it() {
    let schema = fs::read_to_string(repository().join("rules/schema/rule.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let kinds = schema["$defs"]["Condition"]["oneOf"].as_array().unwrap().iter();
    let kinds: Vec<&str> = kinds.map(|kind| kind["required"][0].as_str().unwrap()).collect();
    assert!(kinds.len() > 25, "{kinds:?}");
    let shown: String = guide().into_iter().map(|(_, text)| text).collect();
    let listed = fs::read_to_string(repository().join("rules/README.md")).unwrap();
    for kind in kinds {
        assert!(shown.contains(&format!("{kind}:")), "指南里没有 {kind} 的例子");
        assert!(listed.contains(&format!("{kind}:")), "rules/README.md 里没有 {kind}");
    }
}
