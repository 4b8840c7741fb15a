//! A phrase as it is written in a lexicon: a row of parts, where brackets leave a choice, braces a gap, and angle
//! brackets name a class.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// More wordings than this in one bracket are refused: such a line is better written as several, or as a pattern.
pub(super) const MOST_WORDINGS: usize = 1000;

/// More parts than this in one phrase are refused: nobody could still tell what such a line matches.
const MOST_PARTS: usize = 16;

/// A gap wider than this is refused: what stands so far apart belongs together by chance.
const WIDEST_GAP: u32 = 30;
/// And at the begin or end of a phrase, where nothing stops it, than this.
const WIDEST_EDGE: u32 = 4;

/// Numbers have no more digits than this where the phrase names no limit.
const MOST_DIGITS: u32 = 30;

/// The name of the class of numbers, which every pack has.
const NUMBER: &str = "数字";

/// Why a phrase cannot be read; `column` counts characters of the phrase from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PhraseError {
    /// Where in the phrase.
    pub(super) column: usize,
    /// What is wrong.
    pub(super) message: String,
    /// What to do about it, where the message does not say so.
    pub(super) help: Option<String>,
}

/// A part of a phrase, whose wordings are written as `T`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<T> {
    /// One of these.
    Choice(Vec<T>),
    /// So many letters of any kind.
    Gap(Count),
    /// A number of so many digits, or a spoken one such as 三十五.
    Number(Count),
}

/// How many letters or digits.
pub(super) type Count = RangeInclusive<u32>;

/// The wordings that the name of a class (词类) stands for.
pub(super) type Classes = BTreeMap<String, Vec<String>>;

/// The parts of `phrase`: `(这|那|)事{0-3}<称谓>` is a choice of 这, 那 or nothing, then 事, then at most three
/// letters, then a word of the class 称谓.
///
/// # Errors
/// Unbalanced brackets, a bar outside of brackets, a bracket with more than [`MOST_WORDINGS`] wordings, more than
/// [`MOST_PARTS`] parts, a class that does not exist, or a gap that is too wide or leads nowhere.
pub(super) fn parts(phrase: &str, classes: &Classes) -> Result<Vec<Part<String>>, PhraseError> {
    let characters: Vec<char> = phrase.chars().map(half_width).collect();
    let mut reader = Reader { characters: &characters, classes, at: 0 };
    let mut parts = Vec::new();
    while let Some(c) = characters.get(reader.at) {
        if parts.len() == MOST_PARTS {
            let help = "每个括号、括号之间的每段文字各算一段；请拆成几条";
            return Err(reader.error(format!("一条词条最多 {MOST_PARTS} 段")).help(help));
        }
        parts.push(match c {
            '(' => Part::Choice(reader.choices(1)?),
            '{' => reader.gap(parts.is_empty())?,
            '<' => reader.class()?,
            ')' | '}' | '>' => return Err(reader.error(format!("多了一个右括号 {c}"))),
            '|' => return Err(reader.error("竖线 | 只能写在圆括号里")),
            _ => Part::Choice(vec![reader.plain()]),
        });
    }
    Ok(parts)
}

/// Chinese input methods type the wide forms.
fn half_width(c: char) -> char {
    match c {
        '（' => '(',
        '）' => ')',
        '｜' => '|',
        '｛' => '{',
        '｝' => '}',
        '＜' | '〈' => '<',
        '＞' | '〉' => '>',
        other => other,
    }
}

/// Whether `c` is written for something else than itself.
pub(super) fn is_sign(c: char) -> bool {
    matches!(half_width(c), '(' | ')' | '|' | '{' | '}' | '<' | '>')
}

impl PhraseError {
    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// Refuses the bracket at `column` if with it there are too many wordings.
fn limit(wordings: usize, column: usize) -> Result<(), PhraseError> {
    let message = format!("展开超过 {MOST_WORDINGS} 种写法");
    let help = Some("拆成几条，或改用规则里的 pattern".to_owned());
    if wordings > MOST_WORDINGS { Err(PhraseError { column, message, help }) } else { Ok(()) }
}

struct Reader<'a> {
    characters: &'a [char],
    classes: &'a Classes,
    at: usize,
}

