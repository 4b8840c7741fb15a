//! Stage 4: what happened — which mentions stand, and the states of the dialogue.

mod attention;
/// Of what the states of a dialogue are made.
pub mod dialogue;
mod hold;
mod interruption;
mod likeness;
mod monologue;
mod pace;
mod quality;
mod recall;
mod repetition;
mod silence;
mod sound;
mod standing;
mod talk;
mod wait;

use std::cell::OnceCell;
use std::ops::Range;

use jiff::civil::DateTime;

use crate::lexicon::{Lexicons, ListId, Mention, Mentions, Plan, Speaker, Watched};
use crate::text::similarity::Pairs;
use crate::text::{Document, PauseKind};
use crate::transcript::{Millis, Transcript, Turn};

use recall::Recall;

pub use attention::{Attention, Listening};
pub use dialogue::Dialogue;
pub use hold::{Consent, Hold};
pub use interruption::{Interrupting, Interruption};
pub use likeness::{Comparable, Comparables};
pub use monologue::Monologue;
pub use pace::Paces;
pub use quality::{Doubt, Quality, RolesQuality, TimesQuality, Unscorable};
pub use repetition::Repeating;
pub use silence::{Owner, Silence};
pub use sound::{Homophones, Sounds};
pub use standing::{By, Standing};
pub use talk::Talk;
pub use wait::{Wait, Waiting};

/// A transcript with everything that was found in it: what conditions are tested on.
#[derive(Debug)]
pub struct Scene<'t> {
    /// The normalised text.
    pub document: Document<'t>,
    /// The lexicons that it was scanned for.
    pub lexicons: &'t Lexicons,
    /// Of what states of a dialogue are made.
    pub dialogue: &'t Dialogue,
    /// How far it can be trusted.
    pub quality: Quality,
    mentions: Mentions,
    /// What was found of the lists that are not watched, in the turns that were asked about.
    spotted: OnceCell<Vec<OnceCell<Mentions>>>,
    silences: OnceCell<Vec<Silence>>,
    holds: OnceCell<Vec<Hold>>,
    sounds: OnceCell<Sounds>,
    turn_pairs: OnceCell<Vec<Pairs>>,
    comparables: OnceCell<Comparables>,
    began: OnceCell<Option<DateTime>>,
    /// The first moment and the last.
    span: OnceCell<(Option<Millis>, Option<Millis>)>,
    attention: Recall<Listening, Attention>,
    interruptions: Recall<Interrupting, Vec<Interruption>>,
    monologues: Recall<Speaker, Vec<Monologue>>,
    paces: Recall<(Speaker, u32), Paces>,
    repetitions: Recall<Repeating, Vec<u32>>,
    talk: Recall<Speaker, Talk>,
    waits: Recall<Waiting, Vec<Wait>>,
}

impl<'t> Scene<'t> {
    /// Scans `transcript` once, for what `plan` needs.
    #[must_use]
    pub fn new(
        transcript: &'t Transcript<'t>,
        lexicons: &'t Lexicons,
        dialogue: &'t Dialogue,
        plan: Plan,
    ) -> Self {
        let document = Document::new(transcript);
        let mentions = lexicons.scan(&document, plan);
        let mut scene = Self {
            document,
            lexicons,
            dialogue,
            quality: Quality::default(),
            mentions,
            spotted: OnceCell::new(),
            silences: OnceCell::new(),
            holds: OnceCell::new(),
            sounds: OnceCell::new(),
            turn_pairs: OnceCell::new(),
            comparables: OnceCell::new(),
            began: OnceCell::new(),
            span: OnceCell::new(),
            attention: Recall::default(),
            interruptions: Recall::default(),
            monologues: Recall::default(),
            paces: Recall::default(),
            repetitions: Recall::default(),
            talk: Recall::default(),
            waits: Recall::default(),
        };
        scene.quality = Quality::of(&scene);
        scene
    }

    /// The transcript.
    #[must_use]
    pub fn transcript(&self) -> &'t Transcript<'t> {
        self.document.transcript()
    }

    /// One turn.
    #[must_use]
    pub fn turn(&self, turn: u32) -> &'t Turn<'t> {
        &self.transcript().turns[turn as usize]
    }

    /// How many turns there are.
    #[must_use]
    pub fn turn_count(&self) -> u32 {
        u32::try_from(self.transcript().turns.len()).unwrap_or(u32::MAX)
    }

    /// The numbers of the turns of `speaker`, in order.
    pub fn turns_of(&self, speaker: Speaker) -> impl DoubleEndedIterator<Item = u32> {
        (0..self.turn_count()).filter(move |at| speaker.is(self.turn(*at).role))
    }

