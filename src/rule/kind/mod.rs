//! The kinds of conditions: one file each, with its options, how they are compiled, and the test.

mod back_channel;
mod clock;
mod duration;
mod echo;
mod event;
mod hangup;
mod hold;
mod interruption;
mod is;
mod logic;
mod meta;
mod monologue;
mod near;
mod pattern;
mod phrase;
mod quality;
mod ratio;
mod repeat;
mod reply;
mod response_time;
mod rule;
mod said;
mod silence;
mod similar;
mod sounds_like;
mod speech_rate;
mod talk;
mod turns;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Location;

use super::found::Found;
use super::{RuleId, View};
use crate::detect::{Standing, dialogue};
use crate::diagnostic::{Diagnostics, Source};
use crate::lexicon::{GuardId, LexiconsDraft, ListId};
use crate::yaml::{self, OneKey, OneOrMany, Spanned};

/// A rule with more conditions than this is refused.
const MOST_CONDITIONS: usize = 500;
/// Compiled expressions larger than this are refused, in bytes.
const LARGEST_PROGRAM: usize = 1 << 20;

/// Something that can be tested on a dialogue.
pub trait Condition: std::fmt::Debug + Send + Sync {
    /// The key by which a rule file writes it.
    fn kind(&self) -> &'static str;

    /// The conditions that it is made of.
    fn parts(&self) -> Vec<&dyn Condition> {
        Vec::new()
    }

    /// Tests it.
    fn test(&self, scene: &View<'_, '_>) -> Found;

    /// Whether the outcome depends on who said what: such an outcome is worth nothing where roles are not to be
    /// trusted or the text cannot be judged.
    fn hears(&self) -> bool {
        true
    }
}

/// A condition as a rule file writes it: a mapping with one key, which names the kind.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", remote = "Self")]
pub(super) enum ConditionShape {
    Phrase(phrase::PhraseShape),
    Pattern(pattern::PatternShape),
    Reply(Box<reply::ReplyShape>),
    Silence(silence::SilenceShape),
    Hold(hold::HoldShape),
    Interruption(interruption::InterruptionShape),
    SpeechRate(speech_rate::SpeechRateShape),
    BackChannel(back_channel::BackChannelShape),
    Hangup(Box<hangup::HangupShape>),
    Talk(talk::TalkShape),
    Near(Box<near::NearShape>),
    Turns(Box<turns::TurnsShape>),
    Ratio(Box<ratio::RatioShape>),
    Echo(Box<echo::EchoShape>),
    Repeat(repeat::RepeatShape),
    Similar(similar::SimilarShape),
    ResponseTime(Box<response_time::ResponseTimeShape>),
    SoundsLike(sounds_like::SoundsLikeShape),
    Said(said::SaidShape),
    Monologue(monologue::MonologueShape),
    Duration(duration::DurationShape),
    Event(event::EventShape),
    Meta(meta::MetaShape),
    Clock(clock::ClockShape),
    Quality(quality::QualityShape),
    All(Vec<ConditionShape>),
    Any(Vec<ConditionShape>),
    Not(Box<ConditionShape>),
    AtLeast(Box<logic::AtLeastShape>),
    Count(Box<logic::CountShape>),
    Rule(rule::RuleShape),
    Is(is::IsShape),
}

impl<'de> Deserialize<'de> for ConditionShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(OneKey(deserializer))
    }
}

impl ConditionShape {
    /// Compiles the condition; what is wrong goes to the compiler's diagnostics.
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Box<dyn Condition> {
        compiler.condition_count += 1;
        if compiler.condition_count > MOST_CONDITIONS {
            // Names may stand for conditions that use names: a few lines can mean millions.
            if compiler.condition_count == MOST_CONDITIONS + 1 {
                let message = format!("这条规则展开后超过 {MOST_CONDITIONS} 个条件");
                compiler.mistake(Location::UNKNOWN, message, "拆成几条规则，用 rule: 引用");
            }
            return Box::new(logic::Nothing);
        }
        match self {
            Self::Phrase(shape) => Box::new(shape.compile(compiler)),
            Self::Pattern(shape) => Box::new(shape.compile(compiler)),
            Self::Reply(shape) => Box::new(shape.compile(compiler)),
            Self::Silence(shape) => Box::new(shape.compile(compiler)),
            Self::Hold(shape) => Box::new(shape.compile(compiler)),
            Self::Interruption(shape) => Box::new(shape.compile(compiler)),
            Self::SpeechRate(shape) => Box::new(shape.compile(compiler)),
            Self::BackChannel(shape) => Box::new(shape.compile(compiler)),
            Self::Hangup(shape) => Box::new(shape.compile(compiler)),
            Self::Talk(shape) => Box::new(shape.compile(compiler)),
            Self::Near(shape) => Box::new(shape.compile(compiler)),
            Self::Turns(shape) => Box::new(shape.compile(compiler)),
            Self::Ratio(shape) => Box::new(shape.compile(compiler)),
            Self::Echo(shape) => Box::new(shape.compile(compiler)),
            Self::Repeat(shape) => Box::new(shape.compile(compiler)),
            Self::Similar(shape) => Box::new(shape.compile(compiler)),
            Self::ResponseTime(shape) => Box::new(shape.compile(compiler)),
            Self::SoundsLike(shape) => Box::new(shape.compile(compiler)),
            Self::Said(shape) => Box::new(shape.compile(compiler)),
            Self::Monologue(shape) => Box::new(shape.compile(compiler)),
            Self::Duration(shape) => Box::new(shape.compile(compiler)),
            Self::Event(shape) => Box::new(shape.compile(compiler)),
            Self::Meta(shape) => Box::new(shape.compile(compiler)),
            Self::Clock(shape) => Box::new(shape.compile(compiler)),
            Self::Quality(shape) => Box::new(shape.compile(compiler)),
            Self::AtLeast(shape) => Box::new(shape.compile(compiler)),
            Self::All(shapes) => Box::new(logic::Together::all(shapes, compiler)),
            Self::Any(shapes) => Box::new(logic::Together::any(shapes, compiler)),
            Self::Not(shape) => Box::new(logic::Not::new(shape, compiler)),
            Self::Count(shape) => Box::new(shape.compile(compiler)),
            Self::Rule(shape) => Box::new(shape.compile(compiler)),
            Self::Is(shape) => shape.compile(compiler).unwrap_or_else(|| Box::new(logic::Nothing)),
        }
    }
}

