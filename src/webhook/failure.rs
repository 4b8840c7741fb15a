//! Why an attempt failed, in one word that can be kept and counted.

use std::error::Error;
use std::io;

use super::resolve::Refused;

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The target is not allowed, or its name leads only to addresses that are not.
    RefusedTarget,
    /// Its name leads nowhere.
    Dns,
    /// There is no connection, or it broke before the answer.
    Connect,
    /// It cannot prove who it is, or does not speak TLS.
    Tls,
    /// It took too long.
    Timeout,
    /// It answered with another status than 2xx.
    Status,
}

impl Failure {
    /// The stable name, for logs, metrics and whoever asks.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RefusedTarget => "refused_target",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Status => "status",
        }
    }

    /// What kept `error` from becoming an answer.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        if causes(error, |cause| cause.is::<Refused>()) {
            return Self::RefusedTarget;
        }
        // Before the rest: whatever took too long is told as a failure of its own kind, too.
        if error.is_timeout() {
            return Self::Timeout;
        }
        if error.is_dns() {
            return Self::Dns;
        }
        if causes(error, |cause| cause.is::<rustls::Error>()) { Self::Tls } else { Self::Connect }
    }
}

/// Whether `error` comes from one that `is_it`.
fn causes(error: &reqwest::Error, is_it: impl Fn(&(dyn Error + 'static)) -> bool) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        if is_it(cause) {
            return true;
        }
        // An error of the system that wraps another does not name it as its source.
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        };
    }
    false
}