    /// The sentences that `speaker` says in `turns`, each with its turn, in order.
    pub fn sentences_of(
        &self,
        speaker: Speaker,
        turns: Range<u32>,
    ) -> impl Iterator<Item = (u32, Range<u32>)> {
        let asked = self.turns_of(speaker).filter(move |turn| turns.contains(turn));
        asked.flat_map(|turn| self.document.sentences(turn).map(move |sentence| (turn, sentence)))
    }

    /// What was found of one list in the whole dialogue, beaten ones included.
    #[must_use]
    pub fn mentions(&self, list: Watched) -> &[Mention] {
        self.mentions.of(list.into())
    }

    /// What is found of one list in one turn, beaten ones included.
    #[must_use]
    pub fn mentions_in(&self, turn: u32, list: ListId) -> &[Mention] {
        if !self.lexicons.is_watched(list) {
            let turns = self.spotted.get_or_init(|| vec![OnceCell::new(); self.turn_count() as usize]);
            let found = turns[turn as usize].get_or_init(|| self.lexicons.scan_turn(&self.document, turn));
            return found.of(list);
        }
        let all = self.mentions.of(list);
        let from = all.partition_point(|mention| mention.turn < turn);
        let count = all[from..].partition_point(|mention| mention.turn == turn);
        &all[from..from + count]
    }

    /// What is found of `lists` in one turn and nothing else covers.
    pub fn standing_in<'s>(&'s self, turn: u32, lists: &'s [ListId]) -> impl Iterator<Item = &'s Mention> {
        let all = lists.iter().flat_map(move |list| self.mentions_in(turn, *list));
        all.filter(|mention| mention.stands())
    }

    /// Whether any word of `lists` stands in `turn`.
    #[must_use]
    pub fn says(&self, turn: u32, lists: &[ListId]) -> bool {
        self.standing_in(turn, lists).next().is_some()
    }

    /// Letters of a turn that do not belong to the words of `lists`, such as mere attention (嗯, 好的).
    #[must_use]
    pub fn letters_besides(&self, turn: u32, lists: &[ListId]) -> u32 {
        if lists.is_empty() {
            return self.document.letters(turn);
        }
        let mut words: Vec<_> = self.standing_in(turn, lists).map(Mention::span).collect();
        words.sort_by_key(|span| span.start);
        // Words of several lists may overlap; each letter counts once.
        let (mut letters, mut reached) = (0_usize, 0);
        for span in words.into_iter().filter(|span| !span.is_empty()) {
            let own = span.start.max(reached)..span.end.max(reached);
            reached = own.end;
            letters += self.document.slice(own).chars().count();
        }
        self.document.letters(turn).saturating_sub(u32::try_from(letters).unwrap_or(u32::MAX))
    }

    /// Letters of a turn that are more than mere attention.
    #[must_use]
    pub fn substance(&self, turn: u32) -> u32 {
        self.letters_besides(turn, &self.dialogue.back_channel)
    }

    /// The silences, attributed; empty where times are missing.
    #[must_use]
    pub fn silences(&self) -> &[Silence] {
        self.silences.get_or_init(|| silence::find(self))
    }

    /// The turns that should not be trusted as they are, each with the reason.
    #[must_use]
    pub fn doubts(&self) -> Vec<(u32, Doubt)> {
        quality::doubts(self)
    }

    /// The holds; empty where times are missing.
    #[must_use]
    pub fn holds(&self) -> &[Hold] {
        self.holds.get_or_init(|| hold::find(self))
    }

    /// Whether `turn` asks something, by its words or by its last sign.
    #[must_use]
    pub fn is_question(&self, turn: u32) -> bool {
        let end = self.document.turns()[turn as usize].end;
        self.document.pause_at(end) == Some(PauseKind::Question) || self.says(turn, &self.dialogue.question)
    }

    /// When it began, by the clock where it was; none where that is not known.
    #[must_use]
    pub fn began(&self) -> Option<DateTime> {
        *self.began.get_or_init(|| self.transcript().began())
    }

    /// When the first word was said.
    #[must_use]
    pub fn start_ms(&self) -> Option<Millis> {
        self.span().0
    }

    /// When the conversation ended: by the event of hanging up, else by the last word.
    #[must_use]
    pub fn end_ms(&self) -> Option<Millis> {
        self.span().1
    }

    fn span(&self) -> (Option<Millis>, Option<Millis>) {
        *self.span.get_or_init(|| {
            let Transcript { turns, events, .. } = self.transcript();
            let words = turns.iter().filter_map(|turn| turn.end_ms).max();
            let events = events.iter().map(|event| event.at_ms).max();
            (turns.iter().filter_map(|turn| turn.start_ms).min(), words.max(events))
        })
    }
}
