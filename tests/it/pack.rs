//! A pack loads whole or not at all, and every mistake in it is told with its place and what to do.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use zhijian::check;
use zhijian::pack::Pack;

use crate::packs::{Folder, RUBRIC, compiled, judged, repository, rule, shipped, try_compiled};
use crate::support::run;

const WORDS: &str = "lexicons/rude/words.txt";
const RUDE: &str = "rules/rude.yaml";
const TABLE: &str = "rules/rubrics/t.yaml";

/// A lexicon with these lines below its head and one entry that is right.
fn words(lines: &str) -> String {
    format!("title: 忌语\n---\n这事不归我管\n{lines}")
}

/// A rule that forbids the lexicon, with these examples of a hit.
fn rude(hit: &str) -> String {
    let rule = rule("forbid: {phrase: {lexicon: rude/words}}");
    format!(
        "{}examples: {{hit: [{hit}], miss: ['客服：一', '客服：二']}}\n",
        rule.split_once("examples").unwrap().0
    )
}

/// The only mistake of the pack stands at `place`, shows its line, and tells what to do with all of `told`.
#[track_caller]
fn assert_only(folder: &Folder, place: &str, told: &[&str]) {
    let diagnostics = folder.load().expect_err("the pack is broken");
    let [only] = &diagnostics.0[..] else { panic!("one mistake, not:\n{diagnostics}") };
    let printed = only.to_string();
    assert!(printed.starts_with(&format!("{place}: ")), "{printed}");
    assert!(only.source.is_some(), "{printed}");
    assert!(only.help.is_some(), "{printed}");
    for word in told {
        assert!(printed.contains(word), "{word} is not in\n{printed}");
    }
}

