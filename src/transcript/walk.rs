//! The slow way of reading, which finds every problem of a refused transcript and not only the first.

use super::Millis;
use super::allowed::{self, Allowed, aliases};
use super::check;
use super::limits::Limits;
use super::node::{self, Node};
use super::problem::{Report, shown};

const TRANSCRIPT: &[&str] =
    &["id", "channel", "direction", "started_at", "separation", "agent", "turns", "events", "meta"];
const AGENT: &[&str] = &["id", "team"];
const TURN: &[&str] = &["role", "start_ms", "end_ms", "text"];
const EVENT: &[&str] = &["type", "at_ms", "by"];

/// Reports everything in `root` that keeps it from being a transcript.
pub(super) fn transcript(root: &Node, limits: &Limits, report: &mut Report) {
    let Some(object) = Object::of(root, "", TRANSCRIPT, report) else { return };
    if let Some(id) = object.text("id", Need::Required, report) {
        check::id("/id", id, limits, report);
    }
    object.word("channel", Need::Default, &allowed::CHANNEL, report);
    object.word("direction", Need::Nullable, &allowed::DIRECTION, report);
    if let Some(started_at) = object.text("started_at", Need::Nullable, report) {
        check::started_at(started_at, report);
    }
    object.word("separation", Need::Default, &allowed::SEPARATION, report);
    agent(&object, limits, report);
    if let Some(list) = object.list("turns", Need::Required, report) {
        turns(list, limits, report);
    }
    for (index, event) in object.list("events", Need::Default, report).unwrap_or_default().iter().enumerate()
    {
        self::event(index, event, report);
    }
    meta(&object, limits, report);
}

fn agent(object: &Object<'_>, limits: &Limits, report: &mut Report) {
    let Some(node) = object.present("agent", Need::Nullable, report) else { return };
    let Some(agent) = Object::of(node, "/agent", AGENT, report) else { return };
    for key in AGENT {
        let value = agent.text(key, Need::Nullable, report);
        check::label(&agent.at(key), value, limits, report);
    }
}

fn turns(list: &[Node], limits: &Limits, report: &mut Report) {
    check::any_turns(list.len(), report);
    check::turn_count(list.len(), limits, report);
    let mut texts = Vec::with_capacity(list.len());
    for (index, node) in list.iter().enumerate() {
        if report.is_full() {
            return;
        }
        let Some(turn) = Object::of(node, &format!("/turns/{index}"), TURN, report) else { continue };
        turn.word("role", Need::Required, &allowed::ROLE, report);
        let start = turn.millis("start_ms", Need::Nullable, report);
        let end = turn.millis("end_ms", Need::Nullable, report);
        check::span(index, start, end, report);
        if let Some(text) = turn.text("text", Need::Required, report) {
            check::text(index, text, limits, report);
            texts.push(text);
        }
    }
    check::all_texts(texts.iter().copied(), limits, report);
}

fn event(index: usize, node: &Node, report: &mut Report) {
    if report.is_full() {
        return;
    }
    let Some(event) = Object::of(node, &format!("/events/{index}"), EVENT, report) else { return };
    event.word("type", Need::Required, &allowed::EVENT, report);
    event.millis("at_ms", Need::Required, report);
    event.word("by", Need::Nullable, &allowed::ROLE, report);
}

fn meta(object: &Object<'_>, limits: &Limits, report: &mut Report) {
    match object.present("meta", Need::Default, report) {
        Some(Node::Object(fields)) => check::meta(&node::object(fields), limits, report),
        Some(other) => object.mistyped("meta", "对象", other, report),
        None => {}
    }
}

/// What the absence of a field means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// The field must be there.
    Required,
    /// The field may be left out, but not be null.
    Default,
    /// The field may be left out or null.
    Nullable,
}

/// One JSON object and where it stands.
struct Object<'n> {
    pointer: String,
    fields: &'n [(String, Node)],
}

impl<'n> Object<'n> {
    /// `node` as an object, each of whose known keys stands there once.
    fn of(node: &'n Node, pointer: &str, known: &[&str], report: &mut Report) -> Option<Self> {
        let Node::Object(fields) = node else {
            let hint = if matches!(node, Node::List(_)) && pointer.is_empty() {
                ":多通对话请用 NDJSON 提交(每行一通)"
            } else {
                ""
            };
            report.wrong(pointer, format!("应为对象({{…}}),收到{}{hint}", found(node)));
            return None;
        };
        let object = Self { pointer: pointer.to_owned(), fields };
        for key in known {
            let times = fields.iter().filter(|(name, _)| name == key).count();
            if times > 1 {
                report.wrong(object.at(key), format!("键 {key} 出现了 {times} 次：只保留一个"));
            }
        }
        Some(object)
    }

