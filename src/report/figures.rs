//! How much came in, what it came to, and how far the machine was followed: in all, by day, by team, by agent.

use serde::Serialize;
use utoipa::ToSchema;

use super::agreement::{Rate, real};
use super::table::{Cell, Column};

/// By what calls are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The day of the call.
    Day,
    /// The agent's team.
    Team,
    /// The agent.
    Agent,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OverviewCounts)]
pub struct Counts {
    /// Drafts, of which a transcript has more than one where several rubrics were asked for.
    pub drafts: u64,
    /// Of these, the ones that wait for somebody.
    pub waiting: u64,
    /// The ones that somebody is working on.
    pub claimed: u64,
    /// The ones that were submitted.
    pub submitted: u64,
    /// Of those that wait or are worked on, the ones that had been submitted and were opened again.
    pub reopened: u64,
}

/// A sum of shares, each in millionths, and of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShareSum {
    /// The sum.
    pub millionths: i64,
    /// Of how many.
    pub number: u64,
}

/// What the calls of one day, team or agent add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupSums {
    /// The day, `2026-11-21`, the team or the agent's number; empty where the transcripts do not tell.
    pub key: String,
    /// Drafts.
    pub drafts: u64,
    /// Submitted reviews.
    pub submitted: u64,
    /// Of drafts: what the machine proposes, of the points that it has judged.
    pub machine: ShareSum,
    /// Of submitted reviews: the final total, of the points to be had.
    pub settled: ShareSum,
    /// Drafts with at least one hit.
    pub with_hits: u64,
    /// Vetoes that were carried out.
    pub carried_out: u64,
    /// Items of submitted reviews on which the machine proposed something.
    pub proposed: u64,
    /// Of these, where a human decided about the item.
    pub decided: u64,
    /// Of these, where the human came to something else.
    pub overruled: u64,
}

/// Figures on the calls of one day, team or agent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupFigures {
    /// The day, `2026-11-21`, the team or the agent's number; empty where the transcripts do not tell.
    pub key: String,
    /// Drafts.
    pub drafts: u64,
    /// Submitted reviews.
    pub submitted: u64,
    /// Mean over drafts of what the machine proposes, every proposed veto carried out, as a share of the points on items
    /// that it has judged; what it leaves to humans does not count against anybody. Null where it has judged nothing.
    pub machine_share: Option<f64>,
    /// Mean over submitted reviews of the final total as a share of the points to be had; null where nothing was submitted.
    pub final_share: Option<f64>,
    /// Drafts with at least one hit.
    pub with_hits: u64,
    /// Vetoes that were carried out in submitted reviews.
    pub vetoes: u64,
    /// Items of submitted reviews on which the machine proposed something.
    pub proposed: u64,
    /// Of these, where a human decided about the item.
    pub decided: u64,
    /// Of these, where the human came to what the machine proposed.
    pub agreed: u64,
    /// `agreed` of `decided`; null where nothing was decided.
    pub agreement: Option<Rate>,
    /// The same with the items that were only confirmed by submitting, of `proposed`.
    pub agreement_with_implicit: Option<Rate>,
}

/// How many totals lie in a tenth of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketCount {
    /// Which tenth; less than 0 and more than 9 where deductions or bonuses lead beyond the scale.
    pub tenth: i64,
    /// How many.
    pub number: u64,
}

/// A tenth of the scale, and how many totals lie there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ScoreBucket {
    /// Where it begins, as a share of the points to be had; the first holds everything below, too.
    pub from: f64,
    /// Where it ends; what is equal belongs to the next. The last holds everything above, too.
    pub to: f64,
    /// Drafts: what the machine proposes, of the points that it has judged.
    pub machine: u64,
    /// Submitted reviews: the final total, of the points to be had.
    #[serde(rename = "final")]
    pub settled: u64,
}

impl By {
    /// What stands above the keys.
    fn heading(self) -> &'static str {
        match self {
            Self::Day => "日期",
            Self::Team => "班组",
            Self::Agent => "工号",
        }
    }

    /// The columns of a table of such figures.
    #[must_use]
    pub fn columns(self) -> Vec<Column<GroupFigures>> {
        vec![
            Column { heading: self.heading(), cell: |row| Cell::Text(row.key.clone()) },
            Column { heading: "初稿", cell: |row| Cell::Count(row.drafts) },
            Column { heading: "已提交", cell: |row| Cell::Count(row.submitted) },
            Column { heading: "机评得分率", cell: |row| Cell::Share(row.machine_share) },
            Column { heading: "复核得分率", cell: |row| Cell::Share(row.final_share) },
            Column { heading: "有命中的初稿", cell: |row| Cell::Count(row.with_hits) },
            Column { heading: "执行的否决", cell: |row| Cell::Count(row.vetoes) },
            Column { heading: "逐项判断", cell: |row| Cell::Count(row.decided) },
            Column { heading: "其中一致", cell: |row| Cell::Count(row.agreed) },
            Column { heading: "一致率", cell: |row| Cell::rate(row.agreement) },
            Column {
                heading: "一致率下限", cell: |row| Cell::Share(row.agreement.map(|rate| rate.low))
            },
            Column {
                heading: "一致率上限", cell: |row| Cell::Share(row.agreement.map(|rate| rate.high))
            },
            Column {
                heading: "一致率(含默认确认)", cell: |row| Cell::rate(row.agreement_with_implicit)
            },
        ]
    }
}

