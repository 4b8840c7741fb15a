//! Every kind of condition by itself: what it needs to hold, what it does not mind, and when it cannot be told.

use crate::packs::{compiled, judged, outcome, rule, try_compiled, verdict};

/// The words that the conditions here speak of.
const WORDS: &str = "\
title: 词
role: any
---
[sorry] 歉
抱歉
[thanks] 谢
谢谢
[complaint] 投诉
我要投诉
[nin] 您
您
[ni] 你
你
[number] 号码
号码是<数字7-12>
[yes] 应
好的
嗯
";

/// Words of another family, so that they do not compete with those above.
const OTHERS: &str = "title: 别的词\nrole: any\n---\n好的呢\n";

/// Judges each script by a rule that expects `condition`; `words` are its outcomes.
#[track_caller]
fn expect(condition: &str, scripts: &[(&str, &str)]) {
    let file = rule(&format!("expect: {condition}"));
    let pack = compiled(&[("lexicons/w.txt", WORDS), ("lexicons/v.txt", OTHERS), ("rules/r.yaml", &file)]);
    for (script, expected) in scripts {
        let draft = judged(&pack, script);
        assert_eq!(outcome(&draft, "r"), *expected, "{condition}\n{script}\n{}", verdict(&draft, "r"));
    }
}

/// What is wrong with a rule that expects `condition`.
#[track_caller]
fn mistakes(condition: &str) -> String {
    let file = rule(&format!("expect: {condition}"));
    let files = [("lexicons/w.txt", WORDS), ("rules/r.yaml", file.as_str())];
    try_compiled(&files).expect_err(condition).to_string()
}

const COMPLAINT: &str = "{phrase: {lexicon: 'w#complaint', role: customer}}";
const SORRY: &str = "{phrase: {lexicon: 'w#sorry', role: agent}}";

#[test]
fn near_asks_for_a_side_and_a_distance() {
    let near = |more: &str| format!("{{near: {{of: {SORRY}, to: {COMPLAINT}, {more}}}}}");
    let after = "客户:我要投诉\n客服:非常抱歉";
    let late = "客户:我要投诉\n客服:您说\n客户:太慢了\n客服:抱歉";
    let before = "客服:抱歉久等\n客户:我要投诉\n客服:您说";
    let none = "客户:你好\n客服:抱歉";
    expect(
        &near("side: after, within_turns: 1"),
        &[(after, "met"), (late, "not_met"), (before, "not_met"), (none, "not_applicable")],
    );
    expect(&near("side: after"), &[(late, "met"), (before, "not_met")]);
    expect(&near("side: before"), &[(after, "not_met"), (before, "met")]);
    expect(&near("within_turns: 1"), &[(after, "met"), (before, "met")]);
}

#[test]
fn near_counts_seconds_only_where_there_are_any() {
    let near = format!("{{near: {{of: {SORRY}, to: {COMPLAINT}, side: after, within_seconds: 3}}}}");
    expect(
        &near,
        &[
            ("[0-2] 客户:我要投诉\n[4-5] 客服:抱歉", "met"),
            ("[0-2] 客户:我要投诉\n[6-7] 客服:抱歉", "not_met"),
            ("客户:我要投诉\n客服:抱歉", "not_measurable"),
        ],
    );
}

#[test]
fn near_counts_letters() {
    let near =
        "{near: {of: {phrase: {lexicon: 'w#sorry'}}, to: {phrase: {lexicon: 'w#thanks'}}, within_chars: 3}}";
    expect(near, &[("客服:谢谢,实在抱歉", "met"), ("客服:谢谢您打来,实在抱歉", "not_met")]);
}

