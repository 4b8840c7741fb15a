//! When the calls of the demo took place, and when they were worked on: the same for the whole of a day.

use jiff::civil::{Date, Time};
use jiff::tz::{self, Offset, TimeZone};
use jiff::{Span, Timestamp};

/// The calls are spread over so many days, of which yesterday is the last.
const DAYS: usize = 14;
/// The dialogues are Chinese, and so are the hours of work.
const CHINA: Offset = tz::offset(8);
/// When the calls of a day come in: the night after.
const NIGHT: Time = jiff::civil::time(0, 30, 0, 0);
/// Between these hours reviewers submit.
const WORK: [Time; 2] = [jiff::civil::time(9, 0, 0, 0), jiff::civil::time(17, 40, 0, 0)];

/// The calendar as it is seen at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    now: Timestamp,
    today: Date,
}

/// When a call took place, and what has become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Course {
    /// The day of the call.
    pub(super) day: Date,
    /// When its transcript came in.
    pub(super) received: Timestamp,
    /// When its review was submitted; none where it waits.
    pub(super) submitted: Option<Timestamp>,
}

impl Calendar {
    pub(super) fn at(now: Timestamp) -> Self {
        Self { now, today: now.to_zoned(TimeZone::fixed(CHINA)).date() }
    }

    /// Before anything else happened.
    pub(super) fn opening(self) -> Timestamp {
        self.moment(self.back(DAYS), WORK[0])
    }

    /// What has become of call number `n` of `all`.
    pub(super) fn course(self, n: usize, all: usize) -> Course {
        // Neighbours in the order of names are about the same and come on different days.
        let (ago, slot, slots) = (1 + n * 5 % DAYS, n / DAYS, all.div_ceil(DAYS));
        let day = self.back(ago);
        let next = self.back(ago - 1);
        let received = self.moment(next, NIGHT);
        // Of every ten calls of the day so many are done: of older days more than of the last ones.
        let done = match ago {
            1 => 2,
            2 => 4,
            3..=5 => 5,
            _ => 7,
        };
        let submitted = (slot * 3 % 10 < done).then(|| self.at_work(next, slot, slots));
        Course { day, received, submitted }
    }

    fn back(self, days: usize) -> Date {
        let days = Span::new().days(i64::try_from(days).unwrap_or(0));
        self.today.saturating_sub(days)
    }

    /// A moment of the past: now, where the day has not come so far.
    fn moment(self, day: Date, time: Time) -> Timestamp {
        CHINA.to_timestamp(day.to_datetime(time)).map_or(self.now, |moment| moment.min(self.now))
    }

    /// When the slot of so many comes on a day of work; today they share what there was of it so far.
    fn at_work(self, day: Date, slot: usize, slots: usize) -> Timestamp {
        let [begin, end] = WORK.map(|time| self.moment(day, time));
        let begin = if begin < end { begin } else { self.moment(day, NIGHT) };
        let share =
            |whole: i64| whole * i64::try_from(slot + 1).unwrap_or(1) / i64::try_from(slots + 1).unwrap_or(1);
        let milliseconds = begin.as_millisecond() + share(end.as_millisecond() - begin.as_millisecond());
        Timestamp::from_millisecond(milliseconds).unwrap_or(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_in_the_past_and_in_its_order_at_any_time_of_day() {
        for now in
            ["2026-11-21T16:00:05Z", "2026-11-21T16:31:00Z", "2026-11-22T02:00:00Z", "2026-11-22T15:59:59Z"]
        {
            let now: Timestamp = now.parse().unwrap();
            let calendar = Calendar::at(now);
            let courses: Vec<Course> = (0..294).map(|n| calendar.course(n, 294)).collect();
            for course in &courses {
                assert!(calendar.opening() < course.received && course.received <= now);
                assert!(course.submitted.is_none_or(|at| course.received <= at && at <= now), "{course:?}");
            }
            let days: std::collections::BTreeSet<Date> = courses.iter().map(|course| course.day).collect();
            assert_eq!(days.len(), DAYS);
            assert_eq!(days.last().unwrap().to_string(), "2026-11-21");
            let submitted = courses.iter().filter(|course| course.submitted.is_some()).count();
            assert!((160..=195).contains(&submitted), "{submitted}");
        }
    }

    #[test]
    fn what_is_done_is_the_same_all_day() {
        let of = |now: &str| {
            let calendar = Calendar::at(now.parse().unwrap());
            (0..294)
                .map(|n| calendar.course(n, 294))
                .map(|it| (it.day, it.submitted.is_some()))
                .collect::<Vec<_>>()
        };
        assert_eq!(of("2026-11-21T16:00:05Z"), of("2026-11-22T15:00:00Z"));
    }
}
