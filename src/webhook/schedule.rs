//! When an attempt that failed is repeated: soon at first, then ever later, for about three days.

use std::time::Duration;

use jiff::Timestamp;

/// Seconds between the end of one attempt and the next; the first comes at once.
const WAITS: [u64; 10] = [0, 5, 5 * 60, 30 * 60, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, DAY];
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// Longest wait that an endpoint may ask for.
const LONGEST: Duration = Duration::from_secs(DAY);

/// When to try again after `made` attempts, of which none was delivered; none where it is time to give up.
///
/// The wait varies by a tenth either way, as the random number says, so that what failed together does not come
/// back together. What the endpoint asks for by `retry_after` makes it longer, up to a day, and never shorter.
#[must_use]
pub fn next(made: u32, now: Timestamp, retry_after: Option<Duration>, random: u64) -> Option<Timestamp> {
    let wait = varied(*WAITS.get(usize::try_from(made).ok()?)?, random);
    let wait = wait.max(retry_after.unwrap_or_default().min(LONGEST));
    now.checked_add(wait).ok()
}

fn varied(seconds: u64, random: u64) -> Duration {
    let milliseconds = seconds * 1000;
    let tenth = milliseconds / 10;
    Duration::from_millis(milliseconds - tenth + random % (2 * tenth + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The wait in seconds.
    fn wait(made: u32, retry_after: Option<u64>, random: u64) -> Option<f64> {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let next = next(made, now, retry_after.map(Duration::from_secs), random)?;
        Some(next.duration_since(now).as_secs_f64())
    }

    #[test]
    fn ten_attempts_are_made_within_three_days_and_some_hours() {
        // In the middle of what is random.
        let waits: Vec<f64> =
            (0..10).map(|made| wait(made, None, WAITS[made as usize] * 100).unwrap()).collect();
        let expected = [0., 5., 300., 1800., 7200., 18_000., 36_000., 50_400., 72_000., 86_400.];
        assert_eq!(waits, expected);
        assert_eq!(wait(10, None, 0), None);
        assert_eq!(wait(u32::MAX, Some(1), 0), None);
    }

    #[test]
    fn an_endpoint_may_ask_for_more_time_but_not_for_less_or_for_ever() {
        assert_eq!(wait(1, Some(120), 500), Some(120.));
        assert_eq!(wait(4, Some(120), 720_000), Some(7200.));
        assert_eq!(wait(1, Some(u64::MAX), 500), Some(86_400.));
    }

    #[test]
    fn the_end_of_time_is_no_time() {
        assert_eq!(next(1, Timestamp::MAX, None, 0), None);
    }

    proptest! {
        #[test]
        fn the_wait_is_within_a_tenth(made in 0_u32..10, random: u64) {
            let (wait, planned) = (wait(made, None, random).unwrap(), WAITS[made as usize] as f64);
            prop_assert!((planned * 0.9..=planned * 1.1).contains(&wait), "{wait}");
        }
    }
}
