//! What is covered and what stays, by examples; all numbers are invented.

use super::{Kind, mask, masked, places};
use crate::transcript::{Role, Turn};

fn turns<'t>(said: &[(Role, &'t str)]) -> Vec<Turn<'t>> {
    let turn = |(index, (role, text)): (u32, &(Role, &'t str))| Turn {
        role: *role,
        start_ms: None,
        end_ms: None,
        text: (*text).into(),
        index,
    };
    (0..).zip(said).map(turn).collect()
}

/// The masked texts of a dialogue of `客` and `服`.
fn shown(script: &str) -> String {
    let said: Vec<(Role, &str)> = script
        .lines()
        .map(|line| match line.split_once(':') {
            Some(("客", text)) => (Role::Customer, text),
            Some((_, text)) => (Role::Agent, text),
            None => (Role::Unknown, line),
        })
        .collect();
    let turns = turns(&said);
    let found = places(&turns);
    let texts = turns.iter().zip(&found).map(|(turn, places)| masked(&turn.text, places));
    texts.collect::<Vec<_>>().join("|")
}

fn check(examples: &[(&str, &str)]) {
    for (text, wanted) in examples {
        assert_eq!(mask(text), *wanted, "{text}");
        assert_eq!(mask(wanted), *wanted, "again");
    }
}

fn stays(texts: &[&str]) {
    for text in texts {
        assert_eq!(mask(text), *text);
    }
}

#[test]
fn telephone_numbers_are_covered() {
    check(&[
        ("我电话13800138000", "我电话138****8000"),
        ("１３８００１３８０００是我的", "１３８****８０００是我的"),
        ("138-0013-8000", "***-****-****"),
        ("+86 138 0013 8000", "+86 *** **** ****"),
        ("008613800138000", "0086138****8000"),
        ("幺三八零零一三八零零零", "***********"),
        ("一三八，零零一三，八零零零。", "***，****，****。"),
        ("幺三八，嗯，零零幺三，然后是八零零零", "***，嗯，****，然后是****"),
        ("幺三八三个零幺三八两个零", "************"),
        ("010-87654321转8008", "***-********转8008"),
        ("0755 8765 4321", "**** **** ****"),
        ("01087654321", "010****4321"),
        ("(010)87654321", "(***)********"),
        ("座机是八七六五四三二一", "座机是********"),
        ("一三八零零一三八零零零一个月前办的", "***********一个月前办的"),
        ("1 3 8 0 0 1 3 8 0 0 0", "* * * * * * * * * * *"),
        ("0086-755-87654321", "0086-***-********"),
        ("86-10-87654321", "86-**-********"),
        ("单号我忘了，13800138000", "单号我忘了，138****8000"),
        ("张三/13800138000/北京", "张三/138****8000/北京"),
    ]);
    stays(&[
        "请拨打95588、10086、12315、110",
        "电话是400-820-8820，或者8008208820",
        "一共3000，8000，还有1299、1399、1499",
        "工号零六八为您服务",
        "订单号13800138000",
        "订单号20231105123456",
        "验证码是8866",
        "尾号八零零零",
        "一共13800138000元",
        "软件版本六点一，等三到五个工作日",
        "分别是1350，26，80399",
        "2023-11-05 12:30",
        "SF13800138000",
    ]);
}

#[test]
fn numbers_of_identity_cards_are_covered() {
    check(&[
        ("身份证11010519491231002X", "身份证**************002X"),
        ("一一零一零五，一九四九一二三一，零零二叉", "******，********，****"),
        ("110105 19491231 002X，对吗", "****** ******** ****，对吗"),
        // The check digit is wrong, but it was announced.
        ("身份证号是110105194912310021", "身份证号是**************0021"),
        ("身份证：110105491231002", "身份证：***********1002"),
        ("身份证一一零一零五，一九四九", "身份证******，****"),
    ]);
    stays(&["编号110105194912310021", "110105194912310021"]);
}

#[test]
fn numbers_of_bank_cards_are_covered() {
    check(&[
        ("6222021234567894", "************7894"),
        ("6222 0212 3456 7894", "**** **** **** ****"),
        ("卡号6222021234567895", "卡号************7895"),
        ("信用卡378282246310005", "信用卡***********0005"),
        ("六二二二，零二一二，三四五六，七八九四", "****，****，****，****"),
    ]);
    stays(&["6222021234567895", "流水号6222021234567894", "就诊卡号6222021234567894", "378282246310005"]);
}

