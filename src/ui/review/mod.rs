//! The review page: the dialogue on one side, the rubric on the other, each leading to the other.

/// The rubric as it is filled in.
pub(crate) mod form;
/// The whole dialogue at a glance.
pub(crate) mod strip;
/// The dialogue as a conversation in time.
pub(crate) mod talk;

use askama::Template;
use serde::Serialize;

use self::form::FormSection;
use self::strip::Strip;
use self::talk::ShownTurn;
use super::draft::{ShownDraft, ShownFinding, ShownPlace, ShownVeto, Titles};
use super::{Frame, titles};
use crate::access::Scope;
use crate::draft::FindingVerdict;
use crate::review::{About, Decision, ItemValues, Reason, Reasons, Review, ReviewTotals, Subject};
use crate::rule::Refs;
use crate::score::{Points, SheetScope};
use crate::store::{Claim, ReviewState, StoredReview};
use crate::transcript::{Channel, Transcript};

pub use self::talk::Facts;

/// A draft under review.
#[derive(Debug, Template)]
#[template(path = "review.html")]
pub struct ReviewPage<'a> {
    page: Frame,
    stored: &'a StoredReview,
    review: &'a Review,
    transcript: &'a Transcript<'a>,
    draft: &'a ShownDraft,
    sections: Vec<FormSection<'a>>,
    turns: Vec<ShownTurn<'a>>,
    strip: Option<Strip>,
    reasons: &'a Reasons,
    titles: &'a Titles<'a>,
    state: String,
}

/// What the script of the page begins with: everything that decisions change.
#[derive(Serialize)]
struct State<'a> {
    id: &'a str,
    state: ReviewState,
    version: i64,
    /// Whether it was submitted before, and sent back.
    reopened: bool,
    claim: Option<&'a Claim>,
    decisions: Vec<&'a Decision>,
    items: Vec<ItemValues>,
    totals: ReviewTotals,
    open: Vec<Subject>,
    reasons: &'a Reasons,
}

/// What a page is made of: a review, its transcript with personal data covered, and what happened in it.
#[derive(Debug)]
pub struct Material<'a> {
    /// As it is stored.
    pub stored: &'a StoredReview,
    /// What has been decided so far.
    pub review: &'a Review,
    /// Personal data covered.
    pub transcript: &'a Transcript<'a>,
    /// Personal data covered.
    pub draft: &'a ShownDraft,
    /// Why the machine may be overruled.
    pub reasons: &'a Reasons,
}

impl<'a> ReviewPage<'a> {
    /// Lays everything out, with what happened beside words and what rules and guards are called.
    #[must_use]
    pub fn of(page: Frame, material: &Material<'a>, facts: &'a Facts, titles: &'a Titles<'a>) -> Self {
        let Material { stored, review, transcript, draft, reasons } = *material;
        let turns = talk::turns(transcript, &draft.findings, facts);
        let strip = strip::strip(&turns, &draft.findings, facts);
        let state = State {
            id: &stored.id,
            state: stored.state,
            version: stored.version,
            reopened: stored.state == ReviewState::Open && stored.submitted_at.is_some(),
            claim: stored.claim.as_ref(),
            decisions: review.decisions().values().collect(),
            items: review.items(),
            totals: review.totals(),
            open: review.open(),
            reasons,
        };
        // Within a page, nothing may look like the end of the script.
        let state = serde_json::to_string(&state).unwrap_or_default().replace('<', "\\u003c");
        let sections = form::sections(draft, review.sheet());
        Self { page, stored, review, transcript, draft, sections, turns, strip, reasons, titles, state }
    }

    fn may_reopen(&self) -> bool {
        self.stored.state == ReviewState::Submitted && self.page.may(Scope::Reopen)
    }

    fn may_unmask(&self) -> bool {
        self.page.may(Scope::Unmask)
    }

    fn is_open(&self) -> bool {
        self.stored.state == ReviewState::Open
    }

    fn is_call(&self) -> bool {
        self.transcript.channel == Channel::Call
    }

    fn day(&self) -> Option<String> {
        self.transcript.began().map(titles::moment)
    }

    fn length(&self) -> Option<String> {
        self.turns.iter().filter_map(|turn| turn.end).max().filter(|_| self.is_call()).map(titles::clock)
    }

    /// Vetoes that were not proposed, but may be added.
    fn other_vetoes(&self) -> impl Iterator<Item = &crate::score::SheetVeto> {
        let is_proposed = |id: &str| self.draft.vetoes.iter().any(|veto| veto.id == id);
        self.review.sheet().vetoes.iter().filter(move |veto| !is_proposed(&veto.id))
    }

    fn zeroes(&self, veto: &ShownVeto) -> String {
        let target = veto.target.as_deref().unwrap_or_default();
        let sheet = self.review.sheet();
        match veto.scope {
            SheetScope::Call => self.page.t("整通记零分").to_owned(),
            SheetScope::Section => {
                let title =
                    sheet.sections.iter().find(|section| section.id == target).map(|it| it.title.as_str());
                self.page.fill("大项“{}”记零分", title.unwrap_or(target))
            }
            SheetScope::Item => {
                let title = sheet.items.iter().find(|item| item.id == target).map(|it| it.title.as_str());
                self.page.fill("评分项“{}”记零分", title.unwrap_or(target))
            }
        }
    }

    fn finding(&self, number: &usize) -> &ShownFinding {
        &self.draft.findings[*number]
    }

    /// `第 13 轮 01:35`.
    fn place(&self, place: &ShownPlace) -> String {
        let number = self.page.fill("第 {} 轮", place.turn + 1);
        match place.start_ms.filter(|_| self.is_call()) {
            Some(start) => format!("{number} {}", titles::clock(start)),
            None => number,
        }
    }

    fn refs(&self, refs: &Refs) -> String {
        refs.iter().collect::<Vec<_>>().join(" ")
    }

    fn needs_look(&self, finding: &ShownFinding) -> bool {
        finding.verdict != FindingVerdict::Suppressed
    }

    /// What a rule is called, and what became of it.
    fn rules(&self) -> impl Iterator<Item = (&str, String)> {
        self.draft.verdicts.iter().map(|verdict| {
            let title = self.titles.rule(verdict);
            let outcome = self.page.t(self.titles.outcome(verdict));
            (verdict.rule.as_str(), format!("{title}：{outcome}"))
        })
    }

    /// The reasons for overruling, each with what it is for.
    fn reasons(&self) -> impl Iterator<Item = (&Reason, String)> {
        let about = |about: &About| match about {
            About::Item => "item",
            About::Finding => "finding",
            About::Veto => "veto",
        };
        self.reasons
            .iter()
            .map(move |reason| (reason, reason.about.iter().map(about).collect::<Vec<_>>().join(" ")))
    }

    fn max(&self) -> Points {
        self.review.totals().review.max
    }
}
