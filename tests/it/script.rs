//! The script form of examples: what it can say, and every mistake with its place.

use zhijian::transcript::script::{Mark, read, read_copied};
use zhijian::transcript::{Channel, Direction, EventKind, Role, Separation};

const EXAMPLE: &str = "@ channel=call direction=inbound separation=two_channel \
started_at=2026-11-21T09:00:00+08:00 agent.id=068 meta.queue=宽带
[0] 接通
[0.4-2.9] 客服:您好,068号为您服务。
[3.2-5.0] 客户:喂,你好。
[95] 客户挂机
";

#[test]
fn the_example_of_the_readme_is_read() {
    let script = read(EXAMPLE).unwrap();
    let transcript = script.transcript;
    assert_eq!(transcript.id, "example");
    assert_eq!(transcript.channel, Channel::Call);
    assert_eq!(transcript.direction, Some(Direction::Inbound));
    assert_eq!(transcript.separation, Separation::TwoChannel);
    assert_eq!(transcript.agent.unwrap().id.unwrap(), "068");
    assert_eq!(transcript.meta["queue"], "宽带");
    assert_eq!(transcript.turns.len(), 2);
    assert_eq!(transcript.turns[0].times(), Some((400, 2900)));
    assert_eq!(transcript.turns[0].text, "您好,068号为您服务。");
    assert_eq!(transcript.events[0].kind, EventKind::Answer);
    assert_eq!(transcript.events[1].at_ms, 95_000);
    assert_eq!(transcript.events[1].by, Some(Role::Customer));
}

#[test]
fn plain_lines_have_no_times_and_both_colons_do() {
    let script = read("客户:能帮我查一下吗\n\n客服:不归我管,你找别人\n系统:x\n其他:y\n未知:z").unwrap();
    let turns = script.transcript.turns;
    let roles: Vec<Role> = turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, [Role::Customer, Role::Agent, Role::System, Role::Other, Role::Unknown]);
    assert!(turns.iter().all(|turn| turn.times().is_none()));
}

#[test]
fn marks_are_taken_out_and_counted_in_characters() {
    let script = read("客户:喂\n客服:哦[[这事]]不归[[我管😀]]。").unwrap();
    assert_eq!(script.transcript.turns[1].text, "哦这事不归我管😀。");
    assert_eq!(script.marks, [Mark { turn: 1, start: 1, end: 3 }, Mark { turn: 1, start: 5, end: 8 }]);
}

#[test]
fn a_chat_needs_only_the_begin_of_a_turn() {
    let script = read("@ channel=chat id=c-1\n[3] 客户:在吗\n[1.5] 客服:在").unwrap();
    assert_eq!(script.transcript.id, "c-1");
    assert_eq!(script.transcript.turns[0].times(), Some((1500, 1500)));
    assert_eq!(script.transcript.turns[0].index, 1);
}

#[test]
fn mistakes_are_found_all_at_once_with_their_places() {
    let cases: &[(&str, usize, usize, &str)] = &[
        ("", 1, 1, "没有话轮"),
        ("你好", 1, 1, "看不懂"),
        ("  主管:你好", 1, 3, "不认识的角色“主管”"),
        ("客服:[[好", 1, 4, "没有对应的“]]”"),
        ("客服:好]]", 1, 5, "没有对应的“[[”"),
        ("客服:[[a[[b]]", 1, 7, "不能再有"),
        ("客服:[[]]", 1, 6, "没有文字"),
        ("[1-x] 客服:好", 1, 4, "不是时间"),
        ("[1.2345-2] 客服:好", 1, 2, "不是时间"),
        ("[1:60-2:00] 客服:好", 1, 2, "不是时间"),
        ("[1:75:00-1:76:00] 客服:好", 1, 2, "不是时间"),
        ("[:5-9] 客服:好", 1, 2, "不是时间"),
        ("[5-2] 客服:好", 1, 2, "早于"),
        ("[5 客服:好", 1, 2, "“]”"),
        ("[5] 客服:好", 1, 1, "起止时间"),
        ("接通", 1, 1, "要写时间"),
        ("[5] 睡着", 1, 5, "看不懂"),
        ("客服:好\n@ channel=chat", 2, 1, "第一行"),
        ("@ channel=fax\n客服:好", 1, 3, "不认识的值“fax”"),
        ("@ chanel=call\n客服:好", 1, 3, "不认识的键“chanel”"),
        ("@ id= x\n客服:好", 1, 3, "键=值"),
        ("@ started_at=2026\n客服:好", 1, 3, "started_at"),
    ];
    for (text, line, column, message) in cases {
        let errors = read(text).expect_err(text);
        let error = &errors[0];
        assert!(error.message.contains(message), "{text}: {error}");
        assert_eq!((error.line, error.column), (*line, *column), "{text}: {error}");
    }
    assert_eq!(read("@ a=1 b=2\n谁:x\n嗯").unwrap_err().len(), 4);
}

#[test]
fn a_call_without_a_word_is_a_script() {
    let script = read("[0] 接通\n[9] 客户挂机").unwrap();
    assert!(script.transcript.turns.is_empty());
    assert_eq!(script.transcript.events.len(), 2);
}

#[test]
fn the_colon_may_be_wide_or_narrow() {
    for line in ["客服:您好", "客服：您好"] {
        assert_eq!(read(line).unwrap().transcript.turns[0].text, "您好", "{line}");
    }
}

#[test]
fn times_may_be_those_of_a_clock() {
    let times = |line: &str| read(line).unwrap().transcript.turns[0].times();
    assert_eq!(times("[00:01-01:02.5] 客服:好"), Some((1000, 62_500)));
    assert_eq!(times("[1:00:01-1:00:02] 客服:好"), Some((3_601_000, 3_602_000)));
    assert_eq!(times("[75:00-75:01] 客服:好"), Some((4_500_000, 4_501_000)));
}

#[test]
fn roles_may_be_called_as_other_systems_do() {
    let script = read("坐席：您好\n用户：你好\n座席2：我来\nIVR：请按1\n其他人:喂").unwrap();
    let roles: Vec<Role> = script.transcript.turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, [Role::Agent, Role::Customer, Role::Agent, Role::System, Role::Other]);
}

#[test]
fn what_is_copied_may_go_on_in_the_next_line() {
    let text = "客服：您好，\n很高兴为您服务。\n\n客户：宽带断了";
    assert_eq!(read(text).unwrap_err().len(), 1, "an example says it with each line");
    let turns = read_copied(text).unwrap().transcript.turns;
    assert_eq!(
        turns.iter().map(|turn| &*turn.text).collect::<Vec<_>>(),
        ["您好，很高兴为您服务。", "宽带断了"]
    );
    assert!(read_copied("很高兴为您服务。\n客服：您好").is_err(), "there is nothing before it");
    assert!(read_copied("客服：您好\n主管：我来").unwrap_err()[0].message.contains("主管"));
}