#[test]
fn numbers_in_addresses_are_covered_and_other_numbers_stay() {
    check(&[
        ("人民路一百二十号3栋502室", "人民路****号*栋***室"),
        ("锦绣路88弄4号楼1102", "锦绣路**弄*号楼****"),
        ("枫桥里12-3-502", "枫桥里**-*-***"),
        ("我是七幢一八零二的", "我是*幢****的"),
        ("梧桐里九号楼,二单元", "梧桐里*号楼,*单元"),
        ("阳光小区12号", "阳光小区**号"),
        ("地址是杨庄北里52号", "地址是杨庄北里**号"),
        ("槐安街四十……四十六号", "槐安街**……***号"),
        ("文景路二十八号蓝天公寓五零一", "文景路***号蓝天公寓***"),
        ("人民东路6号二楼12号窗", "人民东路*号*楼12号窗"),
        ("建国路88号现代城A座1203", "建国路**号现代城A座****"),
        ("三里河月坛南街甲71号", "三里河月坛南街甲**号"),
    ]);
    stays(&[
        "工号068",
        "坐3号线到三楼5号窗口",
        "二号",
        "11月8号",
        "影响了三栋楼",
        "078号为您服务",
        "三室一厅",
        "走公路120公里",
        "线路3号有问题",
        "第14号",
        "尾号0318",
        "买了3栋房",
        "二十号之前",
        "五号电池",
    ]);
}

#[test]
fn licence_plates_are_covered() {
    check(&[
        ("京A12345", "京A*****"),
        ("车牌是粤B·D12345", "车牌是粤B·******"),
        ("京A一二三四五", "京A*****"),
        ("皖A,D幺七零二六", "皖A,******"),
        ("京A1234学", "京A*****"),
        ("车牌号A12345", "车牌号A*****"),
    ]);
    stays(&["新A股", "京A12", "京A12345678", "车牌尾号708", "最新X18标准版"]);
}

#[test]
fn names_in_email_addresses_are_covered() {
    check(&[
        ("邮箱zhang.san@qq.com。", "邮箱*********@qq.com。"),
        ("zhangsan艾特幺六三点com", "********艾特幺六三点com"),
        ("z h a n g下划线九零，艾特，一六三点 com", "**************，艾特，一六三点 com"),
        ("zhangsan at 163.com", "******** at 163.com"),
        ("13800138000@139.com", "***********@139.com"),
    ]);
    stays(&["@张三", "meet at noon", "a@b", "三点com"]);
}

#[test]
fn numbers_that_are_read_out_over_turns_are_covered() {
    assert_eq!(shown("客:138\n服:嗯\n客:0013\n服:好的\n客:8000"), "***|嗯|****|好的|****");
    assert_eq!(
        shown("客:我手机是幺三八\n服:138\n客:零零幺三\n服:0013\n客:八零零零，我姓王"),
        "我手机是***|***|****|****|****，我姓王"
    );
    assert_eq!(shown("客:138\n服:0013\n客:8000\n服:13800138000对吗"), "***|****|****|138****8000对吗");
    assert_eq!(
        shown(
            "服:请报一下身份证号\n客:一一零一零五\n服:嗯\n客:一九四九一二三一\n服:好的\n客:零零二\n服:还有呢\n客:叉"
        ),
        "请报一下身份证号|******|嗯|********|好的|***|还有呢|*"
    );
    assert_eq!(
        shown("服:卡号多少\n客:六二二二零二\n服:六二二二零二\n客:一二三四五六\n服:嗯\n客:七八九四"),
        "卡号多少|******|******|******|嗯|****"
    );
    assert_eq!(shown("客:13800138000\n服:0013，8000，对吧"), "138****8000|****，****，对吧");
}

#[test]
fn numbers_that_merely_are_neighbours_stay() {
    for script in [
        "客:3000元\n服:8000吧",
        "客:1380元\n服:0013\n客:8000",
        "客:13号\n服:800\n客:138000",
        "客:135\n服:我先给您查一下这两天的订单记录\n客:00138000",
    ] {
        let texts: Vec<&str> =
            script.lines().filter_map(|line| line.split_once(':')).map(|(_, text)| text).collect();
        assert_eq!(shown(script), texts.join("|"));
    }
}

#[test]
fn places_tell_what_is_covered() {
    let turns = turns(&[(Role::Customer, "我电话13800138000，住人民路12号")]);
    let found: Vec<_> = places(&turns)[0].iter().map(|place| (place.start, place.end, place.kind)).collect();
    assert_eq!(found, [(6, 10, Kind::Phone), (19, 21, Kind::Address)]);
    assert_eq!(serde_json::to_string(&Kind::IdCard).unwrap(), "\"id_card\"");
}
