//! Whether what a decision is about is there: the subject in the draft, a missed passage in the transcript.

use super::{Decision, Refused, Review, Subject, Verdict};
use crate::yaml::nearest;

impl Review {
    /// Whether the draft has what can be decided about.
    pub(super) fn has(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Item(id) => self.item(id).is_some(),
            Subject::Finding(index) => {
                usize::try_from(*index).is_ok_and(|index| index < self.machine.findings.len())
            }
            Subject::Veto(id) => self.sheet.scope(id).is_some(),
            Subject::Missed(_) => true,
        }
    }

    /// Whether the draft has what is decided about, and a veto something to zero in it.
    pub(super) fn check_subject(&self, decision: &Decision) -> Result<(), Refused> {
        let message = match &decision.subject {
            Subject::Veto(id) if self.is_idle(id, decision.verdict) => format!(
                "{} 否决的内容不在这份初稿里，加上也不起作用：要扣分，请在初稿里有的评分项上改分",
                decision.subject
            ),
            subject if self.has(subject) => return Ok(()),
            subject => self.unknown(subject),
        };
        Err(Refused::new("unknown_subject", "subject", message))
    }

    /// Whether the veto is one that neither was proposed nor would zero anything here; an old one can be withdrawn.
    fn is_idle(&self, id: &str, verdict: Verdict) -> bool {
        let is_known = self.sheet.scope(id).is_some();
        is_known && verdict != Verdict::Withdraw && !self.is_proposed(id) && !self.reaches(id)
    }

    /// What to tell about a subject that the draft does not have.
    fn unknown(&self, subject: &Subject) -> String {
        match subject {
            Subject::Item(id) if self.sheet.position(id).is_some() => {
                format!("评分项“{id}”不用于这通对话：请判断它顶替的或被顶替的那一项")
            }
            Subject::Item(id) => {
                let known = self.machine.items.iter().map(|item| item.id.as_str());
                format!("这份初稿没有评分项“{id}”{}", did_you_mean(id, known))
            }
            Subject::Finding(index) => match self.machine.findings.len() {
                0 => format!("这份初稿没有命中，也就没有 finding:{index}"),
                count => format!("这份初稿有 {count} 处命中，序号从 0 到 {}，没有 {index}", count - 1),
            },
            Subject::Veto(id) => {
                let known = self.sheet.vetoes.iter().map(|veto| veto.id.as_str());
                format!("评分表没有编号为“{id}”的否决{}", did_you_mean(id, known))
            }
            Subject::Missed(_) => String::new(),
        }
    }

    /// Whether a passage that the machine missed is one.
    pub(super) fn check_passage(&self, decision: &Decision) -> Result<(), Refused> {
        let turn = decision.turn.ok_or_else(|| Refused::missing("turn", "第几个话轮(从 0 起)"))?;
        let start = decision.start.ok_or_else(|| Refused::missing("start", "从第几个字符起(从 0 起)"))?;
        let end = decision.end.ok_or_else(|| Refused::missing("end", "到第几个字符止(不含)"))?;
        if start >= end {
            let message = format!("end 是 {end}，应当大于 start({start})：请标出至少一个字");
            return Err(Refused::new("no_such_place", "end", message));
        }
        if let Some(turns) = &self.turns {
            let chars = usize::try_from(turn).ok().and_then(|turn| turns.get(turn));
            let Some(chars) = chars else {
                let message = format!("turn 是 {turn}，这通对话有 {} 个话轮，从 0 数起", turns.len());
                return Err(Refused::new("no_such_place", "turn", message));
            };
            if end > *chars {
                let message = format!("end 是 {end}，第 {turn} 个话轮(从 0 数起)只有 {chars} 个字符");
                return Err(Refused::new("no_such_place", "end", message));
            }
        }
        match &decision.rule {
            Some(rule) => self.check_rule(rule),
            None if decision.said().is_none() => {
                let message = "note 没有写：不写 rule 时，请在 note 里说明这一处错在哪里";
                Err(Refused::new("note_needed", "note", message))
            }
            None => Ok(()),
        }
    }

    /// Whether the machine has judged the rule: otherwise it could not miss it.
    fn check_rule(&self, rule: &str) -> Result<(), Refused> {
        let mut judged = self.machine.verdicts.iter().map(|verdict| verdict.rule.as_str());
        if judged.clone().any(|known| known == rule) {
            return Ok(());
        }
        let near = did_you_mean(rule, judged.by_ref());
        let shown: String = rule.chars().filter(|c| !c.is_control()).take(80).collect();
        let message =
            format!("rule 不对：这份初稿没有判过规则“{shown}”{near}；不清楚是哪条规则时不写 rule,写 note");
        Err(Refused::new("unknown_rule", "rule", message))
    }
}

fn did_you_mean<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(written, known).map_or(String::new(), |near| format!("，是不是想写“{near}”"))
}
