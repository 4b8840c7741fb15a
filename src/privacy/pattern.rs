//! What a row of digits is: a telephone number, the number of an identity card or of a bank card, or none of these.

use super::Kind;
use super::cue::ID_PROVINCES;

/// The X at the end of the number of an identity card.
pub(super) const CROSS: u8 = 10;
/// A digit that cannot be seen, since it is covered.
pub(super) const HIDDEN: u8 = 11;
/// No number that is looked for has more digits.
pub(super) const LONGEST: usize = 19;

/// What a row of digits is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sort {
    pub(super) kind: Kind,
    /// So many digits at the begin are nobody's: 86, 0086.
    pub(super) skip: usize,
}

impl Sort {
    fn of(kind: Kind) -> Self {
        Self { kind, skip: 0 }
    }
}

/// What `digits` are by themselves: their length, their begin and their check digit say so.
pub(super) fn by_itself(digits: &[u8]) -> Option<Sort> {
    let phone = |skip| Some(Sort { kind: Kind::Phone, skip });
    match digits {
        [..] if is_mobile(digits) || is_landline(digits) => phone(0),
        [0, rest @ ..] if is_mobile(rest) => phone(1),
        [8, 6, rest @ ..] if is_mobile(rest) => phone(2),
        [0, 0, 8, 6, rest @ ..] if is_mobile(rest) => phone(4),
        // From abroad the 0 of the area code is left out.
        [8, 6, rest @ ..] if is_landline(&[&[0], rest].concat()) => phone(2),
        [0, 0, 8, 6, rest @ ..] if is_landline(&[&[0], rest].concat()) => phone(4),
        [..] if is_id_card(digits) => Some(Sort::of(Kind::IdCard)),
        [..] if (16..=19).contains(&digits.len()) && has_luhn(digits) && !is_dated(digits) => {
            Some(Sort::of(Kind::BankCard))
        }
        _ => None,
    }
}

/// Whether a number of so many digits may begin like this: what rules most out, and cheaply.
pub(super) fn may_begin(digits: &[u8], length: usize, is_card: bool) -> bool {
    match length {
        16..=19 if is_card => digits.first().is_some_and(|first| *first < CROSS),
        18 => is_region(digits),
        11..=15 => matches!(digits, [0, ..] | [8, 6, ..] | [1, 3..=9, ..]),
        _ => false,
    }
}

/// What `digits` are where the number of an identity card is announced: recognisers mishear a digit.
pub(super) fn announced_id_card(digits: &[u8]) -> Option<Sort> {
    let all = is_plain(digits) || has_cross(digits);
    (all && (digits.len() == 18 || is_old_id_card(digits))).then_some(Sort::of(Kind::IdCard))
}

/// The same for a part of one: it broke off, or the rest was not understood. One that was announced from afar must reach
/// behind the date of birth.
pub(super) fn part_of_id_card(digits: &[u8], is_near: bool) -> Option<Sort> {
    let is_begun = || digits.get(6..14).is_some_and(is_birth);
    let is_part = (8..=17).contains(&digits.len()) && is_plain(digits) && !is_dated(digits);
    (is_part && (is_near || is_begun())).then_some(Sort::of(Kind::IdCard))
}

/// What `digits` are where the number of a bank card is announced.
pub(super) fn announced_bank_card(digits: &[u8]) -> Option<Sort> {
    let length = digits.len();
    let is_card =
        is_plain(digits) && ((16..=19).contains(&length) || (13..=15).contains(&length) && has_luhn(digits));
    is_card.then_some(Sort::of(Kind::BankCard))
}

/// What `digits` are where a telephone number is announced: a local one, or one of which a digit was lost or doubled.
pub(super) fn announced_phone(digits: &[u8]) -> Option<Sort> {
    let is_phone = is_plain(digits)
        && match (digits.len(), digits) {
            (7 | 8, [first, ..]) => (2..=8).contains(first),
            (10..=12, [1, second, ..]) => *second >= 3,
            (10..=12, [0, second, ..]) => *second >= 1,
            _ => false,
        };
    is_phone.then_some(Sort::of(Kind::Phone))
}

/// What `digits` are of which some are hidden, and the rest is too many to be shown: 138001380**, 110105194912310**8.
pub(super) fn veiled(digits: &[u8], said: Option<Kind>) -> Option<Sort> {
    let hidden = digits.iter().filter(|digit| **digit == HIDDEN).count();
    if hidden == 0 || digits.len() - hidden < 6 {
        return None;
    }
    let kind = match digits {
        // 138****8000 is how numbers are shown here.
        [_, _, _, HIDDEN, HIDDEN, HIDDEN, HIDDEN, _, _, _, _] if hidden == 4 => None,
        [1, 3..=9, ..] if digits.len() == 11 => Some(Kind::Phone),
        _ if digits.len() == 11 => said.filter(|kind| *kind == Kind::Phone),
        _ if digits.len() == 18 && is_region(digits) => Some(Kind::IdCard),
        _ if digits.len() == 18 => said.filter(|kind| *kind == Kind::IdCard),
        _ => None,
    };
    kind.map(Sort::of)
}

fn is_plain(digits: &[u8]) -> bool {
    digits.iter().all(|digit| *digit < CROSS)
}

fn has_cross(digits: &[u8]) -> bool {
    matches!(digits, [rest @ .., CROSS] if is_plain(rest))
}

/// Whether `digits` are the number of a mobile.
pub(super) fn is_mobile(digits: &[u8]) -> bool {
    matches!(digits, [1, 3..=9, rest @ ..] if rest.len() == 9 && is_plain(rest))
}

