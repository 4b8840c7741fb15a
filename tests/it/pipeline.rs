//! What a match is worth: guards, roles, allowing entries, competition, punctuation, borders, windows, and where it stands.

use std::sync::LazyLock;

use serde_json::{Value, json};
use zhijian::pack::Pack;
use zhijian::pipeline::{self, Ask, PipelineError};
use zhijian::transcript::intake;
use zhijian::transcript::limits::Limits;
use zhijian::transcript::script;

use crate::packs::{RUBRIC, compiled, findings, judged, outcome, rule, shipped, verdict};

const RUDE: &str = "\
title: 忌语
guards: negation quote polite
family: forbidden
---
这事不归我管
!这事不归我管的也会帮您 :: reason=明确表示愿意帮忙
不知道
我不知道您问别人
听不懂人话吗 :: guards=
什么，再说一遍 :: guards=
喂 :: border; guards=
快点 :: candidate
";

/// A pack that forbids the phrases above, with three guards.
fn pack() -> &'static Pack {
    static PACK: LazyLock<Pack> = LazyLock::new(|| {
        compiled(&[
            ("lexicons/rude.txt", RUDE),
            (
                "lexicons/guards/negation.txt",
                "title: 否定\nguard: before\nreach: 4\nacross: clause\nodd: yes\n---\n不会\n不是\n",
            ),
            ("lexicons/guards/quote.txt", "title: 转述\nguard: before\nreach: 6\n---\n您说\n"),
            (
                "lexicons/guards/polite.txt",
                "title: 礼貌\nguard: around\nreach: 3\neffect: candidate\n---\n请\n",
            ),
            ("rules/rude.yaml", &rule("forbid: {phrase: {lexicon: rude}}")),
        ])
    });
    &PACK
}

#[track_caller]
fn assert_found(script: &str, expected: &[&str]) {
    assert_eq!(findings(&judged(pack(), script)), expected, "{script}");
}

#[test]
fn a_forbidden_phrase_is_a_hit_where_it_stands() {
    let draft = judged(pack(), "客户:您好\n客服:嗯,这事不归我管。");
    assert_eq!(findings(&draft), ["1:2-8 这事不归我管 hit"]);
    assert_eq!(outcome(&draft, "rude"), "not_met");
    assert_eq!(outcome(&judged(pack(), "客服:我来帮您"), "rude"), "met");
}

#[test]
fn a_negated_phrase_is_suppressed_and_told() {
    let draft = judged(pack(), "客服:我不会说这事不归我管");
    assert_eq!(findings(&draft), ["0:4-10 这事不归我管 suppressed by negation"]);
    assert_eq!(outcome(&draft, "rude"), "met");
}

#[test]
fn two_negations_cancel_out() {
    assert_found("客服:我不是不会说这事不归我管", &["0:6-12 这事不归我管 hit"]);
}

#[test]
fn a_negation_out_of_reach_or_before_a_comma_speaks_against_nothing() {
    assert_found("客服:我不会拿着架子说这事不归我管", &["0:8-14 这事不归我管 hit"]);
    assert_found("客服:不会,这事不归我管", &["0:3-9 这事不归我管 hit"]);
}

#[test]
fn the_negation_inside_a_phrase_is_its_own() {
    assert_found("客服:不知道", &["0:0-3 不知道 hit"]);
}

#[test]
fn a_quoted_phrase_is_suppressed_within_its_sentence() {
    assert_found("客服:您说,这事不归我管,是吗", &["0:3-9 这事不归我管 suppressed by quote"]);
    assert_found("客服:您说吧。这事不归我管", &["0:4-10 这事不归我管 hit"]);
}

#[test]
fn a_guard_may_leave_the_decision_to_a_human() {
    let before = judged(pack(), "客服:请问不知道吗");
    assert_eq!(findings(&before), ["0:2-5 不知道 candidate"]);
    assert_eq!(outcome(&before, "rude"), "met");
    assert_found("客服:不知道,请讲", &["0:0-3 不知道 candidate"]);
}

#[test]
fn an_entry_may_be_a_candidate_by_itself() {
    assert_found("客服:快点", &["0:0-2 快点 candidate"]);
}

#[test]
fn an_allowing_entry_covers_the_shorter_phrase_and_gives_its_reason() {
    let draft = judged(pack(), "客服:这事不归我管的也会帮您");
    assert_eq!(findings(&draft), ["0:0-6 这事不归我管 suppressed by allow"]);
    assert_eq!(draft["findings"][0]["allowed_because"], "明确表示愿意帮忙");
    assert_eq!(outcome(&draft, "rude"), "met");
}

