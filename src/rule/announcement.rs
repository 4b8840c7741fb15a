//! Where an expression can match at all: its literals are part of the one scan, and it runs only where they were found.

use std::ops::Range;

use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Hir, HirKind};

use crate::detect::Scene;
use crate::lexicon::{LexiconsDraft, Watched};

/// More literals than this announce nothing.
const MOST_LITERALS: usize = 500;
/// So many things are asked of a place before the expression runs there; more would hardly rule out more.
const MOST_NEEDS: usize = 3;

/// What must stand where an expression matches.
#[derive(Debug)]
pub(super) struct Announcement {
    /// For each of its alternatives the things that must all stand there, the rarest first.
    alternatives: Vec<Vec<Need>>,
}

/// One of several literals, or a digit.
#[derive(Debug)]
struct Need {
    literals: Watched,
    or_digit: bool,
}

/// Literals of which at least one stands in every match.
type Literals = Vec<String>;

impl Announcement {
    /// What announces `hir`; none where one of its alternatives has no literal that must stand in it.
    pub(super) fn of(hir: &Hir, lexicons: &mut LexiconsDraft) -> Option<Self> {
        let needs: Option<Vec<Vec<Literals>>> = alternatives(hir).iter().map(|hir| needs(hir)).collect();
        let alternatives =
            needs?.into_iter().map(|needs| needs.into_iter().map(|need| Need::new(need, lexicons)).collect());
        Some(Self { alternatives: alternatives.collect() })
    }

    /// The sentences of these turns in which a match can be, in order.
    pub(super) fn sentences(&self, scene: &Scene<'_>, turns: &Range<u32>) -> Vec<(u32, Range<u32>)> {
        self.places(scene, turns, |turn, at| scene.document.sentence_at(turn, at))
    }

    /// The turns in which a match can be, in order.
    pub(super) fn turns(&self, scene: &Scene<'_>, turns: &Range<u32>) -> Vec<(u32, Range<u32>)> {
        self.places(scene, turns, |turn, _| scene.document.turns()[turn as usize].clone())
    }

    fn places(
        &self,
        scene: &Scene<'_>,
        turns: &Range<u32>,
        part: impl Fn(u32, u32) -> Range<u32>,
    ) -> Vec<(u32, Range<u32>)> {
        let mut places: Vec<(u32, Range<u32>)> = Vec::new();
        for needs in &self.alternatives {
            let Some((rarest, others)) = needs.split_first() else { continue };
            let mut last = None;
            for (turn, at) in rarest.found(scene).filter(|(turn, _)| turns.contains(turn)) {
                let place = part(turn, at);
                // What announces the same place again says nothing new.
                if last.replace(place.start) != Some(place.start)
                    && others.iter().all(|need| need.is_in(scene, turn, &place))
                {
                    places.push((turn, place));
                }
            }
        }
        if self.alternatives.len() > 1 || self.alternatives.iter().flatten().any(|need| need.or_digit) {
            places.sort_unstable_by_key(|(_, place)| place.start);
            places.dedup();
        }
        places
    }
}

impl Need {
    fn new(literals: Literals, lexicons: &mut LexiconsDraft) -> Self {
        let is_number = |literal: &String| literal.starts_with(|c: char| c.is_ascii_digit());
        let (numbers, literals): (Vec<_>, Vec<_>) = literals.into_iter().partition(is_number);
        Self { literals: lexicons.announce(&literals), or_digit: !numbers.is_empty() }
    }

    /// Turn and byte of everything that satisfies it.
    fn found(&self, scene: &Scene<'_>) -> impl Iterator<Item = (u32, u32)> {
        let literals = scene.mentions(self.literals).iter().map(|mention| (mention.turn, mention.start));
        let digits = scene.document.digits().iter().filter(|_| self.or_digit);
        literals.chain(digits.map(|at| (scene.document.turn_at(*at), *at)))
    }

