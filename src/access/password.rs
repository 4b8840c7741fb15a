//! Passwords, kept by argon2id.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use super::Secret;

/// Shorter passwords are guessed.
const SHORTEST: usize = 10;
/// Longer ones would cost the server time.
const LONGEST: usize = 128;

/// A password that somebody has chosen or sent.
pub struct Password(String);

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// It is too short.
    #[error("密码太短：至少 {SHORTEST} 个字符")]
    TooShort,
    /// It is too long.
    #[error("密码太长：最多 {LONGEST} 个字符")]
    TooLong,
    /// It holds too few different letters, or the login.
    #[error("密码太容易猜：不要重复同一个字符，也不要用登录名")]
    TooSimple,
    /// The library failed, which happens where memory is short.
    #[error("密码没有存成：请重试")]
    Failed,
}

impl Password {
    /// What somebody has sent, to be compared.
    #[must_use]
    pub fn presented(text: String) -> Self {
        Self(text)
    }

    /// A password for the account `login`.
    ///
    /// # Errors
    /// When it is too easy to guess.
    pub fn chosen(text: String, login: &str) -> Result<Self, PasswordError> {
        let letters = text.chars().count();
        if letters < SHORTEST {
            return Err(PasswordError::TooShort);
        }
        if letters > LONGEST {
            return Err(PasswordError::TooLong);
        }
        let mut different: Vec<char> = text.chars().collect();
        different.sort_unstable();
        different.dedup();
        if different.len() < 4 || text.to_lowercase().contains(&login.to_lowercase()) {
            return Err(PasswordError::TooSimple);
        }
        Ok(Self(text))
    }

    /// A random one, to be shown once.
    #[must_use]
    pub fn random() -> Self {
        Self(Secret::random("").prefix(20).to_owned())
    }

    /// The password itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its argon2id hash. Takes tens of milliseconds and 19 MiB by design.
    ///
    /// # Errors
    /// When memory is short.
    pub fn hash(&self) -> Result<String, PasswordError> {
        let hash = Argon2::default().hash_password(self.0.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|_| PasswordError::Failed)
    }

    /// Whether it is the one of which `hash` was made. Costs as much as making it.
    #[must_use]
    pub fn fits(&self, hash: &str) -> bool {
        self.0.chars().count() <= LONGEST
            && Argon2::default().verify_password(self.0.as_bytes(), hash).is_ok()
    }
}

/// Never shows itself by accident.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Password, PasswordError};

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let chosen = Password::chosen("春眠不觉晓处处闻啼鸟".to_owned(), "lin").unwrap();
        let hash = chosen.hash().unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert_ne!(hash, chosen.hash().unwrap(), "salted");
        assert!(chosen.fits(&hash) && !Password::random().fits(&hash));
        assert!(!chosen.fits("") && !chosen.fits("$argon2id$nonsense"));
    }

    #[test]
    fn what_is_easily_guessed_is_not_taken() {
        let refused = |text: &str| Password::chosen(text.to_owned(), "Lin.Tao").err();
        assert_eq!(refused("short"), Some(PasswordError::TooShort));
        assert_eq!(refused(&"长".repeat(129)), Some(PasswordError::TooLong));
        assert_eq!(refused("aaaaaaaaaaaa"), Some(PasswordError::TooSimple));
        assert_eq!(refused("lin.tao2026!"), Some(PasswordError::TooSimple));
        assert_eq!(refused("correct horse"), None);
    }
}
