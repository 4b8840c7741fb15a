//! How often something may be tried: some times at once, then once more every so often.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Tries by what is tried. Unlike those of a rate limiter they can be taken back.
#[derive(Debug)]
pub(super) struct Tries<K> {
    every: Duration,
    /// How far ahead somebody may be of one try in `every`.
    ahead: Duration,
    /// When all that was tried will be as if it never was.
    until: Mutex<HashMap<K, Instant>>,
}

impl<K: Eq + Hash + Clone> Tries<K> {
    /// So many at once, then one `every` so often.
    pub(super) fn new(at_once: u32, every: Duration) -> Self {
        Self { every, ahead: every * at_once, until: Mutex::default() }
    }

    /// Counts a try; where there were too many, tells how long to wait for the next.
    pub(super) fn take(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let mut all = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let until = all.get(key).copied().unwrap_or(now).max(now) + self.every;
        let early = until.duration_since(now).saturating_sub(self.ahead);
        if early > Duration::ZERO {
            return Err(early);
        }
        all.insert(key.clone(), until);
        Ok(())
    }

    /// Counts it no more.
    pub(super) fn give_back(&self, key: &K) {
        let mut all = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = all.get_mut(key) {
            *earlier = earlier.checked_sub(self.every).unwrap_or(*earlier);
        }
    }

    /// Forgets what is as if it never was.
    pub(super) fn tidy(&self, now: Instant) {
        self.until.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, until| *until > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_at_once_then_one_every_so_often_and_what_is_given_back_does_not_count() {
        let (second, begin) = (Duration::from_secs(1), Instant::now());
        let tries = Tries::new(3, 10 * second);
        for _ in 0..3 {
            assert_eq!(tries.take(&"a", begin), Ok(()));
        }
        assert_eq!(tries.take(&"a", begin), Err(10 * second));
        assert_eq!(tries.take(&"b", begin), Ok(()), "each for itself");
        assert_eq!(tries.take(&"a", begin + 4 * second), Err(6 * second));
        assert_eq!(tries.take(&"a", begin + 10 * second), Ok(()));
        assert_eq!(tries.take(&"a", begin + 10 * second), Err(10 * second));
        tries.give_back(&"a");
        assert_eq!(tries.take(&"a", begin + 10 * second), Ok(()));
        tries.tidy(begin + 40 * second);
        assert!(tries.until.lock().unwrap().is_empty());
    }
}
