//! Which language a transcript is in: the share of Chinese characters first, whatlang where that does not settle it.

use whatlang::Lang;

use super::Document;

/// Chinese characters settle the question from this share on: other languages that use them mix them with their own script.
const SETTLED_SHARE: f64 = 0.9;

/// What could be told about the language.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Language {
    /// ISO 639-3 code; none where there is too little text to be sure.
    pub code: Option<&'static str>,
    /// Share of Chinese characters among the letters that are no digits, 0 to 1.
    pub han_share: f64,
    /// Letters in all.
    pub letters: u32,
}

/// Tells the language of the whole transcript, where it has at least `least_letters`.
#[must_use]
pub fn detect(document: &Document<'_>, least_letters: u32) -> Language {
    let (letters, han) = document.letters_and_han();
    // Digits are the same in every language.
    let digits: u32 = document.numbers().iter().map(|number| number.end - number.start).sum();
    let words = letters - digits;
    let han_share = if words == 0 { 0.0 } else { f64::from(han) / f64::from(words) };
    let code = if letters < least_letters {
        None
    } else if han_share >= SETTLED_SHARE {
        Some(Lang::Cmn.code())
    } else {
        // As it was posted: other languages are told by their spaces and their marks.
        let posted: Vec<&str> = document.transcript().turns.iter().map(|turn| turn.text.as_ref()).collect();
        let guess = whatlang::detect(&posted.join("\n")).filter(whatlang::Info::is_reliable);
        guess.map(|guess| guess.lang().code())
    };
    Language { code, han_share, letters }
}