    fn at(&self, key: &str) -> String {
        format!("{}/{key}", self.pointer)
    }

    fn get(&self, key: &str) -> Option<&'n Node> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The field's value; its absence is reported where it is needed.
    fn present(&self, key: &str, need: Need, report: &mut Report) -> Option<&'n Node> {
        match self.get(key) {
            None if need == Need::Required => {
                self.missing(key, report);
                None
            }
            Some(Node::Null) if need == Need::Nullable => None,
            Some(Node::Null) if need == Need::Default => {
                report.wrong(self.at(key), "不能为 null:没有内容时请去掉这个字段");
                None
            }
            Some(Node::Skipped) => None,
            other => other,
        }
    }

    fn missing(&self, key: &str, report: &mut Report) {
        // The object was not kept whole: whether the field is missing is not known.
        if self.fields.iter().any(|(_, node)| *node == Node::Skipped) {
            return;
        }
        let alias = aliases(key).iter().find(|alias| self.get(alias).is_some());
        let message = match alias {
            Some(alias) => format!("缺少必填的 {key}：收到了 {alias}，请改名为 {key} 并按文档填写"),
            None => format!("缺少必填的 {key}"),
        };
        report.wrong(self.at(key), message);
    }

    fn mistyped(&self, key: &str, expected: &str, node: &Node, report: &mut Report) {
        report.wrong(self.at(key), format!("应为{expected}，收到{}", found(node)));
    }

    fn text(&self, key: &str, need: Need, report: &mut Report) -> Option<&'n str> {
        match self.present(key, need, report)? {
            Node::Text(text) => Some(text),
            other => {
                self.mistyped(key, "字符串", other, report);
                None
            }
        }
    }

    fn list(&self, key: &str, need: Need, report: &mut Report) -> Option<&'n [Node]> {
        match self.present(key, need, report)? {
            Node::List(items) => Some(items),
            other => {
                self.mistyped(key, "数组([…])", other, report);
                None
            }
        }
    }

    fn word(&self, key: &str, need: Need, allowed: &Allowed, report: &mut Report) {
        match self.present(key, need, report) {
            Some(Node::Text(word)) => {
                if let Some(objection) = allowed.objection(word) {
                    report.wrong(self.at(key), objection);
                }
            }
            // Speakers are often numbered; the objection knows what to say to that.
            Some(Node::Number(number)) => {
                let objection = allowed.objection(&number.to_string()).unwrap_or_default();
                report.wrong(self.at(key), format!("应为字符串；{objection}"));
            }
            Some(other) => self.mistyped(key, "字符串", other, report),
            None => {}
        }
    }

    fn millis(&self, key: &str, need: Need, report: &mut Report) -> Option<Millis> {
        let node = self.present(key, need, report)?;
        let Node::Number(number) = node else {
            let hint = match node {
                Node::Text(text) if text.trim().parse::<f64>().is_ok() => ":数字不要加引号",
                _ => "",
            };
            report.wrong(self.at(key), format!("应为整数毫秒，收到{}{hint}", found(node)));
            return None;
        };
        if let Some(millis) = number.as_u64().and_then(|millis| Millis::try_from(millis).ok()) {
            return Some(millis);
        }
        let message = if number.as_f64().is_some_and(|value| value < 0.0) {
            format!("不能为负数：收到 {number}，时间从通话开始算起")
        } else if number.is_f64() {
            format!("应为整数毫秒，收到小数 {number}：以秒计的时间请乘以 1000 后取整")
        } else {
            format!("{number} 太大：时间以毫秒计，从通话开始算起，不是日历时间")
        };
        report.wrong(self.at(key), message);
        None
    }
}

/// What was posted, in words.
fn found(node: &Node) -> String {
    match node {
        Node::Null => "空值 null".to_owned(),
        Node::Bool(value) => format!("布尔值 {value}"),
        Node::Number(number) => format!("数字 {number}"),
        Node::Text(text) => format!("字符串 {}", shown(text)),
        Node::List(items) => format!("数组({} 项)", items.len()),
        Node::Object(_) => "对象".to_owned(),
        Node::Skipped => "未保留的内容".to_owned(),
    }
}
