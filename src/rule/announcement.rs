//! Where an expression can match at all: its literals are part of the one scan, and it runs only where they were found.

use std::ops::Range;

use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::detect::Scene;
use crate::lexicon::{LexiconsDraft, Watched};

/// More literals than this announce nothing.
const MOST_LITERALS: usize = 500;
/// So many things are asked of a place before the expression runs there; more would hardly rule out more.
const MOST_NEEDS: usize = 2;

/// What must stand where an expression matches.
#[derive(Debug)]
pub(super) struct Announcement {
    /// For each of its alternatives the things that must all stand there, the rarest first.
    alternatives: Vec<Vec<Need>>,
}

/// One of several literals, or a number.
#[derive(Debug)]
struct Need {
    literals: Watched,
    /// The least digits of the number.
    digits: Option<u32>,
}

/// Literals and numbers of which at least one stands in every match.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OneOf {
    literals: Vec<String>,
    /// The least digits of a number.
    digits: Option<u32>,
}

impl Announcement {
    /// What announces `hir`; none where one of its alternatives has nothing that must stand in it.
    ///
    /// A number that goes on in the next sentence counts as two: where matches may do so as well, any digit will do.
    pub(super) fn of(hir: &Hir, across_sentences: bool, lexicons: &mut LexiconsDraft) -> Option<Self> {
        let needs: Option<Vec<Vec<OneOf>>> = alternatives(hir).iter().map(|hir| needs(hir)).collect();
        let mut need = |mut one_of: OneOf| {
            one_of.digits = one_of.digits.map(|digits| if across_sentences { 1 } else { digits });
            Need { literals: lexicons.announce(&one_of.literals), digits: one_of.digits }
        };
        let alternatives = needs?.into_iter().map(|needs| needs.into_iter().map(&mut need).collect());
        Some(Self { alternatives: alternatives.collect() })
    }

    /// The sentences of the wanted turns in which a match can be, in order.
    pub(super) fn sentences(
        &self,
        scene: &Scene<'_>,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<(u32, Range<u32>)> {
        self.places(scene, wanted, |turn, at| scene.document.sentence(turn, &(at..at + 1)))
    }

    /// The wanted turns in which a match can be, in order.
    pub(super) fn turns(&self, scene: &Scene<'_>, wanted: impl Fn(u32) -> bool) -> Vec<(u32, Range<u32>)> {
        self.places(scene, wanted, |turn, _| scene.document.turns()[turn as usize].clone())
    }

    fn places(
        &self,
        scene: &Scene<'_>,
        wanted: impl Fn(u32) -> bool,
        part: impl Fn(u32, u32) -> Range<u32>,
    ) -> Vec<(u32, Range<u32>)> {
        let mut places: Vec<(u32, Range<u32>)> = Vec::new();
        for needs in &self.alternatives {
            let Some((rarest, others)) = needs.split_first() else { continue };
            let found = rarest.found(scene).filter(|(turn, _)| wanted(*turn));
            let mut found: Vec<_> = found.map(|(turn, at)| (turn, part(turn, at))).collect();
            // What announces the same place again says nothing new.
            found.dedup();
            found.retain(|(turn, place)| others.iter().all(|need| need.is_in(scene, *turn, place)));
            places.append(&mut found);
        }
        places.sort_unstable_by_key(|(_, place)| place.start);
        places.dedup();
        places
    }
}

impl Need {
    /// Turn and byte of everything that satisfies it.
    fn found(&self, scene: &Scene<'_>) -> impl Iterator<Item = (u32, u32)> {
        let literals = scene.mentions(self.literals).iter().map(|mention| (mention.turn, mention.start));
        let numbers =
            self.numbers(scene, 0).map(|number| (scene.document.turn_at(number.start), number.start));
        literals.chain(numbers)
    }

