//! The signature of a message: HMAC-SHA256 over its id, the second of the attempt and its body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use super::secret::{Secret, Secrets};

/// The header with the id of the message, the same for all attempts.
pub const ID: &str = "webhook-id";
/// The header with the second of the attempt since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// The value of `webhook-signature`: one signature for each secret, apart by spaces.
///
/// `id` must hold no full stop, or two messages could have the same signature.
#[must_use]
pub fn sign(secrets: &Secrets, id: &str, at: Timestamp, body: &[u8]) -> String {
    let head = format!("{id}.{}.", at.as_second());
    let signatures: Vec<String> = secrets.all().map(|secret| one(secret, &head, body)).collect();
    signatures.join(" ")
}

#[expect(clippy::expect_used, reason = "HMAC is defined for keys of any length")]
fn one(secret: &Secret, head: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.bytes()).expect("any length is right");
    mac.update(head.as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;
    use standardwebhooks::Webhook;

    fn headers(id: &str, at: Timestamp, signature: &str) -> HeaderMap {
        let values = [(ID, id), (TIMESTAMP, &at.as_second().to_string()), (SIGNATURE, signature)];
        values.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).into_iter().collect()
    }

    #[test]
    fn the_example_of_the_reference_implementation_comes_out() {
        let secret: Secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".parse().unwrap();
        let at = Timestamp::from_second(1_649_367_553).unwrap();
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        let signed = sign(&secret.into(), "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", at, body);
        assert_eq!(signed, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    }

    #[test]
    fn the_reference_implementation_verifies_it_and_nothing_else() {
        let (secret, at) = (Secret::random(), Timestamp::now());
        let body = r#"{"type":"ping","data":{"备注":"。"}}"#.as_bytes();
        let signed = sign(&secret.clone().into(), "m-1", at, body);
        let oracle = Webhook::new(&secret.reveal()).unwrap();
        assert!(oracle.verify(body, &headers("m-1", at, &signed)).is_ok());
        assert!(oracle.verify(body, &headers("m-2", at, &signed)).is_err());
        let later = at + jiff::SignedDuration::from_secs(1);
        assert!(oracle.verify(body, &headers("m-1", later, &signed)).is_err());
        assert!(oracle.verify(&body[1..], &headers("m-1", at, &signed)).is_err());
        let stranger = Webhook::new(&Secret::random().reveal()).unwrap();
        assert!(stranger.verify(body, &headers("m-1", at, &signed)).is_err());
    }

    #[test]
    fn while_secrets_are_replaced_each_of_them_verifies() {
        let secrets =
            Secrets { current: Secret::random(), retiring: vec![Secret::random(), Secret::random()] };
        let at = Timestamp::now();
        let signed = sign(&secrets, "m-1", at, b"{}");
        assert_eq!(signed.split(' ').count(), 3);
        for secret in secrets.all() {
            let oracle = Webhook::new(&secret.reveal()).unwrap();
            assert!(oracle.verify(b"{}", &headers("m-1", at, &signed)).is_ok());
        }
        let first = signed.split(' ').next().unwrap();
        assert_eq!(first, sign(&secrets.current.clone().into(), "m-1", at, b"{}"));
    }
}