#[test]
fn near_asks_for_one_of_the_anchors_each_of_them_or_a_certain_one() {
    let near = |which: &str| {
        format!("{{near: {{of: {SORRY}, to: {COMPLAINT}, side: after, within_turns: 1, which: {which}}}}}")
    };
    let first = "客户:我要投诉\n客服:抱歉\n客户:我要投诉\n客服:您说";
    expect(&near("any"), &[(first, "met")]);
    expect(&near("every"), &[(first, "not_met")]);
    expect(&near("first"), &[(first, "met")]);
    expect(&near("last"), &[(first, "not_met")]);
    expect(&near("2"), &[(first, "not_met")]);
    expect(&near("3"), &[(first, "not_applicable")]);
    expect(&near("-2"), &[(first, "met")]);
    assert!(mistakes(&near("0")).contains("没有第 0 次"));
}

#[test]
fn windows_are_numbers_of_turns_or_shares() {
    let phrase = |window: &str| format!("{{phrase: {{lexicon: 'w#sorry', role: agent, in: {window}}}}}");
    let early = "客服:抱歉\n客户:一\n客服:二\n客户:三";
    let late = "客服:一\n客户:二\n客服:三\n客户:四\n客服:抱歉";
    expect(&phrase("{turns: [1, 1]}"), &[(early, "met"), (late, "not_met")]);
    expect(&phrase("{turns: [-1, -1]}"), &[(early, "not_met"), (late, "met")]);
    expect(&phrase("{turns: [2, -1]}"), &[(early, "not_met"), (late, "met")]);
    expect(&phrase("{first_percent: 50}"), &[(early, "met"), (late, "not_met")]);
    expect(&phrase("{last_percent: 20}"), &[(early, "not_met"), (late, "met")]);
    assert!(mistakes(&phrase("{first_percent: 5, turns: [1, 2]}")).contains("窗口"));
}

#[test]
fn at_least_asks_for_some_of_several() {
    let parts = format!("[{SORRY}, {COMPLAINT}, {{duration: {{at_least_seconds: 1}}}}]");
    let of = |n: usize| format!("{{at_least: {{n: {n}, of: {parts}}}}}");
    let both = "客户:我要投诉\n客服:抱歉";
    expect(&of(1), &[(both, "met"), ("客户:好", "not_measurable")]);
    expect(&of(2), &[(both, "met"), ("客户:我要投诉", "not_measurable"), ("客户:好", "not_met")]);
    expect(&of(3), &[("[0-3] 客户:我要投诉\n[4-5] 客服:抱歉", "met"), (both, "not_measurable")]);
    assert!(mistakes(&of(4)).contains("3 个条件里不能要求成立 4 个"));
}

#[test]
fn a_phrase_may_ask_for_several_of_its_lexicons() {
    let phrase =
        |distinct: usize| format!("{{phrase: {{lexicon: ['w#sorry', 'w#thanks'], distinct: {distinct}}}}}");
    expect(&phrase(1), &[("客服:抱歉", "met")]);
    expect(&phrase(2), &[("客服:抱歉,抱歉", "not_met"), ("客服:抱歉,谢谢", "met")]);
    assert!(mistakes(&phrase(3)).contains("列了 2 张词表"));
}

#[test]
fn turns_asks_for_something_in_all_or_enough_of_them() {
    let turns = |more: &str| format!("{{turns: {{of: {SORRY}, role: agent{more}}}}}");
    let half = "客服:抱歉\n客户:好\n客服:您说";
    expect(&turns(""), &[("客服:抱歉\n客户:好", "met"), (half, "not_met"), ("客户:好", "not_applicable")]);
    expect(&turns(", share: {from: 0.5}"), &[(half, "met")]);
    expect(&turns(", share: {to: 0}"), &[(half, "not_met"), ("客服:您说", "met")]);
    expect(&turns(", in: {first_turns: 1}"), &[(half, "met")]);
}

#[test]
fn ratio_compares_how_often_two_things_show() {
    let ratio = "{ratio: {of: {phrase: {lexicon: 'w#nin', role: agent}}, to: {phrase: {lexicon: 'w#ni', role: agent}}, at_least: 2, least_count: 2}}";
    expect(
        ratio,
        &[
            ("客服:您看您要哪个,你说", "met"),
            ("客服:您看你要哪个,你说", "not_met"),
            ("客服:您看您要哪个", "met"),
            ("客服:请讲", "not_applicable"),
        ],
    );
}