/// What compiling a rule needs: the lexicons that it names, and where mistakes go.
#[derive(Debug)]
pub(super) struct Compiler<'a> {
    pub(super) source: &'a Source,
    /// The ids of all rules of the pack, sorted.
    pub(super) rule_ids: &'a [String],
    /// The rules that the one being compiled refers to.
    pub(super) needs: Vec<RuleId>,
    /// The conditions to which the rule has given names, as far as they may be used here.
    pub(super) defined: &'a [(String, ConditionShape)],
    /// How many conditions have been compiled.
    pub(super) condition_count: usize,
    /// What is being compiled must not occur.
    pub(super) forbids: bool,
    pub(super) lexicons: &'a mut LexiconsDraft,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Compiler<'_> {
    pub(super) fn mistake(&mut self, place: Location, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(yaml::mistake(self.source, place, message).help(help));
    }

    fn conditions(&mut self, shapes: &[ConditionShape]) -> Vec<Box<dyn Condition>> {
        shapes.iter().map(|shape| shape.compile(self)).collect()
    }

    /// Refuses a number that is too large.
    fn bound(&mut self, written: &Spanned<usize>, most: usize) {
        if written.value > most {
            let message = format!("这里最多 {most}，写了 {}", written.value);
            self.mistake(written.referenced, message, "窗口太大会拖慢每一通对话");
        }
    }

    /// A regular expression that is written at `place`.
    fn regex(&mut self, pattern: &str, place: Location) -> Option<Regex> {
        let regex = RegexBuilder::new(pattern).size_limit(LARGEST_PROGRAM).build();
        let mistake = |error: regex::Error| {
            if matches!(error, regex::Error::CompiledTooBig(_)) {
                let help = "少用大的重复次数，少套几层；许多种说法请写进词表，用 phrase";
                return self.mistake(place, "这个正则展开后太大，会拖慢每一通对话", help);
            }
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let help = "检查括号、方括号是否配对，量词前有没有内容";
            self.mistake(place, format!("正则写错了：{last}"), help);
        };
        regex.map_err(mistake).ok()
    }

    fn lists(&mut self, names: &Names) -> Vec<ListId> {
        let place = names.referenced;
        let names = names.value.as_slice().iter().map(|name| (name.as_str(), place));
        dialogue::resolve(self.source, names, self.lexicons, self.diagnostics)
    }

    fn guards(&mut self, names: &[Spanned<String>]) -> Vec<GuardId> {
        let mut guards = Vec::new();
        for name in names {
            match self.lexicons.guard(&name.value) {
                Some(guard) => guards.push(guard),
                None => self.mistake(
                    name.referenced,
                    format!("没有名为“{}”的语境豁免", name.value),
                    "豁免是 lexicons/guards/ 下的词表，名字就是文件名",
                ),
            }
        }
        guards
    }
}

/// One name, or a list of names; mistakes point at the whole.
type Names = Spanned<OneOrMany<String>>;

/// What a match is worth at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Verdict {
    #[default]
    Hit,
    Candidate,
}

impl Verdict {
    /// What a match is worth that would be worth `standing`.
    fn of(self, standing: Standing) -> Standing {
        match (self, standing) {
            (Self::Candidate, Standing::Hit) => Standing::Candidate,
            _ => standing,
        }
    }
}

/// A range of numbers, either end optional.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Span {
    from: Option<f64>,
    to: Option<f64>,
}

impl Span {
    fn contains(self, value: f64) -> bool {
        self.from.is_none_or(|from| value >= from) && self.to.is_none_or(|to| value <= to)
    }
}

/// How many times `whole` goes into `part`.
#[expect(clippy::cast_precision_loss, reason = "turns are counted, which are few")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
