//! Points: ladders, what does not apply, deductions, bonuses, vetoes, and sums that are honest about what is open.

use serde_json::{Value, json};
use zhijian::pack::Pack;

use crate::packs::{compiled, judged, rule, shipped};

/// Rules whose verdicts are known beforehand on a call in which the agent says 嗯, and phrases that can be said.
fn rules() -> Vec<(String, String)> {
    let mut files = vec![(
        "lexicons/w.txt".to_owned(),
        "title: 词\n---\n[a] 甲\n甲甲\n[b] 乙\n乙乙\n[n] 嗯\n嗯\n".to_owned(),
    )];
    for (id, demand) in [
        ("good", "expect: {talk: {role: agent, at_least_turns: 1}}"),
        ("bad", "expect: {talk: {role: agent, at_least_turns: 99}}"),
        ("na", "applies_to: {channel: chat}\nexpect: {talk: {role: agent}}"),
        ("open", "expect: {not: {hangup: {by: agent}}}"),
        ("hums", "observe: {count: {of: {phrase: {lexicon: 'w#n'}}, at_least: 1}}"),
        ("fault/a", "forbid: {phrase: {lexicon: 'w#a'}}"),
        ("fault/b", "forbid: {phrase: {lexicon: 'w#b'}}"),
    ] {
        files.push((format!("rules/{id}.yaml"), rule(demand)));
    }
    files
}

/// A pack with these items in a rubric of `max` points, and more lines at its end.
pub(crate) fn pack(max: &str, items: &[&str], tail: &str) -> Pack {
    let lines: String = items.iter().map(|item| format!("      - {{ref: T, title: 项, {item}}}\n")).collect();
    let rubric = format!(
        "title: 表\nversion: \"1\"\nref: T\nmax: {max}\n{tail}\nsections:\n  - id: s\n    title: 大项\n    items:\n{lines}"
    );
    let mut files = rules();
    files.push(("rules/rubrics/t.yaml".to_owned(), rubric));
    compiled(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>())
}

/// What becomes of one item when the agent says `said`.
fn item(max: &str, item: &str, said: &str) -> Value {
    judged(&pack(max, &[item], ""), &format!("客服:{said}"))["items"][0].clone()
}

/// The score of that item.
fn score(max: &str, terms: &str, said: &str) -> Value {
    item(max, terms, said)["score"].clone()
}

const LADDER: &str = "id: i, basis: suggest, max: 4, levels: [{score: 4, text: 好, if: {met: RULE}}, \
                      {score: 1, text: 差, if: {not_met: RULE}}, {score: 2, text: 只有人知道}]";

#[test]
fn the_first_level_whose_test_holds_is_proposed() {
    assert_eq!(score("4", &LADDER.replace("RULE", "good"), "嗯"), 4.0);
    assert_eq!(score("4", &LADDER.replace("RULE", "bad"), "嗯"), 1.0);
    let both = "id: i, basis: auto, max: 4, levels: [{score: 3, text: 中, if: {met: good}}, {score: 4, text: 好, if: {met: good}}]";
    assert_eq!(score("4", both, "嗯"), 3.0);
}

#[test]
fn where_no_test_holds_a_human_decides() {
    let item = item("4", &LADDER.replace("RULE", "na"), "嗯");
    assert_eq!((&item["outcome"], &item["score"]), (&json!("human"), &Value::Null));
}

#[test]
fn a_level_that_is_left_open_leaves_the_item_open_and_says_what_is_lacking() {
    let open = item("4", &LADDER.replace("RULE", "open"), "嗯");
    assert_eq!((&open["outcome"], &open["score"]), (&json!("not_measurable"), &Value::Null));
    assert_eq!(open["lacking"], json!(["hangup_event"]));
    let after = "id: i, basis: auto, max: 4, levels: [{score: 4, text: 好, if: {met: good}}, {score: 0, text: 差, if: {met: open}}]";
    assert_eq!(score("4", after, "嗯"), 4.0);
}

