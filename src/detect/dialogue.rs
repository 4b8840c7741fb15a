//! `rules/dialogue.yaml`: of which lexicons and limits the states of a dialogue are made.

use serde::Deserialize;
use serde_saphyr::Location;

use crate::diagnostic::{Diagnostics, Source};
use crate::lexicon::{LexiconsDraft, ListId, Watched};
use crate::transcript::Millis;
use crate::yaml::{self, Spanned};

/// The file of the pack that holds it.
pub const FILE: &str = "rules/dialogue.yaml";

/// Of what the states of a dialogue are made; limits are in the units that their names say.
#[derive(Debug, Clone)]
pub struct Dialogue {
    /// From which length on a gap is a silence.
    pub silence_least: Millis,
    /// What makes a hold.
    pub hold: HoldTerms,
    /// The agent asks the customer to do something.
    pub customer_task: Vec<ListId>,
    /// The customer asks the agent to wait.
    pub customer_wait: Vec<ListId>,
    /// Words that make a question.
    pub question: Vec<ListId>,
    /// Words that only show attention.
    pub back_channel: Vec<ListId>,
    /// Turns that begin this closely together began at the same time: nobody interrupted.
    pub simultaneous: Millis,
    /// How roles are checked.
    pub roles: RoleTerms,
    /// How times are checked.
    pub times: TimesFile,
    /// How the language is checked.
    pub language: LanguageFile,
    /// What tells talk of other things from service.
    pub small_talk: SmallTalk,
}

/// What makes a hold (等待).
#[derive(Debug, Clone)]
pub struct HoldTerms {
    /// A wait shorter than this is none.
    pub least: Millis,
    /// An unannounced wait counts from this length on.
    pub unannounced: Millis,
    /// How soon consent must follow.
    pub consent_within: Millis,
    /// The agent asks to wait.
    pub ask: Vec<ListId>,
    /// The customer agrees.
    pub consent: Vec<ListId>,
    /// The agent offers to call back.
    pub callback: Vec<ListId>,
    /// Talk shorter than this does not end the hold.
    pub progress_chars: u32,
    /// The phrase of return must begin within so many characters.
    pub return_chars: u32,
}

/// How roles are checked.
#[derive(Debug, Clone)]
pub struct RoleTerms {
    /// What only an agent says.
    pub agent: Vec<Watched>,
    /// What only a customer says.
    pub customer: Vec<Watched>,
    /// Question and answer in one turn.
    pub merged: Vec<Watched>,
    /// So many signs of an agent in the customer's turns make the roles suspect.
    pub swapped_at_least: usize,
}

