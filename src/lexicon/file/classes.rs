//! The shape of the file of word classes (词类): the name of a class in square brackets, then its wordings.

use super::Line;
use crate::diagnostic::{Diagnostics, Source};
use crate::lexicon::phrase::{Classes, is_sign};

/// Reads the word classes; what is wrong goes to `diagnostics`, and the rest is kept.
pub(in crate::lexicon) fn read(source: &Source, diagnostics: &mut Diagnostics) -> Classes {
    let mut classes = Classes::new();
    let mut class: Option<&mut Vec<String>> = None;
    let lines = source.text.lines().enumerate().map(|(at, text)| Line::new(source, at + 1, text));
    for line in lines.filter(|line| !line.is_blank()) {
        if line.text.starts_with('[') {
            let name = diagnostics.keep(line.group_id(line.text));
            if let Some(name) = name.as_ref().filter(|name| classes.contains_key(*name)) {
                diagnostics.push(line.mistake(0, format!("词类“{name}”重复")).help("请合并或改名"));
            }
            // Where the name cannot be read, what follows belongs to nobody.
            class = Some(classes.entry(name.unwrap_or_default()).or_default());
            continue;
        }
        let Some(class) = &mut class else {
            diagnostics.push(line.mistake(0, "词条前没有词类名").help("先写一行 [词类名] 说明"));
            continue;
        };
        let mut at = 0;
        for wording in line.text.split(['|', '｜']) {
            let trimmed = wording.trim();
            if trimmed.is_empty() || trimmed.contains(is_sign) {
                let help = "用竖线隔开各种写法，写法里不能再有括号，也不能留空";
                diagnostics.push(line.mistake(at, format!("“{trimmed}”不能是词类的写法")).help(help));
            } else {
                class.push(trimmed.to_owned());
            }
            at += wording.chars().count() + 1;
        }
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Classes, Vec<(usize, usize)>) {
        let source = Source { path: "lexicons/classes.txt".to_owned(), text: text.to_owned() };
        let mut diagnostics = Diagnostics::default();
        let classes = read(&source, &mut diagnostics);
        (classes, diagnostics.0.iter().map(|mistake| (mistake.line, mistake.column)).collect())
    }

    #[test]
    fn a_class_has_all_wordings_of_its_lines() {
        let (classes, mistakes) = parse("# 注释\n[称谓] 怎么称呼\n先生 | 女士\n小姐\n\n[姓氏]\n王|李");
        assert_eq!(mistakes, []);
        assert_eq!(classes["称谓"], ["先生", "女士", "小姐"]);
        assert_eq!(classes["姓氏"], ["王", "李"]);
    }

    #[test]
    fn every_mistake_is_reported_with_its_place() {
        let (_, mistakes) = parse("甲\n[a]\n乙|(丙)||丁\n[a]\n[ ]\n戊\n");
        assert_eq!(mistakes, [(1, 1), (3, 3), (3, 7), (4, 1), (5, 2)]);
    }
}
