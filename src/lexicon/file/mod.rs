//! The shape of a lexicon file: a head of `key: value` lines, then one entry a line.

pub(super) mod classes;
mod head;

use super::guard::GuardShape;
use super::phrase::{Classes, MOST_WORDINGS, parts};
use super::wording::{Wordings, join_digits};
use super::{Anchor, Speaker};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::text::normalise_phrase;

/// A lexicon file, read line by line.
#[derive(Debug, Default)]
pub(super) struct LexiconFile {
    pub(super) header: Header,
    pub(super) groups: Vec<Group>,
    /// There may be groups that are not among `groups`, since their headings could not be read.
    pub(super) hides_groups: bool,
}

/// The lines above `---`.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) title: Option<String>,
    pub(super) options: Options,
    pub(super) family: Option<String>,
    pub(super) guard: Option<GuardShape>,
}

/// Entries under one `[id] title`; the first group of a file may have none.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) id: Option<String>,
    pub(super) options: Options,
    pub(super) lines: Vec<EntryLine>,
}

/// One entry, with the wordings that it stands for.
#[derive(Debug)]
pub(super) struct EntryLine {
    /// From 1.
    pub(super) number: usize,
    pub(super) phrase: String,
    pub(super) wordings: Wordings,
    pub(super) allow: Option<String>,
    pub(super) options: Options,
}

/// What a head, a group or an entry may ask for; the narrower overrides the wider.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) role: Speaker,
    pub(super) candidate: bool,
    pub(super) guards: Vec<GuardName>,
    pub(super) anchor: Option<Anchor>,
    pub(super) border: bool,
    pub(super) better: Option<String>,
    reason: Option<String>,
}

/// The name of a guard, and the place of the option that names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GuardName {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) name: String,
}

/// Entries longer than this are refused: no phrase of a lexicon is a whole speech.
const LONGEST_WORDING: usize = 60;

impl LexiconFile {
    /// A lexicon of which nothing is known: it may hold any group, and be a guard.
    pub(super) fn unknown() -> Self {
        let header = Header { guard: Some(head::any_guard()), ..Header::default() };
        Self { header, groups: Vec::new(), hides_groups: true }
    }
}

/// Reads one lexicon, whose phrases may name `classes`; what is wrong goes to `diagnostics`, and the rest is kept.
pub(super) fn read(source: &Source, classes: &Classes, diagnostics: &mut Diagnostics) -> LexiconFile {
    let mut lines = source.text.lines().enumerate().map(|(at, line)| Line::new(source, at + 1, line));
    let Some(header) = head::read(source, &mut lines, diagnostics) else { return LexiconFile::unknown() };
    let mut group = Group { options: header.options.clone(), ..Group::default() };
    let mut file = LexiconFile { header, ..LexiconFile::default() };
    for line in lines.filter(|line| !line.is_blank()) {
        if !line.text.starts_with('[') {
            group.lines.extend(line.entry(&group.options, classes, diagnostics));
            continue;
        }
        let next = line.group(&file.header.options, diagnostics);
        file.groups.push(std::mem::replace(&mut group, next));
        match group.id.as_deref() {
            Some(id) if file.groups.iter().any(|other| other.id == group.id) => {
                diagnostics.push(line.mistake(0, format!("组编号“{id}”重复")).help("请合并或改名"));
            }
            Some(_) => {}
            None => file.hides_groups = true,
        }
    }
    file.groups.push(group);
    file.groups.retain(|group| group.id.is_some() || !group.lines.is_empty());
    file
}

/// Reads the words for the segmenter: a word a line, its frequency after a space.
pub(super) fn read_words(source: &Source, diagnostics: &mut Diagnostics) -> Vec<(String, Option<usize>)> {
    let mut words = Vec::new();
    for (at, text) in source.text.lines().enumerate() {
        let line = Line::new(source, at + 1, text);
        if line.is_blank() {
            continue;
        }
        let (word, frequency) = line.text.split_once(char::is_whitespace).unwrap_or((line.text, ""));
        let (word, _) = normalise_phrase(word);
        match (word.is_empty(), frequency.trim(), frequency.trim().parse()) {
            (false, "", _) => words.push((word, None)),
            (false, _, Ok(frequency)) => words.push((word, Some(frequency))),
            _ => diagnostics.push(line.mistake(0, "应为“词”或“词 词频”").help("词频是正整数")),
        }
    }
    words
}

