//! The tables: which words announce personal data, which say that a number is none, and what may stand between digits.

use std::sync::LazyLock;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};

/// What a word says about the number that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// The number of an identity card follows.
    IdCard,
    /// The number of a bank card follows.
    BankCard,
    /// A telephone number follows.
    Phone,
    /// An address follows.
    Address,
    /// A licence plate follows.
    Plate,
    /// A number follows that is nobody's: of an order, a contract, a device; or only the last digits of one.
    Other,
    /// What is spoken of, an order, a fare, has numbers of its own, but nothing says that the next one is such a number.
    Subject,
    /// Says nothing: it is spoken between the digits of a number that is read out.
    Filler,
}

/// The words of each cue, with blanks between. Of words that overlap the first, and then the longest, is taken, so that 就诊卡号 is not 卡号.
const WORDS: [(Cue, &str); 8] = [
    // What people call the identity card and its number.
    (
        Cue::IdCard,
        "身份证 身份证号 身份证号码 身份证件号 证件号 证件号码 公民身份号码 居民身份证 居住证号 idcard id_card",
    ),
    // What people call bank cards and accounts.
    (
        Cue::BankCard,
        "银行卡 银行卡号 卡号 信用卡 信用卡号 借记卡 储蓄卡 收款卡 收款账号 银行账号 银行账户 收款账户 对公账户 还款卡 \
         绑定的卡 转账到 打款到 开户行",
    ),
    // What people call telephone numbers, also in Latin letters; 号码 alone may be that of an invoice or a lottery.
    (
        Cue::Phone,
        "电话 电话号 电话号码 手机 手机号 手机号码 联系电话 联系方式 座机 座机号 固话 固定电话 联系号码 来电号码 预留号码 \
         我的号码 我号码 您的号码 你的号码 本机号码 回电 致电 拨打 tel phone mobile",
    ),
    // What stands before a place where somebody lives.
    // And how its parts are asked for; not 几号, which may be a day.
    (
        Cue::Address,
        "地址 住址 家住 住在 门牌 门牌号 收货地址 收件地址 装机地址 上门地址 房号 房间号 楼号 楼栋号 单元号 几号楼 几栋 几幢 几单元 \
         几零几 几室 哪个房间 哪间房 哪一栋 哪栋",
    ),
    // What people call a licence plate.
    (Cue::Plate, "车牌 车牌号 车牌号码 牌照 车号"),
    // Numbers of things and cases, of staff, and the tails of numbers, by which nobody is known.
    (
        Cue::Other,
        "订单号 订单编号 单号 运单号 快递单号 快递号 物流号 面单号 工单号 工单编号 流水号 交易号 \
         凭证号 编号 序号 序列号 机身码 串号 串码 型号 货号 批号 条码 条形码 券码 兑换码 激活码 验证码 取件码 提货码 \
         取票码 校验码 邀请码 邮编 合同号 合同编号 保单号 票号 客票号 发票号 发票号码 发票代码 税号 \
         信用代码 报案号 案件号 受理号 受理编号 申请号 登记号 预约号 排队号 就诊卡号 就诊号 病历号 门诊号 \
         住院号 医保卡号 社保卡号 会员卡号 会员号 会员编号 客户编号 客户号 户号 表号 电表号 学号 准考证号 工号 坐席号 公交卡号 \
         加油卡号 购物卡号 礼品卡号 充值卡号 行程号 航班号 车架号 发动机号 房源号 商品号 项目号 \
         尾号 后四位 后六位 末四位 末尾四位 前三位 前六位 后三位 后两位 imei sn isbn http https",
    ),
    // Things and cases themselves; also words that only look like cues.
    (
        Cue::Subject,
        "订单 运单 快递单 工单 流水 交易流水 合同 保单 车票 机票 发票 申请单 就诊卡 航班 车次 电话卡号 手机卡号 电话费 话费 \
         手机费 手机款 积分 余额 票房 id uid",
    ),
    // Attention, hesitation and directions, as they are heard between the groups of a number.
    (
        Cue::Filler,
        "嗯 呃 额 唔 啊 哦 噢 喔 哎 诶 唉 欸 哈 呢 吧 呀 嘛 吗 了 对 好 行 是 就 再 还 我 您 你 请 说 念 报 记 的 那 这 嘞 喂 \
         那个 这个 就是 然后 接着 后面 后边 后头 前面 前边 前头 开头 开始 中间 最后 末尾 还有 继续 稍等 等等 等一下 一下 看一下 \
         我看看 看看 记一下 听一下 等一等 说一遍 一遍 再说 重复 没错 正确 可以 明白 收到 知道 记下 听到 听着 谢谢 麻烦 好的 \
         对的 是的 行的 对吗 是吗 对吧 是吧 对不对 是不是 没有 最后一位 最后两位 最后三位 最后四位 后面两位 后面三位 后面四位 \
         和 或 或者 以及 还是 给您 给你 报一下 念一下 报给您 念给您 念给你 慢点 慢慢",
    ),
];

