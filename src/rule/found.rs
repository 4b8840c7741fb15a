//! What testing a condition gives: an outcome, where it shows, and what was missing.

use std::ops::Range;

use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use crate::detect::{Scene, Standing};
use crate::lexicon::{EntryId, Speaker};
use crate::text::Original;
use crate::transcript::Millis;

/// The four outcomes that every condition, rule and item shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 符合
    Met,
    /// 不符合
    NotMet,
    /// 不适用: the trigger was looked for and is absent.
    NotApplicable,
    /// 无法测量: an input is missing.
    NotMeasurable,
}

/// What testing a condition gives.
#[derive(Debug, Clone)]
pub struct Found {
    /// Whether it holds.
    pub outcome: Outcome,
    /// Where it shows, matches that do not count included.
    pub occurrences: Vec<Occurrence>,
    /// Inputs that were missing.
    pub lacking: Lacking,
    /// Where an absent thing was looked for.
    pub searched: Option<Searched>,
    /// A number that was measured.
    pub measured: Option<Measure>,
}

/// A number that was measured, such as a ratio or a median.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// The number.
    pub value: f64,
    /// Its unit, as a reviewer reads it.
    pub unit: &'static str,
}

/// One place at which a condition shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// The turn.
    pub turn: u32,
    /// The words, as bytes of the normalised text; none where the whole turn or a stretch of time is meant.
    pub span: Option<Range<u32>>,
    /// The stretch of time that is meant, where it is not the turn's own.
    pub times: Option<(Millis, Millis)>,
    /// What it is worth.
    pub standing: Standing,
    /// Matches of one family compete: the longest wins. 0 is no family.
    pub family: u32,
    /// The entry that was said, where one was.
    pub entry: Option<EntryId>,
}

impl Occurrence {
    /// A whole turn.
    #[must_use]
    pub fn turn(turn: u32) -> Self {
        Self { turn, span: None, times: None, standing: Standing::Hit, family: 0, entry: None }
    }

    /// A stretch of time that begins at the end of, or in, `turn`.
    #[must_use]
    pub fn stretch(turn: u32, start: Millis, end: Millis) -> Self {
        Self { times: Some((start, end)), ..Self::turn(turn) }
    }

    /// Whether its words lie within those of `other`, and are worth the same.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let within = match (&self.span, &other.span) {
            (Some(own), Some(theirs)) => theirs.start <= own.start && own.end <= theirs.end,
            (None, None) => self.turn == other.turn && self.times == other.times,
            _ => false,
        };
        within && self.standing == other.standing
    }

    /// Its words as they were posted; those of the whole turn where no others are meant.
    #[must_use]
    pub fn original<'t>(&self, scene: &Scene<'t>) -> Original<'t> {
        match &self.span {
            Some(span) => scene.document.original(self.turn, span),
            None => scene.document.original_turn(self.turn),
        }
    }

    /// Whether it counts.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.standing == Standing::Hit
    }
}

/// Where an absent thing was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    /// Whose turns.
    pub speaker: Speaker,
    /// The window, which holds the turns of others as well.
    pub turns: Range<u32>,
}

/// An input that a measurement needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// Turns with begin and end.
    Times,
    /// Roles that can be trusted.
    Roles,
    /// One channel for each speaker.
    TwoChannel,
    /// The event of hanging up, with who did it.
    HangupEvent,
    /// Text in Chinese.
    ChineseText,
    /// Talk between an agent and a customer.
    ServiceTalk,
    /// When the call or chat began.
    StartedAt,
    /// Events of the telephone system.
    Events,
    /// A field of `meta`.
    Meta,
}

impl Lack {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 9] = [
        Self::Times,
        Self::Roles,
        Self::TwoChannel,
        Self::HangupEvent,
        Self::ChineseText,
        Self::ServiceTalk,
        Self::StartedAt,
        Self::Events,
        Self::Meta,
    ];

    /// What a reviewer reads.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Times => "可信的起止时间",
            Self::Roles => "可信的角色",
            Self::TwoChannel => "双声道录音",
            Self::HangupEvent => "挂机事件(由谁挂机)",
            Self::ChineseText => "可评判的中文",
            Self::ServiceTalk => "客服对话",
            Self::StartedAt => "开始时刻(started_at)",
            Self::Events => "通话事件(events)",
            Self::Meta => "要用的随路数据字段(meta 或 agent)",
        }
    }
}

/// A set of missing inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lacking(u16);

impl Lacking {
    /// Adds everything in `other`.
    pub fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether nothing is missing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// The missing inputs, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Lack> {
        Lack::ALL.into_iter().filter(move |lack| self.0 & (1 << (*lack as u16)) != 0)
    }
}

impl Serialize for Lacking {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl From<Lack> for Lacking {
    fn from(lack: Lack) -> Self {
        Self(1 << (lack as u16))
    }
}

impl Found {
    /// A bare outcome.
    #[must_use]
    pub fn of(outcome: Outcome) -> Self {
        Self { outcome, occurrences: Vec::new(), lacking: Lacking::default(), searched: None, measured: None }
    }

    /// `Met` or `NotMet`.
    #[must_use]
    pub fn whether(holds: bool) -> Self {
        Self::of(if holds { Outcome::Met } else { Outcome::NotMet })
    }

    /// Not measurable without `lack`.
    #[must_use]
    pub fn without(lack: Lack) -> Self {
        Self { lacking: lack.into(), ..Self::of(Outcome::NotMeasurable) }
    }

    /// Met where anything in `occurrences` counts.
    #[must_use]
    pub fn any(occurrences: Vec<Occurrence>) -> Self {
        let met = occurrences.iter().any(Occurrence::counts);
        Self { occurrences, ..Self::whether(met) }
    }

    /// What a trigger found, where there is anything to go on from.
    ///
    /// # Errors
    /// What the whole comes to where there is not: an absent trigger makes it not applicable.
    pub fn triggered(self) -> Result<Self, Self> {
        match self.outcome {
            Outcome::Met => Ok(self),
            Outcome::NotMeasurable => Err(self),
            Outcome::NotMet | Outcome::NotApplicable => {
                Err(Self { outcome: Outcome::NotApplicable, occurrences: Vec::new(), ..self })
            }
        }
    }

    /// The occurrences that count.
    pub fn counting(&self) -> impl Iterator<Item = &Occurrence> {
        self.occurrences.iter().filter(|occurrence| occurrence.counts())
    }
}
