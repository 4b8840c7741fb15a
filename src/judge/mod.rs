//! Stage 6: what it means — one verdict for each rule, each event counted once, nothing trusted that is suspect.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::detect::{By, RolesQuality, Scene, Standing};
use crate::rule::{Demand, Found, Lack, Lacking, Occurrence, Outcome, Rule, RuleId, View};

/// The verdict on one rule (判定).
#[derive(Debug)]
pub struct Verdict {
    /// The rule.
    pub rule: RuleId,
    /// What testing it gave; the outcome says whether its standard is met.
    pub found: Found,
}

/// The verdicts on all rules that were asked for, in the order of their ids.
#[derive(Debug, Default)]
pub struct Judgement {
    verdicts: Vec<Verdict>,
}

impl Judgement {
    /// All verdicts.
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// The verdict on one rule, if it was asked for.
    #[must_use]
    pub fn of(&self, rule: RuleId) -> Option<&Found> {
        let found = self.verdicts.binary_search_by_key(&rule, |verdict| verdict.rule).ok()?;
        Some(&self.verdicts[found].found)
    }
}

/// Judges `scene` by the rules in `asked`, which are in ascending order.
#[must_use]
pub fn judge(scene: &Scene<'_>, rules: &[Rule], asked: &[RuleId]) -> Judgement {
    let view = View::new(scene, rules);
    let mut verdicts: Vec<Verdict> =
        asked.iter().map(|id| Verdict { rule: *id, found: view.found(*id) }).collect();
    count_once(&mut verdicts, rules);
    if let Some(lack) = distrust(scene) {
        verdicts.iter_mut().for_each(|verdict| downgrade(&mut verdict.found, lack));
    }
    Judgement { verdicts }
}

/// What makes every verdict untrustworthy, if anything does.
fn distrust(scene: &Scene<'_>) -> Option<Lack> {
    if scene.quality.unscorable.is_some() {
        return Some(Lack::ChineseText);
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
fn count_once(verdicts: &mut [Verdict], rules: &[Rule]) {
    let mut forbidding: Vec<&mut Verdict> = verdicts
        .iter_mut()
        .filter(|verdict| rules[verdict.rule.0 as usize].demand == Demand::Forbid)
        .collect();
    let covered = covered(&forbidding);
    if covered.is_empty() {
        return;
    }
    for verdict in &mut forbidding {
        let mut lost = false;
        for occurrence in verdict.found.occurrences.iter_mut().filter(|occurrence| is_live(occurrence)) {
            if match_of(occurrence).is_some_and(|own| covered.contains(&own)) {
                occurrence.standing = Standing::Suppressed(By::Longer);
                lost = true;
            }
        }
        if lost && verdict.found.counting().next().is_none() {
            verdict.found.outcome = Outcome::Met;
        }
    }
}

/// Family, begin and end of a match, the end negated so that of two with one begin the longer comes first.
type Match = (u32, u32, Reverse<u32>);

fn match_of(occurrence: &Occurrence) -> Option<Match> {
    let span = occurrence.span.as_ref()?;
    Some((occurrence.family, span.start, Reverse(span.end)))
}

/// The matches that lie within a longer one of their family.
fn covered(forbidding: &[&mut Verdict]) -> BTreeSet<Match> {
    let live = forbidding.iter().flat_map(|verdict| verdict.found.occurrences.iter().filter(|o| is_live(o)));
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
