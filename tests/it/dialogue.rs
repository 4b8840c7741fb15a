//! What happens between the turns: replies, holds, silences, interruptions, pace, hanging up — and what cannot be measured.

use std::sync::LazyLock;

use serde_json::{Value, json};
use zhijian::pack::Pack;

use crate::packs::{DIALOGUE, compiled, findings, judged, outcome, rule, verdict};

/// Of which words the states of a dialogue are made here.
const WORDS: &str = "\
title: 词
role: any
---
[wait] 等
请您稍等
[yes] 应
好的
嗯
[callback] 回电
给您回电
[task] 操作
请您输入
[moment] 等
等我一下
[thanks] 谢
谢谢
[welcome] 不谢
不客气
[back] 回线
久等了
[agent] 客服
为您服务
[customer] 客户
我要投诉
[bad] 忌
这事不归我管
";

const REPLY: &str = "to: {phrase: {lexicon: 'w#thanks', role: customer}}, with: {phrase: {lexicon: 'w#welcome', role: agent}}";

/// A rule for every question about a dialogue.
const RULES: [(&str, &str); 14] = [
    ("hold-asked", "expect: {hold: {asked: true}}"),
    ("hold-consented", "expect: {hold: {consented: true}}"),
    ("hold-returned", "expect: {hold: {returned_with: 'w#back'}}"),
    ("hold-short", "expect: {hold: {at_most_seconds: 60}}"),
    ("hold-callback", "expect: {hold: {at_most_seconds: 60, callback: true}}"),
    ("silence-agent", "observe: {silence: {at_least_seconds: 5, owner: agent}}"),
    ("silence-customer", "observe: {silence: {at_least_seconds: 5, owner: customer}}"),
    ("silence-task", "observe: {silence: {at_least_seconds: 5, owner: task}}"),
    ("silence-hold", "observe: {silence: {at_least_seconds: 5, owner: hold}}"),
    ("silence-shared", "observe: {silence: {at_least_seconds: 5, owner: [shared]}}"),
    ("interruption", "forbid: {interruption: {by: agent, overlap_ms: 500, least_chars: 4}}"),
    ("pace", "expect: {speech_rate: {role: agent, least_chars: 4, median: {from: 150, to: 300}}}"),
    ("hangup", "forbid: {hangup: {by: agent}}"),
    ("bad", "forbid: {phrase: {lexicon: 'w#bad', role: agent}}"),
];

/// The words and rules above as a pack.
fn pack() -> &'static Pack {
    static PACK: LazyLock<Pack> = LazyLock::new(|| {
        let roles = "roles: {agent: ['w#agent'], customer: ['w#customer']";
        let dialogue = DIALOGUE
            .replace(" ask: []", " ask: ['w#wait']")
            .replace(" consent: []", " consent: ['w#yes']")
            .replace(" callback: []", " callback: ['w#callback']")
            .replace("customer_task: []", "customer_task: ['w#task']")
            .replace("customer_wait: []", "customer_wait: ['w#moment']")
            .replace("back_channel: []", "back_channel: ['w#yes']")
            .replace("roles: {agent: [], customer: []", roles);
        let mut rules = RULES.map(|(id, demand)| (format!("rules/{id}.yaml"), rule(demand))).to_vec();
        let every = format!("expect: {{reply: {{{REPLY}, within_turns: 2, within_seconds: 30}}}}");
        rules.push(("rules/welcome.yaml".to_owned(), rule(&every)));
        let any = format!("expect: {{reply: {{{REPLY}, need: any}}}}");
        rules.push(("rules/welcome-once.yaml".to_owned(), rule(&any)));
        let mut files = vec![("lexicons/w.txt", WORDS), ("rules/dialogue.yaml", dialogue.as_str())];
        files.extend(rules.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        compiled(&files)
    });
    &PACK
}

#[track_caller]
fn assert_outcome(rule: &str, script: &str, expected: &str) {
    assert_eq!(outcome(&judged(pack(), script), rule), expected, "{rule} of\n{script}");
}

