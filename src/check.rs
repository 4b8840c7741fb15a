//! Proves a pack by its own examples: what every rule says to every dialogue that stands in it.

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::criteria;
use crate::detect::{Scene, Standing};
use crate::diagnostic::{Diagnostics, Source};
use crate::explain::{entry, worth};
use crate::judge::{Judgement, judge};
use crate::lexicon::Plan;
use crate::pack::Pack;
use crate::rule::RuleId;
use crate::rule::{Demand, Example, Expected, Found, Lack, Occurrence, Outcome, Rule};
use crate::transcript::script::{self, Mark, Script};
use crate::yaml;

/// How much was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    /// Files of the pack.
    pub files: usize,
    /// Lexicons and groups of lexicons.
    pub lexicons: usize,
    /// Entries of lexicons.
    pub entries: usize,
    /// Rules.
    pub rules: usize,
    /// Examples of rules.
    pub examples: usize,
    /// Rubrics.
    pub rubrics: usize,
}

/// Runs every example of every rule. All rules are judged together, as they are in a draft, since a
/// longer match of one rule may cover a shorter one of another.
///
/// # Errors
/// Every example that does not hold, at its place in the rule's file.
pub fn examples(pack: &Pack) -> Result<Checked, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let (lexicons, entries) = pack.lexicons.size();
    let mut checked = Checked {
        files: pack.sources.len(),
        lexicons,
        entries,
        rules: pack.rules.len(),
        examples: 0,
        rubrics: pack.forms.len(),
    };
    // Side by side, since whoever has changed a word waits for it.
    let proved: Vec<(usize, Diagnostics)> = pack.all_rules().par_iter().map(|id| prove(pack, *id)).collect();
    for (count, mistakes) in proved {
        checked.examples += count;
        diagnostics.0.extend(mistakes.0);
    }
    criteria::unknown_references(pack).into_iter().for_each(|mistake| diagnostics.push(mistake));
    diagnostics.settle().map(|()| checked)
}

/// Tries the examples of one rule: how many there are, and what is wrong with them.
fn prove(pack: &Pack, id: RuleId) -> (usize, Diagnostics) {
    let rule = pack.rule(id);
    let mut diagnostics = Diagnostics::default();
    let Some(source) = pack.source_of(rule) else { return (0, diagnostics) };
    rule.examples.iter().for_each(|example| run(pack, id, example, source, &mut diagnostics));
    (rule.examples.len(), diagnostics)
}

fn run(pack: &Pack, id: RuleId, example: &Example, source: &Source, diagnostics: &mut Diagnostics) {
    let at = |message: String| yaml::mistake(source, example.place, message);
    let script = match script::read(&example.script) {
        Ok(script) => script,
        Err(errors) => {
            for error in errors {
                let place = format!("例子第 {} 行第 {} 列", error.line, error.column);
                diagnostics
                    .push(at(format!("{place}:{}", error.message)).help("写法见 rules/README.md 的“例子”"));
            }
            return;
        }
    };
    let scene = Scene::new(&script.transcript, &pack.lexicons, &pack.dialogue, Plan::ALL);
    let judgement = judge(&scene, &pack.rules, pack.all_rules());
    if let Some(fault) = fault(pack, id, example, &script, &scene, &judgement) {
        diagnostics.push(at(fault).help(others(pack, id, &judgement)));
    }
}

/// A mistake names no more places than this.
const MOST_PLACES: usize = 2;

/// What is wrong with the verdict on an example, in Chinese; nothing if it is as expected.
fn fault(
    pack: &Pack,
    id: RuleId,
    example: &Example,
    script: &Script,
    scene: &Scene<'_>,
    judgement: &Judgement,
) -> Option<String> {
    let found = judgement.of(id)?;
    let said = said(pack.rule(id), found.outcome, &found.occurrences);
    let measured = found
        .measured
        .map_or_else(String::new, |measure| format!("(实测 {:.2} {})", measure.value, measure.unit));
    if said != example.expected {
        let because = because(pack, scene, found);
        return Some(format!(
            "例子应为 {}，实际是 {}{measured}{because}",
            name(example.expected),
            name(said)
        ));
    }
    let proves = matches!(example.expected, Expected::Hit | Expected::Candidate);
    let missing = script.marks.iter().find(|mark| !found.occurrences.iter().any(|o| covers(scene, o, mark)));
    match missing.filter(|_| proves) {
        None => None,
        Some(mark) => {
            let places: Vec<_> = found.occurrences.iter().map(|o| quoted(scene, o)).collect();
            let wanted = format!("第 {} 轮第 {}–{} 字", mark.turn + 1, mark.start + 1, mark.end);
            Some(format!("命中的位置不对：应在{wanted}，实际是 {}", places.join("、")))
        }
    }
}