/// An area code and a local number, which begins with none of 0, 1, 9.
fn is_landline(digits: &[u8]) -> bool {
    let local = match digits {
        [0, 1, 0, local @ ..] | [0, 2, 0..=5 | 7..=9, local @ ..] if local.len() == 8 => local,
        [0, 3..=9, _, _, local @ ..] if matches!(local.len(), 7 | 8) => local,
        _ => return false,
    };
    matches!(local, [2..=8, ..]) && is_plain(digits)
}

/// GB 11643: region, date of birth, sequence, check digit by ISO 7064 MOD 11-2.
fn is_id_card(digits: &[u8]) -> bool {
    let [rest @ .., last] = digits else { return false };
    if rest.len() != 17 || !is_region(rest) || !is_plain(rest) || !is_birth(&rest[6..14]) {
        return false;
    }
    let sum = rest.iter().fold(0, |sum, digit| (sum + u32::from(*digit)) * 2 % 11);
    (sum + u32::from(*last)) % 11 == 1
}

/// The form before 1999: two digits for the year, no check digit.
fn is_old_id_card(digits: &[u8]) -> bool {
    digits.len() == 15 && is_region(digits) && is_date(&[&[1, 9], &digits[6..12]].concat())
}

fn is_region(digits: &[u8]) -> bool {
    matches!(digits, [tens, ones, ..] if tens.max(ones) < &CROSS && ID_PROVINCES.contains(&(tens * 10 + ones)))
}

/// A day of the twentieth or twenty-first century, of eight digits.
fn is_birth(digits: &[u8]) -> bool {
    matches!(digits, [1, 9, ..] | [2, 0, ..]) && is_date(digits)
}

fn is_date(digits: &[u8]) -> bool {
    let [year @ .., m1, m2, d1, d2] = digits else { return false };
    let two = |tens: &u8, ones: &u8| i8::try_from(tens * 10 + ones).unwrap_or(i8::MAX);
    let year = year.iter().fold(0, |sum, digit| sum * 10 + i16::from(*digit));
    jiff::civil::Date::new(year, two(m1, m2), two(d1, d2)).is_ok()
}

/// Whether a number begins with a day of this century, as those of orders and cases do.
fn is_dated(digits: &[u8]) -> bool {
    matches!(digits, [2, 0, 0..=4, ..] if digits.len() >= 8 && is_date(&digits[..8]))
}

/// ISO 7812: from the right every second digit is doubled, and the sum of all digits is a multiple of ten.
fn has_luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit < 5 { digit * 2 } else { digit * 2 - 9 };
    let terms = digits.iter().rev().enumerate();
    let sum: u32 =
        terms.map(|(at, digit)| u32::from(if at % 2 == 1 { doubled(*digit) } else { *digit })).sum();
    sum.is_multiple_of(10) && is_plain(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.chars().map(|c| c.to_digit(10).map_or(CROSS, |digit| u8::try_from(digit).unwrap())).collect()
    }

    fn kind(text: &str) -> Option<Kind> {
        by_itself(&digits(text)).map(|sort| sort.kind)
    }

    #[test]
    fn telephone_numbers_are_known_by_their_begin_and_length() {
        for phone in [
            "13800138000",
            "19912345678",
            "8613800138000",
            "008613800138000",
            "013800138000",
            "861087654321",
            "008675587654321",
            "01087654321",
            "075587654321",
        ] {
            assert_eq!(kind(phone), Some(Kind::Phone), "{phone}");
        }
        for other in
            ["12800138000", "1380013800", "138001380001", "4008208820", "95588", "00012345678", "01017654321"]
        {
            assert_eq!(kind(other), None, "{other}");
        }
        assert_eq!(by_itself(&digits("008613800138000")).unwrap().skip, 4);
    }

    #[test]
    fn identity_cards_need_region_date_and_check_digit() {
        // The example of GB 11643, and one that ends with X.
        for card in ["11010519491231002X", "440524188001010014", "110105194912310038"] {
            assert_eq!(kind(card) == Some(Kind::IdCard), card != "440524188001010014", "{card}");
        }
        for other in ["110105194912310021", "11010519491331002X", "99010519491231002X"] {
            assert_ne!(kind(other), Some(Kind::IdCard), "{other}");
        }
        assert!(announced_id_card(&digits("110105194912310021")).is_some());
        assert!(announced_id_card(&digits("110105491231002")).is_some());
        assert!(announced_id_card(&digits("110105491331002")).is_none());
        assert!(part_of_id_card(&digits("1101051949"), true).is_some());
        assert!(part_of_id_card(&digits("1101051949"), false).is_none());
        assert!(part_of_id_card(&digits("11010519491231"), false).is_some());
        assert!(part_of_id_card(&digits("110105"), true).is_none());
        assert!(part_of_id_card(&digits("20260105"), true).is_none(), "a day");
    }

    #[test]
    fn bank_cards_need_luhn_unless_they_are_announced() {
        assert_eq!(kind("6222021234567894"), Some(Kind::BankCard));
        assert_eq!(kind("6222021234567895"), None);
        assert!(announced_bank_card(&digits("6222021234567895")).is_some());
        assert!(announced_bank_card(&digits("378282246310005")).is_some());
        assert!(announced_bank_card(&digits("378282246310006")).is_none());
        assert_eq!(kind("2023110512345677"), None, "begins with a day, as orders do");
    }

    #[test]
    fn announced_telephone_numbers_may_be_local_or_misheard() {
        for phone in ["67010327", "6701032", "1380013800", "138001380000"] {
            assert!(announced_phone(&digits(phone)).is_some(), "{phone}");
        }
        for other in ["4008208820", "95588", "10086", "12345678", "99887766"] {
            assert!(announced_phone(&digits(other)).is_none(), "{other}");
        }
    }
}