/// Between a number and the word that says it is none: 订单号我没有，… announces nothing, nor does 订单号或手机号….
pub(super) const DENIALS: [char; 6] = ['没', '忘', '不', '无', '丢', '或'];
/// Latin words that may stand directly before a telephone number; behind others a number is part of a code.
pub(super) const CONTACTS: [&str; 13] =
    ["tel", "telephone", "phone", "mobile", "cell", "qq", "wx", "vx", "v", "wechat", "hp", "mob", "id"];
/// Behind a number they make it an amount.
pub(super) const UNITS: [&str; 14] =
    ["元", "块", "万", "亿", "美元", "美金", "欧元", "日元", "韩元", "英镑", "港币", "港元", "人民币", "%"];
/// What begins like a unit and is none: 万一打不通, 元旦前.
pub(super) const NO_UNITS: [&str; 6] = ["万一", "万不", "万分", "元旦", "元宵", "元月"];
/// Behind a spoken digit they take it out of the number before: …八零零零一个月.
pub(super) const NUMERAL_TAILS: [char; 14] =
    ['十', '百', '千', '万', '亿', '个', '块', '元', '月', '年', '次', '张', '天', '下'];
/// What recognisers write for digits that they misheard; only beside digits are they taken for such.
pub(super) const SOUNDS: [(char, u8); 6] = [('么', 1), ('腰', 1), ('妖', 1), ('吆', 1), ('夭', 1), ('两', 2)];
/// What is said for digits over the radio, so that they are not misheard.
pub(super) const RADIO: [(char, u8); 3] = [('洞', 0), ('拐', 7), ('勾', 9)];

/// The one character for each province on licence plates (GA 36).
pub(super) const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// The last character of plates of special use.
pub(super) const PLATE_TAILS: &str = "学警挂港澳试超领使";
/// The first two digits of identity cards (GB/T 2260).
pub(super) const ID_PROVINCES: [u8; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82, 83,
];

/// What is said for @; longer ones first.
pub(super) const SPOKEN_AT: [&str; 5] = ["艾特", "爱特", "圈a", "小老鼠", "at"];
/// What is said for the signs of a name.
pub(super) const SPOKEN_SIGNS: [&str; 6] = ["下划线", "中划线", "横线", "横杠", "杠", "点"];
/// Ends of a domain, as far as they are common; behind a written @ any will do.
pub(super) const TOPS: [&str; 14] =
    ["com", "cn", "net", "org", "edu", "gov", "cc", "io", "me", "hk", "tw", "vip", "co", "info"];

