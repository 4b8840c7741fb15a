//! What normalising does to a single character: width, case, compatibility forms, traditional → simplified.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// A pause in speech, or a sign that is not speech: where it stands decides what may match across it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PauseKind {
    /// Comma, space, dash, emoji: the sentence goes on.
    Weak,
    /// Full stop, exclamation mark, semicolon, line end: the sentence is over.
    Strong,
    /// Question mark: the sentence is over, and was a question.
    Question,
}

/// What becomes of one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// It stands for this letter or digit.
    Letter(char),
    /// It is dropped and leaves a pause.
    Pause(PauseKind),
    /// It is dropped without a trace: quotation marks, invisible characters.
    Nothing,
    /// It stands for several letters, such as ℡ for tel.
    Several,
}

/// The fold of `c`.
#[must_use]
pub fn fold(c: char) -> Fold {
    match u16::try_from(u32::from(c)) {
        Ok(unit) => unpack(TABLE[usize::from(unit)]),
        // What stands for a character of the basic plane is simplified as that is.
        Err(_) => match compute(c) {
            Fold::Letter(letter) if letter != c => fold(letter),
            other => other,
        },
    }
}

/// The letters that a character of [`Fold::Several`] stands for.
pub(super) fn several(c: char) -> impl Iterator<Item = char> {
    std::iter::once(c).nfkc().flat_map(char::to_lowercase).filter_map(|c| match fold(c) {
        Fold::Letter(letter) => Some(letter),
        Fold::Pause(_) | Fold::Nothing | Fold::Several => None,
    })
}

/// Whether `c` is a Chinese character.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' | '〇')
}

/// The Chinese characters that stand for themselves and are no digits: what most text is made of.
#[derive(Clone, Copy)]
pub(super) struct PlainHan(&'static [u8]);

impl PlainHan {
    pub(super) fn get() -> Self {
        Self(&PLAIN_HAN)
    }

    /// How many of them `text` begins with, in characters and in bytes.
    pub(super) fn run(self, text: &str) -> (u32, usize) {
        let run = text.chars().take_while(|c| self.has(*c));
        run.fold((0, 0), |(count, bytes), c| (count + 1, bytes + c.len_utf8()))
    }

    fn has(self, c: char) -> bool {
        let bits = self.0.get(c as usize >> 3);
        bits.is_some_and(|bits| bits & (1 << (c as u32 & 7)) != 0)
    }
}

/// The Arabic digit that a digit or its spoken Chinese form stands for.
#[must_use]
pub fn digit(letter: char) -> Option<char> {
    Some(match letter {
        '0'..='9' => letter,
        '零' | '〇' => '0',
        '幺' | '一' => '1',
        '二' => '2',
        '三' => '3',
        '四' => '4',
        '五' => '5',
        '六' => '6',
        '七' => '7',
        '八' => '8',
        '九' => '9',
        _ => return None,
    })
}

/// One bit for each character of the basic plane.
static PLAIN_HAN: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    let mut bits = vec![0_u8; (usize::from(u16::MAX) + 1) / 8];
    for c in (0..=u32::from(u16::MAX)).filter_map(char::from_u32) {
        if is_han(c) && digit(c).is_none() && fold(c) == Fold::Letter(c) {
            bits[c as usize >> 3] |= 1 << (c as u32 & 7);
        }
    }
    bits.into_boxed_slice()
});

const WEAK: u16 = 0;
const STRONG: u16 = 1;
const QUESTION: u16 = 2;
const SEVERAL: u16 = 3;
const NOTHING: u16 = 4;

/// One entry for each character of the basic plane: a letter, or one of the codes above, none of which is a letter.
static TABLE: LazyLock<Box<[u16]>> = LazyLock::new(|| {
    let mut simplified: Vec<u16> = (0..=u16::MAX).collect();
    for (from, to) in simplifications() {
        simplified[from as usize] = to as u16;
    }
    (0..=u16::MAX)
        .map(|unit| char::from_u32(u32::from(unit)).map_or(WEAK, |c| pack(compute(c))))
        // Twice, since a few simplified characters are simplified once more.
        .map(|code| simplified[usize::from(simplified[usize::from(code)])])
        .collect()
});

