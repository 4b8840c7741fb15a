//! The queue: which drafts wait for a human, the most worth a look first.

use std::collections::BTreeMap;

use askama::Template;

use super::Frame;
use crate::store::{QueueCounts, QueueEntry};

/// One of several things to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub id: String,
    /// What is shown.
    pub title: String,
}

impl Choice {
    fn new(id: &str, title: &str) -> Self {
        Self { id: id.to_owned(), title: title.to_owned() }
    }
}

/// A view of the queue that has a name.
#[derive(Debug)]
struct Tab {
    title: &'static str,
    href: String,
    is_here: bool,
}

/// A page of the queue.
#[derive(Debug, Template)]
#[template(path = "queue.html")]
pub struct Queue {
    /// What every page has.
    pub page: Frame,
    /// What was asked for, as it was written.
    pub asked: BTreeMap<String, String>,
    /// How many there are of what was asked for, whatever their state.
    pub counts: QueueCounts,
    /// The page's own.
    pub rows: Vec<QueueEntry>,
    /// Where the next page is.
    pub next: Option<String>,
    /// The rubrics in use.
    pub rubrics: Vec<Choice>,
}

/// What a view asks for, in the order of the names.
type Asks = &'static [(&'static str, &'static str)];

/// The views that have a name, and the order in which they are best read where that is not by risk.
const TABS: [(&str, Asks, &str); 5] = [
    ("待复核", &[("state", "open")], ""),
    ("我正在复核", &[("free", "false"), ("person", "me"), ("state", "open")], ""),
    ("退回重评", &[("reopened", "true"), ("state", "open")], ""),
    ("我提交的", &[("person", "me"), ("state", "submitted")], "&order=submitted"),
    ("全部已提交", &[("state", "submitted")], "&order=submitted"),
];

/// What makes a view, beside the filters that can be set within each.
const OF_TABS: [&str; 4] = ["free", "person", "reopened", "state"];

impl Queue {
    fn value(&self, name: &str) -> &str {
        self.asked.get(name).map_or("", String::as_str)
    }

    fn tabs(&self) -> Vec<Tab> {
        let own: Vec<_> = self.kept().collect();
        let tab = |(title, asks, order): (_, Asks, _)| {
            let query: Vec<_> = asks.iter().map(|(name, value)| format!("{name}={value}")).collect();
            Tab { title, href: format!("/queue?{}{order}", query.join("&")), is_here: own == asks }
        };
        TABS.map(tab).into()
    }

    /// What makes the view that is looked at; filtering keeps it.
    fn kept(&self) -> impl Iterator<Item = (&'static str, &str)> {
        OF_TABS.into_iter().map(|name| (name, self.value(name))).filter(|(_, value)| !value.is_empty())
    }

    /// The view that is looked at, without any filter.
    fn unfiltered(&self) -> String {
        self.tabs().into_iter().find(|tab| tab.is_here).map_or("/queue".to_owned(), |tab| tab.href)
    }

    fn is_filtered(&self) -> bool {
        let is_filter =
            |name: &String| !OF_TABS.contains(&name.as_str()) && name != "order" && name != "cursor";
        self.asked.keys().any(is_filter)
    }

    /// Whether no call has come yet, as far as this view tells: nothing is left out of it but a state, which all are counted of.
    fn is_untouched(&self) -> bool {
        let QueueCounts { open, submitted, .. } = self.counts;
        let is_plain = self.kept().all(|(name, _)| name == "state") && !self.is_filtered();
        is_plain && open + submitted == 0
    }

    fn severities(&self) -> [Choice; 4] {
        [("", "不限"), ("1", "轻微以上"), ("2", "一般以上"), ("3", "严重")]
            .map(|(id, title)| Choice::new(id, title))
    }

    fn orders(&self) -> [Choice; 5] {
        [
            ("risk", "风险从高到低"),
            ("newest", "最新的在前"),
            ("oldest", "最早的在前"),
            ("score", "得分从低到高"),
            ("submitted", "最近提交的在前"),
        ]
        .map(|(id, title)| Choice::new(id, title))
    }

    /// How bad the worst thing in a draft is; a proposed veto is as bad as can be.
    fn worst(&self, row: &QueueEntry) -> i64 {
        if row.vetoes > 0 { 3 } else { row.severity }
    }

    fn severity(&self, row: &QueueEntry) -> &'static str {
        match self.worst(row) {
            0 => "无",
            1 => "轻微",
            2 => "一般",
            _ => "严重",
        }
    }

    fn rubric<'a>(&'a self, row: &'a QueueEntry) -> &'a str {
        self.rubrics.iter().find(|rubric| rubric.id == row.rubric).map_or(&row.rubric, |rubric| &rubric.title)
    }
}
