//! Making and comparing hashes of passwords, which takes a core and 19 MiB each, so that only a few may run at once.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::access::{Password, PasswordError};

/// So many run at once.
const AT_ONCE: usize = 2;

/// Where passwords are hashed.
#[derive(Debug)]
pub(super) struct Hashing {
    places: Arc<Semaphore>,
    /// A hash that no password has, compared where nobody has the login.
    nobody: String,
}

impl Hashing {
    /// Fails where not even one hash can be made: unknown logins would be known by how quickly they are refused.
    pub(super) fn start() -> Result<Self, PasswordError> {
        Ok(Self { places: Arc::new(Semaphore::new(AT_ONCE)), nobody: Password::random().hash()? })
    }

    /// The hash of a password that somebody has chosen.
    pub(super) async fn hash(&self, password: Password) -> Result<String, PasswordError> {
        self.aside(move || password.hash()).await.unwrap_or(Err(PasswordError::Failed))
    }

    /// Whether the password is the one of which `hash` was made. Without a hash it is not, which takes as long.
    pub(super) async fn fits(&self, password: Password, hash: Option<&str>) -> bool {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        self.aside(move || password.fits(&hash)).await.unwrap_or(false) && known
    }

    /// Waits for a place and works there. The work holds the place itself: it goes on when whoever waits for it has gone
    /// away, and its place must not go to somebody else meanwhile.
    async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let place = self.places.clone().acquire_owned().await.ok()?;
        let work = move || {
            let done = work();
            drop(place);
            done
        };
        tokio::task::spawn_blocking(work).await.ok()
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
        let hashing = Hashing::start().unwrap();
        let (go_on, wait) = channel::<()>();
        let gone = hashing.aside(move || wait.recv());
        assert!(timeout(Duration::from_millis(50), gone).await.is_err());
        assert_eq!(hashing.places.available_permits(), AT_ONCE - 1, "still at work");
        go_on.send(()).unwrap();
        let free = timeout(Duration::from_secs(10), hashing.places.acquire_many(AT_ONCE as u32)).await;
        assert!(free.is_ok());
    }

    #[tokio::test]
    async fn what_nobody_has_fits_nothing() {
        let hashing = Hashing::start().unwrap();
        let chosen = || Password::presented("一个足够长的测试密码".to_owned());
        let hash = hashing.hash(chosen()).await.unwrap();
        assert!(hashing.fits(chosen(), Some(&hash)).await);
        assert!(!hashing.fits(chosen(), None).await);
        assert!(!hashing.fits(Password::random(), Some(&hash)).await);
    }
}
