//! The values that a field may take, and which one a sender probably meant.

use super::problem::shown;

/// One field that takes one of a few words.
pub(super) struct Allowed {
    name: &'static str,
    words: &'static [&'static str],
    /// Other words that senders use: (what they write, what it means here).
    meant: &'static [(&'static str, &'static str)],
}

/// `turns[].role` and `events[].by`.
pub(super) const ROLE: Allowed = Allowed {
    name: "角色",
    words: &["agent", "customer", "system", "other", "unknown"],
    meant: &[
        ("客服", "agent"),
        ("坐席", "agent"),
        ("座席", "agent"),
        ("话务员", "agent"),
        ("staff", "agent"),
        ("service", "agent"),
        ("seat", "agent"),
        ("operator", "agent"),
        ("csr", "agent"),
        ("客户", "customer"),
        ("顾客", "customer"),
        ("用户", "customer"),
        ("user", "customer"),
        ("client", "customer"),
        ("caller", "customer"),
        ("guest", "customer"),
        ("系统", "system"),
        ("机器人", "system"),
        ("ivr", "system"),
        ("bot", "system"),
        ("robot", "system"),
        ("其他", "other"),
        ("未知", "unknown"),
    ],
};

/// `channel`.
pub(super) const CHANNEL: Allowed = Allowed {
    name: "渠道",
    words: &["call", "chat"],
    meant: &[
        ("电话", "call"),
        ("通话", "call"),
        ("语音", "call"),
        ("phone", "call"),
        ("voice", "call"),
        ("tel", "call"),
        ("文字", "chat"),
        ("在线", "chat"),
        ("聊天", "chat"),
        ("im", "chat"),
        ("text", "chat"),
        ("online", "chat"),
        ("webchat", "chat"),
    ],
};

/// `direction`.
pub(super) const DIRECTION: Allowed = Allowed {
    name: "方向",
    words: &["inbound", "outbound"],
    meant: &[
        ("呼入", "inbound"),
        ("in", "inbound"),
        ("incoming", "inbound"),
        ("呼出", "outbound"),
        ("外呼", "outbound"),
        ("out", "outbound"),
        ("outgoing", "outbound"),
    ],
};

/// `separation`.
pub(super) const SEPARATION: Allowed = Allowed {
    name: "声道分离方式",
    words: &["two_channel", "diarised", "unknown"],
    meant: &[
        ("双声道", "two_channel"),
        ("stereo", "two_channel"),
        ("dual", "two_channel"),
        ("diarized", "diarised"),
        ("diarization", "diarised"),
        ("单声道", "diarised"),
        ("mono", "diarised"),
        ("未知", "unknown"),
    ],
};

/// `events[].type`.
pub(super) const EVENT: Allowed = Allowed {
    name: "事件",
    words: &["answer", "hold_on", "hold_off", "transfer", "ring", "hangup"],
    meant: &[
        ("接通", "answer"),
        ("answered", "answer"),
        ("保持", "hold_on"),
        ("hold", "hold_on"),
        ("取消保持", "hold_off"),
        ("unhold", "hold_off"),
        ("resume", "hold_off"),
        ("转接", "transfer"),
        ("振铃", "ring"),
        ("ringing", "ring"),
        ("挂机", "hangup"),
        ("hang_up", "hangup"),
        ("disconnect", "hangup"),
        ("end", "hangup"),
    ],
};

impl Allowed {
    /// What is wrong with `value`, if anything.
    pub(super) fn objection(&self, value: &str) -> Option<String> {
        if self.words.contains(&value) {
            return None;
        }
        let hint = match self.guess(value) {
            Some(word) => format!("您可能要写 {word}"),
            None if is_speaker_number(value) => {
                "这是说话人或声道的编号：请先按贵方的声道约定换成角色".to_owned()
            }
            None => "请换成其中之一".to_owned(),
        };
        let words = self.words.join("、");
        Some(format!("不认识的{} {}，可用的有 {words}:{hint}", self.name, shown(value)))
    }

    fn guess(&self, value: &str) -> Option<&'static str> {
        let value = value.trim().to_lowercase();
        let same = |word: &&&str| word.eq_ignore_ascii_case(&value);
        let meant = || self.meant.iter().find(|(said, _)| *said == value).map(|(_, word)| *word);
        let near = || self.words.iter().copied().find(|word| differs_little(word, &value));
        self.words.iter().find(same).copied().or_else(meant).or_else(near)
    }
}

/// `speaker_a`, `spk1`, `SPEAKER_00`, `A`, `0`, `left`: who that is, only the sender knows.
fn is_speaker_number(value: &str) -> bool {
    let value = value.to_lowercase();
    let rest = ["speaker", "spk", "channel", "ch", "说话人", "声道"]
        .iter()
        .find_map(|begin| value.strip_prefix(begin))
        .unwrap_or(&value)
        .trim_start_matches(['_', '-', ' ', ':']);
    matches!(rest, "left" | "right" | "a" | "b" | "c" | "l" | "r" | "")
        || rest.chars().all(|c| c.is_ascii_digit())
}

/// At most two slips of the pen, and fewer than half of the word.
fn differs_little(word: &str, value: &str) -> bool {
    // A long value is no slip of a short word, and its distance would take long to find.
    value.len() <= 2 * word.len() && {
        let slips = strsim::levenshtein(word, value);
        slips <= 2 && slips * 2 < word.len()
    }
}

/// Names under which other systems keep what a required field holds.
pub(super) fn aliases(field: &str) -> &'static [&'static str] {
    match field {
        "id" => &["call_id", "callId", "session_id", "sessionId", "uuid", "task_id"],
        "turns" => &["sentences", "segments", "utterances", "result", "messages", "dialogue", "data"],
        "role" => &["speaker", "speaker_id", "channel", "channel_id", "from", "sender", "spk"],
        "text" => &["content", "sentence", "onebest", "message", "msg", "words", "transcript"],
        "type" => &["event", "kind", "name"],
        "at_ms" => &["time", "at", "timestamp", "ms", "time_ms"],
        _ => &[],
    }
}
