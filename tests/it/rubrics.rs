//! What a rubric leaves to its users: posts, switches, weights, a pass mark, and points that are still to be set.

use serde_json::{Value, json};
use zhijian::pipeline::{self, Ask, PipelineError};
use zhijian::transcript::script;

use crate::packs::{compiled, judged, rule, shipped, try_compiled};
use crate::scoring::pack;

/// The ids of the items in a draft.
fn ids(draft: &Value) -> Vec<&str> {
    draft["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

/// What is wrong with a rubric of these lines.
fn mistakes(lines: &str) -> String {
    let head = "title: 表\nversion: \"1\"\nref: T\n";
    let rubric = format!("{head}{lines}");
    let diagnostics = try_compiled(&[("rules/rubrics/t.yaml", &rubric)]).unwrap_err();
    diagnostics.to_string()
}

pub(crate) const POSTS: [&str; 3] = [
    "id: usual, max: 6, basis: human",
    "id: care, max: 6, basis: auto, instead_of: usual, applies_to: {meta: {post: 关怀岗}}, levels: [{score: 6, text: 好, if: {met: good}}]",
    "id: extra, max: 2, basis: auto, applies_to: {meta: {post: [关怀岗, 专家]}}, levels: [{score: 2, text: 好, if: {met: good}}]",
];

#[test]
fn an_item_takes_the_place_of_another_for_the_post_that_it_is_about() {
    let pack = pack("8", &POSTS, "");
    let usual = judged(&pack, "客服:嗯");
    assert_eq!(ids(&usual), ["usual"]);
    assert_eq!(usual["totals"]["max"], 6.0);
    let care = judged(&pack, "@ meta.post=关怀岗\n客服:嗯");
    assert_eq!(ids(&care), ["care", "extra"]);
    assert_eq!((&care["totals"]["max"], &care["totals"]["prefilled"]), (&json!(8.0), &json!(8.0)));
    assert_eq!(ids(&judged(&pack, "@ meta.post=专家\n客服:嗯")), ["usual", "extra"]);
}

#[test]
fn a_veto_on_an_item_zeroes_what_takes_its_place() {
    let veto = "vetoes: [{id: v, ref: T, title: 否, scope: item, target: usual, if: {met: good}}]";
    let pack = pack("8", &POSTS, veto);
    let totals = &judged(&pack, "@ meta.post=关怀岗\n客服:嗯")["totals"];
    assert_eq!((&totals["prefilled"], &totals["with_vetoes"]), (&json!(8.0), &json!(2.0)));
}

#[test]
fn a_veto_on_an_item_that_is_not_asked_is_not_proposed() {
    let veto = "vetoes: [{id: v, ref: T, title: 否, scope: item, target: care, if: {met: good}}]";
    let pack = pack("8", &POSTS, veto);
    let proposed = |call: &str| judged(&pack, call)["vetoes"].as_array().unwrap().len();
    assert_eq!((proposed("@ meta.post=关怀岗\n客服:嗯"), proposed("客服:嗯")), (1, 0));
}

#[test]
fn two_vetoes_of_one_name_are_refused() {
    let veto = |scope: &str| format!("{{id: v, ref: T, title: 否, scope: {scope}, if: {{any: []}}}}");
    let told = mistakes(&format!(
        "max: 1\nvetoes:\n  - {}\n  - {}\nsections: [{{id: s, title: 项, items: [{{id: i, ref: T, title: 项, max: 1, basis: human}}]}}]\n",
        veto("call"),
        veto("item, target: i")
    ));
    assert!(told.contains("rules/rubrics/t.yaml:7:10: 否决编号“v”重复"), "{told}");
}

#[test]
fn a_replacement_of_other_size_or_for_everybody_is_refused() {
    let items = |replacement: &str| {
        format!(
            "max: 6\nsections:\n  - id: s\n    title: 项\n    items:\n      \
             - {{id: a, ref: T, title: 甲, max: 6, basis: human}}\n      \
             - {{id: b, ref: T, title: 乙, basis: human, {replacement}}}\n"
        )
    };
    let told = mistakes(&items("max: 6, instead_of: a"));
    assert!(told.contains("顶替别项的项要写 applies_to"), "{told}");
    let told = mistakes(&items("max: 5, instead_of: a, applies_to: {team: [甲组]}"));
    assert!(told.contains("“甲”的满分是 6，顶替它的项是 5"), "{told}");
    let told = mistakes(&items("max: 6, instead_of: c, applies_to: {team: [甲组]}"));
    assert!(told.contains("没有编号为“c”的评分项"), "{told}");
}

#[test]
fn a_switch_stands_for_the_rules_that_it_chooses() {
    let with = |choice: &str| {
        let switch = format!(
            "switches: [{{id: reading, title: 读法, use: {choice}, of: {{strict: bad, mild: good, both: [good, bad]}}}}]"
        );
        let item = "id: i, basis: auto, max: 1, levels: [{score: 1, text: 是, if: {met: reading}}, {score: 0, text: 否, if: {not_met: reading}}]";
        judged(&pack("1", &[item], &switch), "客服:嗯")["items"][0]["score"].clone()
    };
    assert_eq!([with("strict"), with("mild"), with("both")], [0.0, 1.0, 0.0].map(Value::from));
}

#[test]
fn a_switch_without_that_choice_is_refused() {
    let sections =
        "sections: [{id: s, title: 项, items: [{id: i, ref: T-1, title: 项, max: 1, basis: human}]}]\n";
    let told = mistakes(&format!(
        "max: 1\nswitches: [{{id: reading, title: 读法, use: none, of: {{strict: no-such}}}}]\n{sections}"
    ));
    assert!(told.contains("开关“reading”没有“none”这个选择"), "{told}");
    assert!(told.contains("use 写 of 里的一个：strict"), "{told}");
    assert!(told.contains("没有编号为“no-such”的规则"), "{told}");
    let told =
        mistakes(&format!("max: 1\nswitches: [{{id: a/b, title: 读法, use: x, of: {{x: []}}}}]\n{sections}"));
    assert!(told.contains("开关编号“a/b”不能用"), "{told}");
}

#[test]
fn a_total_passes_or_fails_once_nothing_is_open() {
    let open = "id: o, max: 6, basis: human";
    let good = "id: g, max: 4, basis: auto, levels: [{score: 3, text: 中, if: {met: good}}]";
    let passed = |max: &str, items: &[&str], tail: &str| {
        judged(&pack(max, items, tail), "客服:嗯")["totals"]["passed"].clone()
    };
    assert_eq!(passed("4", &[good], "scale_to: 100\npass: 75"), true);
    assert_eq!(passed("4", &[good], "scale_to: 100\npass: 75.5"), false);
    assert_eq!(passed("4", &[good], "pass: 3"), true);
    assert_eq!(passed("10", &[open, good], "pass: 3"), Value::Null);
    assert_eq!(passed("4", &[good], ""), Value::Null);
}

/// A rubric with two sections of these weights: the first gives 3 of 4 points, the second 2 of 10, or does not apply.
fn weighted(weights: [&str; 2], second: &str, head: &str) -> String {
    let [first, other] = weights;
    format!(
        "title: 表\nversion: \"1\"\nref: T\nmax: 14\n{head}sections:\n  - id: a\n    title: 甲\n{first}    items:\n      \
         - {{id: a, ref: T, title: 甲, max: 4, basis: auto, levels: [{{score: 3, text: 中, if: {{met: good}}}}]}}\n  \
         - id: b\n    title: 乙\n{other}    items:\n      \
         - {{id: b, ref: T, title: 乙, max: 10, basis: auto, {second}}}\n"
    )
}

#[test]
fn sections_weigh_what_their_points_are_worth_in_the_total() {
    let good = rule("expect: {talk: {role: agent, at_least_turns: 1}}");
    let scaled = |second: &str| {
        let rubric = weighted(["    weight: 60\n", "    weight: 40\n"], second, "");
        let pack = compiled(&[("rules/good.yaml", &good), ("rules/rubrics/t.yaml", &rubric)]);
        judged(&pack, "客服:嗯")["totals"]["scaled_to"].clone()
    };
    // 60 × 3/4 + 40 × 2/10
    assert_eq!(scaled("levels: [{score: 2, text: 差, if: {met: good}}]"), 53.0);
    // Where nothing of a section applies its weight goes to the others: 100 × 3/4.
    assert_eq!(scaled("na: drop, na_if: {met: good}, levels: [{score: 2, text: 差}]"), 75.0);
}

#[test]
fn weights_are_for_all_sections_or_for_none_and_add_up_to_the_scale() {
    let second = "levels: [{score: 2, text: 差}]";
    let good = rule("expect: {talk: {role: agent, at_least_turns: 1}}");
    for (weights, head) in
        [(["    weight: 60\n", ""], ""), (["    weight: 60\n", "    weight: 40\n"], "scale_to: 90\n")]
    {
        let rubric = weighted(weights, second, head);
        let files = [("rules/good.yaml", good.as_str()), ("rules/rubrics/t.yaml", rubric.as_str())];
        let told = try_compiled(&files).unwrap_err().to_string();
        assert!(
            told.contains("却没有写 weight") || told.contains("weight 之和是 100，scale_to 写的是 90"),
            "{told}"
        );
    }
}

#[test]
fn weights_are_for_sections_with_full_points_and_not_for_deductions_from_a_base() {
    let deduct = "title: 表\nversion: \"1\"\nref: T\nbase: 100\nmax: 100\nsections:\n  - id: a\n    title: 甲\n    weight: 60\n    items:\n      \
                  - {id: a, ref: T, title: 甲, basis: human, deduct: {points: 50, unit: 次}}\n";
    let told = try_compiled(&[("rules/rubrics/t.yaml", deduct)]).unwrap_err().to_string();
    assert!(told.contains("写了 weight 就不能写 base") && told.contains("却没有一项有满分"), "{told}");
}

#[test]
fn a_vetoed_call_has_no_scaled_points_either() {
    let good = rule("expect: {talk: {role: agent, at_least_turns: 1}}");
    let tail = "vetoes: [{id: v, ref: T, title: 否, scope: call, if: {met: good}}]\n";
    let second = "levels: [{score: 2, text: 差, if: {met: good}}]";
    let rubric = weighted(["    weight: 60\n", "    weight: 40\n"], second, "pass: 1\n") + tail;
    let pack = compiled(&[("rules/good.yaml", &good), ("rules/rubrics/t.yaml", &rubric)]);
    let totals = &judged(&pack, "客服:嗯")["totals"];
    assert_eq!((&totals["scaled_to"], &totals["passed"]), (&json!(0.0), &json!(false)));
}

#[test]
fn a_switch_that_nothing_asks_for_is_refused() {
    let told = mistakes(
        "max: 1\nswitches: [{id: reading, title: 读法, use: x, of: {x: []}}]\nsections: [{id: s, title: 项, items: [{id: i, ref: T-1, title: 项, max: 1, basis: human}]}]\n",
    );
    assert!(told.contains("没有评分项用到开关“reading”"), "{told}");
}

#[test]
fn what_takes_the_place_of_an_item_takes_it_among_the_heaviest_too() {
    let items = [
        "id: heavy, basis: auto, deduct: {points: 10, unit: 次, rules: [fault/a]}",
        "id: usual, basis: human, deduct: {points: 5, unit: 次}",
        "id: care, basis: auto, instead_of: usual, applies_to: {meta: {post: 关怀岗}}, deduct: {points: 5, unit: 次, rules: [fault/b]}",
    ];
    let pack = pack("100", &items, "base: 100\nheaviest_of: [[heavy, usual]]");
    assert_eq!(judged(&pack, "@ meta.post=关怀岗\n客服:甲甲乙乙")["totals"]["prefilled"], 90.0);
}

#[test]
fn a_rubric_with_points_to_be_set_waits_for_them() {
    let deduct = "id: i, basis: auto, deduct: {points: X, unit: 次, rules: [bad]}";
    let pack = pack("0", &[deduct], "base: 0");
    let script = script::read("客服:嗯").unwrap();
    let refused =
        |rubric| pipeline::draft(&pack, &script.transcript, Ask { rubric, all_rules: false }).unwrap_err();
    let expected = PipelineError::RubricNotSet { asked: "t".into(), count: 1, first: "项".into() };
    assert_eq!(refused(Some("t")), expected);
    assert_eq!(refused(None), PipelineError::NoRubricApplies);
    let shown = zhijian::notes::notes(&pack).iter().map(ToString::to_string).collect::<String>();
    assert!(shown.contains("rules/rubrics/t.yaml:1:1: 有 1 项的分值还没有定"), "{shown}");
    let told = mistakes(
        "max: 0\nsections: [{id: s, title: 项, items: [{id: i, ref: T, title: 项, basis: human, deduct: {points: 五, unit: 次}}]}]\n",
    );
    assert!(told.contains("应为分值，或者还没有定时写 X"), "{told}");
}

#[test]
fn an_item_for_humans_can_be_not_applicable_too() {
    let item = "id: i, basis: evidence, max: 2, na: drop, na_if: {met: RULE}, levels: [{score: 2, text: 好}]";
    let outcome = |rule: &str| {
        let draft = judged(&pack("2", &[&item.replace("RULE", rule)], ""), "客服:嗯");
        draft["items"][0]["outcome"].clone()
    };
    assert_eq!(
        [outcome("good"), outcome("bad"), outcome("open")],
        ["not_applicable", "human", "human"].map(Value::from)
    );
}

#[test]
fn v3_1_asks_each_post_its_own_questions_for_the_same_total() {
    let items = |head: &str| {
        let script = format!("@ {head}\n客服:您好,很高兴为您服务");
        let script = script::read(&script).unwrap();
        let ask = Ask { rubric: Some("v3.1"), all_rules: false };
        let draft = pipeline::draft(shipped(), &script.transcript, ask).unwrap();
        let draft = serde_json::to_value(&draft).unwrap();
        let asked = ids(&draft).into_iter().map(str::to_owned).collect::<Vec<_>>();
        (asked, draft["totals"]["max"].clone())
    };
    for (post, expected) in [
        ("热线", ["verification", "product"]),
        ("关怀岗", ["verification-care", "solution"]),
        ("软加密", ["serial-number", "solution"]),
    ] {
        let (asked, max) = items(&format!("meta.post={post}"));
        let own = ["verification", "verification-care", "serial-number", "product", "solution"];
        let own: Vec<&str> = asked.iter().map(String::as_str).filter(|id| own.contains(id)).collect();
        assert_eq!((own, max), (expected.to_vec(), json!(109.0)), "{post}");
    }
}
