//! The overview: how much there is, what it comes to, how far the machine is followed.

mod panel;
mod plots;

use std::collections::BTreeMap;

use askama::Template;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};
use url::form_urlencoded::Serializer;

pub use self::panel::Panel;
use super::{Choice, Frame};
use crate::report::figures::Counts;

/// The page of figures.
#[derive(Debug, Template)]
#[template(path = "overview.html")]
pub struct OverviewPage {
    /// What every page has.
    pub page: Frame,
    /// When it is looked at, by the clock of the place.
    pub at: DateTime,
    /// What was asked for, as it was written.
    pub asked: BTreeMap<String, String>,
    /// The same as a query, to be put behind an address.
    pub query: String,
    /// The rubrics in use.
    pub rubrics: Vec<Choice>,
    /// How many there are.
    pub counts: Counts,
    /// The tables, in the order in which they are read.
    pub panels: Vec<Panel>,
}

/// A stretch of days that ends today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
    /// Ninety days.
    Quarter,
    /// All days there are.
    All,
}

impl Stretch {
    /// Its first day; none where it has none.
    #[must_use]
    pub fn begin(self, today: Date) -> Option<Date> {
        let days = match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
            Self::All => return None,
        };
        Some(today.saturating_sub((days - 1).days()))
    }

    fn title(self) -> &'static str {
        match self {
            Self::Week => "近 7 天",
            Self::Month => "近 30 天",
            Self::Quarter => "近 90 天",
            Self::All => "全部日期",
        }
    }
}

/// A way to look at other days, everything else staying as it is.
#[derive(Debug)]
struct Shortcut {
    title: &'static str,
    href: String,
    is_here: bool,
}

impl OverviewPage {
    fn value(&self, name: &str) -> &str {
        self.asked.get(name).map_or("", String::as_str)
    }

    /// What the figures are about, as paper must say it: names, and what was asked for under them.
    fn scope(&self) -> [(&'static str, String); 5] {
        let all = || self.page.t("全部").to_owned();
        let asked = |name: &str| self.asked.get(name).cloned().unwrap_or_else(all);
        let rubric = self.rubrics.iter().find(|rubric| rubric.id == self.value("rubric"));
        let days = match (self.value("from"), self.value("to")) {
            ("", "") => self.page.t("全部日期").to_owned(),
            (from, "") => self.page.fill("{} 起", from),
            ("", to) => self.page.fill("到 {} 为止", to),
            (from, to) => self.page.lang.fill("{} 至 {}", &[&from, &to]),
        };
        [
            ("评分表", rubric.map_or_else(|| asked("rubric"), |rubric| rubric.title.clone())),
            ("班组", asked("team")),
            ("工号", asked("agent")),
            ("通话日期", days),
            ("打印于", self.at.strftime("%Y-%m-%d %H:%M").to_string()),
        ]
    }

    /// The stretches of days that are one step away.
    fn shortcuts(&self) -> [Shortcut; 4] {
        [Stretch::Week, Stretch::Month, Stretch::Quarter, Stretch::All].map(|stretch| {
            let begin = stretch.begin(self.at.date()).map(|day| day.to_string()).unwrap_or_default();
            let is_here = self.value("from") == begin && self.value("to").is_empty();
            let others = self.asked.iter().filter(|(name, _)| !["from", "to"].contains(&name.as_str()));
            // All days are asked for by an empty field: without any field the page begins with a month.
            let query =
                Serializer::new(String::new()).append_pair("from", &begin).extend_pairs(others).finish();
            Shortcut { title: stretch.title(), href: format!("/overview?{query}"), is_here }
        })
    }

    /// Whether more is asked for than days.
    fn is_filtered(&self) -> bool {
        self.asked.keys().any(|name| !["from", "to"].contains(&name.as_str()))
    }

    /// Where a panel is had as a file.
    fn file(&self, panel: &Panel, format: &str) -> String {
        let and = if self.query.is_empty() { "" } else { "&" };
        format!("/api/v1/reports/overview?{}{and}format={format}&table={}", self.query, panel.sort.name())
    }
}