#[test]
fn a_measured_number_picks_its_level() {
    let ladder = "id: i, basis: auto, max: 4, levels: [{score: 4, text: 多, if: {measured: {rule: hums, at_least: 3}}}, \
                  {score: 2, text: 中, if: {measured: {rule: hums, at_least: 1, below: 3}}}, \
                  {score: 0, text: 无, if: {measured: {rule: hums, below: 1}}}]";
    for (said, expected) in [("嗯，嗯，嗯", 4.0), ("嗯，嗯", 2.0), ("好的", 0.0)] {
        assert_eq!(score("4", ladder, said), expected, "{said}");
    }
}

#[test]
fn tests_are_combined_and_stay_open_only_where_the_open_part_decides() {
    let ladder = |test: &str| {
        format!(
            "id: i, basis: auto, max: 1, levels: [{{score: 1, text: 是, if: {test}}}, {{score: 0, text: 否, if: {{not: {test}}}}}]"
        )
    };
    for (test, expected) in [
        ("{all: [{met: good}, {not_met: bad}]}", json!(1.0)),
        ("{all: [{met: good}, {met: bad}]}", json!(0.0)),
        ("{any: [{met: bad}, {met: good}]}", json!(1.0)),
        ("{any: [{met: good}, {met: open}]}", json!(1.0)),
        ("{all: [{met: bad}, {met: open}]}", json!(0.0)),
        ("{all: [{met: good}, {met: open}]}", Value::Null),
        ("{any: [{met: bad}, {met: open}]}", Value::Null),
        ("{not_applicable: na}", json!(1.0)),
        ("{met: [good, bad]}", json!(0.0)),
        ("{not_met: [good, bad]}", json!(1.0)),
        ("{met: 'fault/*'}", json!(1.0)),
    ] {
        assert_eq!(score("1", &ladder(test), "嗯"), expected, "{test}");
    }
}

#[test]
fn what_does_not_apply_gives_full_points_none_or_leaves_the_sum() {
    for (policy, score, totals) in [
        ("", json!(4.0), (5.0, 5.0)),
        ("na: full, ", json!(4.0), (5.0, 5.0)),
        ("na: zero, ", json!(0.0), (1.0, 5.0)),
        ("na: drop, ", Value::Null, (1.0, 1.0)),
    ] {
        let ladder = LADDER
            .replace("RULE", "na")
            .replace("levels", &format!("{policy}na_if: {{not_applicable: na}}, levels"));
        let other = "id: j, basis: auto, max: 1, levels: [{score: 1, text: 好, if: {met: good}}]";
        let draft = judged(&pack("5", &[&ladder, other], ""), "客服:嗯");
        let item = &draft["items"][0];
        assert_eq!((&item["outcome"], &item["score"]), (&json!("not_applicable"), &score), "{policy}");
        assert_eq!(draft["totals"]["prefilled"], totals.0, "{policy}");
        assert_eq!(
            (&draft["totals"]["max"], &draft["totals"]["open_max"]),
            (&json!(totals.1), &json!(0.0)),
            "{policy}"
        );
    }
}

#[test]
fn a_missing_input_is_never_taken_as_not_applicable() {
    let ladder = LADDER.replace("RULE", "good").replace("levels", "na_if: {not_applicable: open}, levels");
    assert_eq!(item("4", &ladder, "嗯")["outcome"], "not_measurable");
}

#[test]
fn items_for_humans_get_evidence_and_no_score() {
    for basis in ["evidence", "human"] {
        let item = item("2", &format!("id: i, basis: {basis}, max: 2, evidence: ['fault/*']"), "甲甲");
        assert_eq!((&item["outcome"], &item["score"]), (&json!("human"), &Value::Null));
        assert_eq!(item["evidence"][0]["text"], "甲甲");
    }
}