/// Behind streets and lanes stand the numbers of houses.
pub(super) const ROADS: [&str; 8] = ["路", "街", "巷", "弄", "大道", "胡同", "村", "屯"];
/// With one of these before them, 路 and 街 are no streets: 线路, 走路, 逛街.
pub(super) const NO_NAMES: &str = "线电网走思铁半这那哪条各跑顺逛上农乡";
/// What may stand between a street and its number.
pub(super) const SIDES: &str = "甲乙丙丁临东西南北侧段";
/// Ends of names of places where people live.
pub(super) const ESTATES: [&str; 15] = [
    "小区", "花园", "家园", "公寓", "新村", "大厦", "广场", "雅居", "名苑", "山庄", "别墅", "宿舍", "大院",
    "社区", "豪庭",
];
/// The last letters of [`ROADS`] and [`ESTATES`].
pub(super) const LAST_LETTERS: &str = "路街巷弄道同村屯区园家寓厦场居苑庄墅舍院庭";
/// Ends of names of estates, single letters; weaker, since they end other words as well.
pub(super) const ESTATE_LETTERS: &str = "苑园府湾庭里坪城寓区居邸轩阁墅坊院厦座";
/// 这里, 家里, 店里 are no names, and 们小区, 的公寓 none of one.
pub(super) const NO_ESTATES: &str = "这那哪家心手店公区县院夜屋们的";
/// What a number is followed by that counts or names something else, although it begins like one of these.
pub(super) const NO_BUILDINGS: [&str; 41] = [
    "栋楼",
    "幢楼",
    "栋别墅",
    "栋房",
    "单元格",
    "单元测",
    "室内",
    "室外",
    "室友",
    "室温",
    "号线",
    "号窗",
    "号台",
    "号机",
    "号桌",
    "号枪",
    "号柜",
    "号登",
    "号车",
    "号厅",
    "号码",
    "号文",
    "号口",
    "号门",
    "门口",
    "门店",
    "门票",
    "门诊",
    "门课",
    "门外",
    "门内",
    "门卫",
    "门禁",
    "门面",
    "门功",
    "门考",
    "组合",
    "组成",
    "组织",
    "组件",
    "组数",
];
/// What a bare number is followed by when it is an amount or a time.
pub(super) const MEASURES: &str =
    "元块万亿年月日天点分秒个位户人次米平度公斤克折条张件台倍期级岁美欧毛角名种份瓶盒枚%:$厅卫";
/// Before a number they make it one of a row, or a day: 第三号, 8月3号.
pub(super) const ORDINALS: [char; 2] = ['第', '月'];

/// A word of the tables, and where it stands: signs `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) cue: Cue,
}

static AUTOMATON: LazyLock<CharwiseDoubleArrayAhoCorasick<usize>> = LazyLock::new(|| {
    let words = WORDS.iter().enumerate();
    let words = words.flat_map(|(cue, (_, words))| words.split_whitespace().map(move |word| (word, cue)));
    #[expect(clippy::expect_used, reason = "a test finds every word of the tables, which are constant")]
    CharwiseDoubleArrayAhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostLongest)
        .build_with_values(words)
        .expect("the words of the tables are few and different")
});

/// The words of the tables in `signs`, in order; none overlaps another.
pub(super) fn heard(signs: &[char]) -> Vec<Heard> {
    let text: String = signs.iter().collect();
    let (mut byte, mut sign) = (0, 0);
    let mut found = Vec::new();
    for word in AUTOMATON.leftmost_find_iter(&text) {
        let start = sign + text[byte..word.start()].chars().count();
        let end = start + text[word.start()..word.end()].chars().count();
        (byte, sign) = (word.end(), end);
        if is_whole(signs, start, end) {
            found.push(Heard { start, end, cue: WORDS[word.value()].0 });
        }
    }
    found
}

/// Whether a Latin word is not just a part of another one.
fn is_whole(signs: &[char], start: usize, end: usize) -> bool {
    let letter = |at: usize| signs.get(at).is_some_and(char::is_ascii_lowercase);
    !letter(start) || !(start.checked_sub(1).is_some_and(letter) || letter(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::sign::signs;

    #[test]
    fn every_word_of_the_tables_is_found_and_means_what_it_stands_under() {
        for (cue, words) in WORDS {
            for word in words.split_whitespace() {
                let found = heard(&signs(word));
                assert_eq!(found, [Heard { start: 0, end: word.chars().count(), cue }], "{word}");
            }
        }
    }

    #[test]
    fn the_longest_word_counts_and_latin_ones_only_whole() {
        let cues = |text: &str| heard(&signs(text)).iter().map(|word| word.cue).collect::<Vec<_>>();
        assert_eq!(cues("就诊卡号"), [Cue::Other]);
        assert_eq!(cues("卡号"), [Cue::BankCard]);
        assert_eq!(cues("Tel 手機號"), [Cue::Phone, Cue::Phone]);
        assert_eq!(cues("hotel video"), []);
    }
}