#[test]
fn the_words_of_another_role_are_told_with_the_role() {
    let draft = judged(pack(), "客户:这事不归我管\n系统:不知道\n客服:您好");
    let expected = ["0:0-6 这事不归我管 suppressed by role", "1:0-3 不知道 suppressed by role"];
    assert_eq!(findings(&draft), expected);
    assert_eq!(draft["findings"][0]["role"], "customer");
    assert_eq!(draft["findings"][1]["role"], "system");
}

#[test]
fn words_of_nobody_in_particular_are_for_a_human_to_decide() {
    let draft = judged(pack(), "客服:您好\n客户:您好\n未知:这事不归我管");
    assert_eq!(findings(&draft), ["2:0-6 这事不归我管 candidate"]);
}

#[test]
fn the_longest_phrase_of_a_family_wins() {
    assert_found("客服:我不知道您问别人", &["0:0-8 我不知道您问别人 hit"]);
    assert_found("客服:我不知道", &["0:1-4 不知道 hit"]);
}

#[test]
fn lists_of_one_family_compete_and_others_do_not() {
    let lists = |family: &str| {
        compiled(&[
            ("lexicons/a.txt", "title: 甲\nfamily: f\n---\n不知道\n"),
            ("lexicons/b.txt", &format!("title: 乙\nfamily: {family}\n---\n我不知道\n")),
            ("rules/a.yaml", &rule("forbid: {phrase: {lexicon: a}}")),
            ("rules/b.yaml", &rule("forbid: {phrase: {lexicon: b}}")),
        ])
    };
    let together = judged(&lists("f"), "客服:我不知道");
    assert_eq!((outcome(&together, "a"), outcome(&together, "b")), ("met", "not_met"));
    let apart = judged(&lists("g"), "客服:我不知道");
    assert_eq!((outcome(&apart, "a"), outcome(&apart, "b")), ("not_met", "not_met"));
}

#[test]
fn a_pattern_of_the_family_covers_the_phrases_inside_it() {
    let pack = compiled(&[
        ("lexicons/a.txt", "title: 甲\nfamily: f\n---\n不知道\n"),
        ("rules/a.yaml", &rule("forbid: {phrase: {lexicon: a}}")),
        ("rules/b.yaml", &rule("forbid: {pattern: {regex: '我.{0,2}不知道', family: f}}")),
    ]);
    let draft = judged(&pack, "客服:我也不知道");
    assert_eq!(findings(&draft), ["0:0-5 我也不知道 hit", "0:2-5 不知道 suppressed by longer"]);
    assert_eq!((outcome(&draft, "a"), outcome(&draft, "b")), ("met", "not_met"));
}

#[test]
fn a_pattern_stays_in_its_sentence_unless_it_asks_for_the_turn() {
    let pack = |scope: &str| {
        compiled(&[(
            "rules/p.yaml",
            &rule(&format!("forbid: {{pattern: {{regex: '^我说.{{0,9}}不行$'{scope}}}}}")),
        )])
    };
    assert_eq!(findings(&judged(&pack(""), "客服:嗯。我说,不行。好")), ["0:2-7 我说,不行 hit"]);
    assert!(findings(&judged(&pack(""), "客服:我说了。不行")).is_empty());
    assert_eq!(findings(&judged(&pack(", scope: turn"), "客服:我说了。不行")), ["0:0-6 我说了。不行 hit"]);
}

#[test]
fn what_a_pattern_excludes_is_told_as_excluded() {
    let demand = "forbid: {pattern: {regex: '不行', excluding: '不行吗', guards: [], verdict: candidate}}";
    let pack = compiled(&[("rules/p.yaml", &rule(demand))]);
    let draft = judged(&pack, "客服:不行吗?不行!");
    assert_eq!(findings(&draft), ["0:0-2 不行 suppressed by excluded", "0:4-6 不行 candidate"]);
}

#[test]
fn a_phrase_is_found_across_weak_punctuation() {
    for script in ["客服:听不懂,人话吗", "客服:听不懂 人、话吗", "客服:听不懂…人话吗", "客服:听不懂😀人话吗"]
    {
        assert_eq!(findings(&judged(pack(), script)).len(), 1, "{script}");
    }
}

#[test]
fn a_phrase_is_not_found_across_the_end_of_a_sentence_unless_its_entry_has_punctuation() {
    for end in ["。", "?", "！", "；"] {
        assert_found(&format!("客服:听不懂{end}人话吗"), &[]);
        assert_found(&format!("客服:什么{end}再说一遍"), &[&format!("0:0-7 什么{end}再说一遍 hit")]);
        assert_found(&format!("客服:什么再{end}说一遍"), &[]);
    }
    assert_found("客服:什么再说一遍", &["0:0-6 什么再说一遍 hit"]);
}

