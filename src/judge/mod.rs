//! Stage 6: what it means — one verdict for each rule, each event counted once, nothing trusted that is suspect.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::detect::{By, RolesQuality, Scene, Standing, Unscorable};
use crate::rule::{Demand, Found, Lack, Lacking, Occurrence, Outcome, Rule, RuleId, View};

/// The verdicts (判定) on all rules that were asked for, and on those to which they refer.
#[derive(Debug, Default)]
pub struct Judgement {
    /// By rule what testing it gave; the outcome says whether its standard is met.
    found: Vec<Option<Found>>,
    /// The outcomes alone, side by side: rubrics ask for hundreds of them.
    outcomes: Vec<Option<Outcome>>,
}

impl Judgement {
    /// All verdicts, in the order of the rules' ids.
    pub fn verdicts(&self) -> impl Iterator<Item = (RuleId, &Found)> {
        let all = (0_u32..).zip(&self.found);
        all.filter_map(|(rule, found)| Some((RuleId(rule), found.as_ref()?)))
    }

    /// The outcome of one rule, if it was asked for.
    #[must_use]
    pub fn outcome(&self, rule: RuleId) -> Option<Outcome> {
        *self.outcomes.get(rule.0 as usize)?
    }

    /// The verdict on one rule, if it was asked for.
    #[must_use]
    pub fn of(&self, rule: RuleId) -> Option<&Found> {
        self.found.get(rule.0 as usize)?.as_ref()
    }
}

/// Judges `scene` by the rules in `asked`.
#[must_use]
pub fn judge(scene: &Scene<'_>, rules: &[Rule], asked: &[RuleId]) -> Judgement {
    let view = View::new(scene, rules);
    for rule in asked {
        let _tested = view.found(*rule);
    }
    let mut found = view.into_tested();
    count_once(&mut found, rules);
    if let Some(lack) = distrust(scene) {
        let heard = found.iter_mut().zip(rules).filter(|(_, rule)| rule.hears());
        heard.filter_map(|(found, _)| found.as_mut()).for_each(|found| downgrade(found, lack));
    }
    let outcomes = found.iter().map(|found| Some(found.as_ref()?.outcome)).collect();
    Judgement { found, outcomes }
}

/// What makes every verdict untrustworthy, if anything does.
fn distrust(scene: &Scene<'_>) -> Option<Lack> {
    match scene.quality.unscorable {
        Some(Unscorable::Text(_)) => return Some(Lack::ChineseText),
        Some(Unscorable::SmallTalk(_)) => return Some(Lack::ServiceTalk),
        None => {}
    }
    (scene.quality.roles != RolesQuality::Ok).then_some(Lack::Roles)
}

/// Leaves the evidence and takes back the judgement.
fn downgrade(found: &mut Found, lack: Lack) {
    found.outcome = Outcome::NotMeasurable;
    found.lacking.add(Lacking::from(lack));
    for occurrence in &mut found.occurrences {
        if occurrence.standing == Standing::Hit {
            occurrence.standing = Standing::Candidate;
        }
    }
}

/// Within a family, a match that a longer one covers is the same event: the longer one stands for it.
///
/// Entries of lexicons have settled this among themselves when they were scanned; this is for patterns.
fn count_once(found: &mut [Option<Found>], rules: &[Rule]) {
    let forbidding = found.iter().zip(rules).filter(forbids).filter_map(|(found, _)| found.as_ref());
    let covered = covered(forbidding);
    if covered.is_empty() {
        return;
    }
    for found in found.iter_mut().zip(rules).filter(forbids).filter_map(|(found, _)| found.as_mut()) {
        let mut lost = false;
        for occurrence in found.occurrences.iter_mut().filter(|occurrence| is_live(occurrence)) {
            if match_of(occurrence).is_some_and(|own| covered.contains(&own)) {
                occurrence.standing = Standing::Suppressed(By::Longer);
                lost = true;
            }
        }
        if lost && found.counting().next().is_none() {
            found.outcome = Outcome::Met;
        }
    }
}

fn forbids<T>((_, rule): &(T, &Rule)) -> bool {
    rule.demand == Demand::Forbid
}

/// Family, begin and end of a match, the end negated so that of two with one begin the longer comes first.
type Match = (u32, u32, Reverse<u32>);

fn match_of(occurrence: &Occurrence) -> Option<Match> {
    let span = occurrence.span.as_ref()?;
    Some((occurrence.family, span.start, Reverse(span.end)))
}

/// The matches that lie within a longer one of their family.
fn covered<'f>(forbidding: impl Iterator<Item = &'f Found>) -> BTreeSet<Match> {
    let live = forbidding.flat_map(|found| found.occurrences.iter().filter(|o| is_live(o)));
    let mut matches: Vec<Match> = live.filter_map(match_of).collect();
    matches.sort_unstable();
    matches.dedup();
    let mut covered = BTreeSet::new();
    let mut reached = (0, 0);
    for own in matches {
        let (family, _, Reverse(end)) = own;
        if reached.0 == family && end <= reached.1 {
            covered.insert(own);
        } else {
            reached = (family, end);
        }
    }
    covered
}

fn is_live(occurrence: &Occurrence) -> bool {
    occurrence.family != 0 && !matches!(occurrence.standing, Standing::Suppressed(_))
}