#[test]
fn echo_asks_for_what_the_other_side_said_again() {
    let echo = "{echo: {of: {phrase: {lexicon: 'w#number', role: customer}}, by: agent, within_turns: 2, least_chars: 4, tail: 4}}";
    expect(
        echo,
        &[
            ("客户:我号码是一三八零零一三八零零零\n客服:一三八零零一三八零零零对吗", "met"),
            ("客户:我号码是13800138000\n客服:好的\n客户:嗯\n客服:尾号8000对吗", "met"),
            ("客户:我号码是13800138000\n客服:好的", "not_met"),
            ("客户:我号码是13800138000", "not_applicable"),
            ("客户:你好\n客服:您好", "not_applicable"),
        ],
    );
}

#[test]
fn repeat_finds_what_one_side_says_again() {
    let repeat = "{repeat: {role: agent, within_turns: 2, likeness: 0.8, least_chars: 4, except: 'w#yes'}}";
    expect(
        repeat,
        &[
            ("客服:请您提供一下订单号\n客户:什么\n客服:请您提供一下订单号。", "met"),
            ("客服:请您提供一下订单号\n客户:什么\n客服:请您稍等我查一下", "not_met"),
            ("客服:好的好的\n客户:什么\n客服:好的好的", "not_met"),
            ("客户:请您提供一下订单号\n客服:请您提供一下订单号", "not_met"),
        ],
    );
}

#[test]
fn similar_finds_sentences_like_its_samples() {
    let similar = "{similar: {to: ['请问还有什么可以帮您'], likeness: 0.7, role: agent}}";
    expect(
        similar,
        &[
            ("客服:好的。请问您还有什么可以帮您的吗?", "met"),
            ("客服:请问您贵姓", "not_met"),
            ("客户:请问还有什么可以帮您", "not_met"),
        ],
    );
    assert!(mistakes("{similar: {to: ['好的'], likeness: 0.7}}").contains("不到 4 个字"));
}

#[test]
fn what_sounds_like_words_of_a_lexicon_is_a_candidate() {
    let sounds = "{sounds_like: {lexicon: 'w#complaint', role: customer}}";
    let file = rule(&format!("observe: {sounds}"));
    let pack = compiled(&[("lexicons/w.txt", WORDS), ("rules/r.yaml", &file)]);
    let nearest = |script: &str| {
        let draft = judged(&pack, script);
        assert_eq!(outcome(&draft, "r"), "not_met", "a candidate decides nothing");
        let forbidding = rule(&format!("forbid: {sounds}"));
        let pack = compiled(&[("lexicons/w.txt", WORDS), ("rules/r.yaml", &forbidding)]);
        let findings = judged(&pack, script)["findings"].as_array().unwrap().clone();
        let texts = findings.iter().map(|finding| format!("{}{}", finding["verdict"], finding["text"]));
        texts.collect::<Vec<_>>()
    };
    assert_eq!(nearest("客户:窝要偷塑你们"), ["\"candidate\"\"窝要偷塑\""]);
    assert_eq!(nearest("客户:我要投诉你们"), Vec::<String>::new());
    assert_eq!(nearest("客服:窝要偷塑你们"), Vec::<String>::new());
    assert!(mistakes("{sounds_like: {lexicon: 'w#ni'}}").contains("3 个字以上"));
}

#[test]
fn a_monologue_is_broken_by_words_but_not_by_attention() {
    let pack_words = "{monologue: {role: agent, at_least_chars: 12}}";
    expect(
        pack_words,
        &[
            ("客服:这个套餐每月包含十个流量\n客服:还送会员", "met"),
            ("客服:这个套餐每月\n客户:多少钱\n客服:三十九一个月", "not_met"),
        ],
    );
    let seconds = "{monologue: {role: agent, at_least_seconds: 10}}";
    expect(
        seconds,
        &[("[0-11] 客服:这个套餐每月包含十个流量还有三百分钟通话", "met"), ("客服:这个", "not_measurable")],
    );
}