#[test]
fn nothing_is_found_across_two_turns() {
    assert_found("客服:听不懂\n客服:人话吗", &[]);
}

#[test]
fn a_shorter_wording_is_found_where_the_longer_one_is_torn() {
    let pack = compiled(&[
        ("lexicons/a.txt", "title: 甲\n---\n(我|)不知道\n不归我管(的|) :: at=end\n"),
        ("rules/a.yaml", &rule("forbid: {phrase: {lexicon: a}}")),
    ]);
    assert_eq!(findings(&judged(&pack, "客服:那是我。不知道")), ["0:4-7 不知道 hit"]);
    assert_eq!(findings(&judged(&pack, "客服:不归我管,的确")), ["0:0-4 不归我管 hit"]);
}

#[test]
fn a_phrase_that_asks_for_borders_is_not_found_inside_a_word() {
    assert_found("客服:母乳喂养的吗", &[]);
    assert_found("客服:喂,你好", &["0:0-1 喂 hit"]);
}

#[test]
fn a_word_of_the_pack_moves_the_borders() {
    let files = [
        ("lexicons/a.txt", "title: 甲\n---\n工单 :: border\n"),
        ("rules/a.yaml", &rule("forbid: {phrase: {lexicon: a}}")),
        ("lexicons/words.txt", "工单号 100000\n"),
    ];
    assert_eq!(findings(&judged(&compiled(&files[..2]), "客服:您的工单号是")).len(), 1);
    assert!(findings(&judged(&compiled(&files), "客服:您的工单号是")).is_empty());
}

#[test]
fn an_anchored_phrase_stands_at_its_place_in_the_clause() {
    let anchored = |anchor: &str| {
        compiled(&[
            ("lexicons/a.txt", &format!("title: 甲\n---\n随便 :: at={anchor}\n")),
            ("rules/a.yaml", &rule("forbid: {phrase: {lexicon: a}}")),
        ])
    };
    let cases = [
        ("start", [true, false, true, false]),
        ("end", [false, true, true, false]),
        ("whole", [false, false, true, false]),
    ];
    for (anchor, expected) in cases {
        let pack = anchored(anchor);
        let scripts = ["客服:好,随便您", "客服:您随便,好", "客服:嗯。随便,好", "客服:您随便吧"];
        assert_eq!(
            scripts.map(|script| !findings(&judged(&pack, script)).is_empty()),
            expected,
            "at={anchor}"
        );
    }
}

/// The draft of one turn of the agent, posted as it is.
fn posted(text: &str) -> Value {
    let body = json!({"id": "x", "turns": [{"role": "agent", "text": text}]}).to_string();
    let transcript = intake::read(body.as_bytes(), &Limits::default()).unwrap();
    let ask = Ask { rubric: None, all_rules: true };
    serde_json::to_value(pipeline::draft(pack(), &transcript, ask).unwrap()).unwrap()
}

#[test]
fn places_count_the_characters_of_the_original_text() {
    for (before, phrase) in [
        ("", "這事不歸我管"),
        ("😀👨\u{200d}👩\u{200d}👧 ", "這 事,不歸~我管"),
        ("ＡＢＣ　℡：", "这事不归我管"),
        ("電話是幺三八零零零零,好吗 ", "這事不歸我管"),
        ("幺三八，零零", "这事，不归我管"),
        ("e\u{301}\u{302}\u{20dd}", "这\u{200b}事不归我管"),
        ("\u{e000}\u{10ffff}𠮷", "这事不归我管"),
        ("“您好”。", "“这事”不归我管"),
        ("第⑫条，版本6.1。", "这事不归我管"),
    ] {
        let text = format!("{before}{phrase}。再见");
        let draft = posted(&text);
        let phrase = phrase.trim_start_matches('“');
        let start = text[..text.find(phrase).unwrap()].chars().count();
        let expected = format!("0:{start}-{} {phrase} hit", start + phrase.chars().count());
        assert_eq!(findings(&draft), [expected], "{text}");
    }
}

#[test]
fn a_comma_after_digits_that_were_read_out_tears_nothing_else() {
    assert_eq!(findings(&posted("幺三八零零,您好。什么再。说一遍")).len(), 0);
    assert_eq!(findings(&posted("一二三四,听不懂人话吗")), ["0:5-11 听不懂人话吗 hit"]);
    let pack = compiled(&[
        ("lexicons/a.txt", "title: 甲\n---\n好的 :: at=start\n"),
        ("rules/a.yaml", &rule("forbid: {phrase: {lexicon: a}}")),
    ]);
    assert_eq!(findings(&judged(&pack, "客服:幺三八,好的")), ["0:4-6 好的 hit"]);
}