/// What the verdict on `rule` lacks.
fn lacking(rule: &str, script: &str) -> Value {
    let draft = judged(pack(), script);
    let verdict = verdict(&draft, rule);
    assert_eq!(verdict["outcome"], "not_measurable", "{rule} of\n{script}");
    verdict["lacking"].clone()
}

#[test]
fn every_trigger_must_be_answered_unless_one_answer_is_enough() {
    assert_outcome("welcome", "客户:谢谢\n客服:不客气", "met");
    assert_outcome("welcome", "客户:谢谢\n客服:再见", "not_met");
    let half = "客户:谢谢\n客服:不客气\n客户:谢谢\n客服:再见";
    assert_outcome("welcome", half, "not_met");
    assert_outcome("welcome-once", half, "met");
}

#[test]
fn an_answer_comes_after_its_trigger_and_within_the_turns_of_the_one_who_answers() {
    assert_outcome("welcome", "客服:不客气\n客户:谢谢\n客服:再见", "not_met");
    assert_outcome("welcome", "客户:谢谢\n客服:嗯\n客户:再见\n客服:不客气", "met");
    assert_outcome("welcome", "客户:谢谢\n客服:嗯\n客服:再见\n客服:不客气", "not_met");
}

#[test]
fn an_answer_comes_in_time_where_times_are_known() {
    let script = |start: u32| format!("[0-2] 客户:谢谢您呀\n[{start}-{}] 客服:不客气的", start + 1);
    assert_outcome("welcome", &script(32), "met");
    assert_outcome("welcome", &script(33), "not_met");
}

#[test]
fn without_a_trigger_or_without_a_chance_to_answer_nothing_is_demanded() {
    assert_outcome("welcome", "客户:您好\n客服:再见", "not_applicable");
    assert_outcome("welcome", "客服:谢谢\n客服:再见", "not_applicable");
    assert_outcome("welcome", "客服:再见\n客户:谢谢", "not_applicable");
}

#[test]
fn a_missing_answer_is_told_with_where_it_was_looked_for() {
    let draft = judged(pack(), "客户:谢谢\n客服:嗯\n客户:那再见\n客服:再见\n客服:再见");
    let verdict = verdict(&draft, "welcome");
    assert_eq!(verdict["searched"], Value::Null, "the trigger is the evidence");
    assert_eq!(verdict["evidence"][0]["text"], "谢谢");
}

const ASKED: &str = "[0-2] 客服:请您稍等一下\n[2.5-3] 客户:好的\n";

#[test]
fn a_hold_is_asked_agreed_to_and_ended_with_the_right_words() {
    let script = format!("{ASKED}[20-22] 客服:让您久等了,查到了");
    for rule in ["hold-asked", "hold-consented", "hold-returned", "hold-short", "hold-callback"] {
        assert_outcome(rule, &script, "met");
    }
    let draft = judged(pack(), &script);
    assert_eq!(verdict(&draft, "hold-short")["measured"], 18.0);
    let place = &verdict(&draft, "hold-asked")["evidence"][0];
    assert_eq!((&place["start_ms"], &place["end_ms"]), (&json!(2000), &json!(20000)));
}

#[test]
fn a_hold_without_consent_or_right_words_is_a_fault() {
    assert_outcome("hold-consented", "[0-2] 客服:请您稍等一下\n[20-22] 客服:让您久等了", "not_met");
    assert_outcome(
        "hold-consented",
        "[0-2] 客服:请您稍等一下\n[8-9] 客户:好的\n[20-22] 客服:久等了呀",
        "not_met",
    );
    assert_outcome("hold-returned", &format!("{ASKED}[20-22] 客服:查到了,明天到"), "not_met");
}

#[test]
fn a_wait_that_nobody_asked_for_is_a_hold_from_ten_seconds_on() {
    let script = |back: u32| format!("[0-2] 客服:我看看情况\n[{back}-{}] 客服:查到了您的", back + 2);
    assert_outcome("hold-asked", &script(12), "not_met");
    assert_outcome("hold-asked", &script(11), "not_applicable");
}

