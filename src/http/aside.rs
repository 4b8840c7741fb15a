//! Work that keeps a core busy for a while, beside the requests that only wait: a few at once, the others in line.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::problem::Problem;

/// Where such work is done.
#[derive(Debug)]
pub(super) struct Aside {
    places: Arc<Semaphore>,
    line: Arc<Semaphore>,
}

impl Aside {
    /// Works on so many things at once; whoever comes waits as long as it takes.
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(at_once)),
            line: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        }
    }

    /// Lets only so many wait.
    pub(super) fn with_line(self, longest: usize) -> Self {
        Self { line: Arc::new(Semaphore::new(self.places.available_permits() + longest)), ..self }
    }

    /// Waits for a place and works there. The work holds the place itself: it goes on when whoever waits for it has gone
    /// away, and its place must not go to somebody else meanwhile.
    ///
    /// # Errors
    /// `unavailable` where too many wait already, and a fault of the program where the work panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let in_line = self.line.clone().try_acquire_owned().map_err(|_| Problem::busy())?;
        let place = self.places.clone().acquire_owned().await.map_err(|_| Problem::busy())?;
        let work = move || {
            let done = work();
            drop((place, in_line));
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn whoever_goes_away_leaves_no_place_to_others_before_the_work_is_done() {
        let aside = Aside::new(2);
        let (go_on, wait) = channel::<()>();
        let gone = aside.run(move || wait.recv());
        assert!(timeout(Duration::from_millis(50), gone).await.is_err());
        assert_eq!(aside.places.available_permits(), 1, "still at work");
        go_on.send(()).unwrap();
        assert!(timeout(Duration::from_secs(10), aside.places.acquire_many(2)).await.is_ok());
    }

    #[tokio::test]
    async fn the_line_is_no_longer_than_it_may_be() {
        let aside = Arc::new(Aside::new(1).with_line(1));
        let (go_on, wait) = channel::<()>();
        let other = aside.clone();
        let first = tokio::spawn(async move { other.run(move || wait.recv()).await.is_ok() });
        let other = aside.clone();
        let second = tokio::spawn(async move { other.run(|| ()).await.is_ok() });
        while aside.line.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(aside.run(|| ()).await.unwrap_err().code(), "unavailable");
        go_on.send(()).unwrap();
        assert!(first.await.unwrap() && second.await.unwrap());
        aside.run(|| ()).await.unwrap();
    }

    #[tokio::test]
    async fn work_that_panics_gives_its_place_back() {
        let aside = Aside::new(1);
        assert_eq!(aside.run(|| panic!("a fault")).await.unwrap_err().code(), "internal");
        aside.run(|| ()).await.unwrap();
    }
}
