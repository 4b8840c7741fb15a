//! Figures of many reviews, added up by the database.
//!
//! What is added up stands in one index (`reviews_by_figures`), which is narrow beside the rows. So that it is read along
//! that index and no other, nothing here compares or groups by a bare column with which another index begins.

use jiff::Timestamp;

use super::db::{Value, values};
use super::{Span, Store, StoreError, stored};
use crate::report::figures::{BucketCount, By, Counts, GroupSums, ShareSum};
use crate::report::hits::RuleHits;
use crate::report::losses::{ItemSum, PackSheet};
use crate::report::progress::ReviewerDay;
use crate::score::{Points, Sheet};

/// Whether a review is submitted.
const SUBMITTED: &str = "COALESCE(r.state, '') = 'submitted'";
/// Whether the machine has judged anything, and whether there was anything to be had in the end.
const JUDGED: &str = "r.judged_max > 0";
const SETTLED: &str = "COALESCE(r.state, '') = 'submitted' AND r.final_max > 0";

/// Milliseconds in a day.
const DAY: i64 = 86_400_000;

/// The sum of something over the reviews for which a condition holds, as a whole number on both databases.
fn sum(what: &str, condition: &str) -> String {
    format!("CAST(SUM(CASE WHEN {condition} THEN {what} ELSE 0 END) AS BIGINT)")
}

#[derive(sqlx::FromRow)]
struct Group {
    key: String,
    drafts: i64,
    submitted: i64,
    judged: i64,
    machine: i64,
    settled: i64,
    final_shares: i64,
    with_hits: i64,
    carried_out: i64,
    proposed: i64,
    decided: i64,
    overruled: i64,
}

impl Group {
    fn sums(self) -> GroupSums {
        GroupSums {
            key: self.key,
            drafts: count(self.drafts),
            submitted: count(self.submitted),
            machine: ShareSum { millionths: self.machine, number: count(self.judged) },
            settled: ShareSum { millionths: self.final_shares, number: count(self.settled) },
            with_hits: count(self.with_hits),
            carried_out: count(self.carried_out),
            proposed: count(self.proposed),
            decided: count(self.decided),
            overruled: count(self.overruled),
        }
    }
}