/// One line of a file, with what is needed to point at it.
#[derive(Clone, Copy)]
struct Line<'a> {
    source: &'a Source,
    number: usize,
    indent: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn new(source: &'a Source, number: usize, raw: &'a str) -> Self {
        let indent = raw.chars().take_while(|c| c.is_whitespace()).count();
        Self { source, number, indent, text: raw.trim() }
    }

    fn is_blank(&self) -> bool {
        self.text.is_empty() || self.text.starts_with('#')
    }

    /// A mistake at character `at` (from 0) of the trimmed line.
    fn mistake(&self, at: usize, message: impl Into<String>) -> Diagnostic {
        self.source.mistake(self.number, self.indent + at + 1, message)
    }

    /// A group without an id is one whose heading cannot be read.
    fn group(&self, inherited: &Options, diagnostics: &mut Diagnostics) -> Group {
        let (head, options) = self.split_options();
        Group {
            id: diagnostics.keep(self.group_id(head)),
            options: self.options(options, inherited, diagnostics),
            lines: Vec::new(),
        }
    }

    fn group_id(&self, head: &str) -> Result<String, Diagnostic> {
        let Some((id, _title)) = head.trim_start_matches('[').split_once(']') else {
            return Err(self.mistake(0, "组标题缺少右方括号").help("写成 [编号] 标题"));
        };
        let id = id.trim();
        if id.is_empty() || id.contains(char::is_whitespace) {
            return Err(self.mistake(1, "组编号不能为空，也不能有空格").help("如 [F31] 推责"));
        }
        Ok(id.to_owned())
    }

    fn entry(
        &self,
        inherited: &Options,
        classes: &Classes,
        diagnostics: &mut Diagnostics,
    ) -> Option<EntryLine> {
        let before = diagnostics.0.len();
        let (written, options) = self.split_options();
        let options = self.options(options, inherited, diagnostics);
        let phrase = written.strip_prefix(['!', '！']).map_or(written, str::trim_start);
        let allowing = phrase.len() < written.len();
        // A misspelt option may have been the reason.
        if allowing && options.reason.is_none() && diagnostics.0.len() == before {
            let mistake = self.mistake(0, "允许词条必须说明原因");
            diagnostics.push(mistake.help("在行末写 :: reason=为什么允许"));
        }
        let at = characters_before(written, phrase);
        let wordings = diagnostics.keep(self.wordings(at, phrase, classes))?;
        Some(EntryLine {
            number: self.number,
            phrase: phrase.to_owned(),
            wordings,
            allow: options.reason.clone().filter(|_| allowing),
            options,
        })
    }

    /// The wordings of the phrase that begins at character `at` of the line.
    fn wordings(&self, at: usize, phrase: &str, classes: &Classes) -> Result<Wordings, Diagnostic> {
        let parts = parts(phrase, classes).map_err(|error| {
            let mistake = self.mistake(at + error.column, error.message);
            error.help.into_iter().fold(mistake, Diagnostic::help)
        })?;
        if join_digits(&parts).is_none() {
            let message = format!("数字连着数字，展开超过 {MOST_WORDINGS} 种写法");
            return Err(self.mistake(at, message).help("拆成几条，或改用规则里的 pattern"));
        }
        let wordings = Wordings::new(&parts).ok_or_else(|| {
            self.mistake(at, "有一种写法归一后什么都不剩，永远不会命中")
                .help("至少要有一个必写的汉字、字母或数字，间隔和 <数字> 不算")
        })?;
        if wordings.longest() > LONGEST_WORDING {
            return Err(self
                .mistake(at, format!("词条超过 {LONGEST_WORDING} 个字"))
                .help("拆成几条；<数字> 按 30 个字算，写明几位(如 <数字1-4>)就短了"));
        }
        Ok(wordings)
    }

    fn split_options(&self) -> (&'a str, &'a str) {
        let split = self.text.split_once("::").or_else(|| self.text.split_once("：："));
        split.map_or((self.text, ""), |(head, options)| (head.trim(), options))
    }

    /// The options at the end of the line, upon those that it inherits.
    fn options(&self, text: &'a str, inherited: &Options, diagnostics: &mut Diagnostics) -> Options {
        let mut options = inherited.clone();
        for part in text.split([';', '；']).map(str::trim).filter(|part| !part.is_empty()) {
            let at = characters_before(self.text, part);
            diagnostics.keep(self.option(at, part, &mut options));
        }
        options
    }

    /// The option that begins at character `at` of the line.
    fn option(&self, at: usize, text: &str, options: &mut Options) -> Result<(), Diagnostic> {
        let (key, value) = text.split_once(['=', '＝']).unwrap_or((text, ""));
        let (key, value) = (key.trim(), value.trim());
        let wrong = |allowed: &str| self.mistake(at, format!("{key} 不能是“{value}”")).help(allowed);
        match key {
            "hit" => options.candidate = false,
            "candidate" => options.candidate = true,
            "border" => options.border = true,
            "at" => options.anchor = Some(anchor(value).ok_or_else(|| wrong("可写 start、end、whole"))?),
            "role" => options.role = role(value).ok_or_else(|| wrong(ROLES))?,
            "guards" => options.guards = self.guard_names(at, value),
            "guards+" => options.guards.extend(self.guard_names(at, value)),
            "reason" => options.reason = Some(value.to_owned()).filter(|reason| !reason.is_empty()),
            "better" => options.better = Some(value.to_owned()).filter(|better| !better.is_empty()),
            "note" => {}
            _ => {
                let known = "可写 hit、candidate、border、at、role、guards、guards+、better、reason、note";
                return Err(self.mistake(at, format!("没有“{key}”这个选项")).help(known));
            }
        }
        Ok(())
    }

    /// The guards that the key at character `at` names.
    fn guard_names(&self, at: usize, value: &str) -> Vec<GuardName> {
        let names = value.split([' ', ',', '、', '，']).filter(|name| !name.is_empty());
        let place =
            |name: &str| GuardName { line: self.number, column: self.indent + at + 1, name: name.to_owned() };
        names.map(place).collect()
    }
}

