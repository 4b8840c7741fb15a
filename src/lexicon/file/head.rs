//! The head of a lexicon file: what holds for all of its entries, and what makes it a guard.

use super::{Header, Line, ROLES, role, verdict};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::lexicon::guard::{GuardShape, Side};
use crate::lexicon::{Across, Effect};

/// Reads the head up to its end; nothing where it has none.
pub(super) fn read<'a>(
    source: &'a Source,
    lines: &mut impl Iterator<Item = Line<'a>>,
    diagnostics: &mut Diagnostics,
) -> Option<Header> {
    let is_closed = source.text.lines().any(|line| line.trim() == END);
    let mut header = Header::default();
    let mut guard = GuardHead::default();
    let mut last = None;
    for line in lines.filter(|line| !line.is_blank()) {
        if line.text == END {
            diagnostics.0.extend(guard.lack());
            header.guard = guard.first.is_some().then(|| guard.into_shape());
            if header.title.is_none() {
                diagnostics.push(source.mistake(1, 1, "表头缺少 title").help("在第一行写 title: 词表名称"));
            }
            return Some(header);
        }
        let read = line.head(&mut header, &mut guard);
        last = Some(line);
        // Without an end, what is no line of a head is most likely the first entry.
        match read {
            Err(mistake) if is_closed => diagnostics.push(mistake),
            Err(_) => break,
            Ok(()) => {}
        }
    }
    let place = last.map_or((1, 1), |line| (line.number, line.indent + 1));
    let mistake = source.mistake(place.0, place.1, "缺少结束表头的“---”");
    diagnostics.push(mistake.help("表头写 title: 等，然后单独一行 ---,再写词条"));
    None
}

/// A guard of which nothing is known but that it is one.
pub(super) fn any_guard() -> GuardShape {
    GuardHead::default().into_shape()
}

/// The line that ends the head.
const END: &str = "---";

/// The keys of a head that make the lexicon a guard.
#[derive(Default)]
struct GuardHead<'a> {
    /// The first line with such a key.
    first: Option<Line<'a>>,
    /// A value was wrong, and has been told.
    is_wrong: bool,
    side: Option<Side>,
    reach: Option<u32>,
    across: Option<Across>,
    effect: Option<Effect>,
    odd: bool,
}

impl GuardHead<'_> {
    /// The key that is missing, where one is.
    fn lack(&self) -> Option<Diagnostic> {
        let first = self.first.filter(|_| !self.is_wrong)?;
        match (self.side, self.reach) {
            (None, _) => Some(first.mistake(0, "写了豁免的选项，却没有 guard").help("补上 guard: before 等")),
            (Some(Side::Turn), _) | (_, Some(_)) => None,
            _ => Some(first.mistake(0, "豁免词表缺少 reach").help("写 reach: 4 表示最多隔四个字")),
        }
    }

    /// Sets a key.
    ///
    /// # Errors
    /// The values that it may have, where this is none of them.
    fn set(&mut self, key: &str, value: &str) -> Result<(), &'static str> {
        match key {
            "guard" => self.side = Some(side(value).ok_or("可写 before、after、around、turn")?),
            "reach" => self.reach = Some(value.parse().map_err(|_| "应为字数，如 4")?),
            "across" => self.across = Some(across(value).ok_or("可写 clause、sentence、turn")?),
            "effect" => self.effect = Some(effect(value).ok_or("可写 suppress 或 candidate")?),
            _ => self.odd = yes(value).ok_or("可写 yes 或 no")?,
        }
        Ok(())
    }

    fn into_shape(self) -> GuardShape {
        let side = self.side.unwrap_or(Side::Turn);
        let across = if side == Side::Turn { Across::Turn } else { Across::Sentence };
        GuardShape {
            side,
            reach: self.reach.unwrap_or(u32::MAX),
            across: self.across.unwrap_or(across),
            effect: self.effect.unwrap_or(Effect::Suppress),
            odd: self.odd,
        }
    }
}

impl<'a> Line<'a> {
    fn head(&self, header: &mut Header, guard: &mut GuardHead<'a>) -> Result<(), Diagnostic> {
        let Some((key, value)) = self.text.split_once([':', '：']) else {
            return Err(self.mistake(0, "表头应为“键: 值”").help("如 title: 服务忌语；表头以 --- 结束"));
        };
        let (key, value) = (key.trim(), value.trim());
        let wrong = |allowed: &str| self.mistake(0, format!("{key} 不能是“{value}”")).help(allowed);
        match key {
            "title" => header.title = Some(value.to_owned()),
            "note" => {}
            "role" => header.options.role = role(value).ok_or_else(|| wrong(ROLES))?,
            "verdict" => {
                header.options.candidate = verdict(value).ok_or_else(|| wrong("可写 hit 或 candidate"))?;
            }
            "guards" => header.options.guards = self.guard_names(0, value),
            "better" => header.options.better = Some(value.to_owned()),
            "family" => header.family = Some(value.to_owned()),
            "guard" | "reach" | "across" | "effect" | "odd" => {
                guard.first.get_or_insert(*self);
                guard.set(key, value).map_err(|allowed| {
                    guard.is_wrong = true;
                    wrong(allowed)
                })?;
            }
            _ => {
                let known = "可写 title、role、verdict、guards、family、better、note;豁免词表另有 guard、reach、across、effect、odd";
                return Err(self.mistake(0, format!("表头没有“{key}”这一项")).help(known));
            }
        }
        Ok(())
    }
}

fn side(value: &str) -> Option<Side> {
    Some(match value {
        "before" => Side::Before,
        "after" => Side::After,
        "around" => Side::Around,
        "turn" => Side::Turn,
        _ => return None,
    })
}

fn across(value: &str) -> Option<Across> {
    Some(match value {
        "clause" => Across::Clause,
        "sentence" => Across::Sentence,
        "turn" => Across::Turn,
        _ => return None,
    })
}

fn effect(value: &str) -> Option<Effect> {
    match value {
        "suppress" => Some(Effect::Suppress),
        "candidate" => Some(Effect::Candidate),
        _ => None,
    }
}

fn yes(value: &str) -> Option<bool> {
    match value {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}