#[test]
fn a_bonus_adds_points_outside_of_the_full_ones() {
    let bonus = |rule: &str| {
        let item = format!("id: i, basis: suggest, bonus: 1.5, if: {{met: {rule}}}");
        judged(&pack("0", &[&item], ""), "客服:嗯")["totals"].clone()
    };
    assert_eq!((&bonus("good")["prefilled"], &bonus("good")["max"]), (&json!(1.5), &json!(0.0)));
    assert_eq!(bonus("bad")["prefilled"], 0.0);
    assert_eq!(score("0", "id: i, basis: suggest, bonus: 1, if: {met: open}", "嗯"), Value::Null);
}

const DEDUCT: &str = "id: i, basis: auto, deduct: {points: 3, unit: 次, rules: ['fault/*']MORE}";

#[test]
fn a_deduction_counts_every_event_once() {
    for (said, expected) in
        [("好的", 0.0), ("甲甲", -3.0), ("甲甲，好，甲甲", -6.0), ("甲甲，好，乙乙", -6.0)]
    {
        assert_eq!(score("0", &DEDUCT.replace("MORE", ""), said), expected, "{said}");
    }
}

#[test]
fn two_rules_that_speak_of_the_same_words_deduct_once() {
    let again = [("rules/fault/c.yaml", rule("forbid: {pattern: {regex: '甲甲'}}"))];
    let mut files = rules();
    files.extend(again.map(|(path, text)| (path.to_owned(), text)));
    let item = format!("      - {{ref: T, title: 项, {}}}\n", DEDUCT.replace("MORE", ""));
    files.push(("rules/rubrics/t.yaml".to_owned(), format!("title: 表\nversion: \"1\"\nref: T\nmax: 0\nsections:\n  - id: s\n    title: 大项\n    items:\n{item}")));
    let pack = compiled(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    assert_eq!(judged(&pack, "客服:甲甲")["items"][0]["score"], -3.0);
}

#[test]
fn a_deduction_is_capped_and_doubled_before_that() {
    let said = "甲甲，好，甲甲，好，甲甲";
    assert_eq!(score("0", &DEDUCT.replace("MORE", ", cap: 7"), said), -7.0);
    assert_eq!(score("0", &DEDUCT.replace("MORE", ", double_if: {met: good}"), "甲甲"), -6.0);
    assert_eq!(score("0", &DEDUCT.replace("MORE", ", double_if: {met: bad}"), "甲甲"), -3.0);
    assert_eq!(score("0", &DEDUCT.replace("MORE", ", cap: 5, double_if: {met: good}"), "甲甲"), -5.0);
    assert_eq!(score("0", &DEDUCT.replace("MORE", ", double_if: {met: good}"), "好的"), 0.0);
}

#[test]
fn a_deduction_whose_rule_cannot_be_measured_stays_open() {
    let item = item("0", "id: i, basis: auto, deduct: {points: 6, unit: 次, rules: [open]}", "嗯");
    assert_eq!((&item["outcome"], &item["lacking"]), (&json!("not_measurable"), &json!(["hangup_event"])));
}

/// The scores of two deductions, of ten and six points, for faults in one turn or in several.
fn heaviest(said: &str) -> [Value; 2] {
    let items = [
        "id: six, basis: auto, deduct: {points: 6, unit: 次, rules: [fault/a]}",
        "id: ten, basis: auto, deduct: {points: 10, unit: 次, rules: [fault/b]}",
    ];
    let draft = judged(&pack("0", &items, "heaviest_of: [[six, ten]]"), said);
    [draft["items"][0]["score"].clone(), draft["items"][1]["score"].clone()]
}

#[test]
fn of_clauses_about_one_event_only_the_heaviest_deducts() {
    assert_eq!(heaviest("客服:甲甲乙乙"), [0.0, -10.0]);
    assert_eq!(heaviest("客服:甲甲\n客服:乙乙"), [-6.0, -10.0]);
    assert_eq!(heaviest("客服:甲甲"), [-6.0, 0.0]);
}

#[test]
fn the_heaviest_clause_is_chosen_for_each_event() {
    assert_eq!(heaviest("客服:甲甲乙乙\n客服:甲甲"), [-6.0, -10.0]);
}

#[test]
fn a_veto_is_proposed_and_the_points_before_it_stay() {
    let full = "id: ID, basis: auto, max: 4, levels: [{score: 4, text: 好, if: {met: good}}]";
    let items = [
        &full.replace("ID", "i")[..],
        &full.replace("ID", "j")[..],
        "id: b, basis: auto, bonus: 1, if: {met: good}",
    ];
    let veto = |scope: &str| {
        let tail =
            format!("floor: 0\nvetoes: [{{id: v, ref: Z, title: 否决, {scope}, if: {{not_met: bad}}}}]");
        judged(&pack("8", &items, &tail), "客服:嗯")
    };
    for (scope, left) in
        [("scope: item, target: i", 5.0), ("scope: section, target: s", 0.0), ("scope: call", 0.0)]
    {
        let draft = veto(scope);
        assert_eq!(draft["totals"]["prefilled"], 9.0, "{scope}");
        assert_eq!(draft["totals"]["with_vetoes"], left, "{scope}");
        assert_eq!(
            (&draft["vetoes"][0]["status"], &draft["items"][0]["score"]),
            (&json!("proposed"), &json!(4.0))
        );
    }
    let none = judged(
        &pack("8", &items, "vetoes: [{id: v, ref: Z, title: 否决, scope: call, if: {not_met: open}}]"),
        "客服:嗯",
    );
    assert_eq!((&none["vetoes"], &none["totals"]["with_vetoes"]), (&json!([]), &json!(9.0)));
}

#[test]
fn a_total_does_not_fall_below_the_floor() {
    let item = DEDUCT.replace("MORE", "");
    assert_eq!(judged(&pack("0", &[&item], ""), "客服:甲甲")["totals"]["prefilled"], -3.0);
    assert_eq!(judged(&pack("0", &[&item], "floor: 0"), "客服:甲甲")["totals"]["prefilled"], 0.0);
    let from_hundred = judged(&pack("100", &[&item], "base: 100"), "客服:甲甲");
    assert_eq!(
        (&from_hundred["totals"]["prefilled"], &from_hundred["totals"]["max"]),
        (&json!(97.0), &json!(100.0))
    );
}

#[test]
fn totals_are_scaled_and_named_only_when_nothing_is_open() {
    let ladder = "id: i, basis: auto, max: 3, levels: [{score: 2, text: 中, if: {met: RULE}}]";
    let tail = "scale_to: 100\nbands: [{at_least: 60, title: 合格}, {at_least: 90, title: 优秀}, {at_least: 0, title: 差}]";
    let totals =
        |rule: &str| judged(&pack("3", &[&ladder.replace("RULE", rule)], tail), "客服:嗯")["totals"].clone();
    let closed = totals("good");
    assert_eq!((&closed["scaled_to"], &closed["band"]), (&json!(66.67), &json!("合格")));
    let open = totals("open");
    assert_eq!(
        (&open["scaled_to"], &open["band"], &open["open_max"]),
        (&Value::Null, &Value::Null, &json!(3.0))
    );
    let raw = judged(
        &pack("3", &[&ladder.replace("RULE", "good")], "bands: [{at_least: 2, title: 中}]"),
        "客服:嗯",
    );
    assert_eq!((&raw["totals"]["scaled_to"], &raw["totals"]["band"]), (&Value::Null, &json!("中")));
}

#[test]
fn the_shipped_rubrics_have_the_sums_of_their_originals() {
    let call = "[0-2] 客服:您好,很高兴为您服务\n[3-5] 客户:您好,我想查一下话费";
    let script = zhijian::transcript::script::read(call).unwrap();
    for (rubric, max) in [("v3.1", 109.0), ("conduct-100", 100.0)] {
        let ask = zhijian::pipeline::Ask { rubric: Some(rubric), all_rules: false };
        let draft = zhijian::pipeline::draft(shipped(), &script.transcript, ask).unwrap();
        let totals = serde_json::to_value(draft.totals).unwrap();
        assert_eq!(totals["max"], max, "{rubric}");
        assert_eq!((&totals["scaled_to"], &totals["band"]), (&Value::Null, &Value::Null), "{rubric}");
    }
}
