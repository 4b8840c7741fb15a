//! `@ key=value …`: what is known about the call beside what was said.

use serde_json::Value;

use super::{Channel, Line, ScriptError, agent_of};
use crate::transcript::{Direction, Separation, Transcript};

/// Reads the settings of the first line into `transcript`; each mistake goes to `errors`.
pub(super) fn read<'t>(
    line: &Line<'t>,
    settings: &'t str,
    transcript: &mut Transcript<'static>,
    errors: &mut Vec<ScriptError>,
) -> Result<(), ScriptError> {
    for setting in settings.split_whitespace() {
        let result = match setting.split_once('=') {
            Some((key, value)) if !value.is_empty() => set(transcript, key, value),
            _ => Err("要写成 键=值，中间不留空格".to_owned()),
        };
        errors.extend(result.err().map(|message| line.error(setting, message)));
    }
    Ok(())
}

fn set(transcript: &mut Transcript<'static>, key: &str, value: &str) -> Result<(), String> {
    let owned = || Some(value.to_owned().into());
    match key {
        "id" => transcript.id = value.to_owned().into(),
        "started_at" => {
            value
                .parse::<jiff::Timestamp>()
                .map_err(|_| "started_at 要写成如 2026-11-21T09:00:00+08:00".to_owned())?;
            transcript.started_at = owned();
        }
        "agent.id" => agent_of(transcript).id = owned(),
        "agent.team" => agent_of(transcript).team = owned(),
        "channel" => {
            transcript.channel = one_of(value, &[("call", Channel::Call), ("chat", Channel::Chat)])?;
        }
        "direction" => {
            let words = [("inbound", Direction::Inbound), ("outbound", Direction::Outbound)];
            transcript.direction = Some(one_of(value, &words)?);
        }
        "separation" => {
            let words = [
                ("two_channel", Separation::TwoChannel),
                ("diarised", Separation::Diarised),
                ("unknown", Separation::Unknown),
            ];
            transcript.separation = one_of(value, &words)?;
        }
        _ => {
            let name = key.strip_prefix("meta.").filter(|name| !name.is_empty()).ok_or_else(|| {
                format!(
                    "不认识的键“{key}”：可写 id、channel、direction、separation、started_at、agent.id、agent.team、meta.…"
                )
            })?;
            transcript.meta.insert(name.to_owned(), Value::String(value.to_owned()));
        }
    }
    Ok(())
}

fn one_of<T: Copy>(value: &str, words: &[(&str, T)]) -> Result<T, String> {
    words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("不认识的值“{value}”：可写 {}", known.join("、"))
    })
}
