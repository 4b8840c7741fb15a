//! Pace (语速): letters a minute of single turns.

use std::rc::Rc;

use super::Scene;
use crate::lexicon::Speaker;

impl Scene<'_> {
    /// Letters a minute of each turn of `speaker` that has at least `least_chars`, with the turn.
    #[must_use]
    pub fn paces(&self, speaker: Speaker, least_chars: u32) -> Rc<Vec<(u32, f64)>> {
        self.paces.answer(&(speaker, least_chars), || find(self, speaker, least_chars))
    }
}

fn find(scene: &Scene<'_>, speaker: Speaker, least_chars: u32) -> Vec<(u32, f64)> {
    let letters = |turn| scene.document.letters(turn);
    let timed = scene.turns_of(speaker).filter_map(|at| Some((at, scene.turn(at).times()?)));
    let asked = timed.filter(|(at, (start, end))| letters(*at) >= least_chars && end > start);
    let pace = |(at, (start, end))| {
        let minutes = f64::from(end - start) / 60_000.0;
        (at, f64::from(letters(at)) / minutes)
    };
    asked.map(pace).collect()
}

/// The middle value; of an even number, the mean of the two in the middle.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_nothing_is_none() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