#[test]
fn a_murmur_during_a_hold_does_not_end_it() {
    let script = format!("{ASKED}[8-9] 客服:嗯\n[70-72] 客服:让您久等了");
    let draft = judged(pack(), &script);
    assert_eq!(verdict(&draft, "hold-short")["measured"], 68.0);
    assert_eq!(outcome(&draft, "hold-returned"), "met");
}

#[test]
fn a_long_hold_needs_the_offer_to_call_back() {
    let long = format!("{ASKED}[70-72] 客服:让您久等了");
    assert_outcome("hold-short", &long, "not_met");
    assert_outcome("hold-callback", &long, "not_met");
    assert_outcome("hold-callback", &long.replace("一下", "一下,也可以给您回电"), "met");
}

#[test]
fn the_events_of_the_telephone_tell_of_a_hold_before_words_do() {
    let script = format!("{ASKED}[3.5] 保持\n[40] 取消保持\n[41-43] 客服:让您久等了");
    let draft = judged(pack(), &script);
    assert_eq!(verdict(&draft, "hold-short")["measured"], 36.5);
    assert_eq!(outcome(&draft, "hold-asked"), "met");
    let unasked = "[0-2] 客服:我看看情况\n[3] 保持\n[9] 取消保持\n[9.5-11] 客服:查到了您的";
    assert_outcome("hold-asked", unasked, "not_met");
}

#[test]
fn events_may_be_posted_in_any_order() {
    let script = format!("{ASKED}[40] 取消保持\n[3.5] 保持\n[41-43] 客服:让您久等了");
    assert_eq!(verdict(&judged(pack(), &script), "hold-short")["measured"], 36.5);
    assert_outcome("hangup", "[9] 客户挂机\n[3] 客服挂机\n[0-2] 客服:再见了", "met");
}

#[test]
fn without_a_wait_nothing_is_demanded_of_it_and_without_times_nothing_is_known() {
    assert_outcome("hold-asked", "[0-2] 客服:您好您好\n[2-4] 客户:您好您好", "not_applicable");
    assert_eq!(lacking("hold-asked", "客服:请您稍等\n客服:久等了"), json!(["times"]));
}

#[test]
fn a_silence_belongs_to_the_side_that_owes_the_next_word() {
    let owners = ["silence-agent", "silence-customer", "silence-task", "silence-hold", "silence-shared"];
    for (before, after, owner) in [
        ("客户:我的单子呢", "客服:查到了您的", "silence-agent"),
        ("客户:您等我一下", "客户:回来了现在", "silence-customer"),
        ("客服:是哪一位呢?", "客户:姓王的王哟", "silence-customer"),
        ("客服:请您输入密码", "客户:输完了现在", "silence-task"),
        ("客服:请您稍等一下", "客服:查到了您的", "silence-hold"),
        ("客服:我看看情况", "客服:查到了您的", "silence-agent"),
        ("客服:办好了您的", "客户:那就这样了", "silence-shared"),
    ] {
        let draft = judged(pack(), &format!("[0-2] {before}\n[9-11] {after}"));
        let found: Vec<_> = owners.iter().filter(|rule| outcome(&draft, rule) == "met").collect();
        assert_eq!(found, [&owner], "{before} … {after}");
    }
}

#[test]
fn a_silence_begins_where_the_last_of_all_speakers_ends() {
    let draft =
        judged(pack(), "[0-9] 客户:我一直在说话我一直在说话说\n[1-2] 客服:嗯嗯\n[15-17] 客服:查到了您的");
    let place = &verdict(&draft, "silence-agent")["evidence"][0];
    assert_eq!((&place["start_ms"], &place["end_ms"]), (&json!(9000), &json!(15000)));
    assert_outcome("silence-agent", "[0-2] 客户:我的单子呢\n[6.9-9] 客服:查到了您的", "not_met");
}

const OVERLAP: &str = "[0-6] 客户:我想说的是我的单子到现在还没有送到\n[4-6.5] 客服:单子已经送出了";