#[test]
fn a_pack_without_mistakes_loads() {
    let pack = Folder::new().load().unwrap();
    assert_eq!(pack.rules.len(), 1);
    assert_eq!(pack.rubric_ids().collect::<Vec<_>>(), ["t"]);
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once() {
    let folder = Folder::new()
        .file(WORDS, "title: 忌语\ncolour: red\n---\n甲\n甲(乙 :: candidate\n丙 :: bordr\n!丁\n")
        .file(
            RUDE,
            &rule("forbid: {all: [{phrase: {lexicon: rude/wrods}}, {pattern: {regex: 'A', family: x}}]}"),
        )
        .file("rules/kind.yaml", &rule("expect: {phrase: {lexicon: rude/words, guards: []}}"))
        .file("rules/rough.yaml", &rule("forbid: {pattern: {regex: '(好'}}"))
        .file(TABLE, &RUBRIC.replace("max: 1\nsections", "max: 2\nsections"));
    assert_snapshot!(folder.mistakes(), @r#"
    lexicons/rude/words.txt:2:1: 表头没有“colour”这一项
         2 | colour: red
           = 可写 title、role、verdict、guards、family、better、note;豁免词表另有 guard、reach、across、effect、odd
    lexicons/rude/words.txt:5:2: 左括号没有配对的右括号
         5 | 甲(乙 :: candidate
    lexicons/rude/words.txt:6:6: 没有“bordr”这个选项
         6 | 丙 :: bordr
           = 可写 hit、candidate、border、at、role、guards、guards+、better、reason、note
    lexicons/rude/words.txt:7:1: 允许词条必须说明原因
         7 | !丁
           = 在行末写 :: reason=为什么允许
    rules/kind.yaml:5:40: 没有“guards”这一项
         5 | expect: {phrase: {lexicon: rude/words, guards: []}}
           = 可写：lexicon、role、in、distinct
    rules/rough.yaml:5:27: 正则写错了：unclosed group
         5 | forbid: {pattern: {regex: '(好'}}
           = 检查括号、方括号是否配对，量词前有没有内容
    rules/rubrics/t.yaml:4:6: max 写的是 2，各评分项与起始分之和是 1
         4 | max: 2
           = 改 max,或检查各项的满分；顶替别项的项不算
    rules/rude.yaml:5:35: 没有编号为“rude/wrods”的词表
         5 | forbid: {all: [{phrase: {lexicon: rude/wrods}}, {pattern: {regex: 'A', family: x}}]}
           = 是不是想写 rude/words
    rules/rude.yaml:5:67: 正则里的“A”永远匹配不到
         5 | forbid: {all: [{phrase: {lexicon: rude/wrods}}, {pattern: {regex: 'A', family: x}}]}
           = 匹配的是归一后的文字：小写、半角、简体，没有标点和空格；停顿用 .{0,2} 之类代替
    rules/rude.yaml:5:80: 没有名为“x”的家族
         5 | forbid: {all: [{phrase: {lexicon: rude/wrods}}, {pattern: {regex: 'A', family: x}}]}
           = 家族名写在词表表头的 family:
    共 10 处错误
    "#);
}

#[test]
fn a_misspelt_key_of_a_lexicon_is_told_with_those_that_exist() {
    let folder = Folder::new().file(WORDS, "title: 忌语\nrole : agent\nverdct: hit\n---\n甲乙\n");
    assert_only(
        &folder,
        "lexicons/rude/words.txt:3:1",
        &["没有“verdct”这一项", "verdict", "3 | verdct: hit"],
    );
    let folder = Folder::new().file(WORDS, &words("  甲乙 :: hit; boder\n"));
    assert_only(&folder, "lexicons/rude/words.txt:4:14", &["没有“boder”这个选项", "border"]);
}

#[test]
fn a_wrong_value_in_a_lexicon_is_told_with_the_right_ones() {
    let folder = Folder::new().file(WORDS, "title: 忌语\nrole: 客服\n---\n甲乙\n");
    assert_only(&folder, "lexicons/rude/words.txt:2:1", &["role 不能是“客服”", "agent、customer"]);
    let folder = Folder::new().file(WORDS, &words("甲乙 :: at=middle\n"));
    assert_only(&folder, "lexicons/rude/words.txt:4:7", &["at 不能是“middle”", "start、end、whole"]);
}

#[test]
fn the_column_of_an_option_is_its_own_even_where_the_phrase_holds_its_name() {
    let folder = Folder::new().file(WORDS, &words("what :: at=middle\n"));
    assert_only(&folder, "lexicons/rude/words.txt:4:9", &["at 不能是“middle”"]);
}

#[test]
fn brackets_that_do_not_match_are_told() {
    for (line, column) in [("不(归|属于我管", 2), ("不归)我管", 3), ("不归|我管", 3)] {
        let folder = Folder::new().file(WORDS, &words(line));
        let printed = folder.mistakes();
        assert!(printed.starts_with(&format!("lexicons/rude/words.txt:4:{column}: ")), "{line}: {printed}");
    }
}

#[test]
fn an_entry_that_can_never_match_is_refused() {
    let folder = Folder::new().file(WORDS, &words("，。\n"));
    assert_only(&folder, "lexicons/rude/words.txt:4:1", &["永远不会命中", "至少要有一个"]);
}

#[test]
fn a_bracket_with_more_than_a_thousand_wordings_is_refused() {
    let many: Vec<String> = (0..1001).map(|number| format!("甲{number}")).collect();
    let printed = Folder::new().file(WORDS, &words(&format!("({})乙\n", many.join("|")))).mistakes();
    assert!(printed.contains("1000"), "{printed}");
}

#[test]
fn digits_that_meet_are_not_multiplied_out_without_end() {
    let digit = "(0|1|2|3|4|5|6|7|8|9)";
    let started = Instant::now();
    let folder = Folder::new().file(WORDS, &words(&format!("  {}号\n", digit.repeat(8))));
    assert_only(&folder, "lexicons/rude/words.txt:4:3", &["数字连着数字", "1000", "拆成几条"]);
    let nested = format!("(({})({}))", digit.repeat(3), digit.repeat(3));
    let folder = Folder::new().file(WORDS, &words(&format!("{nested}号\n")));
    assert_only(&folder, "lexicons/rude/words.txt:4:67", &["展开超过 1000 种写法", "拆成几条"]);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    Folder::new().file(WORDS, &words(&format!("{}号\n", digit.repeat(3)))).load().unwrap();
}

#[test]
fn an_entry_of_too_many_parts_is_refused_and_one_of_many_is_matched_in_time() {
    let parts = |count: usize| format!("{}乙\n", "(甲|甲甲|)".repeat(count));
    let folder = Folder::new().file(WORDS, &words(&parts(18)));
    assert_only(&folder, "lexicons/rude/words.txt:4:113", &["一条词条最多 16 段", "拆成几条"]);
    let pack = Folder::new().file(WORDS, &words(&parts(15))).load().unwrap();
    let started = Instant::now();
    judged(&pack, &format!("客服：{}乙", "甲".repeat(60)));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[test]
fn an_allowing_entry_needs_a_reason() {
    let folder = Folder::new().file(WORDS, &words("!不归我管的也会帮您\n"));
    assert_only(&folder, "lexicons/rude/words.txt:4:1", &["必须说明原因", "reason="]);
    let folder = Folder::new().file(WORDS, &words("!不归我管的也会帮您 :: reason=\n"));
    assert_only(&folder, "lexicons/rude/words.txt:4:1", &["必须说明原因"]);
}

#[test]
fn a_guard_that_does_not_exist_is_told_with_those_that_do() {
    let guard = "title: 否定\nguard: before\nreach: 4\n---\n不是\n";
    let folder = Folder::new()
        .file("lexicons/guards/negation.txt", guard)
        .file(WORDS, &words("甲乙 :: guards=negatoin\n"));
    assert_only(&folder, "lexicons/rude/words.txt:4:7", &["没有名为“negatoin”的语境豁免", "negation"]);
    let folder = Folder::new().file(RUDE, &rule("forbid: {pattern: {regex: '甲乙', guards: [negatoin]}}"));
    assert_only(&folder, "rules/rude.yaml:5:42", &["没有名为“negatoin”的语境豁免"]);
}

#[test]
fn a_guard_that_is_misspelt_in_the_head_is_told_once() {
    let folder = Folder::new().file(WORDS, "title: 忌语\nguards: negatoin\n---\n甲乙\n丙丁\n");
    assert_only(&folder, "lexicons/rude/words.txt:2:1", &["negatoin"]);
}

#[test]
fn a_guard_that_is_misspelt_at_a_group_is_told_once_even_where_entries_add_their_own() {
    let lines = "[G1] 组 :: guards=negatoin\n甲乙\n丙丁 :: guards+=negation\n戊己 :: guards=\n";
    let folder = Folder::new().file(WORDS, &words(lines));
    let printed = folder.mistakes();
    assert_eq!(printed.matches("negatoin”").count(), 1, "{printed}");
    assert!(printed.starts_with("lexicons/rude/words.txt:4:11: 没有名为“negatoin”"), "{printed}");
    assert!(printed.contains("lexicons/rude/words.txt:6:7: 没有名为“negation”"), "{printed}");
    assert!(printed.contains("共 2 处错误"), "{printed}");
}

#[test]
fn a_guard_whose_head_is_wrong_is_told_once_and_not_by_those_who_ask_for_it() {
    const GUARD: &str = "lexicons/guards/negation.txt";
    let asking = words("甲乙 :: guards=negation\n");
    for (head, place, told) in [
        ("title: 否定\nguard: before\n", "2:1", "缺少 reach"),
        ("title: 否定\nreach: 4\n", "2:1", "却没有 guard"),
        ("title: 否定\nodd: yes\n", "2:1", "却没有 guard"),
        ("title: 否定\nreach: 4\nguard: befor\n", "3:1", "guard 不能是“befor”"),
        ("title: 否定\nguard: before\nreach: 四\n", "3:1", "reach 不能是“四”"),
        ("guard: before\nreach: 4\n", "1:1", "缺少 title"),
    ] {
        let folder = Folder::new()
            .file(GUARD, &format!("{head}---\n不是\n"))
            .file(WORDS, &asking)
            .file(RUDE, &rule("forbid: {pattern: {regex: '甲乙', guards: [negation]}}"));
        assert_only(&folder, &format!("{GUARD}:{place}"), &[told]);
    }
    let folder = Folder::new().bytes(GUARD, b"title: \xBC\xC9\n").file(WORDS, &asking);
    let printed = folder.mistakes();
    assert!(printed.contains("不是 UTF-8") && printed.contains("共 1 处错误"), "{printed}");
}

#[test]
fn all_mistakes_of_one_line_are_told_at_once() {
    let folder = Folder::new().file(WORDS, &words("甲(乙 :: boder; at=middle; role=客服\n"));
    assert_snapshot!(folder.mistakes(), @"
    lexicons/rude/words.txt:4:2: 左括号没有配对的右括号
         4 | 甲(乙 :: boder; at=middle; role=客服
    lexicons/rude/words.txt:4:8: 没有“boder”这个选项
         4 | 甲(乙 :: boder; at=middle; role=客服
           = 可写 hit、candidate、border、at、role、guards、guards+、better、reason、note
    lexicons/rude/words.txt:4:15: at 不能是“middle”
         4 | 甲(乙 :: boder; at=middle; role=客服
           = 可写 start、end、whole
    lexicons/rude/words.txt:4:26: role 不能是“客服”
         4 | 甲(乙 :: boder; at=middle; role=客服
           = 可写 agent、customer、system、any
    共 4 处错误
    ");
}

#[test]
fn a_lexicon_with_only_broken_entries_exists() {
    let folder = Folder::new().file(WORDS, "title: 忌语\n---\n不(归我管\n");
    let [only] = &folder.load().unwrap_err().0[..] else { panic!("{}", folder.mistakes()) };
    assert_eq!((only.line, only.column), (3, 2));
    let cut = "title: 忌语\n---\n[F31] 推责 :: boder\n这事不归我管\n";
    let naming = rule("forbid: {phrase: {lexicon: 'rude/words#F31'}}");
    let folder = Folder::new().file(WORDS, cut).file(RUDE, &naming);
    assert_only(&folder, "lexicons/rude/words.txt:3:13", &["没有“boder”这个选项"]);
    let folder = Folder::new().file(WORDS, &cut.replace("] 推责 :: boder", " 推责")).file(RUDE, &naming);
    assert_only(&folder, "lexicons/rude/words.txt:3:1", &["组标题缺少右方括号"]);
    let folder = Folder::new().file(WORDS, &cut.replace("---\n", "")).file(RUDE, &naming);
    assert_only(&folder, "lexicons/rude/words.txt:2:1", &["缺少结束表头的“---”"]);
}

#[test]
fn a_group_id_that_stands_twice_is_told_where_it_stands_again() {
    let folder = Folder::new().file(WORDS, &words("[F31] 推责\n甲乙\n[F31] 又一组\n丙丁\n"));
    assert_only(&folder, "lexicons/rude/words.txt:6:1", &["组编号“F31”重复", "合并或改名"]);
}

#[test]
fn a_group_id_that_stands_twice_is_refused() {
    let folder = Folder::new().file(WORDS, &words("[F31] 推责\n甲乙\n[F31] 又一组\n丙丁\n"));
    let printed = folder.mistakes();
    assert!(printed.contains("组编号“F31”重复") && printed.contains("合并或改名"), "{printed}");
}

#[test]
fn a_lexicon_without_head_or_title_is_refused() {
    let printed = Folder::new().file(WORDS, "这事不归我管\n").mistakes();
    assert!(printed.contains("缺少结束表头的“---”"), "{printed}");
    let printed = Folder::new().file(WORDS, "role: agent\n---\n甲乙\n").mistakes();
    assert!(printed.contains("表头缺少 title"), "{printed}");
}

#[test]
fn a_misspelt_key_of_a_rule_is_told_with_the_one_that_was_meant() {
    let folder = Folder::new().file(RUDE, &rule("forbid: {phrase: {lexicn: rude/words}}"));
    assert_snapshot!(folder.mistakes(), @r#"
    rules/rude.yaml:5:19: 没有“lexicn”这一项，是不是想写“lexicon”
         5 | forbid: {phrase: {lexicn: rude/words}}
           = 可写：lexicon、role、in、distinct
    共 1 处错误
    "#);
    let folder = Folder::new().file(RUDE, &rule("forbid: {phrse: {lexicon: rude/words}}"));
    assert_only(&folder, "rules/rude.yaml:5:10", &["是不是想写“phrase”", "可写："]);
    let folder = Folder::new().file(RUDE, &rule("forbid: {phrase: {lexicon: rude/words}}\nservity: 1"));
    assert_only(&folder, "rules/rude.yaml:6:1", &["是不是想写“severity”"]);
}

#[test]
fn a_value_of_the_wrong_type_is_told_with_the_right_type() {
    let folder =
        Folder::new().file(RUDE, &rule("forbid: {phrase: {lexicon: rude/words, in: {first_turns: two}}}"));
    let printed = folder.mistakes();
    assert!(printed.starts_with("rules/rude.yaml:5:58: "), "{printed}");
    let folder = Folder::new().file(RUDE, &rule("forbid: {silence: {at_least_seconds: soon}}"));
    let printed = folder.mistakes();
    assert!(printed.starts_with("rules/rude.yaml:5:38: "), "{printed}");
}

/// Files in which something of a wrong type stands, or which are no YAML.
fn wrong_shapes() -> Vec<(&'static str, String)> {
    vec![
        (RUDE, rule("forbid: {phrase: {lexicon: {a: b}}}")),
        (RUDE, rule("forbid: {phrase: {lexicon: rude/words, in: {first_turns: two}}}")),
        (RUDE, rule("forbid: phrase")),
        (RUDE, rule("forbid: {silence: {at_least_seconds: [1]}}")),
        (TABLE, RUBRIC.replace("ref: T-1", "ref: {a: b}")),
        (TABLE, RUBRIC.replace("basis: human", "basis: auto, na_if: {met: {a: b}}")),
        (TABLE, RUBRIC.replace("max: 1, basis", "max: 1.234, basis")),
        (TABLE, RUBRIC.replace("max: 1, basis", "max: [1], basis")),
        (TABLE, RUBRIC.replace("basis: human", "basis: [human]")),
        (TABLE, RUBRIC.replace("basis: human", "basis: auto, na_if: met")),
        (TABLE, RUBRIC.replace("basis: human", "basis: auto, na_if: {met: a, any: []}")),
        (TABLE, RUBRIC.replace("ref: T-1", "ref: [T-1, [T-2]]")),
        (TABLE, RUBRIC.replace("ref: T-1", "ref: 3")),
        (TABLE, RUBRIC.replace("ref: T-1", "ref:")),
        (RUDE, rule("forbid: {}")),
        (RUDE, rule("forbid: [talk]")),
        (RUDE, rule("forbid: {all: {talk: {role: agent}}}")),
        (RUDE, rule("forbid: {talk: {role: [agent]}}")),
        (RUDE, rule("forbid: {talk: {role: }}")),
        (RUDE, rule("forbid: {talk: {role: *x}}")),
        (RUDE, rule("forbid: {talk: {role: !x agent}}")),
        (RUDE, rule("forbid: {pattern: {regex: }}")),
        (RUDE, rule("forbid: {hold: {asked: 1}}")),
        (RUDE, rule("forbid: talk: x")),
        (RUDE, rule("forbid: @x")),
        (RUDE, rule("forbid: {talk: {role: 'agent'x}}")),
        (RUDE, rule("forbid: {talk: {role: agent}")),
        (RUDE, rule("forbid: {talk: {role: agent}}]")),
        (RUDE, rule("forbid:\n\ttalk: {role: agent}")),
        (RUDE, rule(&format!("forbid: {}talk{}", "{not: ".repeat(100), "}".repeat(100)))),
        (RUDE, "- 规则".to_owned()),
        (RUDE, String::new()),
        ("rules/dialogue.yaml", "silence: {least_seconds: 五}".to_owned()),
    ]
}

#[test]
fn what_is_told_about_types_is_chinese() {
    let english = [
        "variant",
        "invalid",
        "expect",
        "untagged",
        "data did not",
        "integer",
        "sequence",
        "mapping",
        "found",
        "line",
        "character",
        "null",
        "scalar",
        "string",
        "boolean",
        "floating",
        "u32",
    ];
    let mut offenders = Vec::new();
    for (path, text) in wrong_shapes() {
        let printed = Folder::new().file(path, &text).mistakes();
        let shown = printed.lines().filter(|line| !line.contains(" | "));
        let told = shown.collect::<Vec<_>>().join("\n");
        if english.iter().any(|word| told.contains(word)) || !told.contains("       = ") {
            offenders.push(printed);
        }
    }
    assert!(offenders.is_empty(), "{}", offenders.join("\n\n"));
}

#[test]
fn a_word_where_a_condition_belongs_is_told_where_it_stands() {
    let folder = Folder::new().file(RUDE, &rule("forbid: phrase"));
    assert_only(&folder, "rules/rude.yaml:5:9", &["这里应为映射"]);
    let two = rule("forbid: {phrase: {lexicon: rude/words}, talk: {role: agent}}");
    let folder = Folder::new().file(RUDE, &two);
    assert_only(
        &folder,
        "rules/rude.yaml:5:41",
        &["这里只能写一个键\n", "= 两个条件要放进 all 或 any 的列表"],
    );
    let folder = Folder::new().file(TABLE, &RUBRIC.replace("basis: human", "basis: auto, na_if: met"));
    assert_only(&folder, "rules/rubrics/t.yaml:5:94", &["这里应为映射"]);
}

#[test]
fn what_the_reader_of_yaml_says_of_rare_mistakes_is_led_in_in_chinese() {
    let folder = Folder::new().file(RUDE, &rule("forbid: {pattern: {regex: !!binary x}}"));
    assert_only(&folder, "rules/rude.yaml:5:36", &["YAML 写错了：invalid !!binary base64\n"]);
}

#[test]
fn a_lexicon_that_does_not_exist_is_told_with_the_nearest() {
    let folder = Folder::new().file(RUDE, &rule("forbid: {phrase: {lexicon: rude/wrods}}"));
    assert_only(&folder, "rules/rude.yaml:5:28", &["没有编号为“rude/wrods”的词表", "是不是想写 rude/words"]);
    let folder = Folder::new().file(RUDE, &rule("forbid: {phrase: {lexicon: 'rude/words#F32'}}"));
    assert_only(&folder, "rules/rude.yaml:5:28", &["是不是想写 rude/words#F31"]);
}

#[test]
fn a_regex_that_is_broken_or_matches_nothing_or_everything_is_refused() {
    for (regex, told) in [
        ("(好", "正则写错了"),
        ("好*", "连空文字都匹配"),
        ("(好|)", "连空文字都匹配"),
        ("不歸我管", "“歸”永远匹配不到"),
        ("好,的", "“,”永远匹配不到"),
        ("好 的", "“ ”永远匹配不到"),
        ("OK", "“O”永远匹配不到"),
        ("好a{2000}{2000}", "展开后太大"),
    ] {
        let folder = Folder::new().file(RUDE, &rule(&format!("forbid: {{pattern: {{regex: '{regex}'}}}}")));
        assert_only(&folder, "rules/rude.yaml:5:27", &[told]);
    }
}

#[test]
fn a_regex_with_a_class_that_normalised_text_never_has_is_refused() {
    let folder = Folder::new().file(RUDE, &rule("forbid: {pattern: {regex: '好[,。]的'}}"));
    assert_only(&folder, "rules/rude.yaml:5:27", &["“[,。]”永远匹配不到"]);
    let folder = Folder::new().file(RUDE, &rule(r"forbid: {pattern: {regex: '好的', excluding: '好\s的'}}"));
    assert_only(&folder, "rules/rude.yaml:5:44", &["永远匹配不到"]);
    Folder::new().file(RUDE, &rule("forbid: {pattern: {regex: '好[^的]?[,了]'}}")).load().unwrap();
}

#[test]
fn a_rule_without_enough_examples_is_refused() {
    let few = rude("'客服：一'");
    let folder = Folder::new().file(RUDE, &few);
    assert_only(&folder, "rules/rude.yaml:6:11", &["例子不够", "hit(或 candidate)和 miss 各至少两个"]);
    let none: String =
        few.lines().filter(|line| !line.starts_with("examples")).map(|l| format!("{l}\n")).collect();
    let printed = Folder::new().file(RUDE, &none).mistakes();
    assert!(printed.contains("缺少“examples”"), "{printed}");
}

#[test]
fn a_rule_demands_exactly_one_thing() {
    for demand in ["note: 什么都不要求", "forbid: {talk: {role: agent}}\nexpect: {talk: {role: agent}}"]
    {
        let folder = Folder::new().file(RUDE, &rule(demand));
        assert_only(&folder, "rules/rude.yaml:1:1", &["恰好有一个 forbid、expect 或 observe"]);
    }
}

#[test]
fn an_example_that_does_not_hold_is_told_with_what_the_rule_says() {
    let wrong = rude("'客服：这事不归我管', '客服：好的'");
    let pack = Folder::new().file(RUDE, &wrong).load().unwrap();
    assert_snapshot!(check::examples(&pack).unwrap_err(), @r#"
    rules/rude.yaml:6:31: 例子应为 hit(命中)，实际是 miss(不命中)
         6 | examples: {hit: ['客服：这事不归我管', '客服：好的'], miss: ['客服：一', '客服：二']}
           = 改规则、词条或例子；其余禁用规则都没有命中
    共 1 处错误
    "#);
}

#[test]
fn a_mark_that_stands_elsewhere_than_the_match_is_told() {
    let wrong = rude("'客服:[[这事不归我管]]', '客服:[[哦]]这事不归我管'");
    let pack = Folder::new().file(RUDE, &wrong).load().unwrap();
    let printed = check::examples(&pack).unwrap_err().to_string();
    assert!(printed.starts_with("rules/rude.yaml:6:"), "{printed}");
    assert!(
        printed.contains("命中的位置不对：应在第 1 轮第 1–1 字，实际是 第 1 轮“这事不归我管”"),
        "{printed}"
    );
}

#[test]
fn a_wrong_sum_of_points_is_told_with_the_right_one() {
    let folder = Folder::new().file(TABLE, &RUBRIC.replace("max: 1\nsections", "max: 100\nsections"));
    assert_only(&folder, "rules/rubrics/t.yaml:4:6", &["max 写的是 100", "之和是 1"]);
}

/// The small rubric with its only item replaced.
fn rubric_with(item: &str) -> String {
    format!("{}items: [{item}]}}]\n", RUBRIC.split_once("items:").unwrap().0)
}

#[test]
fn a_rule_that_a_rubric_names_must_exist() {
    let item =
        "{id: i, ref: T-1, title: 项, max: 1, basis: auto, levels: [{score: 1, text: 好, if: {met: rud}}]}";
    let folder = Folder::new().file(TABLE, &rubric_with(item));
    assert_only(&folder, "rules/rubrics/t.yaml:5:126", &["没有编号为“rud”的规则", "是不是想写 rude"]);
    let item = "{id: i, ref: T-1, title: 项, max: 1, basis: evidence, evidence: [nothing/*]}";
    let folder = Folder::new().file(TABLE, &rubric_with(item));
    let printed = folder.mistakes();
    assert!(printed.contains("没有编号为“nothing/*”的规则"), "{printed}");
}

#[test]
fn a_broken_rule_is_told_once_and_not_by_the_rubrics_that_use_it() {
    let item =
        "{id: i, ref: T-1, title: 项, max: 1, basis: auto, levels: [{score: 1, text: 好, if: {met: rude}}]}";
    let folder = Folder::new()
        .file(TABLE, &rubric_with(item))
        .file(RUDE, &rule("forbid: {phrase: {lexicn: rude/words}}"));
    assert_only(&folder, "rules/rude.yaml:5:19", &["lexicn"]);
}

#[test]
fn a_broken_rule_is_told_once_whoever_refers_to_it() {
    let tests = "{met: [rude, last]}, {not_met: 'ru*'}, {measured: {rule: rude, at_least: 1}}";
    let item = format!(
        "{{id: i, ref: T-1, title: 项, max: 1, basis: auto, levels: [{{score: 1, text: 好, if: {{any: [{tests}]}}}}]}}"
    );
    let folder = || {
        Folder::new()
            .file(TABLE, &rubric_with(&item))
            .file("rules/kind.yaml", &rule("expect: {rule: last}"))
            .file("rules/last.yaml", &rule("expect: {rule: rude}"))
    };
    folder().load().unwrap();
    let broken = folder().file(RUDE, &rule("forbid: {phrase: {lexicn: rude/words}}"));
    assert_only(&broken, "rules/rude.yaml:5:19", &["lexicn"]);
    let unreadable = folder().bytes(RUDE, b"title: \xBC\xC9\xD3\xEF\n");
    let printed = unreadable.mistakes();
    assert!(printed.starts_with("rules/rude.yaml:1:1: 不是 UTF-8"), "{printed}");
    assert!(printed.contains("共 1 处错误"), "{printed}");
    let gone = folder().without(RUDE).mistakes();
    assert!(gone.contains("rules/last.yaml:5:16: 没有编号为“rude”的规则"), "{gone}");
    assert!(gone.contains("没有编号为“ru*”的规则"), "{gone}");
}

#[test]
fn a_level_above_the_full_points_is_refused() {
    let item = "{id: i, ref: T-1, title: 项, max: 1, basis: human, levels: [{score: 2, text: 好}]}";
    let folder = Folder::new().file(TABLE, &rubric_with(item));
    assert_only(&folder, "rules/rubrics/t.yaml:5:71", &["有档位的分数超过了满分"]);
}

#[test]
fn an_item_is_counted_in_one_way_and_only_the_machine_s_own_have_tests() {
    let both = "{id: i, ref: T-1, title: 项, max: 1, bonus: 1, basis: human}";
    let printed = Folder::new().file(TABLE, &rubric_with(both)).mistakes();
    assert!(printed.contains("看不出这一项怎样计分"), "{printed}");
    let judged =
        "{id: i, ref: T-1, title: 项, max: 1, basis: human, levels: [{score: 1, text: 好, if: {met: rude}}]}";
    let printed = Folder::new().file(TABLE, &rubric_with(judged)).mistakes();
    assert!(printed.contains("不由机器给分"), "{printed}");
    let twice = "{id: i, ref: T-1, title: 项, max: 1, basis: human}, {id: i, ref: T-2, title: 项, bonus: 1, basis: human}";
    let printed = Folder::new().file(TABLE, &rubric_with(twice)).mistakes();
    assert!(printed.contains("评分项编号“i”重复"), "{printed}");
}

#[test]
fn a_veto_and_a_group_name_items_that_exist() {
    let tail = "heaviest_of: [[i, j]]\nvetoes:\n  - {id: v, ref: T, title: 否决, scope: section, target: x, if: {met: rude}}\n  - {id: w, ref: T, title: 否决, scope: item, if: {met: rude}}\n";
    let printed = Folder::new().file(TABLE, &format!("{RUBRIC}{tail}")).mistakes();
    for told in [
        "t.yaml:6:19: 没有编号为“j”的评分项",
        "t.yaml:8:56: 没有编号为“x”的大项",
        "t.yaml:9:10: 否决“w”缺少 target",
        "共 3 处错误",
    ] {
        assert!(printed.contains(told), "{told} is not in\n{printed}");
    }
}

#[test]
fn byte_order_marks_and_line_ends_of_windows_are_taken() {
    let text = "\u{feff}title: 忌语\r\n---\r\n[F31] 推责\r\n这事不归我管\r\n";
    let dos =
        format!("\u{feff}{}", rule("forbid: {phrase: {lexicon: 'rude/words#F31'}}").replace('\n', "\r\n"));
    let pack = Folder::new().file(WORDS, text).file(RUDE, &dos).load().unwrap();
    assert_eq!(pack.rules[0].title, "规则");
    let broken = text.replace("[F31]", "[F31");
    let folder = Folder::new().file(WORDS, &broken);
    assert!(folder.mistakes().starts_with("lexicons/rude/words.txt:3:1: "), "{}", folder.mistakes());
}

#[test]
fn a_file_in_gbk_is_refused_with_a_hint_at_its_encoding() {
    let gbk = b"title: \xBC\xC9\xD3\xEF\n---\n";
    let folder = Folder::new().bytes(WORDS, gbk).without(RUDE);
    assert_snapshot!(folder.mistakes(), @r#"
    lexicons/rude/words.txt:1:1: 不是 UTF-8 编码
           = 多半是 GBK 编码，请用编辑器另存为 UTF-8
    共 1 处错误
    "#);
}

#[test]
fn a_file_of_another_kind_is_refused_and_notes_are_not_read() {
    let folder = Folder::new()
        .file("lexicons/rude/words.xlsx", "x")
        .file("rules/other.yml", "x")
        .file("lexicons/README.md", "# 说明")
        .file("rules/schema.json", "{}")
        .file("rules/.rude.yaml.swp", "x")
        .file("rules/rude.yaml~", "x");
    assert_snapshot!(folder.mistakes(), @r#"
    lexicons/rude/words.xlsx: 不认识的文件类型，不会被读取
           = 这个文件夹里的文件以 .txt 结尾，说明写在 .md 里
    rules/other.yml: 不认识的文件类型，不会被读取
           = 这个文件夹里的文件以 .yaml 结尾，说明写在 .md 里
    共 2 处错误
    "#);
}

#[test]
fn commands_print_mistakes_once_and_in_the_order_of_files_and_lines() {
    let folder = Folder::new()
        .file(WORDS, &words("乙 :: boder\n[F31] 又\n甲 :: at=middle\n"))
        .file("lexicons/a.txt", "title: 甲\nguards: nobody\n---\n甲\n乙\n")
        .file("rules/a.yaml", &rule("forbid: {phrase: {lexicon: [no, no, nor]}}"));
    let folder = folder.file(TABLE, &RUBRIC.replace("max: 1\nsections", "max: 2\nsections"));
    for command in ["check", "serve"] {
        let output = run(&[command, "--pack", folder.path().to_str().unwrap()], b"");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{command}");
        let printed = String::from_utf8(output.stderr).unwrap();
        let places = printed.lines().filter(|line| !line.starts_with(' ')).map(|line| {
            let mut parts = line.split(':');
            parts.by_ref().take(3).collect::<Vec<_>>().join(":")
        });
        assert_eq!(
            places.collect::<Vec<_>>(),
            [
                "规则包有误，没有加载：",
                "lexicons/a.txt:2:1",
                "lexicons/rude/words.txt:4:6",
                "lexicons/rude/words.txt:6:6",
                "rules/a.yaml:5:28",
                "rules/a.yaml:5:28",
                "rules/rubrics/t.yaml:4:6",
                "共 6 处错误",
            ],
            "{printed}"
        );
    }
}

#[test]
fn a_pack_without_the_file_on_dialogues_is_refused() {
    let printed = Folder::new().without("rules/dialogue.yaml").mistakes();
    assert!(printed.contains("rules/dialogue.yaml: 缺少这个文件"), "{printed}");
    assert!(printed.contains("共 1 处错误"), "{printed}");
}

#[test]
fn a_file_on_dialogues_that_cannot_be_read_is_not_told_to_be_missing() {
    let printed = Folder::new().bytes("rules/dialogue.yaml", b"silence: \xBC\n").mistakes();
    assert!(printed.starts_with("rules/dialogue.yaml:1:1: 不是 UTF-8"), "{printed}");
    assert!(printed.contains("共 1 处错误"), "{printed}");
}

#[test]
fn a_folder_that_is_no_pack_is_refused() {
    let nowhere = std::env::temp_dir().join("zhijian-no-such-folder");
    let printed = Pack::load(&nowhere).unwrap_err().to_string();
    assert!(printed.contains("lexicons: 读不了：没有这个文件或文件夹"), "{printed}");
    assert!(printed.contains("rules: 读不了：没有这个文件或文件夹"), "{printed}");
}

#[test]
fn the_digest_changes_with_any_file_and_with_nothing_else() {
    let digest = |files: &[(&str, &str)]| compiled(files).digest().to_owned();
    let (a, b) = (("lexicons/a.txt", "title: 甲\n---\n甲\n"), ("lexicons/b.txt", "title: 乙\n---\n乙\n"));
    assert_eq!(digest(&[a, b]), digest(&[b, a]));
    assert_ne!(digest(&[a, b]), digest(&[a]));
    assert_ne!(digest(&[a]), digest(&[("lexicons/a.txt", "title: 甲\n---\n甲\n\n")]));
    assert_ne!(digest(&[a]), digest(&[("lexicons/c.txt", a.1)]));
    assert!(digest(&[]).starts_with("sha256:"));
}

#[test]
fn the_binary_carries_the_pack_of_the_repository() {
    let loaded = Pack::load(repository()).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    assert_eq!(loaded.digest(), shipped().digest());
    assert_eq!(
        loaded.rubric_ids().collect::<Vec<_>>(),
        ["conduct-100", "online-chat", "phone-standard", "v3.1"]
    );
}

#[test]
fn a_wide_colon_is_told_as_what_it_is() {
    let folder = Folder::new().file("rules/rude.yaml", "title：推责\nref: R\n");
    let told = folder.mistakes();
    assert!(told.contains("rules/rude.yaml:1:6: 这里的冒号是全角的“：”"), "{told}");
}

#[test]
fn an_example_that_fails_says_what_was_found() {
    let example = |hit: &str, miss: &str| {
        let rule = format!(
            "title: 推责\nref: R\nseverity: major\nstatus: test\nforbid: {{phrase: {{lexicon: w}}}}\n\
             examples: {{hit: ['客服:不归我管', '{hit}'], miss: ['客服:好', '{miss}']}}\n"
        );
        let pack = try_compiled(&[("lexicons/w.txt", "title: 词\n---\n不归我管\n"), ("rules/r.yaml", &rule)]);
        check::examples(&pack.unwrap()).unwrap_err().to_string()
    };
    let told = example("客服:不归我管", "客服:真不归我管");
    assert!(
        told.contains("应为 miss(不命中)，实际是 hit(命中)，找到的是 第 1 轮“不归我管” [lexicons/w.txt:3]"),
        "{told}"
    );
    let told = example("客户:不归我管", "客服:您好");
    assert!(told.contains("实际是 miss(不命中)，找到的是 第 1 轮“不归我管”：不算，说话人不对"), "{told}");
}

#[test]
fn the_shipped_pack_can_be_written_out_to_be_changed_but_over_nothing() {
    let folder = Folder::new();
    let place = folder.path().join("mine");
    let unpack = |place: &Path| {
        let program = Command::new(env!("CARGO_BIN_EXE_zhijian")).arg("unpack").arg(place).output().unwrap();
        (program.status.code(), String::from_utf8(program.stderr).unwrap())
    };
    assert_eq!(unpack(&place), (Some(0), String::new()));
    assert_eq!(Pack::load(&place).unwrap().digest(), shipped().digest());
    assert!(place.join("rules/README.md").is_file());
    let (code, told) = unpack(folder.path());
    assert!(code == Some(2) && told.contains("里已经有东西了"), "{told}");
}

#[test]
fn every_shipped_rule_and_rubric_names_its_schema_for_editors() {
    let plain = ["rules/dialogue.yaml", "rules/criteria.yaml", "rules/reasons.yaml"];
    let files = shipped().sources.iter().filter(|source| source.path.starts_with("rules/"));
    for source in files.filter(|source| !plain.contains(&source.path.as_str())) {
        let kind = if source.path.starts_with("rules/rubrics/") { "rubric" } else { "rule" };
        let first = format!("# yaml-language-server: $schema=../schema/{kind}.json\n");
        assert!(source.text.starts_with(&first), "{}", source.path);
    }
}

#[test]
fn every_example_of_the_shipped_rules_holds() {
    let checked = check::examples(shipped()).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    assert!(checked.examples >= 4 * checked.rules, "{checked:?}");
}

#[test]
fn the_shipped_pack_is_ready_within_a_second() {
    let started = Instant::now();
    Pack::shipped().unwrap();
    let taken = started.elapsed();
    assert!(cfg!(debug_assertions) || taken < Duration::from_secs(1), "{taken:?}");
}
