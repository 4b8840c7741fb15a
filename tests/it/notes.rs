//! What `zhijian check` points out although it is no mistake.

use zhijian::notes::notes;
use zhijian::pack::Pack;

use crate::packs::{RUBRIC, compiled, rule};

/// The notes on a pack with these entries, each with its place.
fn told(entries: &str) -> Vec<String> {
    let words = format!("title: 词\nfamily: 词\n---\n{entries}");
    let rule = rule("forbid: {phrase: {lexicon: w}}");
    let rubric = RUBRIC.replace("basis: human", "basis: human, evidence: [r]");
    notes_on(&compiled(&[
        ("lexicons/w.txt", &words),
        ("rules/r.yaml", &rule),
        ("rules/rubrics/t.yaml", &rubric),
    ]))
}

fn notes_on(pack: &Pack) -> Vec<String> {
    notes(pack).iter().map(|note| format!("{}:{} {}", note.file, note.line, note.message)).collect()
}

#[test]
fn an_entry_whose_wordings_all_stand_before_it_never_wins() {
    let dead = |line: usize, phrase: &str| {
        format!("lexicons/w.txt:{line} “{phrase}”的写法都已包含在别的词条里，永远轮不到它")
    };
    assert_eq!(told("(这|那)不归我管\n那不归我管\n"), [dead(5, "那不归我管")]);
    assert_eq!(told("這不歸我管\n这不归我管\n"), [dead(5, "这不归我管")]);
    assert_eq!(told("工号{3}<数字>\n工号{3}<数字>\n"), [dead(5, "工号{3}<数字>")]);
    assert_eq!(told("那不归我管\n(这|那)不归我管\n"), Vec::<String>::new());
}

#[test]
fn an_entry_that_also_stands_elsewhere_is_not_dead() {
    assert_eq!(told("喂 :: at=whole\n喂\n"), Vec::<String>::new());
    assert_eq!(told("喂 :: border\n喂\n"), Vec::<String>::new());
    assert_eq!(told("喂，说话\n喂说话\n"), Vec::<String>::new());
    assert_eq!(told("喂\n喂 :: role=customer\n"), Vec::<String>::new());
    assert_eq!(told("!喂说话 :: reason=可以\n喂说话\n"), Vec::<String>::new());
}

#[test]
fn what_nobody_uses_is_pointed_out() {
    let pack = compiled(&[
        ("lexicons/w.txt", "title: 词\n---\n甲乙\n"),
        ("lexicons/other.txt", "title: 别的\n---\n丙丁\n"),
        ("lexicons/guards/g.txt", "title: 豁免\nguard: before\nreach: 3\n---\n不\n"),
        ("rules/r.yaml", &rule("forbid: {phrase: {lexicon: w}}")),
    ]);
    assert_eq!(
        notes_on(&pack),
        ["lexicons/other.txt:1 没有任何规则用到这张词表", "rules/r.yaml:1 没有任何评分表用到这条规则"]
    );
}

#[test]
fn wordings_that_two_lexicons_share_are_pointed_out() {
    let lexicon = |entries: &str| format!("title: 词\nfamily: 词\n---\n{entries}\n");
    let rule = rule("forbid: {phrase: {lexicon: [v, w]}}");
    let rubric = RUBRIC.replace("basis: human", "basis: human, evidence: [r]");
    let told = |first: &str, second: &str| {
        notes_on(&compiled(&[
            ("lexicons/v.txt", &lexicon(first)),
            ("lexicons/w.txt", &lexicon(second)),
            ("rules/r.yaml", &rule),
            ("rules/rubrics/t.yaml", &rubric),
        ]))
    };
    let shared = "lexicons/w.txt:4 “(不归|不关)我(管|事)”有 2 种写法与别的词表相同，如“不归我事”";
    assert_eq!(told("不归我(管|事)", "(不归|不关)我(管|事)"), [shared]);
    assert_eq!(told("不归我(管|事)", "不关我(管|事)"), Vec::<String>::new());
    // What counts only as a whole clause leaves the rest to others.
    assert_eq!(told("不归我管 :: at=whole", "(这|)不归我管"), Vec::<String>::new());
}
