//! The script form: a short dialogue as people write it, in the examples of rules and in tests.
//!
//! `rules/README.md` describes it for its readers.

use super::intake::order;
use super::{Agent, Channel, Event, EventKind, Millis, Role, Transcript, Turn};

mod header;
mod marks;
mod times;

/// A dialogue and the places that its writer marked with `[[` and `]]`.
#[derive(Debug, Clone)]
pub struct Script {
    /// The dialogue, without the marks, its turns in the order of time.
    pub transcript: Transcript<'static>,
    /// The marked places, in the order of the script.
    pub marks: Vec<Mark>,
}

/// One marked stretch of one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The turn's [`Turn::index`]: its place in the script.
    pub turn: u32,
    /// First character of the stretch, counted in the text without marks.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
}

/// One mistake in a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("第 {line} 行第 {column} 列：{message}")]
pub struct ScriptError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// One line of a script, and what is wrong in it.
struct Line<'t> {
    number: usize,
    whole: &'t str,
}

impl<'t> Line<'t> {
    /// A mistake at `place`, which is a part of this line.
    fn error(&self, place: &'t str, message: impl Into<String>) -> ScriptError {
        // Both are parts of one text, so that the difference of their lengths to its end is the place.
        let at = place.as_ptr().addr().saturating_sub(self.whole.as_ptr().addr()).min(self.whole.len());
        let column = self.whole.get(..at).map_or(0, |before| before.chars().count()) + 1;
        ScriptError { line: self.number, column, message: message.into() }
    }
}

/// Reads a script, of which each line says who speaks.
///
/// # Errors
/// Every mistake, each with its place.
pub fn read(text: &str) -> Result<Script, Vec<ScriptError>> {
    read_lines(text, read_line)
}

/// Reads a dialogue that somebody has copied from elsewhere: a line that does not say who speaks goes on with the turn before.
///
/// # Errors
/// Every mistake, each with its place.
pub fn read_copied(text: &str) -> Result<Script, Vec<ScriptError>> {
    read_lines(text, |line, script| match script.transcript.turns.last_mut() {
        Some(turn) if goes_on(line.whole.trim()) => {
            let (said, more) = (turn.text.to_mut(), line.whole.trim());
            // Words of letters must not grow together.
            if said.ends_with(|c: char| c.is_ascii()) && more.starts_with(|c: char| c.is_ascii()) {
                said.push(' ');
            }
            said.push_str(more);
            Ok(())
        }
        _ => read_line(line, script),
    })
}

/// Whether a line is neither a turn nor an event.
fn goes_on(line: &str) -> bool {
    !line.starts_with('[') && role_and_text(line).is_none() && event(line).is_none()
}

fn read_lines<'t>(
    text: &'t str,
    read_line: impl Fn(&Line<'t>, &mut Script) -> Result<(), ScriptError>,
) -> Result<Script, Vec<ScriptError>> {
    let mut script = Script { transcript: empty(), marks: Vec::new() };
    let mut errors = Vec::new();
    let lines = text.lines().enumerate().map(|(at, whole)| Line { number: at + 1, whole });
    let mut first = true;
    for line in lines.filter(|line| !line.whole.trim().is_empty()) {
        let result = match line.whole.trim().strip_prefix('@') {
            Some(settings) if first => header::read(&line, settings, &mut script.transcript, &mut errors),
            Some(_) => Err(line.error(line.whole, "通话信息(@ 开头)只能写在第一行")),
            None => read_line(&line, &mut script),
        };
        errors.extend(result.err());
        first = false;
    }
    if script.transcript.turns.is_empty() && script.transcript.events.is_empty() && errors.is_empty() {
        errors.push(ScriptError {
            line: 1,
            column: 1,
            message: "没有话轮：至少写一行，如“客服：您好”".to_owned(),
        });
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    order(&mut script.transcript);
    Ok(script)
}

fn empty() -> Transcript<'static> {
    Transcript { id: "example".into(), ..Transcript::default() }
}