#[test]
fn talk_is_compared_with_the_other_side() {
    let share = "{talk: {role: agent, share_of_chars: {to: 0.7}}}";
    expect(share, &[("客服:一二三\n客户:一二三", "met"), ("客服:一二三四五六七八\n客户:一", "not_met")]);
    let time = "{talk: {role: agent, share_of_time: {to: 0.5}}}";
    expect(time, &[("[0-3] 客服:您好请讲啊\n[3-6] 客户:我想问一下", "met"), ("客服:一", "not_measurable")]);
}

#[test]
fn duration_is_the_time_from_the_first_word_to_the_end() {
    let duration = "{duration: {at_least_seconds: 10, at_most_seconds: 20}}";
    expect(
        duration,
        &[
            ("[0-3] 客服:您好请讲啊\n[15] 客户挂机", "met"),
            ("[0-3] 客服:您好请讲啊", "not_met"),
            ("客服:您好", "not_measurable"),
        ],
    );
}

#[test]
fn response_times_are_measured_one_by_one_and_together() {
    let time = |more: &str| {
        format!(
            "{{response_time: {{{more}, automatic: 'w#thanks', needs_none: 'w#yes', session_gap_seconds: 600}}}}"
        )
    };
    let chat = "@ channel=chat\n[0-0] 客户:在吗\n[5-5] 客户:有货没有\n[20-20] 客服:有的\n[30-30] 客户:多少钱\n[90-90] 客服:三十";
    let none = "@ channel=chat\n[0-0] 客服:您好\n[5-5] 客户:好的";
    let left = "@ channel=chat\n[0-0] 客户:在吗\n[5-5] 客服:谢谢";
    let next_day = "@ channel=chat\n[0-0] 客户:在吗\n[9000-9000] 客服:在的";
    expect(&time("of: each, at_most_seconds: 30"), &[(chat, "not_met"), (none, "not_applicable")]);
    expect(&time("of: each, at_least_seconds: 60"), &[(chat, "met")]);
    expect(&time("of: each, at_least_seconds: 61"), &[(chat, "not_met")]);
    expect(&time("of: first, at_most_seconds: 20"), &[(chat, "met"), (left, "not_applicable")]);
    expect(&time("of: first, at_most_seconds: 19"), &[(chat, "not_met")]);
    expect(&time("of: first, from: last, at_most_seconds: 15"), &[(chat, "met")]);
    expect(&time("of: mean, at_most_seconds: 40"), &[(chat, "met")]);
    expect(&time("of: mean, at_most_seconds: 39"), &[(chat, "not_met")]);
    expect(&time("of: longest, at_most_seconds: 59"), &[(chat, "not_met")]);
    expect(&time("of: unanswered"), &[(chat, "not_met"), (left, "met"), (next_day, "met")]);
    expect(&time("of: unanswered"), &[("客户:在吗", "not_measurable")]);
    assert!(mistakes(&time("of: each")).contains("应写一个时限"));
}

#[test]
fn response_times_count_in_working_hours_only() {
    let time = "{response_time: {of: unanswered, hours: {from: \"08:00\", to: \"18:00\"}}}";
    let at = |time: &str| format!("@ channel=chat started_at=2026-11-20T{time}+08:00\n[0-0] 客户:在吗");
    expect(time, &[(&at("09:00:00"), "met"), (&at("20:00:00"), "not_applicable")]);
}

#[test]
fn words_of_several_lists_that_overlap_are_taken_off_once() {
    let repeat =
        "{repeat: {role: agent, within_turns: 2, likeness: 0.8, least_chars: 4, except: ['w#yes', v]}}";
    // Without 好的 of one list and 好的呢 of the other four letters are left.
    expect(repeat, &[("客服:好的呢请您稍等\n客户:嗯\n客服:好的呢请您稍等", "met")]);
}

