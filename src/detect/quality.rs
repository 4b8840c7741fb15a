//! Whether and how far a transcript can be trusted: its language, its roles, its times.

use super::Scene;
use crate::lexicon::{Speaker, Watched};
use crate::text::language::{self, Language};
use crate::transcript::{Channel, Role};

/// Whether and how far a transcript can be trusted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quality {
    /// Why nothing can be judged; none where something can.
    pub unscorable: Option<Unscorable>,
    /// ISO 639-3 code of the language.
    pub language: Option<&'static str>,
    /// How far roles can be trusted.
    pub roles: RolesQuality,
    /// How far times can be trusted.
    pub times: TimesQuality,
    /// What the reviewer should know, in Chinese.
    pub notes: Vec<String>,
}

/// Why nothing can be judged, in Chinese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unscorable {
    /// There is not enough Chinese.
    Text(String),
    /// It is no service.
    SmallTalk(String),
}

impl Unscorable {
    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Text(reason) | Self::SmallTalk(reason) => reason,
        }
    }
}

/// How far roles can be trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RolesQuality {
    /// Nothing speaks against them.
    #[default]
    Ok,
    /// They look swapped or mixed up.
    Suspect,
    /// No turn is the agent's or the customer's.
    Missing,
}

/// How far times can be trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimesQuality {
    /// Every turn has plausible times.
    #[default]
    Ok,
    /// Some turns have none.
    Partial,
    /// Too many turns are implausibly fast or slow.
    Suspect,
    /// No turn has any.
    Missing,
}

impl Quality {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let mut notes = Vec::new();
        let language = language::detect(&scene.document, scene.dialogue.language.least_letters);
        let roles = roles(scene, &mut notes);
        let times = times(scene, &mut notes);
        let text = unscorable(scene, &language).map(Unscorable::Text);
        let unscorable = text.or_else(|| small_talk(scene).map(Unscorable::SmallTalk));
        Self { unscorable, language: language.code, roles, times, notes }
    }
}

fn unscorable(scene: &Scene<'_>, language: &Language) -> Option<String> {
    let mut turns = (0_u32..).zip(&scene.transcript().turns);
    let spoken = turns.any(|(at, turn)| turn.role != Role::System && scene.document.letters(at) > 0);
    if language.letters == 0 {
        return Some("没有可以评判的文字".to_owned());
    }
    if !spoken {
        return Some("只有系统语音，没有客服或客户说话".to_owned());
    }
    let foreign = language.letters >= scene.dialogue.language.least_letters
        && language.han_share < scene.dialogue.language.least_han_share;
    foreign.then(|| {
        let code = language.code.unwrap_or("und");
        format!("汉字只占 {:.0}%(语种判为 {code}),不是可评判的中文", language.han_share * 100.0)
    })
}

/// Why the dialogue is no service, where it is none: all about other things, and without a word of service.
fn small_talk(scene: &Scene<'_>) -> Option<String> {
    let terms = &scene.dialogue.small_talk;
    let said = |lists: &[Watched]| -> usize {
        let mentions = lists.iter().flat_map(|list| scene.mentions(*list));
        mentions.filter(|mention| mention.stands()).count()
    };
    if terms.at_least == 0 {
        return None;
    }
    let topics = said(&terms.topics);
    let is_idle = topics >= terms.at_least && said(&terms.service) == 0;
    is_idle
        .then(|| format!("有 {topics} 处在谈影视、音乐一类的话题，没有一句服务用语：像是闲聊，不是客服对话"))
}

