//! Making and comparing hashes of passwords, which takes a core and 19 MiB each, so that only a few may run at once.

use super::aside::Aside;
use super::problem::Problem;
use crate::access::{Password, PasswordError};

/// So many run at once.
const AT_ONCE: usize = 2;

/// So many wait: what is beyond that is a flood, and nobody waits seconds for a log-in.
const IN_LINE: usize = 32;

/// Where passwords are hashed.
#[derive(Debug)]
pub(super) struct Hashing {
    aside: Aside,
    /// A hash that no password has, compared where nobody has the login.
    nobody: String,
}

impl Hashing {
    /// Fails where not even one hash can be made: unknown logins would be known by how quickly they are refused.
    pub(super) fn start() -> Result<Self, PasswordError> {
        Ok(Self { aside: Aside::new(AT_ONCE).with_line(IN_LINE), nobody: Password::random().hash()? })
    }

    /// The hash of a password that somebody has chosen.
    pub(super) async fn hash(&self, password: Password) -> Result<String, Problem> {
        let hash = self.aside.run(move || password.hash()).await?;
        hash.map_err(|failed| Problem::new("unavailable", failed.to_string()).retry_after(1))
    }

    /// Whether the password is the one of which `hash` was made. Without a hash it is not, which takes as long.
    pub(super) async fn fits(&self, password: Password, hash: Option<&str>) -> Result<bool, Problem> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        Ok(self.aside.run(move || password.fits(&hash)).await? && known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_nobody_has_fits_nothing() {
        let hashing = Hashing::start().unwrap();
        let chosen = || Password::presented("一个足够长的测试密码".to_owned());
        let hash = hashing.hash(chosen()).await.unwrap();
        assert!(hashing.fits(chosen(), Some(&hash)).await.unwrap());
        assert!(!hashing.fits(chosen(), None).await.unwrap());
        assert!(!hashing.fits(Password::random(), Some(&hash)).await.unwrap());
    }
}