#[test]
fn silences_are_looked_for_at_the_start_between_turns_and_at_the_end() {
    let silence = |more: &str| format!("{{silence: {{at_least_seconds: 5{more}}}}}");
    let start = "[0] 接通\n[8-10] 客服:您好请讲啊\n[10-12] 客户:我想问一下\n[13] 客户挂机";
    let end = "[0] 接通\n[1-3] 客服:您好请讲啊\n[3-5] 客户:我想问一下\n[12] 客户挂机";
    let middle = "[0] 接通\n[1-3] 客服:您好请讲啊\n[10-12] 客户:我想问一下\n[13] 客户挂机";
    expect(&silence(", at: start"), &[(start, "met"), (end, "not_met"), (middle, "not_met")]);
    expect(&silence(", at: end"), &[(start, "not_met"), (end, "met"), (middle, "not_met")]);
    expect(&silence(""), &[(start, "not_met"), (end, "not_met"), (middle, "met")]);
    expect(&silence(", after: agent, before: customer"), &[(middle, "met")]);
    expect(&silence(", after: customer"), &[(middle, "not_met")]);
    let sorry = "[1-3] 客服:抱歉请等一下\n[10-12] 客户:我想问一下";
    expect(&silence(", except_after: 'w#sorry'"), &[(middle, "met"), (sorry, "not_met")]);
}

#[test]
fn events_are_counted_where_there_are_any_at_all() {
    let event = "{event: {type: transfer, at_most: 1}}";
    expect(
        event,
        &[
            ("[0-3] 客服:您好请讲啊\n[4] 转接", "met"),
            ("[0-3] 客服:您好请讲啊\n[4] 转接\n[5] 转接", "not_met"),
            ("[0] 接通\n[0-3] 客服:您好请讲啊", "met"),
            ("客服:您好", "not_measurable"),
        ],
    );
}

#[test]
fn meta_is_compared_as_text_or_number() {
    let queue = "{meta: {field: queue, is: [宽带, 移动]}}";
    expect(
        queue,
        &[
            ("@ meta.queue=宽带\n客服:您好", "met"),
            ("@ meta.queue=投诉\n客服:您好", "not_met"),
            ("客服:您好", "not_measurable"),
        ],
    );
    let sum = "{meta: {field: talk, plus: [hold], divided_by: calls, at_most: 100}}";
    expect(
        sum,
        &[
            ("@ meta.talk=150 meta.hold=50 meta.calls=2\n客服:您好", "met"),
            ("@ meta.talk=150 meta.hold=51 meta.calls=2\n客服:您好", "not_met"),
            ("@ meta.talk=150 meta.hold=50 meta.calls=0\n客服:您好", "not_measurable"),
        ],
    );
    expect(
        "{meta: {field: vip, exists: true}}",
        &[("@ meta.vip=1\n客服:您好", "met"), ("客服:您好", "not_met")],
    );
    expect("{meta: {field: tel, matches: '^1[0-9]+$'}}", &[("@ meta.tel=138\n客服:您好", "met")]);
    assert!(mistakes("{meta: {field: queue}}").contains("没有写要求"));
}

#[test]
fn the_clock_tells_morning_from_evening() {
    let at = |time: &str| format!("@ started_at=2026-11-20T{time}+08:00\n客服:您好");
    let morning = "{clock: {from: \"05:00\", to: \"12:00\"}}";
    expect(
        morning,
        &[(&at("05:00:00"), "met"), (&at("12:00:00"), "not_met"), ("客服:您好", "not_measurable")],
    );
    let night = "{clock: {from: \"22:00\", to: \"06:00\"}}";
    expect(night, &[(&at("23:10:00"), "met"), (&at("05:59:59"), "met"), (&at("12:00:00"), "not_met")]);
    expect("{clock: {days: [6, 7]}}", &[(&at("12:00:00"), "not_met")]);
    assert!(mistakes("{clock: {from: 早上}}").contains("不是钟点"));
}