fn roles(scene: &Scene<'_>, notes: &mut Vec<String>) -> RolesQuality {
    let turns = &scene.transcript().turns;
    if !turns.iter().any(|turn| matches!(turn.role, Role::Agent | Role::Customer)) {
        notes.push("没有标明哪些话轮是客服、哪些是客户".to_owned());
        return RolesQuality::Missing;
    }
    let terms = &scene.dialogue.roles;
    let agent_signs = turns_with(scene, &terms.agent, Speaker::Agent).len()
        + turns_with(scene, &terms.customer, Speaker::Customer).len();
    let swapped_signs = turns_with(scene, &terms.agent, Speaker::Customer).len();
    if swapped_signs >= terms.swapped_at_least && agent_signs == 0 {
        notes.push(format!("客户的话轮里有 {swapped_signs} 处客服用语，而客服的话轮里没有：角色可能颠倒了"));
        return RolesQuality::Suspect;
    }
    let merged = turns_with(scene, &terms.merged, Speaker::Any).into_iter();
    let merged: Vec<_> = merged.map(|at| format!("第 {} 轮", scene.turn(at).index + 1)).collect();
    if !merged.is_empty() {
        notes.push(format!("{}里像是混进了两个人的话", merged.join("、")));
    }
    if merged.len() >= terms.swapped_at_least { RolesQuality::Suspect } else { RolesQuality::Ok }
}

/// The turns of `speaker` in which any word of `lists` stands, in order.
fn turns_with(scene: &Scene<'_>, lists: &[Watched], speaker: Speaker) -> Vec<u32> {
    let mentions = lists.iter().flat_map(|list| scene.mentions(*list));
    let standing = mentions.filter(|mention| mention.stands() && speaker.is(scene.turn(mention.turn).role));
    let mut turns: Vec<u32> = standing.map(|mention| mention.turn).collect();
    turns.sort_unstable();
    turns.dedup();
    turns
}

fn times(scene: &Scene<'_>, notes: &mut Vec<String>) -> TimesQuality {
    let turns = &scene.transcript().turns;
    let timed = turns.iter().filter(|turn| turn.times().is_some()).count();
    if timed == 0 {
        return TimesQuality::Missing;
    }
    if timed < turns.len() {
        notes.push(format!("{} 个话轮中有 {} 个没有起止时间", turns.len(), turns.len() - timed));
        return TimesQuality::Partial;
    }
    if scene.transcript().channel == Channel::Chat {
        return TimesQuality::Ok;
    }
    let suspect = (0_u32..).zip(turns).filter(|(at, _)| is_implausible(scene, *at)).count();
    let share = f64::from(u32::try_from(suspect).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(timed).unwrap_or(u32::MAX));
    if suspect > 0 {
        notes.push(format!("有 {suspect} 个话轮的语速不合常理，时间可能不准"));
    }
    let limits = &scene.dialogue.times;
    let untrusted = suspect >= limits.suspect_at_least && share > limits.suspect_share;
    if untrusted { TimesQuality::Suspect } else { TimesQuality::Ok }
}

/// Why a single turn is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Its words look like those of two people.
    TwoPeople,
    /// It is spoken faster or slower than anybody speaks.
    Pace,
}

/// The turns that are doubtful, each with the first reason.
pub(super) fn doubts(scene: &Scene<'_>) -> Vec<(u32, Doubt)> {
    let merged = turns_with(scene, &scene.dialogue.roles.merged, Speaker::Any);
    let doubt = |turn: u32| match merged.binary_search(&turn) {
        Ok(_) => Some(Doubt::TwoPeople),
        Err(_) if scene.transcript().channel == Channel::Call && is_implausible(scene, turn) => {
            Some(Doubt::Pace)
        }
        Err(_) => None,
    };
    (0..scene.turn_count()).filter_map(|turn| doubt(turn).map(|doubt| (turn, doubt))).collect()
}

/// Whether a turn is spoken faster or slower than anybody speaks.
fn is_implausible(scene: &Scene<'_>, at: u32) -> bool {
    let limits = &scene.dialogue.times;
    let Some((start, end)) = scene.turn(at).times() else { return false };
    let seconds = f64::from(end.saturating_sub(start)) / 1000.0;
    let letters = f64::from(scene.document.letters(at));
    let too_fast = letters > limits.fastest_chars_per_second * seconds.max(1.0);
    let too_slow = seconds >= limits.slow_from_seconds && letters < limits.slowest_chars_per_second * seconds;
    too_fast || too_slow
}
