//! The shape of a lexicon file: a head of `key: value` lines, then one entry a line.

use super::guard::{GuardShape, Side};
use super::phrase::{MOST_WORDINGS, parts};
use super::wording::{Wordings, join_digits};
use super::{Across, Anchor, Effect, Speaker};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::text::normalise_phrase;

/// A lexicon file, read line by line.
#[derive(Debug, Default)]
pub(super) struct LexiconFile {
    pub(super) header: Header,
    pub(super) groups: Vec<Group>,
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
    pub(super) number: usize,
    pub(super) column: usize,
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
    pub(super) guards: Vec<String>,
    pub(super) anchor: Option<Anchor>,
    pub(super) border: bool,
    reason: Option<String>,
}

/// Entries longer than this are refused: no phrase of a lexicon is a whole speech.
const LONGEST_WORDING: usize = 60;

/// Reads one lexicon; what is wrong goes to `diagnostics`, and the rest is kept.
pub(super) fn read(source: &Source, diagnostics: &mut Diagnostics) -> LexiconFile {
    let mut file = LexiconFile::default();
    let mut lines = source.text.lines().enumerate().map(|(at, line)| Line::new(source, at + 1, line));
    file.header = read_header(source, &mut lines, diagnostics);
    let mut group = Group { options: file.header.options.clone(), ..Group::default() };
    for line in lines.filter(|line| !line.is_blank()) {
        if line.text.starts_with('[') {
            let next = diagnostics.keep(line.group(&file.header.options));
            file.groups.push(std::mem::replace(&mut group, next.unwrap_or_default()));
        } else if let Some(entry) = diagnostics.keep(line.entry(&group.options)) {
            group.lines.push(entry);
        }
    }
    file.groups.push(group);
    file.groups.retain(|group| group.id.is_some() || !group.lines.is_empty());
    for (at, group) in file.groups.iter().enumerate() {
        if group.id.is_some() && file.groups[..at].iter().any(|other| other.id == group.id) {
            let id = group.id.as_deref().unwrap_or_default();
            diagnostics.push(source.mistake(0, 0, format!("组编号“{id}”重复")).help("请合并或改名"));
        }
    }
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

fn read_header<'a>(
    source: &'a Source,
    lines: &mut impl Iterator<Item = Line<'a>>,
    diagnostics: &mut Diagnostics,
) -> Header {
    let mut header = Header::default();
    let mut guard = GuardHead::default();
    let mut closed = false;
    for line in lines {
        if line.text == "---" {
            closed = true;
            break;
        }
        if !line.is_blank()
            && let Err(mistake) = line.head(&mut header, &mut guard)
        {
            diagnostics.push(mistake);
        }
    }
    if !closed {
        diagnostics.push(
            source.mistake(0, 0, "缺少结束表头的“---”").help("表头写 title: 等,然后单独一行 ---,再写词条"),
        );
    } else if header.title.is_none() {
        diagnostics.push(source.mistake(0, 0, "表头缺少 title").help("在第一行写 title: 词表名称"));
    }
    header.guard = diagnostics.keep(guard.shape(source)).flatten();
    header
}

/// The keys of a head that make the lexicon a guard.
#[derive(Default)]
struct GuardHead {
    side: Option<Side>,
    reach: Option<u32>,
    across: Option<Across>,
    effect: Option<Effect>,
    odd: bool,
}

impl GuardHead {
    fn shape(self, source: &Source) -> Result<Option<GuardShape>, Diagnostic> {
        let Self { side, reach, across, effect, odd } = self;
        let Some(side) = side else {
            return match (reach, across, effect) {
                (None, None, None) => Ok(None),
                _ => Err(source.mistake(0, 0, "写了豁免的选项,却没有 guard").help("补上 guard: before 等")),
            };
        };
        let reach = match (reach, side) {
            (Some(reach), _) => reach,
            (None, Side::Turn) => u32::MAX,
            (None, _) => {
                return Err(source.mistake(0, 0, "豁免词表缺少 reach").help("写 reach: 4 表示最多隔四个字"));
            }
        };
        let across = across.unwrap_or(if side == Side::Turn { Across::Turn } else { Across::Sentence });
        Ok(Some(GuardShape { side, reach, across, effect: effect.unwrap_or(Effect::Suppress), odd }))
    }
}