#[test]
fn what_does_not_hear_words_is_told_even_where_roles_are_missing() {
    let transcript = "@ meta.queue=宽带\n未知:您好";
    expect("{meta: {field: queue, is: 宽带}}", &[(transcript, "met")]);
    expect("{quality: {roles: missing}}", &[(transcript, "met"), ("客服:您好", "not_met")]);
    expect("{not: {quality: {roles: [missing, suspect]}}}", &[(transcript, "not_met"), ("客服:您好", "met")]);
    expect("{talk: {role: agent, at_most_turns: 5}}", &[(transcript, "not_measurable")]);
}

#[test]
fn a_rule_may_give_names_to_its_conditions() {
    let file = rule(&format!(
        "define:\n  sorry: {SORRY}\n  handled: {{all: [{{is: sorry}}, {COMPLAINT}]}}\nexpect: {{is: handled}}"
    ));
    let pack = compiled(&[("lexicons/w.txt", WORDS), ("rules/r.yaml", &file)]);
    assert_eq!(outcome(&judged(&pack, "客户:我要投诉\n客服:抱歉"), "r"), "met");
    assert_eq!(outcome(&judged(&pack, "客户:我要投诉\n客服:您说"), "r"), "not_met");
    assert!(mistakes("{is: sory}").contains("没有定义过“sory”"));
    let circle = rule("define: {a: {is: a}}\nexpect: {is: a}");
    let circle = try_compiled(&[("rules/r.yaml", &circle)]).unwrap_err().to_string();
    assert!(circle.contains("没有定义过“a”"), "{circle}");
}

#[test]
fn a_rule_that_would_cost_too_much_is_refused() {
    let doubled: String =
        (1..30).map(|n| format!("  d{n}: {{all: [{{is: d{}}}, {{is: d{}}}]}}\n", n - 1, n - 1)).collect();
    let file = rule(&format!("define:\n  d0: {SORRY}\n{doubled}expect: {{is: d29}}"));
    let told = try_compiled(&[("lexicons/w.txt", WORDS), ("rules/r.yaml", &file)]).unwrap_err().to_string();
    assert!(told.contains("超过 500 个条件"), "{told}");
    let wide = "{repeat: {role: agent, within_turns: 51, likeness: 0.8, least_chars: 4}}";
    assert!(mistakes(wide).contains("这里最多 50"));
    let told = mistakes("{pattern: {regex: '((好{1,99}){1,99}){1,99}的'}}");
    assert!(told.contains("这个正则展开后太大"), "{told}");
}

#[test]
fn a_rule_may_hold_for_some_days_teams_and_posts_only() {
    let only = |line: &str| rule(&format!("{line}\nexpect: {SORRY}"));
    let judge = |file: &str, script: &str| {
        let pack = compiled(&[("lexicons/w.txt", WORDS), ("rules/r.yaml", file)]);
        outcome(&judged(&pack, script), "r").to_owned()
    };
    let days = only("effective: {from: 2026-01-01, to: 2026-06-30}");
    assert_eq!(judge(&days, "@ started_at=2026-06-30T23:00:00+08:00\n客服:抱歉"), "met");
    assert_eq!(judge(&days, "@ started_at=2026-07-01T00:00:00+08:00\n客服:抱歉"), "not_applicable");
    assert_eq!(judge(&days, "客服:抱歉"), "met");
    let post = only("applies_to: {meta: {post: [关怀岗]}, team: [一组, 二组]}");
    assert_eq!(judge(&post, "@ meta.post=关怀岗 agent.team=一组\n客服:抱歉"), "met");
    assert_eq!(judge(&post, "@ meta.post=软加密 agent.team=一组\n客服:抱歉"), "not_applicable");
    assert_eq!(judge(&post, "@ meta.post=关怀岗\n客服:抱歉"), "not_applicable");
    let others = only("applies_to: {channel: call, except: {direction: outbound}}");
    assert_eq!(judge(&others, "@ direction=outbound\n客服:抱歉"), "not_applicable");
    assert_eq!(judge(&others, "@ direction=inbound\n客服:抱歉"), "met");
    assert_eq!(judge(&others, "客服:抱歉"), "met");
    assert_eq!(judge(&others, "@ channel=chat\n客服:抱歉"), "not_applicable");
}

