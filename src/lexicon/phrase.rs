//! A phrase as it is written in a lexicon: alternatives in brackets, expanded to all its wordings.

/// More wordings than this from one line are refused: such a line is better written as several, or as a pattern.
pub(super) const MOST_WORDINGS: usize = 1000;

/// Why a phrase cannot be read; `column` counts characters of the phrase from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PhraseError {
    /// Where in the phrase.
    pub(super) column: usize,
    /// What is wrong.
    pub(super) message: String,
}

/// All wordings of `phrase`, in order: `(这|那|)事` stands for 这事, 那事 and 事.
///
/// # Errors
/// Unbalanced brackets, a bar outside of brackets, or more than [`MOST_WORDINGS`] wordings.
pub(super) fn wordings(phrase: &str) -> Result<Vec<String>, PhraseError> {
    let characters: Vec<char> = phrase.chars().map(half_width).collect();
    let mut reader = Reader { characters: &characters, at: 0 };
    let wordings = reader.sequence(0)?;
    match characters.get(reader.at) {
        None => Ok(wordings),
        Some(')') => Err(reader.error("多了一个右括号")),
        Some(_) => Err(reader.error("竖线 | 只能写在括号里")),
    }
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

struct Reader<'a> {
    characters: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn error(&self, message: impl Into<String>) -> PhraseError {
        PhraseError { column: self.at, message: message.into() }
    }

    /// Reads up to a bar or a closing bracket, or the end.
    fn sequence(&mut self, depth: usize) -> Result<Vec<String>, PhraseError> {
        let mut wordings = vec![String::new()];
        while let Some(&c) = self.characters.get(self.at) {
            match c {
                '|' | ')' => break,
                '(' => {
                    let choices = self.choices(depth + 1)?;
                    wordings = wordings
                        .iter()
                        .flat_map(|head| choices.iter().map(move |tail| format!("{head}{tail}")))
                        .collect();
                }
                _ => {
                    wordings.iter_mut().for_each(|wording| wording.push(c));
                    self.at += 1;
                }
            }
            if wordings.len() > MOST_WORDINGS {
                return Err(self.error(format!("展开超过 {MOST_WORDINGS} 种写法")));
            }
        }
        Ok(wordings)
    }

    /// Reads a bracket with its alternatives.
    fn choices(&mut self, depth: usize) -> Result<Vec<String>, PhraseError> {
        let opening =
            PhraseError { column: self.at, message: "左括号没有配对的右括号".to_owned() };
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
    fn brackets_expand_to_all_wordings_in_order() {
        assert_eq!(wordings("(这|那|)事不归我管").unwrap(), ["这事不归我管", "那事不归我管", "事不归我管"]);
        assert_eq!(wordings("a（b（c｜d）｜e）").unwrap(), ["abc", "abd", "ae"]);
        assert_eq!(wordings("没有括号").unwrap(), ["没有括号"]);
    }

    #[test]
    fn mistakes_name_their_column() {
        for (phrase, column) in [("不(归|属于我管", 1), ("不归)我", 2), ("不归|我", 2)] {
            assert_eq!(wordings(phrase).unwrap_err().column, column, "{phrase}");
        }
        let many = "(a|b|c|d|e|f|g|h|i|j)".repeat(4);
        assert!(wordings(&many).unwrap_err().message.contains("1000"));
    }
}
