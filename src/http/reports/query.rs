//! Which figures are asked for, and in which form.

use jiff::tz::Offset;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::problem::Problem;
use super::super::queue::day;
use super::file::Format;
use super::overview::BEIJING;
use crate::report::overview::Sort;
use crate::store::Span;

/// Which reviews count.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct FiguresQuery {
    /// 评分表编号;不写则全部
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    rubric: Option<String>,
    /// 只算用这个规则包评出来的:规则包的摘要,如 sha256:…
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    pack: Option<String>,
    /// 通话日期不早于,如 2026-11-21
    #[param(format = Date)]
    from: Option<String>,
    /// 通话日期不晚于;不能早于 from
    #[param(format = Date)]
    to: Option<String>,
    /// 班组
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    team: Option<String>,
    /// 工号
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    agent: Option<String>,
}

/// The same, where days begin, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct OverviewQuery {
    /// 评分表编号;不写则全部
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    rubric: Option<String>,
    /// 只算用这个规则包评出来的:规则包的摘要,如 sha256:…
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    pack: Option<String>,
    /// 通话日期不早于,如 2026-11-21
    #[param(format = Date)]
    from: Option<String>,
    /// 通话日期不晚于;不能早于 from
    #[param(format = Date)]
    to: Option<String>,
    /// 班组
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    team: Option<String>,
    /// 工号
    #[param(max_length = 200, pattern = "^[^\\x00]*$")]
    agent: Option<String>,
    /// 提交的日子按哪里的钟点算:与世界时的差 [缺省: +08:00,即北京时间;写在网址里要写成 %2B08:00]
    #[param(pattern = "^[+-](0[0-9]|1[0-4]):[0-5][0-9]$", example = "+08:00")]
    offset: Option<String>,
    /// json 全部数字(缺省),csv 或 xlsx 其中一张表,存成文件
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// 存哪张表 [缺省: days];只对 csv 和 xlsx 起作用
    #[param(inline)]
    table: Option<Sort>,
}

impl FiguresQuery {
    pub(in crate::http) fn span(self) -> Result<Span, Problem> {
        let Self { rubric, pack, from, to, team, agent } = self;
        let is_odd = |text: &String| text.contains('\0') || text.chars().count() > 200;
        if [&rubric, &pack, &team, &agent].into_iter().flatten().any(is_odd) {
            return Err(wrong("查询参数有误：编号最多 200 个字符，不能有空字符"));
        }
        let [from, to] = days(from.as_deref(), to.as_deref())?;
        Ok(Span { rubric, pack, from, to, team, agent })
    }
}

/// The first day and the last, as they are stored.
pub(super) fn days(from: Option<&str>, to: Option<&str>) -> Result<[Option<String>; 2], Problem> {
    let (from, to) = (day(from, "from")?, day(to, "to")?);
    // Else nothing would be found, which looks as if there were no calls.
    if let (Some(from), Some(to)) = (&from, &to)
        && from > to
    {
        return Err(Problem::new("invalid_request", "查询参数 from 不能晚于 to：开始日期晚于结束日期"));
    }
    Ok([from, to])
}

/// What an overview is asked for.
pub(super) struct Asked {
    /// Which reviews count.
    pub(super) span: Span,
    /// Where days of work begin.
    pub(super) offset: Offset,
    /// The table to be saved, and in which form; none where everything is told as JSON.
    pub(super) saved: Option<(Sort, Format)>,
}

impl OverviewQuery {
    pub(super) fn asked(self) -> Result<Asked, Problem> {
        let Self { rubric, pack, from, to, team, agent, offset, format, table } = self;
        let saved = (format != Format::Json).then_some((table.unwrap_or(Sort::Days), format));
        let offset = offset.as_deref().map_or(Ok(BEIJING), read_offset)?;
        Ok(Asked { span: FiguresQuery { rubric, pack, from, to, team, agent }.span()?, offset, saved })
    }
}

/// `+08:00`; whoever forgets to encode the sign sends a blank.
fn read_offset(text: &str) -> Result<Offset, Problem> {
    let read = || {
        let (sign, rest) = match text.split_at_checked(1)? {
            ("-", rest) => (-1, rest),
            ("+" | " ", rest) => (1, rest),
            _ => return None,
        };
        let (hours, minutes) = rest.split_once(':')?;
        let number = |digits: &str| {
            let is_plain = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
            digits.parse::<i32>().ok().filter(|_| is_plain)
        };
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        if hours > 14 || minutes > 59 {
            return None;
        }
        Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
    };
    read().ok_or_else(|| wrong("查询参数 offset 写成与世界时的差，如 +08:00（在网址里写成 %2B08:00）"))
}

fn wrong(message: &str) -> Problem {
    Problem::new("invalid_query", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_read_as_clocks_are() {
        let seconds = |text: &str| read_offset(text).map(Offset::seconds).ok();
        for (text, expected) in [("+08:00", 28_800), (" 05:30", 19_800), ("-03:30", -12_600), ("+00:00", 0)] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in
            ["", "8", "08:00", "+8:00", "+08:60", "+15:00", "+08:00:00", "+-8:00", "＋08:00", "+０8:00"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