/// What tells talk of other things (闲聊) from service.
#[derive(Debug, Clone, Default)]
pub struct SmallTalk {
    /// What people talk about at leisure.
    pub topics: Vec<Watched>,
    /// What is only said in service: with any of it, it is service.
    pub service: Vec<Watched>,
    /// From so many words about such topics on it is none.
    pub at_least: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DialogueFile {
    silence: SilenceFile,
    hold: HoldFile,
    attribution: AttributionFile,
    back_channel: Names,
    interruption: InterruptionFile,
    roles: RolesFile,
    times: TimesFile,
    language: LanguageFile,
    small_talk: Option<SmallTalkFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SmallTalkFile {
    topics: Names,
    service: Names,
    at_least: usize,
}

type Names = Vec<Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SilenceFile {
    least_seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldFile {
    least_seconds: f64,
    unannounced_seconds: f64,
    consent_within_seconds: f64,
    ask: Names,
    consent: Names,
    callback: Names,
    progress_chars: u32,
    return_chars: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributionFile {
    customer_task: Names,
    customer_wait: Names,
    question: Names,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InterruptionFile {
    simultaneous_seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RolesFile {
    agent: Names,
    customer: Names,
    merged: Names,
    swapped_at_least: usize,
}

/// How times are checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimesFile {
    /// Nobody speaks faster.
    pub fastest_chars_per_second: f64,
    /// Nobody speaks slower, except in short turns.
    pub slowest_chars_per_second: f64,
    /// Turns shorter than this are not checked for slowness.
    pub slow_from_seconds: f64,
    /// From this many suspect turns on,
    pub suspect_at_least: usize,
    /// and above this share of them, no time is trusted.
    pub suspect_share: f64,
}

/// How the language is checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageFile {
    /// With fewer letters nothing is said about the language.
    pub least_letters: u32,
    /// With a smaller share of Chinese characters nothing is judged.
    pub least_han_share: f64,
}

/// Seconds as they stand in a file of the pack, in milliseconds.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range first")]
pub fn millis(seconds: f64) -> Millis {
    (seconds * 1000.0).round().clamp(0.0, f64::from(u32::MAX)) as Millis
}

impl Dialogue {
    /// Reads the file; mistakes go to `diagnostics`.
    #[must_use]
    pub fn read(
        source: &Source,
        lexicons: &mut LexiconsDraft,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let file: DialogueFile = diagnostics.keep(yaml::read(source))?;
        let mut lists = |names: &Names| {
            resolve(
                source,
                names.iter().map(|name| (name.value.as_str(), name.referenced)),
                lexicons,
                diagnostics,
            )
        };
        let HoldFile { ask, consent, callback, .. } = &file.hold;
        let [ask, consent, callback] = [ask, consent, callback].map(&mut lists);
        let RolesFile { agent, customer, merged, .. } = &file.roles;
        let [agent, customer, merged] = [agent, customer, merged].map(&mut lists);
        let AttributionFile { customer_task, customer_wait, question } = &file.attribution;
        let [customer_task, customer_wait, question] =
            [customer_task, customer_wait, question].map(&mut lists);
        let back_channel = lists(&file.back_channel);
        let small_talk =
            file.small_talk.map(|talk| (lists(&talk.topics), lists(&talk.service), talk.at_least));
        // Every turn of the agent is asked whether it begins a hold.
        for list in &ask {
            lexicons.watch(*list);
        }
        let mut watched = |lists: Vec<ListId>| lists.into_iter().map(|list| lexicons.watch(list)).collect();
        let [agent, customer, merged] = [agent, customer, merged].map(&mut watched);
        let small_talk = small_talk.map(|(topics, service, at_least)| {
            let [topics, service] = [topics, service].map(&mut watched);
            SmallTalk { topics, service, at_least }
        });
        Some(Self {
            silence_least: millis(file.silence.least_seconds),
            hold: HoldTerms {
                least: millis(file.hold.least_seconds),
                unannounced: millis(file.hold.unannounced_seconds),
                consent_within: millis(file.hold.consent_within_seconds),
                ask,
                consent,
                callback,
                progress_chars: file.hold.progress_chars,
                return_chars: file.hold.return_chars,
            },
            customer_task,
            customer_wait,
            question,
            back_channel,
            simultaneous: millis(file.interruption.simultaneous_seconds),
            roles: RoleTerms { agent, customer, merged, swapped_at_least: file.roles.swapped_at_least },
            times: file.times,
            language: file.language,
            small_talk: small_talk.unwrap_or_default(),
        })
    }
}

/// The lists behind names of lexicons; unknown names go to `diagnostics`.
#[must_use]
pub fn resolve<'n>(
    source: &Source,
    names: impl Iterator<Item = (&'n str, Location)>,
    lexicons: &mut LexiconsDraft,
    diagnostics: &mut Diagnostics,
) -> Vec<ListId> {
    let mut lists = Vec::new();
    for (name, place) in names {
        let Some(found) = lexicons.ask_for(name) else {
            let near = yaml::nearest(name, lexicons.names());
            let help = near.map_or("编号是路径去掉 .txt,组写在 # 之后".to_owned(), |near| {
                format!("是不是想写 {near}")
            });
            diagnostics.push(yaml::mistake(source, place, format!("没有编号为“{name}”的词表")).help(help));
            continue;
        };
        lists.extend_from_slice(found);
    }
    lists
}