#[test]
fn places_name_the_turn_as_it_was_posted() {
    let draft = judged(pack(), "[5-7] 客服:这事不归我管\n[0-2] 客户:您好");
    assert_eq!(findings(&draft), ["0:0-6 这事不归我管 hit"]);
    assert_eq!(draft["findings"][0]["start_ms"], 5000);
}

/// The outcome of a rule that looks for 谢谢 of the agent in this window.
fn seen_in(window: &str, script: &str) -> String {
    let demand = format!("expect: {{phrase: {{lexicon: thanks, in: {window}}}}}");
    let pack =
        compiled(&[("lexicons/thanks.txt", "title: 谢\n---\n谢谢\n"), ("rules/w.yaml", &rule(&demand))]);
    outcome(&judged(&pack, script), "w").to_owned()
}

#[test]
fn a_window_of_turns_counts_those_of_its_role_or_of_all() {
    let script = "客服:一\n客户:二\n客服:谢谢\n客户:四\n客服:五";
    for (window, expected) in [
        ("{first_turns: 1}", "not_met"),
        ("{first_turns: 2}", "met"),
        ("{first_turns: 2, of: all}", "not_met"),
        ("{first_turns: 3, of: all}", "met"),
        ("{first_turns: 1, of: customer}", "not_met"),
        ("{last_turns: 1}", "not_met"),
        ("{last_turns: 2}", "met"),
        ("{last_turns: 2, of: all}", "not_met"),
        ("{last_turns: 99}", "met"),
    ] {
        assert_eq!(seen_in(window, script), expected, "{window}");
    }
}

#[test]
fn a_window_of_seconds_counts_from_the_first_or_last_word_and_needs_times() {
    let script = "[1-2] 客服:一二三\n[8-10] 客服:谢谢您了\n[30-32] 客户:四五六七";
    for (window, expected) in [
        ("{first_seconds: 7}", "not_met"),
        ("{first_seconds: 8}", "met"),
        ("{last_seconds: 21}", "not_met"),
        ("{last_seconds: 22}", "met"),
    ] {
        assert_eq!(seen_in(window, script), expected, "{window}");
        assert_eq!(seen_in(window, "客服:谢谢"), "not_measurable", "{window}");
    }
}

#[test]
fn what_is_absent_is_told_with_where_it_was_looked_for_and_what_came_nearest() {
    let pack = compiled(&[
        ("lexicons/thanks.txt", "title: 谢\n---\n谢谢\n"),
        ("rules/w.yaml", &rule("expect: {phrase: {lexicon: thanks}}")),
    ]);
    let draft = judged(&pack, "客服:您好\n客户:谢谢\n客服:再见");
    let verdict = verdict(&draft, "w");
    assert_eq!(verdict["outcome"], "not_met");
    assert_eq!(verdict["searched"], json!({"role": "agent", "from_turn": 0, "to_turn": 2, "turns": 2}));
    assert_eq!((&verdict["nearest"]["turn"], &verdict["nearest"]["text"]), (&json!(1), &json!("谢谢")));
}

#[test]
fn an_unknown_rubric_is_refused_with_those_that_exist() {
    let script = script::read("客服:您好").unwrap();
    let refused = |rubric| pipeline::draft(pack(), &script.transcript, Ask { rubric, all_rules: false });
    let expected = PipelineError::UnknownRubric { asked: "x".into(), known: "t".into() };
    assert_eq!(refused(Some("x")).unwrap_err(), expected);
    assert!(refused(None).is_ok());
}

#[test]
fn a_transcript_that_no_rubric_is_for_is_refused() {
    let script = script::read("@ channel=chat\n客服:您好").unwrap();
    let calls = RUBRIC.replace("ref: T\n", "ref: T\napplies_to: {channel: call}\n");
    let pack = compiled(&[("rules/rubrics/t.yaml", &calls)]);
    let refused = pipeline::draft(&pack, &script.transcript, Ask::default());
    assert_eq!(refused.unwrap_err(), PipelineError::NoRubricApplies);
    let asked = Ask { rubric: Some("t"), all_rules: false };
    assert!(pipeline::draft(&pack, &script.transcript, asked).is_ok());
}

#[test]
fn every_channel_has_a_rubric_of_its_own_in_the_shipped_pack() {
    for (channel, rubric) in [("call", "v3.1"), ("chat", "online-chat")] {
        let script = script::read(&format!("@ channel={channel}\n客服:您好")).unwrap();
        let draft = pipeline::draft(shipped(), &script.transcript, Ask::default()).unwrap();
        assert_eq!(draft.rubric.id, rubric);
    }
}
