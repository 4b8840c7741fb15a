//! Every way in which a posted transcript can be wrong is named with its place, and nothing panics.

use proptest::prelude::{ProptestConfig, any, prop, proptest};
use serde_json::{Value, json};
use zhijian::transcript::intake::read;
use zhijian::transcript::limits::Limits;
use zhijian::transcript::problem::{Kind, Problems};

use crate::support::{transcript, with};

fn problems(body: &[u8]) -> Problems {
    match read(body, &Limits::default()) {
        Ok(_) => panic!("accepted: {}", String::from_utf8_lossy(&body[..body.len().min(300)])),
        Err(problems) => problems,
    }
}

fn refused(value: &Value) -> Problems {
    problems(&serde_json::to_vec(value).unwrap())
}

/// Exactly one problem, at `pointer`, whose message holds all of `words`.
#[track_caller]
fn assert_only(problems: &Problems, pointer: &str, words: &[&str]) {
    assert_eq!(problems.list.len(), 1, "{problems:#?}");
    assert_eq!(problems.list[0].pointer, pointer, "{problems:#?}");
    for word in words {
        assert!(problems.list[0].message.contains(word), "{word} not in {}", problems.list[0].message);
    }
}

#[test]
fn the_transcript_of_the_documents_is_read() {
    let body = serde_json::to_vec(&transcript("t-1")).unwrap();
    let incoming = read(&body, &Limits::default()).unwrap();
    assert_eq!(incoming.id, "t-1");
    assert_eq!(incoming.turns.len(), 2);
    assert_eq!(incoming.turns[1].index, 1);
    assert!(incoming.ignored.is_empty());
}

#[test]
fn texts_are_borrowed_from_the_body() {
    let body = serde_json::to_vec(&transcript("t-1")).unwrap();
    let incoming = read(&body, &Limits::default()).unwrap();
    assert!(matches!(incoming.turns[0].text, std::borrow::Cow::Borrowed(_)));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let mut body = b"\xEF\xBB\xBF".to_vec();
    body.extend(serde_json::to_vec(&transcript("t-1")).unwrap());
    assert!(read(&body, &Limits::default()).is_ok());
}

#[test]
fn unknown_fields_are_accepted_and_named_once() {
    let mut value = transcript("t-1");
    value["source"] = json!("asr");
    value["turns"][0]["conf"] = json!(0.9);
    value["turns"][1]["conf"] = json!({"deep": [1]});
    value["agent"]["name"] = json!("x");
    let body = serde_json::to_vec(&value).unwrap();
    let mut ignored = read(&body, &Limits::default()).unwrap().ignored;
    ignored.sort();
    assert_eq!(ignored, ["agent.name", "source", "turns[].conf"]);
}

