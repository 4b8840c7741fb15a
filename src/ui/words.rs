//! What pages say: the Chinese sentence itself is the key, and English is looked up by it.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The language of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lang {
    /// Chinese, unless somebody has chosen otherwise.
    #[default]
    Zh,
    /// English.
    En,
}

/// The cookie that keeps what somebody has chosen.
pub const COOKIE: &str = "zhijian_lang";

/// The English for each Chinese sentence, as the file has it; what pages load in English.
pub const FILE: &str = include_str!("english.toml");

static ENGLISH: LazyLock<HashMap<String, String>> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

impl Lang {
    /// The language with this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        if name == "en" { Self::En } else { Self::Zh }
    }

    /// Its name as a language tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// What `chinese` is in this language; it stays Chinese where nobody has said it in English yet.
    #[must_use]
    pub fn say(self, chinese: &str) -> &str {
        match self {
            Self::Zh => chinese,
            Self::En => ENGLISH.get(chinese).map_or(chinese, String::as_str),
        }
    }

    /// The same, with `values` in the place of each `{}`.
    #[must_use]
    pub fn fill(self, chinese: &str, values: &[&dyn std::fmt::Display]) -> String {
        let mut parts = self.say(chinese).split("{}");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for (at, part) in parts.enumerate() {
            if let Some(value) = values.get(at) {
                filled.push_str(&value.to_string());
            }
            filled.push_str(part);
        }
        filled
    }
}

/// All English there is, as the scripts of a page read it.
#[must_use]
pub fn english() -> Vec<u8> {
    serde_json::to_vec(&*ENGLISH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use regex::Regex;

    use super::*;

    /// Every file below `folder` with one of these extensions.
    fn files(folder: &Path, extensions: &[&str], found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, extensions, found);
            } else if path.extension().is_some_and(|own| extensions.iter().any(|asked| own == *asked)) {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }

    /// Whatever a page may say: what templates and scripts ask the dictionary for, and each sentence in the code.
    fn said() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui");
        // What stands above columns is defined once, for pages and files.
        let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report");
        let asked = Regex::new(r#"\b(?:t|fill)\(\s*"([^"]*\p{Han}[^"]*)""#).unwrap();
        let any = Regex::new(r#""([^"]*\p{Han}[^"]*)""#).unwrap();
        let mut said = BTreeSet::new();
        for (root, extension, pattern) in
            [(&root, "html", &asked), (&root, "js", &asked), (&root, "rs", &any), (&reports, "rs", &any)]
        {
            let mut sources = Vec::new();
            files(root, &[extension], &mut sources);
            for (_, source) in sources {
                let code = source.split("#[cfg(test)]").next().unwrap().lines();
                let code: String = code.filter(|line| !line.trim_start().starts_with("//")).collect();
                said.extend(pattern.captures_iter(&code).map(|found| found[1].to_owned()));
            }
        }
        said
    }

    #[test]
    fn everything_that_is_said_has_its_english_and_nothing_else_has() {
        let known: BTreeSet<String> =
            toml::from_str::<HashMap<String, String>>(FILE).unwrap().into_keys().collect();
        let said = said();
        let missing: Vec<_> = said.difference(&known).collect();
        let unused: Vec<_> = known.difference(&said).collect();
        assert!(missing.is_empty(), "not in src/ui/english.toml: {missing:#?}");
        assert!(unused.is_empty(), "said nowhere: {unused:#?}");
    }

    #[test]
    fn templates_say_nothing_past_the_dictionary() {
        let mut templates = Vec::new();
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui"), &["html"], &mut templates);
        let in_code = Regex::new(r"(?s)\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}").unwrap();
        let chinese = Regex::new(r"\p{Han}+").unwrap();
        for (file, template) in templates {
            let bare = in_code.replace_all(&template, "");
            let found: Vec<_> = chinese.find_iter(&bare).map(|found| found.as_str()).collect();
            assert!(found.is_empty(), "{file} says {found:?} in Chinese only");
        }
    }

    #[test]
    fn every_sentence_keeps_its_gaps_in_english() {
        for (chinese, english) in &*ENGLISH {
            assert_eq!(chinese.matches("{}").count(), english.matches("{}").count(), "{chinese}: {english}");
        }
    }

    #[test]
    fn gaps_are_filled_in_order() {
        assert_eq!(Lang::Zh.fill("第 {} 页，共 {} 页", &[&2, &7]), "第 2 页，共 7 页");
        assert_eq!(Lang::Zh.fill("{} 项", &[]), " 项");
    }
}