    /// Whether anything that satisfies it begins in `place`.
    fn is_in(&self, scene: &Scene<'_>, turn: u32, place: &Range<u32>) -> bool {
        // Mentions stand in the order of their ends, and no literal reaches out of its turn.
        let mentions = scene.mentions_in(turn, self.literals.into());
        let from = mentions.partition_point(|mention| mention.end <= place.start);
        let digits = scene.document.digits();
        mentions[from..].iter().take_while(|mention| mention.start < place.end).next().is_some()
            || (self.or_digit
                && digits
                    .get(digits.partition_point(|at| *at < place.start))
                    .is_some_and(|at| *at < place.end))
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

/// Sets of literals, of each of which one stands in every match; the rarest first, and none that another implies.
fn needs(hir: &Hir) -> Option<Vec<Literals>> {
    let mut sets = sets(hir);
    sets.sort_by_key(|set| (std::cmp::Reverse(rarity(set)), set.len()));
    let mut needs: Vec<Literals> = Vec::new();
    for set in sets {
        if needs.len() < MOST_NEEDS && !needs.iter().any(|need| implies(need, &set)) {
            needs.push(set);
        }
    }
    (!needs.is_empty()).then_some(needs)
}

/// Whether wherever one of `literals` stands, one of `others` does.
fn implies(literals: &Literals, others: &Literals) -> bool {
    literals.iter().all(|literal| others.iter().any(|other| literal.contains(other.as_str())))
}

/// All sets that can be told.
fn sets(hir: &Hir) -> Vec<Literals> {
    let mut all: Vec<Literals> = [ExtractKind::Prefix, ExtractKind::Suffix]
        .into_iter()
        .filter_map(|kind| literals(hir, kind))
        .collect();
    match hir.kind() {
        HirKind::Concat(parts) => all.extend(parts.iter().flat_map(sets)),
        HirKind::Alternation(branches) => {
            let each: Option<Vec<Literals>> =
                branches.iter().map(|branch| needs(branch)?.into_iter().next()).collect();
            all.extend(each.map(|each| each.concat()));
        }
        HirKind::Capture(capture) => all.extend(sets(&capture.sub)),
        HirKind::Repetition(repetition) if repetition.min > 0 => all.extend(sets(&repetition.sub)),
        _ => {}
    }
    all.retain(|set| rarity(set) > 0 && set.len() <= MOST_LITERALS);
    all
}

/// How rare the most frequent literal of a set is likely to be: longer is rarer, and a digit rarer than a character.
fn rarity(set: &[String]) -> usize {
    let one = |literal: &String| {
        2 * literal.chars().count() + usize::from(literal.starts_with(|c: char| c.is_ascii_digit()))
    };
    set.iter().map(one).min().unwrap_or(0)
}

fn literals(hir: &Hir, kind: ExtractKind) -> Option<Literals> {
    let mut extractor = Extractor::new();
    extractor.kind(kind).limit_total(MOST_LITERALS);
    let mut found: Seq = extractor.extract(hir);
    found.dedup();
    let literals =
        found.literals()?.iter().map(|literal| str::from_utf8(literal.as_bytes()).map(str::to_owned));
    literals.collect::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(pattern: &str) -> Vec<Option<Vec<Literals>>> {
        let hir = regex_syntax::parse(pattern).unwrap();
        let sorted = |mut need: Literals| {
            need.sort();
            need
        };
        let needs = |hir| Some(needs(hir)?.into_iter().map(sorted).collect());
        alternatives(&hir).into_iter().map(needs).collect()
    }

    fn need(words: &str) -> Literals {
        words.split('|').map(str::to_owned).collect()
    }

    #[test]
    fn everything_that_a_match_must_hold_announces_it_the_rarest_first() {
        let both = vec![need("没做好|的问题"), need("仓库|技术部")];
        assert_eq!(announced("(技术部|仓库).{0,6}(的问题|没做好)"), [Some(both)]);
        assert_eq!(announced("..归我管"), [Some(vec![need("归我管")])]);
    }

    #[test]
    fn alternatives_are_announced_each_by_its_own() {
        let found = announced("我姓.|..(栋|号楼)");
        assert_eq!(found, [Some(vec![need("我姓")]), Some(vec![need("号楼|栋")])]);
        assert_eq!(announced(r"好|\p{Han}{11}"), [Some(vec![need("好")]), None]);
    }
}
