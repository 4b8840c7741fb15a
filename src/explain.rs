//! Why a rule says what it says about a transcript, step by step, for those who write rules.

use std::fmt::Write as _;

use crate::detect::{By, Scene, Standing};
use crate::judge::judge;
use crate::lexicon::{Plan, Speaker};
use crate::pack::Pack;
use crate::rule::{Condition, Demand, Found, Occurrence, Outcome, RuleId, View};
use crate::text::Original;
use crate::transcript::{Role, Transcript};

/// No more places than this are told for one condition.
const MOST_PLACES: usize = 8;

/// How words of a turn are quoted: by the turn's posted place and the characters that they are of it.
pub type Quote<'q> = &'q dyn Fn(u32, &Original<'_>) -> String;

/// Tells how the rule with this id judges `transcript`: its scope, its trigger, and every condition that it is made of.
#[must_use]
pub fn explain(pack: &Pack, id: RuleId, transcript: &Transcript<'_>) -> String {
    explain_quoting(pack, id, transcript, &|_, words| words.text.to_owned())
}

/// The same with words quoted by `quote`.
#[must_use]
pub fn explain_quoting(pack: &Pack, id: RuleId, transcript: &Transcript<'_>, quote: Quote<'_>) -> String {
    let rule = pack.rule(id);
    let scene = Scene::new(transcript, &pack.lexicons, &pack.dialogue, Plan::ALL);
    let view = View::new(&scene, &pack.rules);
    let mut text = Text { pack, view: &view, quote, out: String::new() };
    let demand = match rule.demand {
        Demand::Forbid => "forbid，不该出现",
        Demand::Expect => "expect，应当做到",
        Demand::Observe => "observe，只记录",
    };
    text.line(0, format_args!("对话 {}", transcript.id));
    text.line(0, format_args!("规则 {} {}({demand})", rule.id, rule.title));
    let (when, condition) = rule.conditions();
    let fits = rule.is_about(&scene);
    text.line(0, format_args!("适用范围：{}", if fits { "符合" } else { "不符合，不再往下看" }));
    if fits {
        for (name, condition) in
            when.map(|when| ("触发条件 when", when)).into_iter().chain([("条件", condition)])
        {
            text.line(0, format_args!("{name}："));
            text.condition(condition, 1);
        }
    }
    let judgement = judge(&scene, &pack.rules, pack.all_rules());
    let found = judgement.of(id);
    let outcome = found.map_or(Outcome::NotApplicable, |found| found.outcome);
    text.line(0, format_args!("判定：{}", chinese(outcome, rule.demand)));
    if let Some(found) = found {
        text.lacking(found, 1);
        // What only the comparison with other rules decides.
        let longer = |o: &&Occurrence| o.standing == Standing::Suppressed(By::Longer);
        for occurrence in found.occurrences.iter().filter(longer) {
            text.place(occurrence, 1);
        }
    }
    if let Some(unscorable) = &scene.quality.unscorable {
        text.line(1, format_args!("{}", unscorable.reason()));
    }
    for note in &scene.quality.notes {
        text.line(1, format_args!("{note}"));
    }
    text.out
}

struct Text<'x, 't> {
    pack: &'x Pack,
    view: &'x View<'x, 't>,
    quote: Quote<'x>,
    out: String,
}

impl Text<'_, '_> {
    fn line(&mut self, depth: usize, what: std::fmt::Arguments<'_>) {
        let _a_string_takes_everything = writeln!(self.out, "{}{what}", "  ".repeat(depth));
    }

    /// What one condition found, and then its parts.
    fn condition(&mut self, condition: &dyn Condition, depth: usize) {
        let found = condition.test(self.view);
        let measured =
            found.measured.map_or_else(String::new, |m| format!("，实测 {:.2} {}", m.value, m.unit));
        self.line(depth, format_args!("{}：{}{measured}", condition.kind(), holds(found.outcome)));
        self.lacking(&found, depth + 1);
        let parts = condition.parts();
        // What is made of others found nothing by itself.
        if parts.is_empty() {
            self.searched(&found, depth + 1);
            // Two lexicons may hold the same words.
            let mut occurrences = found.occurrences.clone();
            occurrences.dedup();
            for occurrence in occurrences.iter().take(MOST_PLACES) {
                self.place(occurrence, depth + 1);
            }
            let more = occurrences.len().saturating_sub(MOST_PLACES);
            if more > 0 {
                self.line(depth + 1, format_args!("…另有 {more} 处"));
            }
        }
        for part in parts {
            self.condition(part, depth + 1);
        }
    }

    fn lacking(&mut self, found: &Found, depth: usize) {
        for lack in found.lacking.iter() {
            self.line(depth, format_args!("缺少{}", lack.chinese()));
        }
    }

    fn searched(&mut self, found: &Found, depth: usize) {
        let Some(searched) = &found.searched else { return };
        let who = match searched.speaker {
            Speaker::Agent => "客服",
            Speaker::Customer => "客户",
            Speaker::System => "系统",
            Speaker::Any => "所有人",
        };
        let range = searched.turns.clone();
        if range.is_empty() {
            self.line(depth, format_args!("窗口里没有话轮"));
        } else {
            let (first, last) = (range.start + 1, range.end);
            let until = if first == last { String::new() } else { format!("–{last}") };
            self.line(depth, format_args!("在第 {first}{until} 轮里找过{who}的话"));
        }
    }

    fn place(&mut self, occurrence: &Occurrence, depth: usize) {
        let scene: &Scene<'_> = self.view;
        let turn = scene.turn(occurrence.turn);
        let words = (self.quote)(turn.index, &occurrence.original(scene));
        let at = occurrence.times.map_or_else(String::new, |(from, to)| {
            format!(" {:.1}–{:.1} 秒", f64::from(from) / 1000.0, f64::from(to) / 1000.0)
        });
        let worth = worth(self.pack, occurrence.standing);
        let entry = entry(self.pack, occurrence);
        let number = turn.index + 1;
        self.line(depth, format_args!("第 {number} 轮({}){at}“{words}”{worth}{entry}", role(turn.role)));
    }
}

/// Why a match does not count, with the colon before it; nothing where it does.
pub(crate) fn worth(pack: &Pack, standing: Standing) -> String {
    match standing {
        Standing::Hit => String::new(),
        Standing::Candidate => "：待确认".to_owned(),
        Standing::Suppressed(by) => match by {
            By::Guard(guard) => format!("：不算，语境豁免 {}", pack.lexicons.guard(guard).name),
            By::Allow(entry) => {
                let reason = pack.lexicons.entry(entry).allow.as_deref().unwrap_or_default();
                format!("：不算，允许词条({reason})")
            }
            By::Role => "：不算，说话人不对".to_owned(),
            By::Excluded => "：不算，被 excluding 排除".to_owned(),
            By::Longer => "：不算，同一家族里更长的命中盖住了它".to_owned(),
        },
    }
}

/// The entry that was found, in brackets; nothing where it was none.
pub(crate) fn entry(pack: &Pack, occurrence: &Occurrence) -> String {
    occurrence.entry.map_or_else(String::new, |entry| {
        let entry = pack.lexicons.entry(entry);
        format!(" [{}:{}]", entry.file, entry.line)
    })
}

fn holds(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "成立",
        Outcome::NotMet => "不成立",
        Outcome::NotApplicable => "不适用(没有触发)",
        Outcome::NotMeasurable => "无法测量",
    }
}

fn chinese(outcome: Outcome, demand: Demand) -> &'static str {
    match outcome {
        Outcome::Met if demand == Demand::Observe => "met 出现",
        Outcome::NotMet if demand == Demand::Observe => "not_met 未出现",
        Outcome::Met => "met 符合",
        Outcome::NotMet => "not_met 不符合",
        Outcome::NotApplicable => "not_applicable 不适用",
        Outcome::NotMeasurable => "not_measurable 无法测量",
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Agent => "客服",
        Role::Customer => "客户",
        Role::System => "系统",
        Role::Other => "其他",
        Role::Unknown => "未知",
    }
}
