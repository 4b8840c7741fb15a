//! Which criteria of the standards the rules put into practice, and what happens where one is forgotten or misspelt.

use std::process::Command;

use zhijian::check;
use zhijian::criteria;

use crate::packs::{Folder, shipped};

const LIST: &str =
    "- {id: R-1, class: A, title: 甲}\n- {id: R-2, class: P+, title: 乙}\n- {id: R-3, class: N, title: 丙}\n";

/// The rule of the small pack, which serves `criteria`, with examples that hold.
fn rude(criteria: &str) -> String {
    format!(
        "title: 推责\nref: {criteria}\nseverity: major\nstatus: test\nforbid: {{phrase: {{lexicon: rude/words}}}}\n\
         examples:\n  hit: ['客服:这事不归我管', '客服:啊,这事不归我管']\n  miss: ['客服:您好', '客户:这事不归我管']\n"
    )
}

fn folder() -> Folder {
    let rude = rude("[R-1, R-3]");
    Folder::new().file("rules/criteria.yaml", LIST).file("rules/rude.yaml", &rude)
}

#[test]
fn every_criterion_is_listed_with_what_serves_it() {
    let pack = folder().load().unwrap();
    let served: Vec<_> =
        criteria::coverage(&pack).into_iter().map(|(c, served)| (c.id.as_str(), served.rules)).collect();
    let rude = vec!["rude".to_owned()];
    assert_eq!(served, [("R-1", rude.clone()), ("R-2", vec![]), ("R-3", rude)]);
}

#[test]
fn a_criterion_without_a_rule_fails_the_command() {
    let folder = folder();
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_zhijian"))
            .args(args)
            .arg("--pack")
            .arg(folder.path())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, out) = run(&["check", "--coverage"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("R-1\tA\t甲\trude\n"), "{out}");
    assert!(out.contains("A、P+ 类准则 2 条，已有规则 1 条\n还没有规则：R-2"), "{out}");
    assert_eq!(run(&["check"]).0, Some(0));
}

#[test]
fn a_reference_that_is_not_listed_is_told_with_the_nearest_one() {
    let pack = folder().file("rules/rude.yaml", &rude("R-11")).load().unwrap();
    let told = check::examples(&pack).unwrap_err().to_string();
    assert!(told.contains("rules/rude.yaml:2:1: 没有编号为“R-11”的准则"), "{told}");
    assert!(told.contains("是不是想写 R-1"), "{told}");
}

#[test]
fn a_criterion_that_is_listed_twice_is_told() {
    let twice = folder().file("rules/criteria.yaml", &format!("{LIST}- {{id: R-1, class: P, title: 又}}\n"));
    assert!(twice.mistakes().contains("rules/criteria.yaml:4:3: 准则“R-1”列了两次"), "{}", twice.mistakes());
}

#[test]
fn the_shipped_list_has_every_forbidden_phrase() {
    let ids: Vec<&str> = shipped().criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    assert!((1..=38).all(|n| ids.contains(&format!("F{n:02}").as_str())));
}