#[test]
fn an_interruption_shows_only_on_two_channels() {
    assert_outcome("interruption", &format!("@ separation=two_channel\n{OVERLAP}"), "not_met");
    assert_eq!(lacking("interruption", OVERLAP), json!(["two_channel"]));
    assert_eq!(lacking("interruption", &format!("@ separation=diarised\n{OVERLAP}")), json!(["two_channel"]));
    assert_eq!(lacking("interruption", "@ separation=two_channel\n客服:好的"), json!(["times"]));
}

#[test]
fn a_sign_of_attention_a_short_overlap_or_a_common_start_is_no_interruption() {
    let customer = "[0-6] 客户:我想说的是我的单子到现在还没有送到\n";
    for agent in ["[4-4.5] 客服:嗯嗯,好的", "[5.6-8] 客服:单子已经送出了", "[0.2-3] 客服:单子已经送出了"]
    {
        assert_outcome("interruption", &format!("@ separation=two_channel\n{customer}{agent}"), "met");
    }
}

#[test]
fn pace_is_the_median_of_letters_a_minute() {
    let turn = |at: u32, text: &str| format!("[{at}-{}] 客服:{text}\n", at + 2);
    let script = format!("{}{}{}", turn(0, "一二三四五六七八"), turn(5, "嗯"), turn(10, "单子已经送出了"));
    let draft = judged(pack(), &script);
    assert_eq!(verdict(&draft, "pace")["measured"], 225.0);
    assert_eq!(outcome(&draft, "pace"), "met");
    assert_outcome("pace", &turn(0, "单子单子单子单子单子单子"), "not_met");
    assert_outcome("pace", &turn(0, "嗯"), "not_applicable");
    assert_eq!(lacking("pace", "客服:单子已经送出了"), json!(["times"]));
}

#[test]
fn who_hung_up_is_known_only_from_the_event() {
    assert_outcome("hangup", "客服:再见\n[9] 客服挂机", "not_met");
    assert_outcome("hangup", "客服:再见\n[9] 客户挂机", "met");
    assert_eq!(lacking("hangup", "客服:再见"), json!(["hangup_event"]));
    assert_eq!(lacking("hangup", "客服:再见\n[9] 挂机"), json!(["hangup_event"]));
}

#[test]
fn swapped_roles_turn_every_verdict_into_evidence() {
    let draft = judged(pack(), "客户:您好,为您服务\n客服:我要修手机\n客户:这边为您服务\n客服:这事不归我管");
    assert_eq!(draft["quality"]["roles"], "suspect");
    assert_eq!(findings(&draft), ["3:0-6 这事不归我管 candidate"]);
    for verdict in draft["verdicts"].as_array().unwrap() {
        assert_eq!(verdict["outcome"], "not_measurable", "{verdict}");
        assert!(verdict["lacking"].as_array().unwrap().contains(&json!("roles")), "{verdict}");
    }
    let sure = judged(pack(), "客户:您好,为您服务\n客服:为您服务\n客户:这边为您服务\n客服:这事不归我管");
    assert_eq!(sure["quality"]["roles"], "ok");
    assert_eq!(outcome(&sure, "bad"), "not_met");
}

#[test]
fn without_roles_nothing_is_judged() {
    let draft = judged(pack(), "未知:这事不归我管\n未知:那归谁管");
    assert_eq!(draft["quality"]["roles"], "missing");
    assert_eq!(outcome(&draft, "bad"), "not_measurable");
    assert_eq!(findings(&draft), ["0:0-6 这事不归我管 candidate"]);
}

const ENGLISH: &str = "客服:Good morning, thank you for calling customer service, how may I help you today?\n\
    客户:The parcel that I ordered on Monday has been lost by your courier, and nobody knows where it is.";

#[test]
fn a_transcript_that_is_not_chinese_is_not_scorable() {
    let draft = judged(pack(), ENGLISH);
    assert_eq!(draft["quality"]["scorable"], false);
    assert!(draft["quality"]["language"].is_string());
    assert!(!draft["quality"]["notes"].as_array().unwrap().is_empty());
    assert_eq!(verdict(&draft, "bad")["lacking"], json!(["chinese_text"]));
    let mixed =
        judged(pack(), "客服:您好,ERP 和 OA 都可以登录,请问您要咨询哪一个系统呢\n客户:这个 VPN 连不上去了");
    assert_eq!(mixed["quality"]["scorable"], true);
}