impl ShareSum {
    /// The mean share; none of nothing.
    fn mean(self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "millions of shares are far below 2^53 millionths")]
        let sum = self.millionths as f64 / 1_000_000.0;
        (self.number > 0).then(|| sum / real(self.number))
    }
}

/// The figures of each group, in the order of keys; the one of which nothing is told comes last.
#[must_use]
pub fn groups(sums: impl IntoIterator<Item = GroupSums>) -> Vec<GroupFigures> {
    let mut groups: Vec<GroupFigures> = sums.into_iter().map(GroupSums::figures).collect();
    groups.sort_by(|a, b| (a.key.is_empty(), &a.key).cmp(&(b.key.is_empty(), &b.key)));
    groups
}

impl GroupSums {
    fn figures(self) -> GroupFigures {
        // Whatever was overruled was decided about.
        let agreed = self.decided.saturating_sub(self.overruled);
        GroupFigures {
            key: self.key,
            drafts: self.drafts,
            submitted: self.submitted,
            machine_share: self.machine.mean(),
            final_share: self.settled.mean(),
            with_hits: self.with_hits,
            vetoes: self.carried_out,
            proposed: self.proposed,
            decided: self.decided,
            agreed,
            agreement: Rate::of(agreed, self.decided),
            agreement_with_implicit: Rate::of(self.proposed.saturating_sub(self.overruled), self.proposed),
        }
    }
}

/// How the totals are spread: ten tenths, from the lowest.
#[must_use]
pub fn scores(machine: &[BucketCount], settled: &[BucketCount]) -> Vec<ScoreBucket> {
    let within = |counts: &[BucketCount], tenth: i64| {
        counts.iter().filter(|count| count.tenth.clamp(0, 9) == tenth).map(|count| count.number).sum()
    };
    let share = |tenth: u32| f64::from(tenth) / 10.0;
    let bucket = |tenth: u32| ScoreBucket {
        from: share(tenth),
        to: share(tenth + 1),
        machine: within(machine, i64::from(tenth)),
        settled: within(settled, i64::from(tenth)),
    };
    (0..10).map(bucket).collect()
}

/// The columns of a table of how totals are spread.
#[must_use]
pub fn score_columns() -> Vec<Column<ScoreBucket>> {
    vec![
        Column { heading: "得分率从", cell: |row| Cell::Share(Some(row.from)) },
        Column { heading: "到", cell: |row| Cell::Share(Some(row.to)) },
        Column { heading: "机评", cell: |row| Cell::Count(row.machine) },
        Column { heading: "复核", cell: |row| Cell::Count(row.settled) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_looked_at_is_told_apart() {
        let sums = GroupSums {
            key: "A1".to_owned(),
            drafts: 3,
            submitted: 2,
            machine: ShareSum { millionths: 1_500_000, number: 2 },
            proposed: 20,
            decided: 5,
            overruled: 1,
            ..GroupSums::default()
        };
        let nameless = GroupSums { drafts: 1, ..GroupSums::default() };
        let told = groups([nameless, sums]);
        assert_eq!((told[0].key.as_str(), told[1].key.as_str()), ("A1", ""));
        assert_eq!((told[0].agreed, told[0].agreement.unwrap().value), (4, 0.8));
        assert_eq!(told[0].agreement_with_implicit.unwrap().value, 0.95);
        assert_eq!((told[0].machine_share, told[0].final_share), (Some(0.75), None));
        assert_eq!((told[1].agreement, told[1].agreement_with_implicit), (None, None));
    }

    #[test]
    fn totals_beyond_the_scale_are_at_its_ends() {
        let count = |tenth| BucketCount { tenth, number: 1 };
        let told = scores(&[count(-2), count(0), count(9), count(10), count(12)], &[count(5)]);
        assert_eq!(
            told.iter().map(|bucket| bucket.machine).collect::<Vec<_>>(),
            [2, 0, 0, 0, 0, 0, 0, 0, 0, 3]
        );
        assert_eq!((told[5].settled, told[5].from, told[5].to), (1, 0.5, 0.6));
    }
}
