//! Writes the draft from what the stages before it have found.

use super::evidence::{Places, nearest, place, search};
use super::reason;
use super::{
    Draft, DraftEvidence, DraftFinding, DraftItem, DraftQuality, DraftTotals, DraftVerdict, DraftVeto,
    FindingVerdict, Form, ItemOutcome, Part, RubricName,
};
use crate::detect::{By, Quality, RolesQuality, Scene, Standing, TimesQuality};
use crate::judge::Judgement;
use crate::rule::RuleId;
use crate::rule::{Demand, Found, Lacking, Occurrence, Outcome, Rule};
use crate::score::{Filled, FilledItem, Item, ItemResult, Rubric, Veto, VetoScope};

/// No more findings than this are listed: nobody reads them, and a draft must not outgrow its transcript.
const MOST_FINDINGS: usize = 1000;

/// Everything that a draft is written from.
#[derive(Debug)]
pub struct Material<'a, 't> {
    /// Digest of the pack.
    pub digest: &'t str,
    /// All rules of the pack, in the order of their ids.
    pub rules: &'t [Rule],
    /// The rubric that was filled in.
    pub form: &'t Form,
    /// What happened.
    pub scene: &'a Scene<'t>,
    /// What it means.
    pub judgement: &'a Judgement,
}

/// Writes the draft of a rubric that has been filled in.
#[must_use]
pub fn write<'t>(writer: &Material<'_, 't>, filled: &Filled<'t>) -> Draft<'t> {
    let Material { digest, form, scene, judgement, .. } = writer;
    let rubric = &form.rubric;
    let matches = writer.matches();
    let places = Places::new(scene, writer.rules, judgement);
    Draft {
        transcript_id: &scene.transcript().id,
        engine: env!("CARGO_PKG_VERSION"),
        pack: digest,
        rubric: RubricName { id: &rubric.id, version: &rubric.version },
        quality: writer.quality(&scene.quality, matches.len()),
        totals: DraftTotals {
            prefilled: filled.totals.prefilled,
            prefilled_max: filled.totals.prefilled_max,
            open_max: filled.totals.open_max,
            max: filled.totals.max,
            with_vetoes: filled.totals.with_vetoes,
            scaled_to: filled.totals.scaled,
            passed: filled.totals.passed,
            band: filled.totals.band,
        },
        items: filled.items.iter().map(|item| writer.item(item, &places)).collect(),
        vetoes: filled.vetoes.iter().map(|veto| writer.veto(veto, &places)).collect(),
        findings: writer.findings(matches),
        verdicts: judgement.verdicts().map(|(rule, found)| writer.verdict(rule, found, &places)).collect(),
    }
}

