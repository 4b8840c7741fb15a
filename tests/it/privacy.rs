//! What holds for personal data in any text: it is covered wherever it stands, and nothing else of the text changes.

use std::time::{Duration, Instant};

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, proptest};
use proptest::{prop_assert, prop_assert_eq, prop_oneof};
use zhijian::privacy::{Place, mask, masked, places};
use zhijian::transcript::{Role, Turn};

/// How digits are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    Arabic,
    FullWidth,
    Spoken,
    /// With 幺 for one.
    Called,
    /// With 洞, 幺, 拐, 勾, which cannot be misheard.
    Radio,
}

fn writing() -> impl Strategy<Value = Writing> {
    prop::sample::select(vec![
        Writing::Arabic,
        Writing::FullWidth,
        Writing::Spoken,
        Writing::Called,
        Writing::Radio,
    ])
}

fn written(digits: &str, writing: Writing) -> String {
    let spoken = |c: char, names: &str| c.to_digit(10).and_then(|digit| names.chars().nth(digit as usize));
    let one = |c: char| match writing {
        Writing::Arabic => Some(c),
        Writing::FullWidth => char::from_u32(u32::from(c) + 0xFEE0),
        Writing::Spoken => spoken(c, "零一二三四五六七八九").or(Some('叉')),
        Writing::Called => spoken(c, "〇幺二三四五六七八九").or(Some('X')),
        Writing::Radio => spoken(c, "洞幺二三四五六拐八勾").or(Some('叉')),
    };
    digits.chars().filter_map(one).collect()
}

fn mobile() -> impl Strategy<Value = String> {
    "1[3-9][0-9]{9}"
}

/// GB 11643 with its check digit.
fn id_card() -> impl Strategy<Value = String> {
    let region = prop::sample::select(vec!["110105", "330102", "440304", "510107", "654301"]);
    let parts = (region, 1930_u32..2020, 1_u32..13, 1_u32..29, 0_u32..1000);
    parts.prop_map(|(region, year, month, day, sequence)| {
        let body = format!("{region}{year}{month:02}{day:02}{sequence:03}");
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = body.chars().zip(weights).map(|(c, weight)| c.to_digit(10).unwrap() * weight).sum();
        let check = "10X98765432".chars().nth(sum as usize % 11).unwrap();
        format!("{body}{check}")
    })
}

/// A card of 16 to 19 digits with its Luhn digit.
fn bank_card() -> impl Strategy<Value = String> {
    let begin = prop::sample::select(vec!["62", "4", "51", "9558", "35"]);
    (begin, "[0-9]{18}", 15_usize..19).prop_map(|(begin, rest, length)| {
        let body: String = begin.chars().chain(rest.chars()).take(length).collect();
        let digits = body.chars().rev().filter_map(|c| c.to_digit(10)).enumerate();
        let terms =
            digits.map(|(at, digit)| if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit });
        let check = (10 - terms.sum::<u32>() % 10) % 10;
        format!("{body}{check}")
    })
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![mobile(), id_card(), bank_card()]
}

/// A number, and how many of its digits are said in the first and in the second of three turns: two to eight in each, since
/// nobody says more in one go, and eleven may be a number of their own.
fn cut(digits: String) -> impl Strategy<Value = (String, usize, usize)> {
    let all = digits.len();
    let first = all.saturating_sub(16).max(2)..=8.min(all - 4);
    first.prop_flat_map(move |one| {
        let rest = all - one;
        (Just(digits.clone()), Just(one), rest.saturating_sub(8).max(2)..=8.min(rest - 2))
    })
}

/// Chinese words that neither end like a code nor say what a number is; some begin like a numeral.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "您好",
        "麻烦",
        "帮我查",
        "就是",
        "嗯",
        "，",
        "。",
        "谢谢",
        "我的是",
        "那个",
        "张先生",
        "下午",
        "一会儿",
    ]);
    prop::collection::vec(word, 0..5).prop_map(|words| words.concat())
}

/// What people speak of when they say their number.
fn topic() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["话费", "积分", "余额", "机票", "航班", "合同", "发票", "订单"])
}