/// One line of a file, with what is needed to point at it.
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

    fn head(&self, header: &mut Header, guard: &mut GuardHead) -> Result<(), Diagnostic> {
        let Some((key, value)) = self.text.split_once([':', '：']) else {
            return Err(self.mistake(0, "表头应为“键: 值”").help("如 title: 服务忌语;表头以 --- 结束"));
        };
        let (key, value) = (key.trim(), value.trim());
        let wrong = |allowed: &str| self.mistake(0, format!("{key} 不能是“{value}”")).help(allowed);
        match key {
            "title" => header.title = Some(value.to_owned()),
            "note" => {}
            "role" => header.options.role = role(value).ok_or_else(|| wrong(ROLES))?,
            "verdict" => {
                header.options.candidate = verdict(value).ok_or_else(|| wrong("可写 hit 或 candidate"))?;
            }
            "guards" => header.options.guards = names(value),
            "family" => header.family = Some(value.to_owned()),
            "guard" => {
                guard.side = Some(side(value).ok_or_else(|| wrong("可写 before、after、around、turn"))?)
            }
            "reach" => guard.reach = Some(value.parse().map_err(|_| wrong("应为字数,如 4"))?),
            "across" => {
                guard.across = Some(across(value).ok_or_else(|| wrong("可写 clause、sentence、turn"))?);
            }
            "effect" => {
                guard.effect = Some(effect(value).ok_or_else(|| wrong("可写 suppress 或 candidate"))?);
            }
            "odd" => guard.odd = yes(value).ok_or_else(|| wrong("可写 yes 或 no"))?,
            _ => {
                let known = "可写 title、role、verdict、guards、family、note;豁免词表另有 guard、reach、across、effect、odd";
                return Err(self.mistake(0, format!("表头没有“{key}”这一项")).help(known));
            }
        }
        Ok(())
    }

    fn group(&self, inherited: &Options) -> Result<Group, Diagnostic> {
        let (head, options) = self.split_options();
        let Some((id, _title)) = head.trim_start_matches('[').split_once(']') else {
            return Err(self.mistake(0, "组标题缺少右方括号").help("写成 [编号] 标题"));
        };
        let id = id.trim();
        if id.is_empty() || id.contains(char::is_whitespace) {
            return Err(self.mistake(1, "组编号不能为空,也不能有空格"));
        }
        let options = self.options(options, inherited.clone())?;
        Ok(Group { id: Some(id.to_owned()), options, lines: Vec::new() })
    }

    fn entry(&self, inherited: &Options) -> Result<EntryLine, Diagnostic> {
        let (phrase, options) = self.split_options();
        let options = self.options(options, inherited.clone())?;
        let (allowing, phrase) = match phrase.strip_prefix(['!', '！']) {
            Some(rest) => (true, rest.trim()),
            None => (false, phrase),
        };
        if allowing && options.reason.is_none() {
            return Err(self.mistake(0, "允许词条必须说明原因").help("在行末写 :: reason=为什么允许"));
        }
        let parts = parts(phrase).map_err(|error| {
            let mistake = self.mistake(error.column + usize::from(allowing), error.message);
            error.help.into_iter().fold(mistake, Diagnostic::help)
        })?;
        if join_digits(&parts).is_none() {
            let message = format!("数字连着数字,展开超过 {MOST_WORDINGS} 种写法");
            return Err(self.mistake(0, message).help("拆成几条,或改用规则里的 pattern"));
        }
        let wordings = Wordings::new(&parts).ok_or_else(|| {
            self.mistake(0, "有一种写法归一后什么都不剩,永远不会命中")
                .help("至少要有一个必写的汉字、字母或数字")
        })?;
        if wordings.longest() > LONGEST_WORDING {
            return Err(self.mistake(0, format!("词条超过 {LONGEST_WORDING} 个字")).help("拆成几条"));
        }
        Ok(EntryLine {
            number: self.number,
            column: self.indent + 1,
            phrase: phrase.to_owned(),
            wordings,
            allow: options.reason.clone().filter(|_| allowing),
            options,
        })
    }

    fn split_options(&self) -> (&'a str, Option<&'a str>) {
        let split = self.text.split_once("::").or_else(|| self.text.split_once("：："));
        split.map_or((self.text, None), |(head, options)| (head.trim(), Some(options)))
    }

    fn options(&self, text: Option<&str>, mut options: Options) -> Result<Options, Diagnostic> {
        let parts =
            text.unwrap_or_default().split([';', '；']).map(str::trim).filter(|part| !part.is_empty());
        for part in parts {
            let (key, value) = match part.split_once(['=', '＝']) {
                Some((key, value)) => (key.trim(), value.trim()),
                None => (part, ""),
            };
            self.option(key, value, &mut options)?;
        }
        Ok(options)
    }

    fn option(&self, key: &str, value: &str, options: &mut Options) -> Result<(), Diagnostic> {
        let at = self.text.find(key).map_or(0, |byte| self.text[..byte].chars().count());
        let wrong = |allowed: &str| self.mistake(at, format!("{key} 不能是“{value}”")).help(allowed);
        match key {
            "hit" => options.candidate = false,
            "candidate" => options.candidate = true,
            "border" => options.border = true,
            "at" => options.anchor = Some(anchor(value).ok_or_else(|| wrong("可写 start、end、whole"))?),
            "role" => options.role = role(value).ok_or_else(|| wrong(ROLES))?,
            "guards" => options.guards = names(value),
            "guards+" => options.guards.extend(names(value)),
            "reason" => options.reason = Some(value.to_owned()).filter(|reason| !reason.is_empty()),
            "note" => {}
            _ => {
                let known = "可写 hit、candidate、border、at、role、guards、guards+、reason、note";
                return Err(self.mistake(at, format!("没有“{key}”这个选项")).help(known));
            }
        }
        Ok(())
    }
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

fn side(value: &str) -> Option<Side> {
    Some(match value {
        "before" => Side::Before,
        "after" => Side::After,
        "around" => Side::Around,
        "turn" => Side::Turn,
        _ => return None,
    })
}

fn across(value: &str) -> Option<Across> {
    Some(match value {
        "clause" => Across::Clause,
        "sentence" => Across::Sentence,
        "turn" => Across::Turn,
        _ => return None,
    })
}

fn effect(value: &str) -> Option<Effect> {
    match value {
        "suppress" => Some(Effect::Suppress),
        "candidate" => Some(Effect::Candidate),
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

fn yes(value: &str) -> Option<bool> {
    match value {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn names(value: &str) -> Vec<String> {
    value.split([' ', ',', '、', '，']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (LexiconFile, Vec<Diagnostic>) {
        let source = Source { path: "lexicons/a.txt".to_owned(), text: text.to_owned() };
        let mut diagnostics = Diagnostics::default();
        let file = read(&source, &mut diagnostics);
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
        assert_eq!(first.lines[0].options.guards, ["a", "b"]);
        assert_eq!(second.id.as_deref(), Some("g1"));
        assert_eq!(second.lines[0].options.guards, ["a", "b", "c"]);
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