impl Reader<'_> {
    fn error(&self, message: impl Into<String>) -> PhraseError {
        PhraseError { column: self.at, message: message.into(), help: None }
    }

    /// Reads up to the next sign.
    fn plain(&mut self) -> String {
        let rest = &self.characters[self.at..];
        let plain: String = rest.iter().take_while(|c| !is_sign(**c)).collect();
        self.at += plain.chars().count();
        plain
    }

    /// Reads up to a bar or a closing bracket, or the end.
    fn sequence(&mut self, depth: usize) -> Result<Vec<String>, PhraseError> {
        let mut wordings = vec![String::new()];
        while let Some(&c) = self.characters.get(self.at) {
            let opening = self.at;
            let choices = match c {
                '|' | ')' => break,
                '(' => self.choices(depth + 1)?,
                '<' => match self.class()? {
                    Part::Choice(choices) => choices,
                    _ => {
                        return Err(PhraseError {
                            column: opening, ..self.error("数字不能写在圆括号里")
                        });
                    }
                },
                '{' => {
                    return Err(self
                        .error("间隔不能写在圆括号里")
                        .help("前面的括号是不是忘了关；否则把每种说法各写成一条"));
                }
                '}' | '>' => return Err(self.error(format!("多了一个右括号 {c}"))),
                _ => vec![self.plain()],
            };
            limit(wordings.len() * choices.len(), opening)?;
            wordings = wordings
                .iter()
                .flat_map(|head| choices.iter().map(move |tail| format!("{head}{tail}")))
                .collect();
        }
        Ok(wordings)
    }

    /// Reads a bracket with its alternatives.
    fn choices(&mut self, depth: usize) -> Result<Vec<String>, PhraseError> {
        let opening = self.error("左括号没有配对的右括号");
        if depth > 8 {
            return Err(self.error("括号嵌套太深"));
        }
        self.at += 1;
        let mut choices = self.sequence(depth)?;
        loop {
            match self.characters.get(self.at) {
                Some('|') => {
                    self.at += 1;
                    choices.extend(self.sequence(depth)?);
                    limit(choices.len(), opening.column)?;
                }
                Some(')') => {
                    self.at += 1;
                    return Ok(choices);
                }
                _ => return Err(opening),
            }
        }
    }

    /// Reads what stands between the sign here and `closing`.
    fn inside(&mut self, closing: char) -> Result<String, PhraseError> {
        let rest = &self.characters[self.at + 1..];
        let Some(length) = rest.iter().position(|c| *c == closing) else {
            return Err(self.error(format!("这里的括号没有配对的 {closing}")));
        };
        self.at += length + 2;
        Ok(rest[..length].iter().filter(|c| !c.is_whitespace()).collect())
    }

    /// Reads a gap: `{3}` is at most three letters, `{1-3}` at least one.
    fn gap(&mut self, is_first: bool) -> Result<Part<String>, PhraseError> {
        let opening = self.error("");
        let written = self.inside('}')?;
        let wrong = |message: String| {
            let help = "写成 {3} 表示最多隔三个字，{1-3} 表示隔一到三个字";
            PhraseError { message, ..opening.clone() }.help(help)
        };
        let count = count(&written, 0).ok_or_else(|| wrong(format!("间隔不能是“{written}”")))?;
        let is_edge = is_first || self.at == self.characters.len();
        if count.is_empty() || *count.end() == 0 || *count.end() > WIDEST_GAP {
            return Err(wrong(format!("间隔应是 1 到 {WIDEST_GAP} 个字")));
        }
        if is_edge && (*count.start() == 0 || *count.end() > WIDEST_EDGE) {
            let message =
                format!("开头和结尾的间隔必须至少一个字、最多 {WIDEST_EDGE} 个字，否则什么也不多说");
            return Err(wrong(message));
        }
        Ok(Part::Gap(count))
    }

    /// Reads the name of a class, or the class of numbers with their digits: `<数字>`, `<数字4>`, `<数字7-12>`.
    fn class(&mut self) -> Result<Part<String>, PhraseError> {
        let opening = self.error("");
        let name = self.inside('>')?;
        let wrong = |message: String, help: String| PhraseError { message, ..opening.clone() }.help(help);
        if let Some(digits) = name.strip_prefix(NUMBER) {
            let count = match digits {
                "" => Some(1..=MOST_DIGITS),
                digits => count(digits, 1).map(|count| match digits.contains('-') {
                    true => count,
                    false => *count.end()..=MOST_DIGITS,
                }),
            };
            let count = count.filter(|count| !count.is_empty() && *count.start() > 0);
            let help = "<数字> 是任何数字，<数字4> 至少四位，<数字7-12> 七到十二位";
            return count
                .map(Part::Number)
                .ok_or_else(|| wrong(format!("位数不能是“{digits}”"), help.to_owned()));
        }
        let wordings = self.classes.get(&name).ok_or_else(|| {
            let known: Vec<&str> =
                std::iter::once(NUMBER).chain(self.classes.keys().map(String::as_str)).collect();
            wrong(format!("没有名为“{name}”的词类"), format!("可用的有：{}", known.join("、")))
        })?;
        limit(wordings.len(), opening.column)?;
        Ok(Part::Choice(wordings.clone()))
    }
}

