//! What `zhijian explain` tells about a verdict.

use std::process::Command;

use zhijian::explain::explain;
use zhijian::rule::RuleId;
use zhijian::transcript::script;

use crate::packs::{Folder, compiled, rule};

const WORDS: &str = "\
title: 词
---
抱歉
!抱歉地说 :: reason=转述
[wait] 等
请稍等
";

#[track_caller]
fn told(demand: &str, dialogue: &str) -> String {
    let file = rule(demand);
    let pack = compiled(&[("lexicons/w.txt", WORDS), ("rules/r.yaml", &file)]);
    explain(&pack, RuleId(0), &script::read(dialogue).unwrap().transcript)
}

#[test]
fn every_condition_tells_where_it_looked_and_what_it_found() {
    let told = told(
        "when: {phrase: {lexicon: 'w#wait'}}\nexpect: {any: [{phrase: {lexicon: w, in: {first_turns: 1}}}, {hold: {}}]}",
        "客服:请稍等\n客户:好\n客服:抱歉久等",
    );
    insta::assert_snapshot!(told, @"
    对话 example
    规则 r 规则(expect，应当做到)
    适用范围：符合
    触发条件 when：
      phrase：成立
        在第 1–3 轮里找过客服的话
        第 1 轮(客服)“请稍等” [lexicons/w.txt:6]
    条件：
      any：成立
        phrase：成立
          在第 1 轮里找过客服的话
          第 1 轮(客服)“请稍等” [lexicons/w.txt:6]
        hold：无法测量
          缺少可信的起止时间
    判定：met 符合
    ");
}

#[test]
fn what_does_not_count_tells_why() {
    let told = told("forbid: {phrase: {lexicon: w}}", "客户:抱歉\n客服:他抱歉地说没有了");
    assert!(told.contains("第 1 轮(客户)“抱歉”：不算，说话人不对"), "{told}");
    assert!(told.contains("第 2 轮(客服)“抱歉”：不算，允许词条(转述)"), "{told}");
    assert!(told.ends_with("判定：met 符合\n"), "{told}");
}

#[test]
fn a_rule_that_is_about_other_transcripts_says_so() {
    let told = told("applies_to: {channel: chat}\nforbid: {phrase: {lexicon: w}}", "客服:抱歉");
    assert!(told.contains("适用范围：不符合"), "{told}");
    assert!(told.ends_with("判定：not_applicable 不适用\n"), "{told}");
}

#[test]
fn the_command_takes_scripts_and_json_and_helps_with_misspelt_rules() {
    let folder = Folder::new().file("talk.txt", "客服:这事不归我管").file("bad.txt", "客服 您好");
    let json = r#"{"id": "a", "turns": [{"role": "agent", "text": "这事不归我管"}]}"#;
    let folder = folder.file("one.json", json).file("wrong.json", r#"{"id": 3}"#);
    let run = |rule: &str, file: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_zhijian"))
            .args(["explain", "--pack"])
            .arg(folder.path())
            .arg(rule)
            .arg(folder.path().join(file))
            .output()
            .unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code(), out + &err)
    };
    for file in ["talk.txt", "one.json"] {
        let (code, said) = run("rude", file);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("第 1 轮(客服)“这事不归我管”"), "{said}");
    }
    assert!(run("rude", "wrong.json").1.contains("/id: 应为字符串"));
    let (code, said) = run("rud", "talk.txt");
    assert_eq!((code, said.trim()), (Some(2), "没有编号为“rud”的规则，是不是想写 rude"));
    assert!(run("rude", "bad.txt").1.contains("bad.txt:1:1:看不懂这一行"));
    assert_eq!(run("rude", "nowhere.json").0, Some(2));
}