/// What was missing, or the first places that were found, with what speaks against them.
fn because(pack: &Pack, scene: &Scene<'_>, found: &Found) -> String {
    if found.outcome == Outcome::NotMeasurable {
        let lacking: Vec<&str> = found.lacking.iter().map(Lack::chinese).collect();
        return format!("，缺少{}", lacking.join("、"));
    }
    let place = |o: &Occurrence| format!("{}{}{}", quoted(scene, o), worth(pack, o.standing), entry(pack, o));
    let places: Vec<String> = found.occurrences.iter().take(MOST_PLACES).map(place).collect();
    if places.is_empty() { String::new() } else { format!("，找到的是 {}", places.join("、")) }
}

/// What a rule said, in the words of examples.
fn said(rule: &Rule, outcome: Outcome, occurrences: &[Occurrence]) -> Expected {
    let has_candidate = occurrences.iter().any(|o| o.standing == Standing::Candidate);
    let occurs = match rule.demand {
        Demand::Forbid => Outcome::NotMet,
        Demand::Expect | Demand::Observe => Outcome::Met,
    };
    match (outcome, rule.demand) {
        (Outcome::NotMeasurable, Demand::Forbid) if has_candidate => Expected::Candidate,
        (Outcome::NotMeasurable, _) => Expected::NotMeasurable,
        (Outcome::NotApplicable, _) => Expected::NotApplicable,
        (Outcome::Met, Demand::Expect) => Expected::Met,
        (Outcome::NotMet, Demand::Expect) => Expected::NotMet,
        (outcome, _) if outcome == occurs => Expected::Hit,
        _ if has_candidate => Expected::Candidate,
        _ => Expected::Miss,
    }
}

fn covers(scene: &Scene<'_>, occurrence: &Occurrence, mark: &Mark) -> bool {
    let Some(span) = &occurrence.span else { return occurrence.turn == mark.turn };
    let original = scene.document.original(occurrence.turn, span);
    let live = !matches!(occurrence.standing, Standing::Suppressed(_));
    live && scene.turn(occurrence.turn).index == mark.turn
        && (original.start, original.end) == (mark.start, mark.end)
}

fn quoted(scene: &Scene<'_>, occurrence: &Occurrence) -> String {
    let text = occurrence.original(scene).text;
    format!("第 {} 轮“{text}”", scene.turn(occurrence.turn).index + 1)
}

/// What the other forbidding rules say to the same example: mostly why this one is silent.
fn others(pack: &Pack, id: RuleId, judgement: &Judgement) -> String {
    let hit = |(other, found): &(RuleId, &Found)| {
        *other != id && found.outcome == Outcome::NotMet && pack.rule(*other).demand == Demand::Forbid
    };
    let hits: Vec<&str> =
        judgement.verdicts().filter(hit).map(|(other, _)| pack.rule(other).id.as_str()).collect();
    if hits.is_empty() {
        "改规则、词条或例子；其余禁用规则都没有命中".to_owned()
    } else {
        format!("改规则、词条或例子；同时命中的有 {}", hits.join("、"))
    }
}

fn name(expected: Expected) -> &'static str {
    match expected {
        Expected::Hit => "hit(命中)",
        Expected::Candidate => "candidate(待确认)",
        Expected::Miss => "miss(不命中)",
        Expected::Met => "met(符合)",
        Expected::NotMet => "not_met(不符合)",
        Expected::NotApplicable => "not_applicable(不适用)",
        Expected::NotMeasurable => "not_measurable(无法测量)",
    }
}
