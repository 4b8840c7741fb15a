//! What a lead looks at first: how much there is, what it comes to, who does what.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figures::{Counts, GroupFigures, ScoreBucket};
use super::progress::ReviewerDay;

/// The figures of many reviews.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Overview {
    /// Which day it is, by the hours of the place that was asked for.
    #[schema(format = Date)]
    pub today: String,
    /// How many reviews there are.
    pub counts: Counts,
    /// By the day of the call, from the first to the last.
    pub days: Vec<GroupFigures>,
    /// By team.
    pub teams: Vec<GroupFigures>,
    /// By agent.
    pub agents: Vec<GroupFigures>,
    /// How totals are spread: ten tenths of the scale.
    pub scores: Vec<ScoreBucket>,
    /// What each person submitted, day by day.
    pub reviewers: Vec<ReviewerDay>,
}

/// Figures that are had as a table (报表的表).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// By the day of the call.
    Days,
    /// By team.
    Teams,
    /// By agent.
    Agents,
    /// How totals are spread.
    Scores,
    /// The items that lose the most points.
    Items,
    /// How often each rule hits.
    Rules,
    /// What each person submitted, day by day.
    Reviewers,
}

impl Sort {
    /// As it is written in a query and in the names of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Teams => "teams",
            Self::Agents => "agents",
            Self::Scores => "scores",
            Self::Items => "items",
            Self::Rules => "rules",
            Self::Reviewers => "reviewers",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Days => "按日",
            Self::Teams => "按班组",
            Self::Agents => "按工号",
            Self::Scores => "得分分布",
            Self::Items => "失分项",
            Self::Rules => "规则命中",
            Self::Reviewers => "复核进度",
        }
    }
}