/// How many characters of `whole` stand before `part`, which is a slice of it.
fn characters_before(whole: &str, part: &str) -> usize {
    let bytes = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    whole.get(..bytes).map_or(0, |before| before.chars().count())
}

const ROLES: &str = "可写 agent、customer、system、any";

fn role(value: &str) -> Option<Speaker> {
    Some(match value {
        "agent" => Speaker::Agent,
        "customer" => Speaker::Customer,
        "system" => Speaker::System,
        "any" => Speaker::Any,
        _ => return None,
    })
}

fn verdict(value: &str) -> Option<bool> {
    match value {
        "hit" => Some(false),
        "candidate" => Some(true),
        _ => None,
    }
}

fn anchor(value: &str) -> Option<Anchor> {
    Some(match value {
        "start" => Anchor::Start,
        "end" => Anchor::End,
        "whole" => Anchor::Whole,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (LexiconFile, Vec<Diagnostic>) {
        let source = Source { path: "lexicons/a.txt".to_owned(), text: text.to_owned() };
        let mut diagnostics = Diagnostics::default();
        let file = read(&source, &Classes::new(), &mut diagnostics);
        (file, diagnostics.0)
    }

    #[test]
    fn narrower_options_override_wider_ones() {
        let (file, mistakes) = parse(
            "title: 例\r\nguards: a b\r\nrole: customer\r\n---\r\n甲\r\n[g1] 组 :: candidate\r\n\
             乙 :: guards+=c; at=end\r\n丙 :: hit; guards=\r\n",
        );
        assert_eq!(mistakes, []);
        let [first, second] = &file.groups[..] else { panic!("two groups") };
        let names = |line: &EntryLine| line.options.guards.iter().map(|g| g.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&first.lines[0]), ["a", "b"]);
        assert_eq!(second.id.as_deref(), Some("g1"));
        assert_eq!(names(&second.lines[0]), ["a", "b", "c"]);
        assert!(second.lines[0].options.candidate);
        assert_eq!(second.lines[0].options.anchor, Some(Anchor::End));
        assert!(!second.lines[1].options.candidate);
        assert!(second.lines[1].options.guards.is_empty());
        assert_eq!(second.lines[1].options.role, Speaker::Customer);
    }

    #[test]
    fn every_mistake_is_reported_with_its_place() {
        let (_, mistakes) =
            parse("title: 例\ncolour: red\n---\n甲 :: bordr\n!乙\n  (丙|丁\n,。\n[ ] 空\n戊 :: at=middle\n");
        let places: Vec<_> = mistakes.iter().map(|m| (m.line, m.column)).collect();
        assert_eq!(places, [(2, 1), (4, 6), (5, 1), (6, 3), (7, 1), (8, 2), (9, 6)]);
        assert!(mistakes.iter().all(|mistake| !mistake.message.is_empty() && mistake.source.is_some()));
    }

    #[test]
    fn a_file_without_a_head_says_so() {
        let (_, mistakes) = parse("这事不归我管\n");
        assert!(mistakes.iter().any(|mistake| mistake.message.contains("---")));
    }
}