#[test]
fn a_call_without_words_or_with_a_machine_s_only_is_not_scorable() {
    for script in ["客服:……\n客户:?", "系统:您好,当前坐席全忙,请稍后再拨"] {
        assert_eq!(judged(pack(), script)["quality"]["scorable"], false, "{script}");
    }
}

#[test]
fn the_language_that_is_not_chinese_is_named() {
    let draft = judged(pack(), ENGLISH);
    assert_eq!(draft["quality"]["language"], "eng");
}

#[test]
fn a_number_that_is_partly_read_out_does_not_make_a_call_foreign() {
    let line = |number: &str| format!("客服:您的号码是{number}对吗我帮您查一下请不要挂机好吗\n");
    let draft = judged(pack(), &line("1380013800零").repeat(2));
    assert_eq!(
        draft["quality"]["scorable"],
        judged(pack(), &line("13800138000").repeat(2))["quality"]["scorable"]
    );
}

#[test]
fn times_that_nobody_can_speak_in_are_not_trusted() {
    let script = "[0-1] 客服:您好您好您好您好您好您好您好您好您好\n[1-2] 客户:您好您好您好您好您好您好您好您好您好\n\
                  [2-3] 客服:您好您好您好您好您好您好您好您好您好\n[3-9] 客户:我的单子到现在还没有送到";
    assert_eq!(judged(pack(), script)["quality"]["times"], "suspect");
    assert_eq!(lacking("pace", script), json!(["times"]));
    let partly = judged(pack(), "[0-1] 客服:您好\n客户:您好");
    assert_eq!(partly["quality"]["times"], "partial");
    assert_eq!(outcome(&partly, "silence-agent"), "not_measurable");
}

#[test]
fn a_chat_has_neither_silences_nor_holds_nor_pace() {
    let script = "@ channel=chat\n[0] 客服:请您稍等一下\n[60] 客服:让您久等了,查到了";
    assert_outcome("hold-asked", script, "not_applicable");
    assert_outcome("silence-agent", script, "not_met");
    assert_outcome("pace", script, "not_applicable");
}

#[test]
fn talk_of_films_without_a_word_of_service_is_not_judged() {
    let dialogue = DIALOGUE.to_owned() + "small_talk: {topics: [topics], service: [service], at_least: 2}\n";
    let pack = compiled(&[
        ("rules/dialogue.yaml", &dialogue),
        ("lexicons/topics.txt", "title: 闲聊\nrole: any\n---\n(电影|导演)\n"),
        ("lexicons/service.txt", "title: 服务\nrole: any\n---\n您\n"),
        ("lexicons/rude.txt", "title: 忌语\n---\n不知道\n"),
        ("rules/rude.yaml", &rule("forbid: {phrase: {lexicon: rude}}")),
    ]);
    let talk = "客服:看过那部电影吗\n客户:看过，导演是谁\n客服:不知道";
    let draft = judged(&pack, talk);
    assert_eq!(draft["quality"]["scorable"], false);
    assert!(draft["quality"]["notes"][0].as_str().unwrap().contains("像是闲聊"), "{}", draft["quality"]);
    assert_eq!(verdict(&draft, "rude")["outcome"], "not_measurable");
    assert_eq!(verdict(&draft, "rude")["lacking"], serde_json::json!(["service_talk"]));
    assert_eq!(draft["findings"][0]["verdict"], "candidate");
    for service in
        ["客服:看过那部电影吗\n客户:导演是谁\n客服:不知道\n客户:您帮我查", "客服:看过那部电影吗\n客服:不知道"]
    {
        let draft = judged(&pack, service);
        assert_eq!(
            (&draft["quality"]["scorable"], outcome(&draft, "rude")),
            (&true.into(), "not_met"),
            "{service}"
        );
    }
}
