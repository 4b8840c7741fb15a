//! The sentence that a reviewer reads for each item.

use std::fmt::Write;

use super::{DraftEvidence, DraftSearch, Material};
use crate::draft::evidence::{nearest, search};
use crate::rule::{Found, Lacking, Measure, Outcome, Rule};
use crate::score::{Deduction, FilledItem, Item, ItemResult, Points, Rubric, Scoring};
use crate::transcript::Channel;

/// No more places than this are told in a sentence; the rest stands in the evidence.
const TOLD: usize = 2;
/// Quotations are cut to this many characters.
pub(crate) const QUOTED: usize = 30;

/// The sentence for one item and its evidence.
pub(super) fn sentence(
    material: &Material<'_, '_>,
    filled: &FilledItem<'_>,
    evidence: &[DraftEvidence<'_>],
) -> String {
    let mut text = String::with_capacity(160);
    let item = filled.item;
    match (filled.result, &item.scoring) {
        (ItemResult::Level(level, points), Scoring::Levels { max, levels, .. }) => {
            let criterion = levels.get(level).map_or("", |level| level.text.as_str());
            put(&mut text, format_args!("建议 {points}/{max} 分：{criterion}。"));
            put_grounds(&mut text, material, filled, evidence);
        }
        (ItemResult::Counted { times, doubled, .. }, Scoring::Deduct(deduction)) => {
            put_deduction(&mut text, deduction, times, doubled);
            put_grounds(&mut text, material, filled, evidence);
        }
        (ItemResult::Counted { times: 0, .. }, _) => {
            text.push_str("未见加分情形，不加分。");
        }
        (ItemResult::Counted { points, .. }, _) => {
            put(&mut text, format_args!("建议加 {points} 分。"));
            put_grounds(&mut text, material, filled, evidence);
        }
        (ItemResult::NotApplicable(points), _) => put_not_applicable(&mut text, points),
        (ItemResult::NotMeasurable(lacking), _) => put_lacking(&mut text, lacking),
        (ItemResult::Human | ItemResult::Level(..), _) => put_human(&mut text, item, evidence.len()),
    }
    put_listen(&mut text, &material.form.rubric, item);
    text
}

/// The sentence for an item that a human decides or that does not apply, where there is no evidence.
pub(super) fn bare(rubric: &Rubric, item: &Item, result: ItemResult) -> String {
    let mut text = String::new();
    match result {
        ItemResult::NotApplicable(points) => put_not_applicable(&mut text, points),
        _ => put_human(&mut text, item, 0),
    }
    put_listen(&mut text, rubric, item);
    text
}

/// What the proposal rests on: quotations, or where in vain was looked.
fn put_grounds(
    text: &mut String,
    material: &Material<'_, '_>,
    filled: &FilledItem<'_>,
    evidence: &[DraftEvidence<'_>],
) {
    put_places(text, evidence);
    for rule in filled.shown {
        let Some(found) = material.judgement.of(*rule) else { continue };
        if let Some(Measure { value, unit }) = found.measured {
            put(text, format_args!("{}：实测 {} {unit}。", material.rule(*rule).title, rounded(value)));
        }
        if evidence.is_empty() && found.outcome == Outcome::NotMet {
            put_absence(text, material, found, material.rule(*rule));
        }
    }
    let candidates = filled.shown.iter().filter_map(|rule| material.judgement.of(*rule));
    let doubtful: usize = candidates.map(candidates_in).sum();
    if doubtful > 0 {
        put(text, format_args!("另有 {doubtful} 处疑似，请人工确认。"));
    }
}

/// The first few places, each once though several rules may rest on it.
fn put_places(text: &mut String, evidence: &[DraftEvidence<'_>]) {
    let mut places: Vec<&DraftEvidence<'_>> = evidence.iter().collect();
    places.dedup_by_key(|place| (place.turn, place.start, place.end));
    for (at, place) in places.iter().take(TOLD).enumerate() {
        text.push_str(if at == 0 { "依据：" } else { "、" });
        put_place(text, place);
    }
    if places.len() > TOLD {
        put(text, format_args!("等 {} 处", places.len()));
    }
    text.push_str(if places.is_empty() { "" } else { "。" });
}

fn put_absence(text: &mut String, material: &Material<'_, '_>, found: &Found, rule: &Rule) {
    let Some(searched) = found.searched.as_ref().and_then(|searched| search(material.scene, searched)) else {
        return;
    };
    let DraftSearch { role, from_turn, to_turn, turns } = searched;
    let who = match role {
        "agent" => "客服",
        "customer" => "客户",
        "system" => "系统",
        _ => "双方",
    };
    put(text, format_args!("已查第 {}–{} 轮中{who}的 {turns} 轮，没有找到", from_turn + 1, to_turn + 1));
    if let Some(near) = nearest(material.scene, found, rule) {
        text.push_str("；最接近的是");
        put_place(text, &near);
    }
    text.push('。');
}

fn candidates_in(found: &Found) -> usize {
    let candidate = |standing| standing == crate::detect::Standing::Candidate;
    found.occurrences.iter().filter(|occurrence| candidate(occurrence.standing)).count()
}

fn put_deduction(text: &mut String, deduction: &Deduction, times: u32, doubled: bool) {
    let Deduction { points, unit, cap, .. } = deduction;
    if times == 0 {
        put(text, format_args!("未发现扣分情形(每{unit}扣 {points} 分)。"));
        return;
    }
    put(text, format_args!("发现 {times} {unit}，每{unit}扣 {points} 分"));
    if doubled {
        text.push_str("，情节加重，加倍");
    }
    if let Some(cap) = cap {
        put(text, format_args!("，最多扣 {cap} 分"));
    }
    text.push('。');
}

fn put_not_applicable(text: &mut String, points: Option<Points>) {
    match points {
        Some(points) => put(text, format_args!("对话中没有出现相关情形，不适用，按 {points} 分计。")),
        None => text.push_str("对话中没有出现相关情形，不适用，不计入总分。"),
    }
}

fn put_lacking(text: &mut String, lacking: Lacking) {
    text.push_str("无法测量，缺少：");
    for (at, lack) in lacking.iter().enumerate() {
        text.push_str(if at > 0 { "、" } else { "" });
        text.push_str(lack.chinese());
    }
    text.push_str("。请人工评判。");
}

fn put_human(text: &mut String, item: &Item, places: usize) {
    match (item.basis.proposes(), places) {
        (true, _) => text.push_str("对话符合不了任何一档的条件，请人工评判。"),
        (false, 0) => text.push_str("需人工评判。"),
        (false, count) => put(text, format_args!("需人工评判，有 {count} 处供参考。")),
    }
}

/// What a reviewer should look after: in the recording, where the rubric is about calls.
fn put_listen(text: &mut String, rubric: &Rubric, item: &Item) {
    if let Some(listen) = &item.listen {
        let how =
            if rubric.applies_to.channel == Some(Channel::Chat) { "请核对" } else { "请听录音核对" };
        put(text, format_args!("{how}：{listen}。"));
    }
}

/// `第 3 轮 00:12“…”`
fn put_place(text: &mut String, place: &DraftEvidence<'_>) {
    put(text, format_args!("第 {} 轮", place.turn + 1));
    if let Some(start) = place.start_ms {
        let seconds = start / 1000;
        put(text, format_args!(" {:02}:{:02}", seconds / 60, seconds % 60));
    }
    if !place.text.is_empty() {
        let cut = place.text.char_indices().nth(QUOTED).map(|(at, _)| at);
        let (quoted, more) = cut.map_or((place.text, ""), |at| (&place.text[..at], "…"));
        put(text, format_args!("“{quoted}{more}”"));
    }
}

/// A number to one decimal, without a needless zero.
fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _ = text.write_fmt(arguments);
}