    /// Whether anything that satisfies it begins in `place`.
    fn is_in(&self, scene: &Scene<'_>, turn: u32, place: &Range<u32>) -> bool {
        // Mentions stand in the order of their ends, and no literal reaches out of its turn.
        let mentions = scene.mentions_in(turn, self.literals.into());
        let from = mentions.partition_point(|mention| mention.end <= place.start);
        mentions.get(from).is_some_and(|mention| mention.start < place.end)
            || self.numbers(scene, place.start).next().is_some_and(|number| number.start < place.end)
    }

    /// The numbers that satisfy it, from byte `at` on.
    fn numbers<'s>(&self, scene: &'s Scene<'_>, at: u32) -> impl Iterator<Item = &'s Range<u32>> {
        self.digits.into_iter().flat_map(move |least| {
            let all = scene.document.numbers();
            let later = &all[all.partition_point(|number| number.start < at)..];
            later.iter().filter(move |number| number.end - number.start >= least)
        })
    }
}

/// The branches of an expression.
fn alternatives(hir: &Hir) -> Vec<&Hir> {
    match hir.kind() {
        HirKind::Alternation(branches) => branches.iter().flat_map(alternatives).collect(),
        HirKind::Capture(capture) => alternatives(&capture.sub),
        _ => vec![hir],
    }
}

/// What must stand in every match; the rarest first, and nothing that another implies.
fn needs(hir: &Hir) -> Option<Vec<OneOf>> {
    let mut sets = sets(hir);
    sets.sort_by_key(|set| (std::cmp::Reverse(set.rarity()), set.literals.len()));
    let mut needs: Vec<OneOf> = Vec::new();
    for set in sets {
        if needs.len() < MOST_NEEDS && !needs.iter().any(|need| need.implies(&set)) {
            needs.push(set);
        }
    }
    (!needs.is_empty()).then_some(needs)
}

/// Everything that can be told to stand in every match.
fn sets(hir: &Hir) -> Vec<OneOf> {
    let mut all: Vec<OneOf> = [ExtractKind::Prefix, ExtractKind::Suffix]
        .into_iter()
        .filter_map(|kind| extracted(hir, kind))
        .collect();
    all.extend(OneOf::number(digits(hir)));
    match hir.kind() {
        HirKind::Concat(parts) => {
            all.extend(parts.iter().flat_map(sets));
            let rows = parts.split(|part| digits(part) == 0);
            all.extend(rows.filter_map(|row| OneOf::number(row.iter().map(digits).sum())));
        }
        HirKind::Alternation(branches) => {
            let each: Option<Vec<OneOf>> =
                branches.iter().map(|branch| needs(branch)?.into_iter().next()).collect();
            all.extend(each.map(OneOf::any));
        }
        HirKind::Capture(capture) => all.extend(sets(&capture.sub)),
        HirKind::Repetition(repetition) if repetition.min > 0 => all.extend(sets(&repetition.sub)),
        _ => {}
    }
    all.retain(|set| set.rarity() > 0 && set.literals.len() <= MOST_LITERALS);
    all
}

/// How many digits a match consists of at least, where it is nothing but digits.
fn digits(hir: &Hir) -> u32 {
    let is_digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let class_of_digits = |class: &Class| match class {
        Class::Unicode(class) => class.iter().all(|range| range.start() >= '0' && range.end() <= '9'),
        Class::Bytes(class) => class.iter().all(|range| range.start() >= b'0' && range.end() <= b'9'),
    };
    match hir.kind() {
        HirKind::Literal(literal) if is_digits(&literal.0) => {
            u32::try_from(literal.0.len()).unwrap_or(u32::MAX)
        }
        HirKind::Class(class) if class_of_digits(class) => 1,
        HirKind::Repetition(repetition) => digits(&repetition.sub).saturating_mul(repetition.min),
        HirKind::Capture(capture) => digits(&capture.sub),
        HirKind::Concat(parts) => {
            let each: Vec<u32> = parts.iter().map(digits).collect();
            if each.contains(&0) { 0 } else { each.iter().sum() }
        }
        _ => 0,
    }
}

