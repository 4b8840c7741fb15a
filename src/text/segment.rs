//! Words by jieba, for entries that ask whether a match begins and ends where words do.

use std::sync::OnceLock;

use jieba_rs::Jieba;

/// Cuts normalised text into words; the dictionary is loaded when first asked.
#[derive(Debug, Default)]
pub struct Segmenter {
    words: Vec<(String, Option<usize>)>,
    jieba: OnceLock<Jieba>,
}

impl Segmenter {
    /// A segmenter that knows `words` (with their frequencies, where given) besides the dictionary's.
    #[must_use]
    pub fn new(words: Vec<(String, Option<usize>)>) -> Self {
        Self { words, jieba: OnceLock::new() }
    }

    /// The byte positions in `sentence` at which words begin or end, in order.
    #[must_use]
    pub fn borders(&self, sentence: &str) -> Vec<usize> {
        let mut borders = vec![0];
        borders.extend(self.jieba().cut(sentence, false).iter().map(|token| token.byte_end));
        borders
    }

    fn jieba(&self) -> &Jieba {
        self.jieba.get_or_init(|| {
            let mut jieba = Jieba::new();
            for (word, frequency) in &self.words {
                jieba.add_word(word, *frequency, None);
            }
            jieba
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_pack_is_kept_in_one_piece() {
        let plain = Segmenter::default();
        let with_word = Segmenter::new(vec![("工单号".to_owned(), None)]);
        assert!(plain.borders("工单号").len() > 2);
        assert_eq!(with_word.borders("工单号"), [0, 9]);
    }

    #[test]
    fn no_border_stands_inside_a_word() {
        assert!(!Segmenter::default().borders("母乳喂养").contains(&9));
    }
}
