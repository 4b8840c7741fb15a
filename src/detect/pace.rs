//! Pace (语速): letters a minute of single turns.

use std::rc::Rc;

use super::Scene;
use crate::lexicon::Speaker;

/// Letters a minute.
#[derive(Debug)]
pub struct Paces {
    /// Of single turns, in order.
    pub turns: Vec<(u32, f64)>,
    /// The middle one, where there is any.
    pub median: Option<f64>,
}

impl Scene<'_> {
    /// The paces of the turns of `speaker` that have at least `least_chars`.
    #[must_use]
    pub fn paces(&self, speaker: Speaker, least_chars: u32) -> Rc<Paces> {
        self.paces.answer(&(speaker, least_chars), || find(self, speaker, least_chars))
    }
}

fn find(scene: &Scene<'_>, speaker: Speaker, least_chars: u32) -> Paces {
    let letters = |turn| scene.document.letters(turn);
    let timed = scene.turns_of(speaker).filter_map(|at| Some((at, scene.turn(at).times()?)));
    let asked = timed.filter(|(at, (start, end))| letters(*at) >= least_chars && end > start);
    let pace = |(at, (start, end))| {
        let minutes = f64::from(end - start) / 60_000.0;
        (at, f64::from(letters(at)) / minutes)
    };
    let turns: Vec<(u32, f64)> = asked.map(pace).collect();
    let median = median(&mut turns.iter().map(|(_, pace)| *pace).collect::<Vec<_>>());
    Paces { turns, median }
}

/// The middle value; of an even number, the mean of the two in the middle.
fn median(values: &mut [f64]) -> Option<f64> {
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