/// Text of anything that numbers, addresses and plates are made of, so that most of it nearly is one.
fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        4 => "[0-9零一二三幺*]{1,12}",
        1 => mobile(),
        1 => id_card(),
        1 => bank_card(),
        4 => prop::sample::select(
            "， 。 - . 嗯 然后 对吗 最后两位 个 X 叉 号 栋 单元 门 组 期 室 楼 路 人民路 花园 地址 电话 身份证号 卡号 单号 尾号 京A 车牌 \
             @ 艾特 qq.com 点com abc 元 / ¥ 第 月 三个零 一个月 转 +86 0755 洞 拐 勾 两 张先生 下午 一会儿 话费 号码 座机 元旦 万一 .00元 门牌号 几号 小区 A栋 _ ( ) ⑫ ℡ \u{200b} “ 😀 \n".split(' ').collect::<Vec<_>>()
        ).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(fragment, 0..14).prop_map(|fragments| fragments.concat())
}

fn dialogue() -> impl Strategy<Value = Vec<(Role, String)>> {
    let role = prop::sample::select(vec![Role::Agent, Role::Customer, Role::System, Role::Unknown]);
    let reading =
        prop_oneof![2 => fragments(), 3 => "[0-9零一幺]{1,8}[，。嗯]?", 1 => Just("好的".to_owned())];
    prop::collection::vec((role, reading), 0..8)
}

fn turn(role: Role, text: &str) -> Turn<'_> {
    Turn { role, start_ms: None, end_ms: None, text: text.into(), index: 0 }
}

fn turns(said: &[(Role, String)]) -> Vec<Turn<'_>> {
    said.iter().map(|(role, text)| turn(*role, text)).collect()
}

