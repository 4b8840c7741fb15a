//! No stage imports a later one: the order of the stages is the order in which a transcript passes through them.

use std::fs;
use std::path::{Path, PathBuf};

/// The stages in their order.
const STAGES: [&str; 10] =
    ["transcript", "text", "lexicon", "detect", "rule", "judge", "score", "draft", "review", "report"];
/// Beside the flow: every module may use them, and they use none of the others but each other.
const BESIDE: [&str; 4] = ["diagnostic", "yaml", "strict", "digest"];
/// What is built from the stages, and stands behind all of them.
const AFTER: &[&str] = &[
    "pack",
    "criteria",
    "explain",
    "notes",
    "search",
    "check",
    "shelf",
    "pipeline",
    "privacy",
    "access",
    "store",
    "answer",
    "ui",
    "http",
    "webhook",
    "demo",
    "cli",
    "config",
    "telemetry",
];

/// A use of one module of the crate, and the line on which it stands.
#[derive(Debug, PartialEq, Eq)]
struct Import {
    line: usize,
    module: String,
}

/// How late a module comes; nothing may import what comes later.
fn rank(module: &str) -> Option<usize> {
    if BESIDE.contains(&module) {
        return Some(0);
    }
    if AFTER.contains(&module) {
        return Some(STAGES.len() + 1);
    }
    STAGES.iter().position(|stage| *stage == module).map(|at| at + 1)
}

/// Everything that `source` names by way of `crate::`, whether in a `use` or in place.
fn imports(source: &str) -> Vec<Import> {
    let code: String = source.lines().map(|line| format!("{}\n", without_comment(line))).collect();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + "crate::".len()..];
        found.extend(first_names(rest).into_iter().map(|module| Import { line, module }));
    }
    found
}

fn without_comment(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

/// The names directly below the crate: one, or those of a group in braces.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut names, mut start) = (0_usize, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// What `module` imports although it comes later, one line each.
fn offences(module: &str, file: &str, source: &str) -> Vec<String> {
    let own = rank(module).unwrap_or(usize::MAX);
    let later = |import: &Import| rank(&import.module).is_some_and(|other| other > own);
    let tell = |import: Import| format!("{file}:{}: {module} imports {}", import.line, import.module);
    imports(source).into_iter().filter(later).map(tell).collect()
}

/// Every Rust file below `folder`, with the module directly below `src` that it belongs to.
fn files(folder: &Path, module: Option<&str>, found: &mut Vec<(String, PathBuf)>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let module = module.map_or(stem, str::to_owned);
        if path.is_dir() {
            files(&path, Some(&module), found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((module, path));
        }
    }
}

fn all_files() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), None, &mut found);
    found.retain(|(module, _)| module != "lib" && module != "main");
    found
}

#[test]
fn no_stage_imports_a_later_one() {
    let files = all_files();
    let tell = |(module, path): &(String, PathBuf)| {
        offences(module, &path.to_string_lossy(), &fs::read_to_string(path).unwrap())
    };
    let offences: Vec<String> = files.iter().flat_map(tell).collect();
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

#[test]
fn every_module_has_its_place_in_the_order() {
    let files = all_files();
    for (module, path) in &files {
        assert!(rank(module).is_some(), "{}: where does {module} stand in the flow?", path.display());
    }
    for stage in STAGES {
        assert!(files.iter().any(|(module, _)| module == stage), "src/{stage} is gone");
    }
}

#[test]
fn a_later_import_is_found_with_its_file_and_line() {
    let source = "//! crate::draft in prose\nuse crate::diagnostic::Source;\nuse crate::{\n    lexicon::{Mention, scan},\n    \
                  score,\n};\nfn f() -> crate::text::Document { $crate::pack::x() }\n";
    let named = |import: &Import| (import.line, import.module.clone());
    let expected = [(2, "diagnostic"), (3, "lexicon"), (3, "score"), (7, "text")];
    let found: Vec<_> = imports(source).iter().map(named).collect();
    assert_eq!(found, expected.map(|(line, module)| (line, module.to_owned())));
    assert_eq!(
        offences("text", "src/text/mod.rs", source),
        ["src/text/mod.rs:3: text imports lexicon", "src/text/mod.rs:3: text imports score"]
    );
    assert_eq!(
        offences("yaml", "src/yaml.rs", "use crate::transcript::Role;"),
        ["src/yaml.rs:1: yaml imports transcript"]
    );
    assert!(offences("draft", "src/draft/mod.rs", source).is_empty());
}