impl Store {
    /// How many reviews there are of each state, as it is `now`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn counts(&self, span: &Span, now: Timestamp) -> Result<Counts, StoreError> {
        let (conditions, values) = span.reviews();
        let submitted = sum("1", SUBMITTED);
        let reopened = sum("1", "COALESCE(r.state, '') = 'open' AND COALESCE(r.submitted_at, 0) > 0");
        let all = format!(
            "SELECT COUNT(*), COALESCE({submitted}, 0), COALESCE({reopened}, 0) FROM reviews r WHERE 1 = 1{conditions}"
        );
        let all: Option<(i64, i64, i64)> = self.db.row(all, values.clone()).await?;
        let (drafts, submitted, reopened) = all.unwrap_or_default();
        // Few are claimed, and those are found by an index of their own.
        let n = values.len() + 1;
        let claimed = format!(
            "SELECT COUNT(*) FROM reviews r WHERE r.claimed_by IS NOT NULL AND r.claimed_until > ${n} \
             AND r.state = 'open'{conditions}"
        );
        let claimed: Option<(i64,)> =
            self.db.row(claimed, values.into_iter().chain(values![stored(now)]).collect()).await?;
        let claimed = claimed.map_or(0, |(claimed,)| claimed);
        Ok(Counts {
            drafts: count(drafts),
            waiting: count(drafts - submitted - claimed),
            claimed: count(claimed),
            submitted: count(submitted),
            reopened: count(reopened),
        })
    }

    /// What the calls of each day, team or agent add up to.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn groups(&self, by: By, span: &Span) -> Result<Vec<GroupSums>, StoreError> {
        let key = match by {
            By::Day => "r.day",
            By::Team => "COALESCE(r.team, '')",
            By::Agent => "COALESCE(r.agent, '')",
        };
        let columns = [
            ("submitted", sum("1", SUBMITTED)),
            ("judged", sum("1", JUDGED)),
            ("machine", sum("r.score * 1000000 / r.judged_max", JUDGED)),
            ("settled", sum("1", SETTLED)),
            ("final_shares", sum("r.final_score * 1000000 / r.final_max", SETTLED)),
            ("with_hits", sum("1", "r.hits > 0")),
            ("carried_out", sum("r.carried_out", SUBMITTED)),
            ("proposed", sum("r.proposed", SUBMITTED)),
            ("decided", sum("r.decided", SUBMITTED)),
            ("overruled", sum("r.overruled", SUBMITTED)),
        ];
        let columns: String = columns.iter().map(|(name, sum)| format!(", {sum} AS {name}")).collect();
        let (conditions, values) = span.reviews();
        let rows = format!(
            "SELECT {key} AS key, COUNT(*) AS drafts{columns} FROM reviews r WHERE 1 = 1{conditions} GROUP BY {key}"
        );
        let rows: Vec<Group> = self.db.rows(rows, values).await?;
        Ok(rows.into_iter().map(Group::sums).collect())
    }

    /// How many totals lie in each tenth of the scale: the machine's of all drafts, and the final ones.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn scores(&self, span: &Span) -> Result<[Vec<BucketCount>; 2], StoreError> {
        let machine = self.tenths("r.score * 10 / r.judged_max", JUDGED, span).await?;
        Ok([machine, self.tenths("r.final_score * 10 / r.final_max", SETTLED, span).await?])
    }

    async fn tenths(
        &self,
        tenth: &str,
        condition: &str,
        span: &Span,
    ) -> Result<Vec<BucketCount>, StoreError> {
        let (conditions, values) = span.reviews();
        let rows = format!(
            "SELECT {tenth} AS tenth, COUNT(*) FROM reviews r WHERE {condition}{conditions} GROUP BY tenth"
        );
        let rows: Vec<(i64, i64)> = self.db.rows(rows, values).await?;
        Ok(rows.into_iter().map(|(tenth, number)| BucketCount { tenth, number: count(number) }).collect())
    }

    /// What each item of submitted reviews was given in all, and the sheets that say how much that could be, from the
    /// oldest pack to the latest.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn item_sums(&self, span: &Span) -> Result<(Vec<ItemSum>, Vec<PackSheet>), StoreError> {
        let (conditions, values) = span.reviews();
        // There are dozens of items for each review: they are grouped by small numbers instead of digests, in half the time.
        let rows = format!(
            "WITH s AS MATERIALIZED (SELECT pack, rubric, ROW_NUMBER() OVER (ORDER BY pack, rubric) AS n FROM sheets), \
             q AS MATERIALIZED (SELECT r.draft, s.n FROM reviews r CROSS JOIN s \
             WHERE s.pack = r.pack AND s.rubric = r.rubric AND {SUBMITTED}{conditions}), \
             g AS MATERIALIZED (SELECT q.n, x.item, COUNT(*) AS reviewed, CAST(SUM(x.final) AS BIGINT) AS points \
             FROM q CROSS JOIN reviewed_items x WHERE x.draft = q.draft AND x.final IS NOT NULL GROUP BY q.n, x.item) \
             SELECT s.pack, s.rubric, g.item, g.reviewed, g.points FROM g JOIN s ON s.n = g.n"
        );
        let rows: Vec<(String, String, String, i64, i64)> = self.db.rows(rows, values).await?;
        let sum = |(pack, rubric, item, reviewed, points)| ItemSum {
            pack,
            rubric,
            item,
            reviewed: count(reviewed),
            points: Points::of_hundredths(points),
        };
        let sums: Vec<ItemSum> = rows.into_iter().map(sum).collect();
        let sheets = self.sheets_of(&sums).await?;
        Ok((sums, sheets))
    }

    /// The sheets by which the items were given their points.
    async fn sheets_of(&self, sums: &[ItemSum]) -> Result<Vec<PackSheet>, StoreError> {
        let mut asked: Vec<(&str, &str)> =
            sums.iter().map(|sum| (sum.pack.as_str(), sum.rubric.as_str())).collect();
        asked.sort_unstable();
        asked.dedup();
        let mut found = Vec::with_capacity(asked.len());
        for (pack, rubric) in asked {
            let row = "SELECT p.first_used_at, s.body FROM sheets s JOIN packs p ON p.digest = s.pack \
                       WHERE s.pack = $1 AND s.rubric = $2";
            let row: Option<(i64, String)> = self.db.row(row, values![pack, rubric]).await?;
            let (since, body) = row.ok_or(StoreError::Broken("评分表"))?;
            let sheet: Sheet = serde_json::from_str(&body).map_err(|_| StoreError::Broken("评分表"))?;
            found.push((since, PackSheet { pack: pack.to_owned(), sheet }));
        }
        found.sort_by_key(|(since, _)| *since);
        Ok(found.into_iter().map(|(_, sheet)| sheet).collect())
    }

    /// How many reviews each person submitted on each day, where a day begins so many milliseconds before it does in
    /// Greenwich; in the order of days, then of names.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn progress(&self, span: &Span, ahead: i64) -> Result<Vec<ReviewerDay>, StoreError> {
        let (conditions, values) = span.reviews();
        let n = values.len() + 1;
        let rows = format!(
            "SELECT g.reviewer, COALESCE(p.name, ''), g.worked_on, g.submitted FROM ( \
             SELECT r.reviewer, (r.submitted_at + ${n}) / {DAY} AS worked_on, COUNT(*) AS submitted FROM reviews r \
             WHERE {SUBMITTED} AND COALESCE(r.reviewer, '') <> ''{conditions} GROUP BY r.reviewer, worked_on) g \
             LEFT JOIN people p ON p.id = g.reviewer"
        );
        let values: Vec<Value> = values.into_iter().chain(values![ahead]).collect();
        let rows: Vec<(String, String, i64, i64)> = self.db.rows(rows, values).await?;
        let progress = |(person, name, day, submitted): (String, String, i64, i64)| {
            let day = Timestamp::from_millisecond(day * DAY).map_err(|_| StoreError::Broken("时间"))?;
            let day = day.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
            Ok(ReviewerDay { person, name, day, submitted: count(submitted) })
        };
        let mut all = rows.into_iter().map(progress).collect::<Result<Vec<_>, StoreError>>()?;
        all.sort_by(|a, b| (&a.day, &a.name, &a.person).cmp(&(&b.day, &b.name, &b.person)));
        Ok(all)
    }

    /// How often each rule hits; those that hit the most first. What they are called is not known here.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn rule_hits(&self, span: &Span) -> Result<Vec<RuleHits>, StoreError> {
        let (conditions, values) = span.reviews();
        // Without conditions nothing is asked of the reviews; else the few that are asked for are read first.
        let from = match conditions.as_str() {
            "" => "draft_rules x".to_owned(),
            conditions => format!("reviews r CROSS JOIN draft_rules x WHERE x.draft = r.draft{conditions}"),
        };
        let rows = format!(
            "SELECT x.rule, COUNT(*), CAST(SUM(x.hits) AS BIGINT), CAST(SUM(x.candidates) AS BIGINT) \
             FROM {from} GROUP BY x.rule"
        );
        let rows: Vec<(String, i64, i64, i64)> = self.db.rows(rows, values).await?;
        let hits = |(rule, drafts, hits, candidates)| RuleHits {
            rule,
            title: None,
            drafts: count(drafts),
            hits: count(hits),
            candidates: count(candidates),
        };
        let mut all: Vec<RuleHits> = rows.into_iter().map(hits).collect();
        all.sort_by(|a, b| (b.hits, b.candidates, &a.rule).cmp(&(a.hits, a.candidates, &b.rule)));
        Ok(all)
    }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
