//! Random secrets: shown once, kept as a hash.

use std::fmt;

use crate::digest::{hex, sha256};

/// A secret that somebody holds: of a token, a session or the first set-up.
///
/// 256 random bits need no slow hash: nobody can try them all.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one that begins with `prefix`.
    ///
    /// # Panics
    /// Where the system gives no random numbers, without which nothing here is safe.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a server without random numbers must not go on")]
    pub fn random(prefix: &str) -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the system gives random numbers");
        Self(format!("{prefix}{}", hex(bytes)))
    }

    /// What somebody has sent.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its first `letters`, by which people tell it from others.
    #[must_use]
    pub fn prefix(&self, letters: usize) -> &str {
        self.0.get(..letters).unwrap_or(&self.0)
    }

    /// SHA-256 in hexadecimal: what is kept.
    #[must_use]
    pub fn hash(&self) -> String {
        sha256(&self.0)
    }
}

/// Never shows itself by accident.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn secrets_differ_hide_and_are_known_again_by_their_hash() {
        let (one, other) = (Secret::random("zj_"), Secret::random("zj_"));
        assert_ne!(one, other);
        assert_eq!(one.reveal().len(), 3 + 64);
        assert!(!format!("{one:?}").contains(one.prefix(11)));
        assert_eq!(Secret::presented(one.reveal()).hash(), one.hash());
    }
}
