//! Whether a mention counts: the role that said it, and the guards that speak against it.

use std::ops::Range;

use super::Scene;
use crate::lexicon::{Across, Beaten, Effect, EntryId, Guard, GuardId, Mention, Side, Speaker};
use crate::transcript::Role;

/// Characters of the longest word of a lexicon.
const LONGEST_WORD: u32 = 60;

/// What a match is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Hit,
    /// A human decides.
    Candidate,
    /// It does not count, for this reason.
    Suppressed(By),
}

/// What speaks against a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A guard.
    Guard(GuardId),
    /// An allow entry that covers it.
    Allow(EntryId),
    /// Somebody else said it.
    Role,
    /// The pattern itself excludes it.
    Excluded,
    /// A longer match of the same family covers it.
    Longer,
}

impl Mention {
    /// Whether nothing covers it.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.beaten == Beaten::No
    }
}

impl Scene<'_> {
    /// What a mention is worth to a condition about `speaker`, or about whom its entry names.
    #[must_use]
    pub fn standing(&self, mention: &Mention, speaker: Option<Speaker>) -> Standing {
        if let Beaten::ByAllow(allow) = mention.beaten {
            return Standing::Suppressed(By::Allow(allow));
        }
        let entry = self.lexicons.entry(mention.entry);
        let speaker = speaker.unwrap_or(entry.speaker);
        let found = self.match_standing(mention.turn, &mention.span(), speaker, &entry.guards);
        if entry.candidate && found == Standing::Hit { Standing::Candidate } else { found }
    }

    /// What a match of any kind is worth to a condition about `speaker`, under `guards`.
    #[must_use]
    pub fn match_standing(
        &self,
        turn: u32,
        span: &Range<u32>,
        speaker: Speaker,
        guards: &[GuardId],
    ) -> Standing {
        let role = self.turn(turn).role;
        let unknown = role == Role::Unknown && speaker != Speaker::Any;
        if !speaker.is(role) && !unknown {
            return Standing::Suppressed(By::Role);
        }
        let mut standing = if unknown { Standing::Candidate } else { Standing::Hit };
        for id in guards {
            let guard = self.lexicons.guard(*id);
            if !self.speaks_against(guard, turn, span) {
                continue;
            }
            match guard.effect {
                Effect::Suppress => return Standing::Suppressed(By::Guard(*id)),
                Effect::Candidate => standing = Standing::Candidate,
            }
        }
        standing
    }

    /// Whether words of `guard` stand near `span`, where the guard looks for them.
    fn speaks_against(&self, guard: &Guard, turn: u32, span: &Range<u32>) -> bool {
        let bounds = match guard.across {
            Across::Clause => self.document.clause(turn, span),
            Across::Sentence => self.document.sentence(turn, span),
            Across::Turn => self.document.turns()[turn as usize].clone(),
        };
        let near = |mention: &Mention| {
            let gap = match guard.side {
                Side::Before => before(mention, span),
                Side::After => after(mention, span),
                Side::Around | Side::Turn => before(mention, span).or_else(|| after(mention, span)),
            };
            let Some(gap) = gap else { return false };
            let inside = bounds.start <= mention.start && mention.end <= bounds.end;
            inside && self.document.slice(gap).chars().count() <= guard.reach as usize
        };
        let mut words = guard.lists.iter().flat_map(|list| {
            let (from, to) = self.reachable(guard, turn, span);
            let all = self.mentions_in(turn, *list);
            let within = &all[all.partition_point(|m| m.start < from)..all.partition_point(|m| m.start < to)];
            within.iter().filter(|mention| mention.stands() && near(mention))
        });
        if guard.odd { words.count() % 2 == 1 } else { words.next().is_some() }
    }

    /// The bytes between which a word of `guard` can begin that is within its reach.
    fn reachable(&self, guard: &Guard, turn: u32, span: &Range<u32>) -> (u32, u32) {
        let whole = &self.document.turns()[turn as usize];
        // A character has at most four bytes, and a word of a lexicon is not longer than the reach plus this.
        let bytes = guard.reach.saturating_add(LONGEST_WORD).saturating_mul(4);
        (span.start.saturating_sub(bytes).max(whole.start), span.end.saturating_add(bytes).min(whole.end))
    }
}

/// What lies between a word and the match behind it.
fn before(mention: &Mention, span: &Range<u32>) -> Option<Range<u32>> {
    (mention.end <= span.start).then_some(mention.end..span.start)
}

/// What lies between a match and the word behind it.
fn after(mention: &Mention, span: &Range<u32>) -> Option<Range<u32>> {
    (span.end <= mention.start).then_some(span.end..mention.start)
}