impl<'t> Material<'_, 't> {
    /// A rule.
    pub(super) fn rule(&self, rule: RuleId) -> &'t Rule {
        &self.rules[rule.0 as usize]
    }

    fn quality(&self, quality: &Quality, matches: usize) -> DraftQuality {
        let mut notes = quality.notes.clone();
        notes.extend(quality.unscorable.iter().map(|unscorable| unscorable.reason().to_owned()));
        let ignored = &self.scene.transcript().ignored;
        if !ignored.is_empty() {
            notes.push(format!("未识别的字段已忽略：{}", ignored.join("、")));
        }
        if matches > MOST_FINDINGS {
            notes.push(format!("命中共 {matches} 处，只列出前 {MOST_FINDINGS} 处"));
        }
        DraftQuality {
            scorable: quality.unscorable.is_none(),
            roles: match quality.roles {
                RolesQuality::Ok => "ok",
                RolesQuality::Suspect => "suspect",
                RolesQuality::Missing => "missing",
            },
            times: match quality.times {
                TimesQuality::Ok => "ok",
                TimesQuality::Partial => "partial",
                TimesQuality::Suspect => "suspect",
                TimesQuality::Missing => "missing",
            },
            language: quality.language,
            notes,
        }
    }

    fn item(&self, filled: &FilledItem<'t>, places: &Places<'t>) -> Part<'t, DraftItem<'t>> {
        let evidence = self.evidence(filled.shown, places);
        match self.form.item(filled.at, filled.result).filter(|_| evidence.is_empty()) {
            Some(standing) => Part::Standing(standing),
            None => {
                let reason = reason::sentence(self, filled, &evidence);
                let FilledItem { item, result, .. } = *filled;
                Part::Own(Box::new(DraftItem::new(&self.form.rubric, item, result, reason, evidence)))
            }
        }
    }

    /// Where the rules show, in the order of the dialogue.
    fn evidence(&self, rules: &[RuleId], places: &Places<'t>) -> Vec<DraftEvidence<'t>> {
        let shown = |id: &&RuleId| {
            !places.of(**id).is_empty()
                && self.judgement.outcome(**id).is_some_and(|outcome| shows(self.rule(**id), outcome))
        };
        let mut evidence = Vec::new();
        for id in rules.iter().filter(shown) {
            evidence.extend_from_slice(places.of(*id));
        }
        evidence.sort_by_key(|place| (place.turn, place.start, place.end));
        evidence
    }

    fn veto(&self, veto: &'t Veto, places: &Places<'t>) -> DraftVeto<'t> {
        let (scope, target) = match veto.scope {
            VetoScope::Item(item) => ("item", Some(self.form.rubric.items[item].id.as_str())),
            VetoScope::Section(section) => ("section", Some(self.form.rubric.sections[section].id.as_str())),
            VetoScope::Call => ("call", None),
        };
        DraftVeto {
            id: &veto.id,
            reference: &veto.reference,
            title: &veto.title,
            scope,
            target,
            status: "proposed",
            evidence: self.evidence(&veto.proposed_if.shown, places),
        }
    }

    fn findings(&self, mut matches: Vec<(&'t Rule, &Occurrence)>) -> Vec<DraftFinding<'t>> {
        matches.sort_by_key(|(rule, occurrence)| {
            (occurrence.turn, occurrence.span.as_ref().map_or(0, |span| span.start), rule.id.as_str())
        });
        matches
            .into_iter()
            .take(MOST_FINDINGS)
            .map(|(rule, occurrence)| self.finding(rule, occurrence))
            .collect()
    }

    /// Every match of a forbidding rule that a reviewer may want to see.
    fn matches(&self) -> Vec<(&'t Rule, &Occurrence)> {
        let mut matches = Vec::new();
        for (rule, found) in self.judgement.verdicts() {
            let rule = self.rule(rule);
            if rule.demand == Demand::Forbid {
                // A part of a condition may occur while the whole does not hold: that is no hit.
                let broken = found.outcome == Outcome::NotMet;
                let told = found.occurrences.iter().filter(|o| broken || !o.counts());
                matches.extend(told.map(|occurrence| (rule, occurrence)));
            }
        }
        matches
    }

    fn finding(&self, rule: &'t Rule, occurrence: &Occurrence) -> DraftFinding<'t> {
        let place = place(self.scene, occurrence, rule);
        let (verdict, suppressed_by, allowed_because) = match occurrence.standing {
            Standing::Hit => (FindingVerdict::Hit, None, None),
            Standing::Candidate => (FindingVerdict::Candidate, None, None),
            Standing::Suppressed(by) => {
                let (by, because) = self.suppressor(by);
                (FindingVerdict::Suppressed, Some(by), because)
            }
        };
        DraftFinding {
            rule: &rule.id,
            reference: &rule.reference,
            title: &rule.title,
            role: self.scene.turn(occurrence.turn).role,
            turn: place.turn,
            start: place.start,
            end: place.end,
            text: place.text,
            start_ms: place.start_ms,
            verdict,
            severity: rule.severity,
            suppressed_by,
            allowed_because,
            better: place.better.or(rule.better.as_deref()),
        }
    }

    /// The name of what speaks against a match, and the reason that an allow entry gives.
    fn suppressor(&self, by: By) -> (&'t str, Option<&'t str>) {
        match by {
            By::Guard(guard) => (self.scene.lexicons.guard(guard).name.as_str(), None),
            By::Allow(entry) => ("allow", self.scene.lexicons.entry(entry).allow.as_deref()),
            By::Role => ("role", None),
            By::Excluded => ("excluded", None),
            By::Longer => ("longer", None),
        }
    }

    fn verdict(&self, id: RuleId, found: &Found, places: &Places<'t>) -> Part<'t, DraftVerdict<'t>> {
        let rule = self.rule(id);
        let evidence = places.of(id);
        let looked_for = rule.demand == Demand::Expect
            && found.outcome != Outcome::NotMeasurable
            && found.counting().next().is_none();
        let searched = found.searched.as_ref().filter(|_| looked_for);
        let searched = searched.and_then(|searched| search(self.scene, searched));
        let nearest = if looked_for { nearest(self.scene, found, rule) } else { None };
        let is_bare = evidence.is_empty()
            && found.lacking.is_empty()
            && found.measured.is_none()
            && searched.is_none()
            && nearest.is_none();
        match self.form.verdict(id, found.outcome).filter(|_| is_bare) {
            Some(standing) => Part::Standing(standing),
            None => Part::Own(Box::new(DraftVerdict {
                measured: found.measured.map(|measure| measure.value),
                lacking: found.lacking,
                evidence: evidence.to_vec(),
                searched,
                nearest,
                ..DraftVerdict::bare(rule, found.outcome)
            })),
        }
    }
}

impl<'a> DraftItem<'a> {
    pub(super) fn new(
        rubric: &'a Rubric,
        item: &'a Item,
        result: ItemResult,
        reason: String,
        evidence: Vec<DraftEvidence<'a>>,
    ) -> Self {
        let lacking = match result {
            ItemResult::NotMeasurable(lacking) => lacking,
            _ => Lacking::default(),
        };
        Self {
            id: &item.id,
            reference: &item.reference,
            section: &rubric.sections[item.section].title,
            title: &item.title,
            max: item.max(),
            outcome: match result {
                ItemResult::Level(..) | ItemResult::Counted { .. } => ItemOutcome::Score,
                ItemResult::NotApplicable(_) => ItemOutcome::NotApplicable,
                ItemResult::NotMeasurable(_) => ItemOutcome::NotMeasurable,
                ItemResult::Human => ItemOutcome::Human,
            },
            score: result.points(),
            level: match result {
                ItemResult::Level(level, _) => Some(level),
                _ => None,
            },
            basis: item.basis,
            reason,
            lacking,
            evidence,
        }
    }
}

/// Whether the occurrences of a rule with this outcome are worth a reviewer's look.
fn shows(rule: &Rule, outcome: Outcome) -> bool {
    match rule.demand {
        Demand::Forbid => matches!(outcome, Outcome::NotMet | Outcome::NotMeasurable),
        Demand::Expect | Demand::Observe => outcome != Outcome::NotApplicable,
    }
}
