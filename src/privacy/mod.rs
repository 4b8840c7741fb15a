//! Beside the flow: what of a dialogue is personal data, and how it is shown without it.

mod address;
mod cover;
mod cue;
mod digit;
mod digits;
mod email;
mod house;
mod inner;
mod line;
mod number;
mod pattern;
mod plate;
mod read_out;
mod sign;
#[cfg(test)]
mod test;

use serde::Serialize;
use utoipa::ToSchema;

use crate::transcript::{Role, Turn};
pub use cover::{Covered, cover};

use line::Line;
use number::Turns;

/// A stretch of a turn that must not be shown, half-open, in Unicode scalar values of the original text.
///
/// It holds what is to be covered and no more: of a telephone number that is written in one go the first three and last
/// four digits are outside, of a card number the last four, of an e-mail address the domain, of a licence plate the
/// province and the letter of the city. Too many people share these to be told by them, and a reviewer still sees which of two numbers is meant.
/// Numbers that are spoken or read out in groups are covered whole, each group by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct Place {
    /// First character.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// What it is part of.
    pub kind: Kind,
}

/// The kinds of personal data that are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The number of a mobile or a landline (电话号码).
    Phone,
    /// The number of an identity card (身份证号).
    IdCard,
    /// The number of a bank card (银行卡号).
    BankCard,
    /// The numbers in an address (门牌号); its names stay.
    Address,
    /// A licence plate (车牌号).
    Plate,
    /// The name in an e-mail address (邮箱).
    Email,
}

/// For every turn, in the order given, which is that of time, its places: sorted and disjoint.
///
/// Takes time in proportion to the length of the text.
#[must_use]
pub fn places(turns: &[Turn<'_>]) -> Vec<Vec<Place>> {
    found(turns.iter().map(|turn| Line::new(turn.role, &turn.text)).collect())
}

/// `text` with an asterisk for each character of `places`, which are those of this text: sorted and disjoint.
///
/// It has as many characters as before, so that offsets stay true; and masking it again changes nothing.
#[must_use]
pub fn masked(text: &str, places: &[Place]) -> String {
    let mut places = places.iter().peekable();
    let cover = |(at, c): (u32, char)| {
        while places.next_if(|place| place.end <= at).is_some() {}
        if places.peek().is_some_and(|place| place.start <= at) { sign::COVERED } else { c }
    };
    (0..).zip(text.chars()).map(cover).collect()
}

/// The same for a text that stands alone: a reviewer's note, a sentence of the machine.
#[must_use]
pub fn mask(text: &str) -> String {
    let places = found(vec![Line::new(Role::Unknown, text)]);
    masked(text, &places.concat())
}

/// The surest first: what is covered is not looked at again.
fn found(mut lines: Vec<Line>) -> Vec<Vec<Place>> {
    email::over_turns(&mut lines);
    for at in 0..lines.len() {
        let (before, line) = lines.split_at_mut(at);
        line[0].read(before);
    }
    let before = number::announcements(&lines);
    let mut numbers = Vec::new();
    number::by_themselves(&mut lines, &before, Turns::First, &mut numbers);
    read_out::find(&mut lines, &before, &mut numbers);
    number::by_themselves(&mut lines, &before, Turns::Again, &mut numbers);
    number::as_announced(&mut lines, &before, &mut numbers);
    inner::find(&mut lines, &before, &mut numbers);
    number::repeated(&mut lines, &before, &mut numbers);
    address::find(&mut lines);
    lines.into_iter().map(in_order).collect()
}

fn in_order(line: Line) -> Vec<Place> {
    let mut places = line.places;
    places.sort_unstable_by_key(|place| (place.start, place.end));
    places
}
