//! Phrases that nobody says.

/// Phrases of four characters that are common in what is said, none of which is said.
pub(crate) fn absent(count: usize, said: &str) -> Vec<String> {
    let letters: Vec<char> = said.chars().filter(|c| !c.is_ascii()).step_by(7).collect();
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        letters[usize::try_from(state >> 33).unwrap() % letters.len()]
    };
    let phrase = std::iter::repeat_with(|| (0..4).map(|_| next()).collect::<String>());
    phrase.filter(|phrase| !said.contains(phrase)).take(count).collect()
}