/// `3` as from `least` to three, `1-3` as it says; none where it is neither.
fn count(written: &str, least: u32) -> Option<Count> {
    let number = |text: &str| text.parse::<u32>().ok();
    match written.split_once(['-', '－', '~', '～']) {
        None => Some(least..=number(written)?),
        Some((from, to)) => Some(number(from)?..=number(to)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(phrase: &str) -> Result<Vec<Part<String>>, PhraseError> {
        let titles = ["先生", "女士"].map(str::to_owned).to_vec();
        parts(phrase, &BTreeMap::from([("称谓".to_owned(), titles)]))
    }

    fn choice(wordings: &[&str]) -> Part<String> {
        Part::Choice(wordings.iter().map(|wording| (*wording).to_owned()).collect())
    }

    #[test]
    fn brackets_are_parts_with_all_their_wordings() {
        assert_eq!(read("(这|那|)事不归我管").unwrap(), [choice(&["这", "那", ""]), choice(&["事不归我管"])]);
        assert_eq!(read("a（b（c｜d）｜e）").unwrap(), [choice(&["a"]), choice(&["bc", "bd", "e"])]);
        assert_eq!(read("没有括号").unwrap(), [choice(&["没有括号"])]);
    }

    #[test]
    fn braces_are_gaps_and_angle_brackets_classes() {
        assert_eq!(
            read("工号{3}<数字2-8>的<称谓>").unwrap(),
            [
                choice(&["工号"]),
                Part::Gap(0..=3),
                Part::Number(2..=8),
                choice(&["的"]),
                choice(&["先生", "女士"])
            ]
        );
        assert_eq!(read("(好的|)姓{1-1}").unwrap()[2], Part::Gap(1..=1));
        assert_eq!(read("(这位<称谓>|您)").unwrap(), [choice(&["这位先生", "这位女士", "您"])]);
        assert_eq!(read("第<数字>次，尾号<数字4>").unwrap()[1], Part::Number(1..=MOST_DIGITS));
        assert_eq!(read("尾号＜数字4＞").unwrap()[1], Part::Number(4..=MOST_DIGITS));
    }

    #[test]
    fn mistakes_name_their_column() {
        for (phrase, column) in [
            ("不(归|属于我管", 1),
            ("不归)我", 2),
            ("不归|我", 2),
            ("不归{3", 2),
            ("不归{三}我", 2),
            ("不归{0}我", 2),
            ("不归{31}我", 2),
            ("{3}归我", 0),
            ("归我{0-2}", 2),
            ("归我{5-1}管", 2),
            ("您<尊称>好", 1),
            ("您<数字0>", 1),
            ("您>", 1),
            ("(您{3}|你)好", 2),
            ("(您<数字>|你)好", 2),
        ] {
            assert_eq!(read(phrase).unwrap_err().column, column, "{phrase}");
        }
        let many = format!("({})", "(a|b|c|d|e|f|g|h|i|j)".repeat(4));
        assert!(read(&many).unwrap_err().message.contains("1000"));
        assert_eq!(read(&"(甲|)乙".repeat(8)).unwrap().len(), 16);
        assert_eq!(read(&"(甲|)乙".repeat(9)).unwrap_err().column, 8 * 5);
    }
}