fn extracted(hir: &Hir, kind: ExtractKind) -> Option<OneOf> {
    let mut extractor = Extractor::new();
    extractor.kind(kind).limit_total(MOST_LITERALS);
    let mut found: Seq = extractor.extract(hir);
    found.dedup();
    let literals =
        found.literals()?.iter().map(|literal| str::from_utf8(literal.as_bytes()).map(str::to_owned));
    let literals: Vec<String> = literals.collect::<Result<_, _>>().ok()?;
    // Where nothing at all may stand, nothing is announced.
    if literals.iter().any(String::is_empty) {
        return None;
    }
    // What stands beside a number is enough: its digits would only multiply the literals.
    let words = literals.iter().map(|literal| literal.trim_matches(|c: char| c.is_ascii_digit()));
    let (numbers, mut words): (Vec<_>, Vec<_>) = words.map(str::to_owned).partition(String::is_empty);
    words.sort();
    words.dedup();
    Some(OneOf { literals: words, digits: (!numbers.is_empty()).then_some(1) })
}

impl OneOf {
    /// A number of at least so many digits.
    fn number(digits: u32) -> Option<Self> {
        (digits > 0).then_some(Self { literals: Vec::new(), digits: Some(digits) })
    }

    fn any(sets: Vec<Self>) -> Self {
        let digits = sets.iter().filter_map(|set| set.digits).min();
        Self { literals: sets.into_iter().flat_map(|set| set.literals).collect(), digits }
    }

    /// Whether wherever this stands, `other` does.
    fn implies(&self, other: &Self) -> bool {
        let literal = |own: &String| other.literals.iter().any(|literal| own.contains(literal.as_str()));
        let digits = self.digits.is_none_or(|own| other.digits.is_some_and(|digits| digits <= own));
        digits && self.literals.iter().all(literal)
    }

    /// How rare the most frequent of it is likely to be: longer is rarer, and a digit rarer than a character.
    fn rarity(&self) -> usize {
        let literals = self.literals.iter().map(|literal| 2 * literal.chars().count());
        literals.chain(self.digits.map(|digits| 2 * digits as usize + 1)).min().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(pattern: &str) -> Vec<Option<Vec<OneOf>>> {
        let hir = regex_syntax::parse(pattern).unwrap();
        let sorted = |mut need: OneOf| {
            need.literals.sort();
            need
        };
        let needs = |hir| Some(needs(hir)?.into_iter().map(sorted).collect());
        alternatives(&hir).into_iter().map(needs).collect()
    }

    fn words(words: &str) -> OneOf {
        OneOf { literals: words.split('|').map(str::to_owned).collect(), digits: None }
    }

    #[test]
    fn everything_that_a_match_must_hold_announces_it_the_rarest_first() {
        let both = vec![words("没做好|的问题"), words("仓库|技术部")];
        assert_eq!(announced("(技术部|仓库).{0,6}(的问题|没做好)"), [Some(both)]);
        assert_eq!(announced("..归我管"), [Some(vec![words("归我管")])]);
    }

    #[test]
    fn alternatives_are_announced_each_by_its_own() {
        let found = announced("我姓.|..(栋|号楼)");
        assert_eq!(found, [Some(vec![words("我姓")]), Some(vec![words("号楼|栋")])]);
        assert_eq!(announced(r"好|\p{Han}{11}"), [Some(vec![words("好")]), None]);
    }

    #[test]
    fn numbers_announce_by_their_length() {
        let number = |digits| OneOf { literals: Vec::new(), digits: Some(digits) };
        assert_eq!(announced("1[3-9][0-9]{9}"), [Some(vec![number(11)])]);
        assert_eq!(announced("尾号[0-9]{4,}"), [Some(vec![number(4), words("尾号")])]);
        let either = OneOf { literals: vec!["三".to_owned()], digits: Some(1) };
        assert_eq!(announced("工号.{0,2}([0-9]|三)"), [Some(vec![words("工号"), either])]);
    }
}
