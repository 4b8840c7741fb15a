//! The secret that endpoint and sender share: `whsec_` and the base64 of 24 to 64 random bytes.

use std::fmt;
use std::iter;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const PREFIX: &str = "whsec_";
/// Bytes of a secret that we make.
const BYTES: usize = 32;
/// Fewest and most bytes of a secret that others have made.
const LENGTH: std::ops::RangeInclusive<usize> = 24..=64;

/// What a message is signed with.
///
/// It is needed in the clear to sign, so it can only be kept encrypted, never hashed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// All secrets that an endpoint may verify with at the moment: more than one while they are being replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The one in use.
    pub current: Secret,
    /// Former ones, which the endpoint may not have replaced yet.
    pub retiring: Vec<Secret>,
}

/// Why a text is no secret; says nothing of what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It begins with something else.
    #[error("签名密钥要以 whsec_ 开头：请从头复制整个密钥")]
    Prefix,
    /// What follows cannot be decoded.
    #[error("签名密钥在 whsec_ 之后不是有效的 Base64：请重新复制整个密钥，末尾的等号不能少，前后不能有空格")]
    Base64,
    /// It is too easy to guess, or longer than the standard allows.
    #[error("签名密钥解码后有 {0} 字节，应为 24 到 64 字节：请换一个，或由系统生成")]
    Length(usize),
}

impl Secret {
    /// A new one of 32 random bytes.
    ///
    /// # Panics
    /// Where the system gives no random numbers, without which nothing here is safe.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a server without random numbers must not go on")]
    pub fn random() -> Self {
        let mut bytes = vec![0; BYTES];
        getrandom::fill(&mut bytes).expect("the system gives random numbers");
        Self(bytes)
    }

    /// The secret itself, `whsec_…`, to be shown once and to be kept.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// The key of the signature.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Secrets {
    /// Every secret, the one in use first.
    pub fn all(&self) -> impl Iterator<Item = &Secret> {
        iter::once(&self.current).chain(&self.retiring)
    }
}

impl From<Secret> for Secrets {
    fn from(current: Secret) -> Self {
        Self { current, retiring: Vec::new() }
    }
}

impl FromStr for Secret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretError::Prefix)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretError::Base64)?;
        if !LENGTH.contains(&bytes.len()) {
            return Err(SecretError::Length(bytes.len()));
        }
        Ok(Self(bytes))
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
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_differ_and_hide() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_ne!(one, other);
        assert_eq!(one.reveal().len(), PREFIX.len() + 44);
        let shown = format!("{one:?} {:?}", Secrets { current: one.clone(), retiring: vec![other.clone()] });
        for secret in [one, other] {
            let revealed = secret.reveal();
            let decimal = format!("{:?}", secret.bytes());
            assert!(!shown.contains(&revealed[PREFIX.len()..][..8]) && !shown.contains(&decimal[1..12]));
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_repeated() {
        let encoded = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        let cases = [
            ("", SecretError::Prefix),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Prefix),
            ("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Prefix),
            ("whsec_", SecretError::Length(0)),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ", SecretError::Base64),
            ("whsec_密钥", SecretError::Base64),
            (&encoded(32).replace('=', ""), SecretError::Base64),
            (&encoded(23), SecretError::Length(23)),
            (&encoded(65), SecretError::Length(65)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Secret>(), Err(expected), "{text}");
            assert!(!expected.to_string().contains("MfKQ9r8"));
        }
    }

    proptest! {
        #[test]
        fn what_was_revealed_can_be_read_again(bytes in prop::collection::vec(any::<u8>(), LENGTH)) {
            let secret = Secret(bytes);
            prop_assert_eq!(secret.reveal().parse(), Ok(secret));
        }
    }
}