/// The pairs of `traditional.txt`: each word is a simplified character and the traditional ones that it stands for.
fn simplifications() -> impl Iterator<Item = (char, char)> {
    include_str!("traditional.txt").split_whitespace().flat_map(|word| {
        let mut characters = word.chars();
        let simplified = characters.next();
        characters.filter_map(move |traditional| Some((traditional, simplified?)))
    })
}

fn pack(fold: Fold) -> u16 {
    match fold {
        // Letters that fold out of the basic plane do not occur: `compute` maps within a plane.
        Fold::Letter(c) => u16::try_from(u32::from(c)).unwrap_or(SEVERAL),
        Fold::Pause(PauseKind::Weak) => WEAK,
        Fold::Pause(PauseKind::Strong) => STRONG,
        Fold::Pause(PauseKind::Question) => QUESTION,
        Fold::Several => SEVERAL,
        Fold::Nothing => NOTHING,
    }
}

fn unpack(code: u16) -> Fold {
    match code {
        WEAK => Fold::Pause(PauseKind::Weak),
        STRONG => Fold::Pause(PauseKind::Strong),
        QUESTION => Fold::Pause(PauseKind::Question),
        SEVERAL => Fold::Several,
        NOTHING => Fold::Nothing,
        unit => char::from_u32(u32::from(unit)).map_or(Fold::Pause(PauseKind::Weak), Fold::Letter),
    }
}

fn compute(c: char) -> Fold {
    match c {
        '。' | '.' | '．' | '｡' | '!' | '！' | ';' | '；' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => {
            return Fold::Pause(PauseKind::Strong);
        }
        '?' | '？' | '⁇' | '⁈' => return Fold::Pause(PauseKind::Question),
        '"' | '\'' | '“' | '”' | '‘' | '’' | '「' | '」' | '『' | '』' | '＂' | '＇' => {
            return Fold::Nothing;
        }
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' => return Fold::Nothing,
        _ => {}
    }
    let mut letters = std::iter::once(c).nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric());
    match (letters.next(), letters.next()) {
        (None, _) => Fold::Pause(PauseKind::Weak),
        (Some(letter), None) => Fold::Letter(letter),
        (Some(_), Some(_)) => Fold::Several,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_and_compatibility_forms_become_plain_letters() {
        for (from, to) in [('Ａ', 'a'), ('９', '9'), ('B', 'b'), ('ﾊ', 'ハ'), ('③', '3'), ('⑫', '1')]
        {
            if from == '⑫' {
                assert_eq!(fold(from), Fold::Several);
                assert_eq!(several(from).collect::<String>(), "12");
            } else {
                assert_eq!(fold(from), Fold::Letter(to), "{from}");
            }
        }
    }

    #[test]
    fn traditional_characters_become_simplified_and_stay_one_character() {
        for (from, to) in [
            ('這', '这'),
            ('囉', '啰'),
            ('不', '不'),
            ('歸', '归'),
            ('妳', '你'),
            ('⼾', '户'),
            ('\u{2f8c5}', '㧑'),
        ] {
            assert_eq!(fold(from), Fold::Letter(to), "{from}");
        }
    }

    #[test]
    fn punctuation_leaves_a_pause_of_its_strength() {
        for (c, kind) in [
            ('，', PauseKind::Weak),
            (' ', PauseKind::Weak),
            ('😀', PauseKind::Weak),
            ('\0', PauseKind::Weak),
            ('…', PauseKind::Weak),
            ('。', PauseKind::Strong),
            ('！', PauseKind::Strong),
            ('？', PauseKind::Question),
        ] {
            assert_eq!(fold(c), Fold::Pause(kind), "{c:?}");
        }
    }

    #[test]
    fn quotation_marks_and_invisible_characters_leave_no_trace() {
        for c in ['“', '」', '"', '\u{200b}', '\u{feff}'] {
            assert_eq!(fold(c), Fold::Nothing, "{c:?}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        for c in (0..=0xFFFF_u32).filter_map(char::from_u32) {
            if let Fold::Letter(letter) = fold(c) {
                assert_eq!(fold(letter), Fold::Letter(letter), "{c} -> {letter}");
            }
        }
    }
}