/// Reads a turn or an event.
fn read_line<'t>(line: &Line<'t>, script: &mut Script) -> Result<(), ScriptError> {
    let content = line.whole.trim();
    let (times, said) = match content.strip_prefix('[') {
        Some(rest) if !rest.starts_with('[') => times::read(line, rest)?,
        _ => (None, content),
    };
    let said = said.trim_start();
    if let Some((role, text)) = role_and_text(said) {
        let role = role.map_err(|word| {
            line.error(said, format!("不认识的角色“{word}”：可写 客服(坐席)、客户(用户)、系统、其他、未知"))
        })?;
        return read_turn(line, script, role, times, text);
    }
    if let Some((kind, by)) = event(said) {
        let Some(times) = times else {
            return Err(line.error(said, "事件要写时间，如“[95] 客户挂机”"));
        };
        script.transcript.events.push(Event { kind, at_ms: times.start, by });
        return Ok(());
    }
    Err(line.error(
        said,
        "看不懂这一行：话轮写“客服：您好”，事件写“[秒] 接通”(保持、取消保持、转接、振铃、客户挂机、客服挂机)",
    ))
}

fn read_turn<'t>(
    line: &Line<'t>,
    script: &mut Script,
    role: Role,
    times: Option<times::Times>,
    text: &'t str,
) -> Result<(), ScriptError> {
    let turns = &mut script.transcript.turns;
    // A script that has four thousand million lines does not fit into memory before this matters.
    let index = u32::try_from(turns.len()).unwrap_or(u32::MAX);
    let end = match (times.as_ref(), script.transcript.channel) {
        (None, _) => None,
        (Some(times), Channel::Chat) => Some(times.end.unwrap_or(times.start)),
        (Some(times), Channel::Call) => Some(times.end.ok_or_else(|| {
            line.error(line.whole.trim(), "通话的话轮要写起止时间，如“[0.4-2.9] 客服：您好”")
        })?),
    };
    let (text, marks) = marks::read(line, text, index)?;
    let start_ms: Option<Millis> = times.map(|times| times.start);
    turns.push(Turn { role, start_ms, end_ms: end, text: text.into(), index });
    script.marks.extend(marks);
    Ok(())
}

/// Splits `客服:您好`; an `Err` holds a word before the colon that is no role.
fn role_and_text(said: &str) -> Option<(Result<Role, &str>, &str)> {
    let (word, text) = said.split_once([':', '：'])?;
    // Where there are several of one role, they are numbered.
    let name = word.trim().trim_end_matches(|c: char| c.is_ascii_digit());
    let role = ROLES.iter().find(|(_, names)| names.contains(&name)).map(|(role, _)| *role);
    Some((role.ok_or(word.trim()), text.trim()))
}

/// What each role is called: in the words of this system, and as other systems and people write it.
const ROLES: [(Role, &[&str]); 5] = [
    (Role::Agent, &["客服", "坐席", "座席", "客服代表", "客服人员", "话务员", "接线员", "人工客服"]),
    (Role::Customer, &["客户", "用户", "顾客", "来电人", "买家"]),
    (Role::System, &["系统", "机器人", "智能客服", "自动语音", "IVR"]),
    (Role::Other, &["其他", "其他人"]),
    (Role::Unknown, &["未知"]),
];

fn event(said: &str) -> Option<(EventKind, Option<Role>)> {
    Some(match said.trim() {
        "接通" => (EventKind::Answer, None),
        "保持" => (EventKind::HoldOn, None),
        "取消保持" => (EventKind::HoldOff, None),
        "转接" => (EventKind::Transfer, None),
        "振铃" => (EventKind::Ring, None),
        "挂机" => (EventKind::Hangup, None),
        "客户挂机" => (EventKind::Hangup, Some(Role::Customer)),
        "客服挂机" => (EventKind::Hangup, Some(Role::Agent)),
        "系统挂机" => (EventKind::Hangup, Some(Role::System)),
        _ => return None,
    })
}

/// The agent of a transcript, made when the first of its fields is set.
fn agent_of<'a>(transcript: &'a mut Transcript<'static>) -> &'a mut Agent<'static> {
    transcript.agent.get_or_insert(Agent { id: None, team: None })
}