#[test]
fn turns_are_put_into_the_order_of_time_and_keep_their_places() {
    let mut value = transcript("t-1");
    value["turns"][0]["start_ms"] = json!(9000);
    value["turns"][0]["end_ms"] = json!(9900);
    let body = serde_json::to_vec(&value).unwrap();
    let turns = read(&body, &Limits::default()).unwrap().turns;
    assert_eq!(turns.iter().map(|turn| turn.index).collect::<Vec<_>>(), [1, 0]);

    value["turns"][1].as_object_mut().unwrap().remove("start_ms");
    let body = serde_json::to_vec(&value).unwrap();
    let turns = read(&body, &Limits::default()).unwrap().turns;
    assert_eq!(turns.iter().map(|turn| turn.index).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn odd_text_is_data() {
    for text in
        ["", " ", "a\u{0}b", "\u{1b}[31m", "<script>alert(1)</script>", "👨‍👩‍👧", "../../etc/passwd", "\u{202e}x"]
    {
        let value = with("/turns/0/text", json!(text));
        let body = serde_json::to_vec(&value).unwrap();
        let incoming = read(&body, &Limits::default()).unwrap();
        assert_eq!(incoming.turns[0].text, text);
    }
}

#[test]
fn ids_may_hold_markup_and_paths_but_no_control_characters() {
    for id in ["<b>x</b>", "../../etc/passwd", "a b", "编号😀", "'; DROP TABLE x"] {
        let body = serde_json::to_vec(&transcript(id)).unwrap();
        assert_eq!(read(&body, &Limits::default()).unwrap().id, id);
    }
    assert_only(&refused(&transcript("")), "/id", &["不能为空"]);
    assert_only(&refused(&transcript("a\u{0}b")), "/id", &["第 2 个字符", "U+0000"]);
    assert_only(&refused(&transcript(&"号".repeat(201))), "/id", &["201", "200"]);
    assert!(read(&serde_json::to_vec(&transcript(&"号".repeat(200))).unwrap(), &Limits::default()).is_ok());
}

#[test]
fn wrong_values_are_named_with_place_found_and_expected() {
    let cases: &[(&str, Value, &[&str])] = &[
        ("/id", json!(7), &["应为字符串", "数字 7"]),
        ("/channel", json!("phone"), &["“phone”", "call、chat", "call"]),
        ("/channel", json!(null), &["null"]),
        ("/direction", json!("呼入"), &["inbound"]),
        ("/separation", json!("stereo"), &["two_channel"]),
        ("/started_at", json!("2026-11-21T09:00:00"), &["时区", "+08:00"]),
        ("/started_at", json!("昨天"), &["“昨天”", "RFC 3339"]),
        ("/agent", json!("068"), &["应为对象"]),
        ("/agent/id", json!(68), &["应为字符串"]),
        ("/turns", json!({}), &["应为数组"]),
        ("/turns", json!([]), &["没有话轮"]),
        ("/turns/1", json!("你好"), &["应为对象", "“你好”"]),
        ("/turns/0/role", json!("客服"), &["“客服”", "agent、customer", "您可能要写 agent"]),
        ("/turns/0/role", json!("Agent"), &["您可能要写 agent"]),
        ("/turns/0/role", json!("custmer"), &["您可能要写 customer"]),
        ("/turns/0/role", json!("speaker_a"), &["编号", "换成角色"]),
        ("/turns/0/role", json!(0), &["应为字符串", "换成角色"]),
        ("/turns/0/role", json!("经理"), &["“经理”", "请换成其中之一"]),
        ("/turns/0/start_ms", json!(-5), &["不能为负数", "-5"]),
        ("/turns/0/start_ms", json!(0.4), &["整数毫秒", "0.4", "乘以 1000"]),
        ("/turns/0/start_ms", json!("400"), &["整数毫秒", "“400”", "不要加引号"]),
        ("/turns/0/end_ms", json!(99_999_999_999_u64), &["太大"]),
        ("/turns/0/end_ms", json!(10), &["早于", "400"]),
        ("/turns/0/text", json!(12), &["应为字符串", "数字 12"]),
        ("/turns/0/text", json!(null), &["null"]),
        ("/events", json!({}), &["应为数组"]),
        ("/events/0/type", json!("hang_up"), &["hangup"]),
        ("/events/0/at_ms", json!(-1), &["不能为负数"]),
        ("/events/0/by", json!("user"), &["customer"]),
        ("/meta", json!([1]), &["应为对象"]),
        ("/meta", json!({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}}), &["嵌套 8 层"][..0]),
    ];
    for (pointer, value, words) in cases {
        let value = with(pointer, value.clone());
        if words.is_empty() {
            assert!(read(&serde_json::to_vec(&value).unwrap(), &Limits::default()).is_ok());
            continue;
        }
        let problems = refused(&value);
        assert_eq!(problems.kind, Kind::InvalidTranscript);
        let found = problems.list.iter().find(|problem| problem.pointer == **pointer);
        let found = found.unwrap_or_else(|| panic!("{pointer}: {problems:#?}"));
        for word in *words {
            assert!(found.message.contains(word), "{word} not in {}", found.message);
        }
    }
}

#[test]
fn all_problems_are_found_at_once() {
    let mut value = transcript("");
    value["channel"] = json!("fax");
    value["turns"][0]["role"] = json!("x");
    value["turns"][1]["end_ms"] = json!(1);
    value["turns"][1].as_object_mut().unwrap().remove("text");
    value["turns"][1]["content"] = json!("喂");
    let problems = refused(&value);
    let pointers: Vec<&str> = problems.list.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(pointers, ["/id", "/channel", "/turns/0/role", "/turns/1/end_ms", "/turns/1/text"]);
    assert!(problems.list[4].message.contains("content"));
    assert!(problems.to_string().contains("另有 4 处"));
}

#[test]
fn a_hundred_problems_are_listed_and_not_more() {
    let turns: Vec<Value> = (0..500).map(|_| json!({"role": "x", "text": 1})).collect();
    assert_eq!(refused(&with("/turns", json!(turns))).list.len(), 100);
}

#[test]
fn duplicate_keys_are_named() {
    let body = r#"{"id":"1","id":"2","turns":[{"role":"agent","text":"a","text":"b"}]}"#;
    let problems = problems(body.as_bytes());
    let pointers: Vec<&str> = problems.list.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(pointers, ["/id", "/turns/0/text"]);
    assert!(problems.list[0].message.contains("出现了 2 次"));
}

#[test]
fn malformed_json_is_located() {
    let cases: &[(&str, &[&str])] = &[
        ("", &["第 1 行", "为空"]),
        ("  \n ", &["为空"]),
        ("{\"id\":\"1\",\n \"turns\":[", &["第 2 行第 10 列", "中断"]),
        ("{\"id\":\"中文\" \"turns\":[]}", &["第 1 行第 12 列", "逗号"]),
        ("{\"id\":\"1\",}", &["逗号"]),
        ("{'id':1}", &["双引号"]),
        ("{\"id\":\"a\nb\"}", &["控制字符"]),
        (r#"{"id":"\ud83d"}"#, &["代理项"]),
        (r#"{"id":"\ud83dx"}"#, &["代理项"]),
        (r#"{"id":"\q"}"#, &["反斜杠"]),
        ("{\"id\":\"1\",\"turns\":[]}{\"id\":\"2\"}", &["NDJSON"]),
        ("{\"id\":NaN}", &["一个值"]),
    ];
    for (body, words) in cases {
        let problems = problems(body.as_bytes());
        assert_eq!(problems.kind, Kind::InvalidJson, "{body}");
        assert_only(&problems, "", words);
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(problems(deep.as_bytes()).kind, Kind::InvalidJson);
    let meta = format!(r#"{{"id":"1","turns":[],"meta":{{"a":{deep}}}}}"#);
    assert_only(&problems(meta.as_bytes()), "", &["嵌套太深"]);
    let nine = json!({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}});
    assert_only(&refused(&with("/meta", nine)), "/meta", &["嵌套 9 层", "8 层"]);
}

#[test]
fn other_encodings_are_recognised() {
    let gbk = b"{\"id\":\"1\",\"turns\":[{\"role\":\"agent\",\"text\":\"\xC4\xFA\xBA\xC3\"}]}";
    let problems_of_gbk = problems(gbk);
    assert_eq!(problems_of_gbk.kind, Kind::InvalidUtf8);
    assert_only(&problems_of_gbk, "", &["第 43 个字节", "GBK", "UTF-8"]);
    assert_only(&problems(b"\xFF\xFE{\x00\"\x00"), "", &["UTF-16"]);
    assert_only(&problems(b"{\"id\":\"\xE4\xB8"), "", &["截断"]);
    assert_eq!(problems(b"{\"id\":\"\xC0\x80\"}").kind, Kind::InvalidUtf8);
}

#[test]
fn what_is_too_large_is_said_to_be() {
    let limits = Limits::default();
    let long = refused(&with("/turns/0/text", json!("好".repeat(1_000_000 / 3))));
    assert_eq!(long.kind, Kind::TooLarge);
    assert_only(&long, "/turns/0/text", &["20000"]);
    let turn = json!({"role": "agent", "text": "好"});
    let many = refused(&with("/turns", json!(vec![turn; 200_000])));
    assert_eq!(many.kind, Kind::TooLarge);
    assert_only(&many, "/turns", &["200000", "10000"]);
    let turn = json!({"role": "agent", "text": "好".repeat(20_000)});
    assert_only(&refused(&with("/turns", json!(vec![turn; 51]))), "/turns", &["1020000"]);
    let meta = refused(&with("/meta", json!({"a": "x".repeat(70_000)})));
    assert_only(&meta, "/meta", &["65536"]);
    let body = vec![b' '; limits.body_bytes + 1];
    assert_eq!(problems(&body).kind, Kind::TooLarge);
}

#[test]
fn a_refused_body_of_small_values_stays_bounded() {
    let body = format!(r#"{{"id":7,"turns":[{}1]}}"#, "1,".repeat(2_000_000));
    let problems = problems(body.as_bytes());
    assert_eq!(problems.list.len(), 100);
    assert_eq!(problems.list[0].pointer, "/id");
}

#[test]
fn a_list_is_no_transcript() {
    assert_only(&problems(b"[]"), "", &["NDJSON"]);
    assert_only(&problems(b"\"x\""), "", &["应为对象"]);
}

#[test]
#[ignore = "measures; run with --release -- --ignored --nocapture"]
fn speed_of_the_fast_path() {
    let turn = |n: u32| {
        json!({"role": if n.is_multiple_of(2) { "agent" } else { "customer" }, "start_ms": n * 1000,
               "end_ms": n * 1000 + 900, "text": "您好请问有什么可以帮您的吗"})
    };
    let body = serde_json::to_vec(&with("/turns", json!((0..62).map(turn).collect::<Vec<_>>()))).unwrap();
    let limits = Limits::default();
    let start = std::time::Instant::now();
    for _ in 0..10_000 {
        assert!(read(std::hint::black_box(&body), &limits).is_ok());
    }
    println!("{} bytes: {:?} each", body.len(), start.elapsed() / 10_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _any_answer_is_right = read(&bytes, &Limits::default());
    }

    #[test]
    fn mutated_transcripts_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..8),
    ) {
        let mut body = serde_json::to_vec(&transcript("t-1")).unwrap();
        for (place, byte, kind) in edits {
            let at = place.index(body.len());
            match kind {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ => body.truncate(at + 1),
            }
        }
        if let Err(problems) = read(&body, &Limits::default()) {
            assert!(!problems.list.is_empty());
        }
    }

    #[test]
    fn replaced_values_never_panic_and_are_placed(
        pointer in prop::sample::select(vec![
            "/id", "/channel", "/agent", "/agent/id", "/turns", "/turns/0", "/turns/1/role", "/turns/1/text",
            "/turns/0/start_ms", "/events", "/events/0", "/events/0/at_ms", "/meta", "/started_at",
        ]),
        value in prop::sample::select(vec![
            json!(null), json!(true), json!(-1), json!(1.5), json!(u64::MAX), json!("\u{0}"), json!([]), json!({}),
            json!([[[1]]]), json!({"a": {"b": null}}),
        ]),
    ) {
        let body = serde_json::to_vec(&with(pointer, value)).unwrap();
        if let Err(problems) = read(&body, &Limits::default()) {
            let shared = |found: &str| found.starts_with(pointer) || pointer.starts_with(found);
            assert!(problems.list.iter().all(|problem| shared(&problem.pointer)
                || problem.pointer.ends_with("end_ms")), "{problems:#?}");
        }
    }
}