#[test]
fn a_rule_that_is_never_in_force_is_refused() {
    let file = rule(&format!("effective: {{from: 2026-07-01, to: 2026-06-30}}\nexpect: {SORRY}"));
    let told = try_compiled(&[("lexicons/w.txt", WORDS), ("rules/r.yaml", &file)]).unwrap_err().to_string();
    assert!(told.contains("没有一天有效"), "{told}");
}

#[test]
fn near_asks_for_what_stands_apart() {
    let apart = |more: &str| format!("{{near: {{of: {COMPLAINT}, to: {SORRY}, which: none, {more}}}}}");
    let answered = "客户:我要投诉\n客服:非常抱歉";
    let ignored = "客户:我要投诉\n客服:您说\n客户:我要投诉\n客服:抱歉";
    let before = "客服:抱歉\n客户:我要投诉\n客服:您说";
    expect(
        &apart("side: before, within_turns: 1"),
        &[
            (answered, "not_met"),
            (ignored, "met"),
            (before, "met"),
            ("客户:我要投诉", "met"),
            ("客服:抱歉", "not_met"),
        ],
    );
    expect(&apart("within_turns: 1"), &[(before, "not_met"), (ignored, "met")]);
    expect(&apart("within_seconds: 2"), &[(answered, "not_measurable")]);
}

#[test]
fn a_speech_rate_may_be_relative_to_the_other_side() {
    let rate = |more: &str| format!("{{speech_rate: {{role: agent, least_chars: 4, {more}}}}}");
    let relative = rate("relative: {from: 0.5, to: 1.5}");
    expect(
        &relative,
        &[
            ("[0-2] 客服:一二三四五六七八\n[3-5] 客户:一二三四五六七八", "met"),
            ("[0-2] 客服:一二三四五六七八\n[3-7] 客户:一二三四五六七八", "not_met"),
            ("[0-2] 客服:一二三四五六七八\n[3-5] 客户:好", "not_applicable"),
            ("客服:一二三四五六七八\n客户:一二三四五六七八", "not_measurable"),
        ],
    );
    assert!(mistakes("{speech_rate: {least_chars: 4}}").contains("没有写语速应在什么范围"));
}

#[test]
fn a_pattern_may_read_what_one_side_says_in_a_row() {
    let pattern = |scope: &str| format!("{{pattern: {{regex: '不归我管', role: agent, scope: {scope}}}}}");
    let torn = "客服:这事不\n客服:归我管\n客户:好";
    let answered = "客服:这事不\n客户:啊\n客服:归我管";
    let empty = "客服:这事不归\n客服:……\n客服:我管";
    expect(
        &pattern("joined"),
        &[(torn, "met"), (empty, "met"), (answered, "not_met"), ("客服:不归我管", "met")],
    );
    expect(&pattern("turn"), &[(torn, "not_met")]);
    let pack = compiled(&[("rules/r.yaml", &rule(&format!("forbid: {}", pattern("joined"))))]);
    let place = |script: &str| {
        let finding = judged(&pack, script)["findings"][0].clone();
        format!("{} {}", finding["turn"], finding["text"].as_str().unwrap())
    };
    assert_eq!(place(torn), "0 不");
    assert_eq!(place("客服:您好\n客服:嗯\n客服:真不归我管"), "2 不归我管");
}

#[test]
fn what_was_posted_is_compared_with_what_is_said() {
    let said = "{said: {field: agent.id, role: agent, in: {first_turns: 2}}}";
    expect(
        said,
        &[
            ("@ agent.id=068\n客服:您好,零六八号为您服务", "met"),
            ("@ agent.id=068\n客服:我是1068号", "not_met"),
            ("@ agent.id=068\n客户:你是068吗\n客服:是", "not_met"),
            ("客服:068号为您服务", "not_measurable"),
        ],
    );
    expect(
        "{said: {field: name}}",
        &[("@ meta.name=欧阳\n客服:歐陽先生您好", "met"), ("@ meta.name=欧阳\n客服:您好", "not_met")],
    );
}

