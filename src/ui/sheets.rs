//! What is printed of a review: the record of monitoring (客户代表监听记录表) and the advice (客户代表改进建议单).

use askama::Template;

use super::draft::{ShownDraft, ShownFinding, ShownItem};
use super::review::Material;
use super::{Frame, titles};
use crate::draft::{FindingVerdict, ItemOutcome};
use crate::review::{Decision, ItemValues, Reasons, Review, ReviewTotals, Subject, Verdict};
use crate::score::{Points, SheetLevel, Values};
use crate::store::{ReviewState, StoredReview};
use crate::transcript::{Channel, Transcript};

/// So many places are told for an item: a printed line is short.
const TOLD: usize = 2;

/// A review as it is printed.
#[derive(Debug)]
pub(super) struct Printed<'a> {
    page: Frame,
    stored: &'a StoredReview,
    review: &'a Review,
    transcript: &'a Transcript<'a>,
    draft: &'a ShownDraft,
    reasons: &'a Reasons,
    lines: Vec<Line<'a>>,
    totals: ReviewTotals,
}

/// An item, and what it came to.
#[derive(Debug)]
struct Line<'a> {
    item: &'a ShownItem,
    values: ItemValues,
    decision: Option<&'a Decision>,
}

/// The record of monitoring: every item with its points (客户代表监听记录表).
#[derive(Debug, Template)]
#[template(path = "sheet.html")]
pub struct RecordSheet<'a> {
    page: Frame,
    told: Printed<'a>,
}

/// What should be done better, and how (客户代表改进建议单).
#[derive(Debug, Template)]
#[template(path = "advice.html")]
pub struct AdviceSheet<'a> {
    page: Frame,
    told: Printed<'a>,
}

impl<'a> RecordSheet<'a> {
    /// Of one review.
    #[must_use]
    pub fn of(page: Frame, material: &Material<'a>) -> Self {
        Self { told: Printed::of(page.clone(), material), page }
    }
}

impl<'a> AdviceSheet<'a> {
    /// Of one review.
    #[must_use]
    pub fn of(page: Frame, material: &Material<'a>) -> Self {
        Self { told: Printed::of(page.clone(), material), page }
    }
}

impl<'a> Printed<'a> {
    fn of(page: Frame, material: &Material<'a>) -> Self {
        let Material { stored, review, transcript, draft, reasons } = *material;
        let decision = |id: &str| review.decisions().get(&Subject::Item(id.to_owned()));
        let line =
            |(item, values): (&'a ShownItem, ItemValues)| Line { item, values, decision: decision(&item.id) };
        let lines = draft.items.iter().zip(review.items()).map(line).collect();
        Self { page, stored, review, transcript, draft, reasons, lines, totals: review.totals() }
    }

    fn is_final(&self) -> bool {
        self.stored.state == ReviewState::Submitted
    }

    fn day(&self) -> String {
        self.transcript.began().map(titles::moment).unwrap_or_default()
    }

    fn length(&self) -> Option<String> {
        let last = self.transcript.turns.iter().filter_map(|turn| turn.end_ms).max();
        last.filter(|_| self.transcript.channel == Channel::Call).map(titles::clock)
    }

    fn manner(&self) -> &'static str {
        match self.transcript.channel {
            Channel::Call => "录音监听",
            Channel::Chat => "查看在线对话",
        }
    }

    fn title(&self) -> &str {
        &self.review.sheet().title
    }