fn shown(turns: &[Turn<'_>]) -> Vec<String> {
    turns.iter().zip(places(turns)).map(|(turn, places)| masked(&turn.text, &places)).collect()
}

/// Digits that can still be read.
fn digits_in(text: &str) -> usize {
    let is_digit = |c: &char| {
        c.is_ascii_digit() || ('０'..='９').contains(c) || "零〇一幺二三四五六七八九叉洞拐勾".contains(*c)
    };
    text.chars().filter(is_digit).count()
}

/// How many digits of a number that is written in one go may stay.
fn most(digits: &str, writing: Writing) -> usize {
    match (writing, digits.len()) {
        (Writing::Spoken | Writing::Called | Writing::Radio, _) => 0,
        (_, 11) => 7,
        _ => 4,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn places_are_sorted_disjoint_and_within_their_turn(said in dialogue()) {
        let turns = turns(&said);
        let found = places(&turns);
        prop_assert_eq!(found.len(), turns.len());
        for (turn, places) in turns.iter().zip(&found) {
            let length = u32::try_from(turn.text.chars().count()).unwrap();
            let proper = |place: &Place| place.start < place.end && place.end <= length;
            prop_assert!(places.iter().all(proper), "{:?}: {places:?}", turn.text);
            prop_assert!(places.is_sorted_by(|one, next| one.end <= next.start), "{:?}: {places:?}", turn.text);
        }
    }

    #[test]
    fn only_what_is_found_is_covered_character_for_character(said in dialogue()) {
        let turns = turns(&said);
        for (turn, places) in turns.iter().zip(places(&turns)) {
            let text = masked(&turn.text, &places);
            prop_assert_eq!(text.chars().count(), turn.text.chars().count());
            for (at, (before, after)) in (0_u32..).zip(turn.text.chars().zip(text.chars())) {
                let is_covered = places.iter().any(|place| (place.start..place.end).contains(&at));
                prop_assert_eq!(after, if is_covered { '*' } else { before });
            }
        }
    }

    #[test]
    fn masking_again_changes_nothing(said in dialogue(), alone in fragments()) {
        let once = shown(&turns(&said));
        let again: Vec<(Role, String)> = said.iter().map(|(role, _)| *role).zip(once.iter().cloned()).collect();
        prop_assert_eq!(shown(&turns(&again)), once);
        let masked = mask(&alone);
        prop_assert_eq!(mask(&masked), masked);
    }

    #[test]
    fn a_number_is_covered_wherever_it_stands(
        digits in number(), writing in writing(), before in words(), after in words()
    ) {
        let text = format!("{before}{}{after}", written(&digits, writing));
        let shown = mask(&text);
        let others = digits_in(&before) + digits_in(&after);
        prop_assert!(digits_in(&shown) <= most(&digits, writing) + others, "{text} is shown as {shown}");
        // A digit with which the next word begins may make another number of this one.
        let after = after.trim_start_matches('一');
        prop_assert!(shown.starts_with(&before) && shown.ends_with(after), "{text} is shown as {shown}");
    }

    #[test]
    fn what_is_spoken_of_makes_no_number_readable(
        digits in prop_oneof![mobile(), id_card()], writing in writing(), topic in topic(), between in words()
    ) {
        let text = format!("{topic}{between}{}", written(&digits, writing));
        let shown = mask(&text);
        let others = digits_in(&between);
        prop_assert!(digits_in(&shown) <= most(&digits, writing) + others, "{text} is shown as {shown}");
    }

    #[test]
    fn a_number_that_is_read_out_over_three_turns_is_covered(
        (digits, one, two) in number().prop_flat_map(cut), writing in writing(), echoes in any::<bool>(),
        before in words(), roles in any::<bool>()
    ) {
        let parts = [&digits[..one], &digits[one..one + two], &digits[one + two..]];
        let mut said = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let part = written(part, writing);
            let back = if echoes { part.clone() } else { "嗯，好的".to_owned() };
            let customer = if roles { Role::Customer } else { Role::Unknown };
            said.push((customer, if at == 0 { format!("{before}{part}") } else { part }));
            said.push((if roles { Role::Agent } else { Role::Unknown }, back));
        }
        let shown = shown(&turns(&said));
        prop_assert!(shown[0].starts_with(&before));
        let readable: usize = shown.iter().map(|text| digits_in(text)).sum();
        // What is repeated of fewer than three digits tells nobody.
        let least = if echoes { 6 } else { 0 } + digits_in(&before);
        prop_assert!(readable <= least, "{said:?} are shown as {shown:?}");
    }
}

/// `unit` again and again: as one text, and as turns of a hundred characters.
fn repeated(unit: &str, length: usize) -> [Vec<String>; 2] {
    let text: Vec<char> = unit.chars().cycle().take(length).collect();
    [vec![text.iter().collect()], text.chunks(100).map(String::from_iter).collect()]
}

/// The shortest of some times that it took to look through `texts`.
fn time(texts: &[String], times: usize) -> Duration {
    let turns: Vec<Turn<'_>> = texts.iter().map(|text| turn(Role::Customer, text)).collect();
    let once = |_| {
        let start = Instant::now();
        assert_eq!(places(&turns).len(), turns.len());
        start.elapsed()
    };
    (0..times).map(once).min().unwrap()
}

#[test]
fn a_million_digits_take_no_longer_than_they_are_many() {
    for texts in repeated("1", 1_000_000) {
        let took = time(&texts, 3);
        // A few tenths of a second on an idle machine; what is not linear would take hours.
        assert!(took < Duration::from_secs(30), "{} turns took {took:?}", texts.len());
    }
}

#[test]
fn four_times_the_text_takes_about_four_times_as_long() {
    let units = [
        "1 ",
        "13800138000 ",
        "62",
        "一，",
        "1嗯",
        "一个",
        "人民路1号",
        "苑1号嗯",
        "3栋",
        "1-",
        "a1@",
        "at ",
        "点",
        "京A1",
        "电话1",
        "身份证1 ",
        "*",
        ",",
        "嗯",
        "x",
        "洞",
        "话费1 ",
        "门牌号",
        "人民路 几号 ",
        "京A",
        "ab艾特qq点com ",
        "138001380** ",
    ];
    for unit in units {
        // Enough that a processor learns neither by heart.
        let [one, four] = [15_000, 60_000].map(|length| repeated(unit, length));
        for (one, four) in one.iter().zip(&four) {
            // What is quadratic takes sixteen times as long, and seconds; a busy machine may disturb some tries, but not all.
            let is_linear = |_| time(four, 1) < 10 * time(one, 1) + Duration::from_millis(50);
            assert!((0..8).any(is_linear), "{unit:?} in {} turns", four.len());
        }
    }
}
