//! E-mail addresses, written or spoken: zhangsan@qq.com, zhangsan艾特幺六三点com.

use std::ops::Range;

use super::cue::{SPOKEN_AT, SPOKEN_SIGNS, TOPS};
use super::line::Line;
use super::sign::{COVERED, DONE, UNSEEN, ends_with_any, goes_on, is_pause, next_of, value};
use super::{Kind, Place};

/// No name and no domain is longer.
const LONGEST: usize = 64;
/// No spoken name of a provider (幺六三, q q) is longer.
const LONGEST_SPOKEN: usize = 16;
/// So many turns back, the name is looked for that belongs to a domain.
const TURNS_BACK: usize = 3;
/// A turn between them has at most so many characters: 嗯, 好的您说.
const SHORT: usize = 6;

/// Covers the name, and takes the whole address out of `signs`; the domain stays to be read.
pub(super) fn find(signs: &mut [char], places: &mut Vec<Place>) {
    let mut at = 0;
    while at < signs.len() {
        let Some((behind, spoken)) = marker(signs, at) else {
            at += 1;
            continue;
        };
        let end = domain_end(signs, behind, spoken);
        let address = end.and_then(|end| Some((end, name(signs, at, spoken)?)));
        let Some((end, name)) = address else {
            at += 1;
            continue;
        };
        let start = name.start;
        places.push(Place::of(name, Kind::Email));
        signs[start..end].fill(DONE);
        at = end;
    }
}

/// Covers the names whose domain is said in a later turn, and their read-backs: zhangsan, 嗯, 艾特qq点com.
pub(super) fn over_turns(lines: &mut [Line]) {
    for at in 1..lines.len() {
        if !is_domain(&lines[at].signs) {
            continue;
        }
        for line in lines[..at].iter_mut().rev().take(TURNS_BACK) {
            let end = line.signs.iter().rposition(|sign| !is_pause(*sign)).map_or(0, |last| last + 1);
            match name(&line.signs, end, true).filter(|name| name.len() > 1) {
                Some(name) => {
                    line.places.push(Place::of(name.clone(), Kind::Email));
                    line.signs[name].fill(DONE);
                }
                None if line.signs.len() > SHORT => break,
                None => {}
            }
        }
    }
}

/// Whether a turn begins with an @ and a domain.
fn is_domain(signs: &[char]) -> bool {
    let marker = signs.iter().position(|sign| !is_pause(*sign)).and_then(|begin| marker(signs, begin));
    marker.is_some_and(|(behind, spoken)| domain_end(signs, behind, spoken).is_some())
}

/// Where the @ at `at` ends, and whether it is spoken.
fn marker(signs: &[char], at: usize) -> Option<(usize, bool)> {
    if signs[at] == '@' {
        return Some((at + 1, false));
    }
    let word =
        matches!(signs[at], '艾' | '爱' | '圈' | '小' | 'a').then(|| next_of(signs, at, &SPOKEN_AT))??;
    let end = at + word.chars().count();
    let is_letter = |at: Option<usize>| at.and_then(|at| signs.get(at)).is_some_and(char::is_ascii_lowercase);
    let is_word = word != "at" || !is_letter(at.checked_sub(1)) && !is_letter(Some(end));
    is_word.then_some((end, true))
}

fn is_blank(sign: char) -> bool {
    matches!(sign, ' ' | ',' | UNSEEN)
}

/// The name before the @ at `marker`.
fn name(signs: &[char], marker: usize, spoken: bool) -> Option<Range<usize>> {
    let least = marker.saturating_sub(LONGEST);
    let blanks = signs[least..marker].iter().rev().take_while(|sign| is_blank(**sign)).count();
    let end = marker - blanks;
    let (mut at, mut start) = (end, end);
    while at > least {
        let sign = signs[at - 1];
        let is_part = sign.is_ascii_alphanumeric()
            || value(sign).is_some()
            || matches!(sign, '.' | '_' | '-' | '+' | COVERED);
        if is_part {
            at -= 1;
        } else if let Some(word) = SPOKEN_SIGNS.iter().find(|word| ends_with_any(signs, at, &[word])) {
            at -= word.chars().count();
        } else if spoken && is_blank(sign) {
            // Letters that are spelled out stand apart.
            at -= 1;
            continue;
        } else {
            break;
        }
        start = at;
    }
    (start < end).then_some(start..end)
}

/// Where the domain ends that begins behind the @.
fn domain_end(signs: &[char], start: usize, spoken: bool) -> Option<usize> {
    let (mut at, mut label, mut dots, mut found) = (start, start, 0, None);
    let most = signs.len().min(start + LONGEST);
    let first = if spoken { LONGEST_SPOKEN } else { LONGEST };
    while at < most && (dots > 0 || at < start + first) {
        let sign = signs[at];
        let dot = matches!(sign, '.' | '点') || sign == 'd' && goes_on(signs, at, "dot");
        if dot && at > label {
            dots += 1;
            at += if sign == 'd' { 3 } else { 1 };
            at += signs[at..most].iter().take_while(|sign| is_blank(**sign)).count();
            label = at;
            let letters = signs[at..most].iter().take_while(|sign| sign.is_ascii_lowercase()).count();
            // What is spoken must end as domains mostly do: at is a word as well.
            let is_top = |top: &&str| top.len() == letters && goes_on(signs, at, top);
            if letters >= 2 && (!spoken || TOPS.iter().any(is_top)) {
                found = Some(at + letters);
            }
            continue;
        }
        let is_part = sign.is_ascii_alphanumeric() || value(sign).is_some() || sign == '-';
        if !is_part && !(is_blank(sign) && (spoken || at == start) && dots == 0) {
            break;
        }
        at += 1;
    }
    found
}