    /// The lines of each section, in their order.
    fn sections(&self) -> impl Iterator<Item = (&str, &[Line<'a>])> {
        let sections = self.lines.chunk_by(|one, other| one.item.section == other.item.section);
        sections.map(|lines| (lines[0].item.section.as_str(), lines))
    }

    fn machine(&self, line: &Line<'_>) -> String {
        self.value(Some(line.values.machine.outcome), line.values.machine.score)
    }

    fn points(&self, line: &Line<'_>) -> String {
        let settled = line.values.settled;
        self.value(settled.map(|value| value.outcome), settled.and_then(|value| value.score))
    }

    fn value(&self, outcome: Option<ItemOutcome>, score: Option<Points>) -> String {
        match (outcome, score) {
            (_, Some(points)) => points.to_string(),
            (Some(ItemOutcome::NotApplicable), None) => self.page.t("不适用").to_owned(),
            _ => "—".to_owned(),
        }
    }

    /// Why an item came to what it did: the level that it reached, why a human has decided so, and where it shows.
    fn why(&self, line: &Line<'a>) -> String {
        let decision = line.decision;
        let reason =
            decision.and_then(|decision| decision.reason.as_deref()).map(|id| self.reason(id).to_owned());
        let note = decision.and_then(|decision| decision.note.clone());
        let is_overruled = decision.is_some_and(|decision| decision.verdict != Verdict::Confirm);
        let does_not_apply =
            line.values.settled.is_some_and(|value| value.outcome == ItemOutcome::NotApplicable);
        let none = does_not_apply.then(|| self.page.t("不适用").to_owned());
        let level = self.level(line).map(str::to_owned).or(none);
        let places = line.item.evidence.iter().take(TOLD).filter(|_| !is_overruled);
        let places: Vec<String> = places.map(|place| self.quote(place.turn, &place.text)).collect();
        let places = Some(places.join("、")).filter(|places| !places.is_empty());
        [level, reason, places, note].into_iter().flatten().collect::<Vec<_>>().join("。")
    }

    /// The words of the level that was reached.
    fn level(&self, line: &Line<'a>) -> Option<&str> {
        let value = line.values.settled?;
        if value.outcome != ItemOutcome::Score {
            return None;
        }
        let levels = self.levels(line)?;
        let stated = match line.decision {
            Some(decision) if decision.verdict == Verdict::Score => decision.level,
            _ => line.item.level,
        };
        if let Some(level) = stated {
            return levels.get(level).map(|level| level.text.as_str());
        }
        // Where several levels give these points, nobody knows which one was meant.
        let mut giving = levels.iter().filter(|level| Some(level.score) == value.score);
        match (giving.next(), giving.next()) {
            (Some(level), None) => Some(&level.text),
            _ => None,
        }
    }

    fn levels(&self, line: &Line<'a>) -> Option<&[SheetLevel]> {
        let sheet = self.review.sheet();
        match &sheet.items[sheet.position(&line.item.id)?].values {
            Values::Levels(levels) => Some(levels),
            _ => None,
        }
    }

    /// `第 13 轮“这事不归我管”`.
    fn quote(&self, turn: u32, words: &str) -> String {
        format!("{}“{words}”", self.page.fill("第 {} 轮", turn + 1))
    }

    fn reason(&self, id: &'a str) -> &str {
        self.reasons.find(id).map_or(id, |reason| &reason.title)
    }

    /// The vetoes that are carried out.
    fn vetoes(&self) -> impl Iterator<Item = &str> {
        let is_carried_out = |id: &str| {
            let decision = self.review.decisions().get(&Subject::Veto(id.to_owned()));
            decision.is_some_and(|decision| matches!(decision.verdict, Verdict::Confirm | Verdict::Add))
        };
        let vetoes = self.review.sheet().vetoes.iter();
        vetoes.filter(move |veto| is_carried_out(&veto.id)).map(|veto| veto.title.as_str())
    }

    /// The findings that hold: not rejected hits, and whatever the human has confirmed.
    fn faults(&self) -> impl Iterator<Item = &ShownFinding> {
        let holds = |(number, finding): &(u32, &ShownFinding)| {
            let decision = self.review.decisions().get(&Subject::Finding(*number));
            match decision.map(|decision| decision.verdict) {
                Some(verdict) => verdict == Verdict::Confirm,
                None => finding.verdict == FindingVerdict::Hit,
            }
        };
        (0..).zip(&self.draft.findings).filter(holds).map(|(_, finding)| finding)
    }

    /// Passages that the machine has missed.
    fn missed(&self) -> impl Iterator<Item = (u32, String, Option<&str>)> {
        let decisions = self.review.decisions().iter();
        decisions.filter_map(|(subject, decision)| {
            let turn = decision.turn.filter(|_| matches!(subject, Subject::Missed(_)))?;
            let said = self.transcript.turns.iter().find(|said| said.index == turn)?;
            let (start, end) = (decision.start? as usize, decision.end? as usize);
            let words = said.text.chars().skip(start).take(end.saturating_sub(start)).collect();
            Some((turn, words, decision.note.as_deref()))
        })
    }

    /// The items that lost points.
    fn losses(&self) -> impl Iterator<Item = &Line<'a>> {
        let is_loss = |line: &&Line<'_>| {
            let score = line
                .values
                .settled
                .filter(|value| value.outcome == ItemOutcome::Score)
                .and_then(|value| value.score);
            score.is_some_and(|score| score < line.item.max.max(Points::ZERO))
        };
        self.lines.iter().filter(is_loss)
    }

    fn is_faultless(&self) -> bool {
        self.faults().next().is_none() && self.missed().next().is_none() && self.losses().next().is_none()
    }

    /// What an item asks for: its best level.
    fn standard(&self, line: &Line<'a>) -> Option<&str> {
        let levels = self.levels(line)?;
        levels.iter().max_by_key(|level| level.score).map(|level| level.text.as_str())
    }

    /// How it is better said or done, by the rules that the item is about.
    fn better(&self, line: &Line<'a>) -> Vec<&'a str> {
        let (item, draft) = (line.item, self.draft);
        let is_about = |reference: &str| item.reference.iter().any(|own| own == reference);
        let missed = draft.verdicts.iter().filter(|it| it.reference.iter().any(is_about));
        let of_places = item.evidence.iter().filter_map(|place| place.better.as_deref());
        let mut told: Vec<&str> = of_places.chain(missed.filter_map(|it| it.better.as_deref())).collect();
        told.sort_unstable();
        told.dedup();
        told
    }
}
