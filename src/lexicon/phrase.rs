//! A phrase as it is written in a lexicon: a row of parts, where brackets leave a choice.

/// More wordings than this in one bracket are refused: such a line is better written as several, or as a pattern.
pub(super) const MOST_WORDINGS: usize = 1000;

/// More parts than this in one phrase are refused: nobody could still tell what such a line matches.
const MOST_PARTS: usize = 16;

/// Why a phrase cannot be read; `column` counts characters of the phrase from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PhraseError {
    /// Where in the phrase.
    pub(super) column: usize,
    /// What is wrong.
    pub(super) message: String,
    /// What to do about it, where the message does not say so.
    pub(super) help: Option<&'static str>,
}

/// The parts of `phrase`, each with its wordings: `(这|那|)事` is a choice of 这, 那 or nothing, then 事.
///
/// # Errors
/// Unbalanced brackets, a bar outside of brackets, a bracket with more than [`MOST_WORDINGS`] wordings, or more than
/// [`MOST_PARTS`] parts.
pub(super) fn parts(phrase: &str) -> Result<Vec<Vec<String>>, PhraseError> {
    let characters: Vec<char> = phrase.chars().map(half_width).collect();
    let mut reader = Reader { characters: &characters, at: 0 };
    let mut parts = Vec::new();
    while let Some(c) = characters.get(reader.at) {
        if parts.len() == MOST_PARTS {
            let help = "每个括号、括号之间的每段文字各算一段；请拆成几条";
            return Err(reader.error(format!("一条词条最多 {MOST_PARTS} 段")).help(help));
        }
        match c {
            '(' => parts.push(reader.choices(1)?),
            ')' => return Err(reader.error("多了一个右括号")),
            '|' => return Err(reader.error("竖线 | 只能写在括号里")),
            _ => parts.push(vec![reader.plain()]),
        }
    }
    Ok(parts)
}

/// Chinese input methods type the wide forms.
fn half_width(c: char) -> char {
    match c {
        '（' => '(',
        '）' => ')',
        '｜' => '|',
        other => other,
    }
}

impl PhraseError {
    fn help(self, help: &'static str) -> Self {
        Self { help: Some(help), ..self }
    }
}

/// Refuses the bracket at `column` if with it there are too many wordings.
fn limit(wordings: usize, column: usize) -> Result<(), PhraseError> {
    let message = format!("展开超过 {MOST_WORDINGS} 种写法");
    let help = Some("拆成几条，或改用规则里的 pattern");
    if wordings > MOST_WORDINGS { Err(PhraseError { column, message, help }) } else { Ok(()) }
}

struct Reader<'a> {
    characters: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn error(&self, message: impl Into<String>) -> PhraseError {
        PhraseError { column: self.at, message: message.into(), help: None }
    }

    /// Reads up to the next sign.
    fn plain(&mut self) -> String {
        let rest = &self.characters[self.at..];
        let plain: String = rest.iter().take_while(|c| !matches!(c, '(' | ')' | '|')).collect();
        self.at += plain.chars().count();
        plain
    }

    /// Reads up to a bar or a closing bracket, or the end.
    fn sequence(&mut self, depth: usize) -> Result<Vec<String>, PhraseError> {
        let mut wordings = vec![String::new()];
        while let Some(&c) = self.characters.get(self.at) {
            match c {
                '|' | ')' => break,
                '(' => {
                    let opening = self.at;
                    let choices = self.choices(depth + 1)?;
                    limit(wordings.len() * choices.len(), opening)?;
                    wordings = wordings
                        .iter()
                        .flat_map(|head| choices.iter().map(move |tail| format!("{head}{tail}")))
                        .collect();
                }
                _ => {
                    let plain = self.plain();
                    wordings.iter_mut().for_each(|wording| wording.push_str(&plain));
                }
            }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_parts_with_all_their_wordings() {
        assert_eq!(parts("(这|那|)事不归我管").unwrap(), [vec!["这", "那", ""], vec!["事不归我管"]]);
        assert_eq!(parts("a（b（c｜d）｜e）").unwrap(), [vec!["a"], vec!["bc", "bd", "e"]]);
        assert_eq!(parts("没有括号").unwrap(), [vec!["没有括号"]]);
    }

    #[test]
    fn mistakes_name_their_column() {
        for (phrase, column) in [("不(归|属于我管", 1), ("不归)我", 2), ("不归|我", 2)] {
            assert_eq!(parts(phrase).unwrap_err().column, column, "{phrase}");
        }
        let many = format!("({})", "(a|b|c|d|e|f|g|h|i|j)".repeat(4));
        assert!(parts(&many).unwrap_err().message.contains("1000"));
        assert_eq!(parts(&"(甲|)乙".repeat(8)).unwrap().len(), 16);
        assert_eq!(parts(&"(甲|)乙".repeat(9)).unwrap_err().column, 8 * 5);
    }
}