#[test]
fn the_words_of_one_speaker_do_not_hide_those_of_another() {
    let words = "title: 词\nrole: agent\n---\n[a] 甲\n谢谢您\n[b] 乙 :: role=customer\n谢谢\n";
    let by_role = rule("expect: {phrase: {lexicon: 'v#b'}}");
    let pack = compiled(&[("lexicons/v.txt", words), ("rules/r.yaml", &by_role)]);
    assert_eq!(outcome(&judged(&pack, "客户:谢谢您"), "r"), "met");
    assert_eq!(outcome(&judged(&pack, "客服:谢谢您"), "r"), "not_met");
}

#[test]
fn how_soon_a_hangup_comes_needs_times() {
    expect(
        &format!("{{hangup: {{by: agent, after: {COMPLAINT}, within_seconds: 5}}}}"),
        &[
            ("[0-2] 客户:我要投诉\n[4] 客服挂机", "met"),
            ("[0-2] 客户:我要投诉\n[9] 客服挂机", "not_met"),
            ("客户:我要投诉\n[4] 客服挂机", "not_measurable"),
        ],
    );
}

#[test]
fn what_stands_in_the_same_place_does_not_stand_apart() {
    let pattern = "{pattern: {regex: '非常?抱歉', role: agent}}";
    let phrase = "{phrase: {lexicon: 'w#sorry', role: agent}}";
    let apart = format!("{{near: {{of: {phrase}, to: {pattern}, within_turns: 0, which: none}}}}");
    expect(&apart, &[("客服:非常抱歉", "not_met"), ("客服:抱歉", "met")]);
    let same = "{near: {of: {repeat: {role: agent, within_turns: 2, likeness: 0.9, least_chars: 2}}, to: {turns: {of: {phrase: {lexicon: w}}, role: agent}}, within_turns: 0, which: none}}";
    expect(same, &[("客服:抱歉抱歉\n客服:抱歉抱歉", "not_met")]);
}

#[test]
fn short_numbers_and_numbers_beside_others_are_heard_when_said() {
    let said = "{said: {field: agent.id, role: agent}}";
    expect(
        said,
        &[
            ("@ agent.id=3312\n客服:我的工号是3312,2号线的同事也在", "met"),
            ("@ agent.id=88\n客服:我的工号是八八", "met"),
            ("@ agent.id=31\n客服:我是三幺号", "met"),
            ("@ agent.id=35\n客服:我是三六号", "not_met"),
        ],
    );
}

#[test]
fn a_word_is_not_heard_wrong_where_it_is_one_of_several() {
    let words = "title: 词\n---\n(他|她)真讨厌\n";
    let rule = rule("observe: {sounds_like: {lexicon: v, role: agent}}");
    let pack = compiled(&[("lexicons/v.txt", words), ("rules/r.yaml", &rule)]);
    let heard = |script: &str| {
        verdict(&judged(&pack, script), "r")["nearest"].is_object()
            || !judged(&pack, script)["verdicts"][0]["evidence"].as_array().unwrap().is_empty()
    };
    assert!(!heard("客服:她真讨厌"));
    assert_eq!(outcome(&judged(&pack, "客服:她真讨厌"), "r"), "not_met");
}

#[test]
fn a_rate_is_judged_by_itself_where_there_is_nothing_to_compare_it_with() {
    let rate = "{speech_rate: {role: agent, least_chars: 4, median: {to: 300}, relative: {to: 1.5}}}";
    expect(
        rate,
        &[
            ("[0-1] 客服:一二三四五六七八\n[3-5] 客户:好", "not_met"),
            ("[0-4] 客服:一二三四五六七八\n[5-6] 客户:好", "met"),
        ],
    );
    let nobody = "{speech_rate: {role: any, least_chars: 4, relative: {to: 1.5}}}";
    assert!(mistakes(nobody).contains("看不出与谁比语速"));
}
