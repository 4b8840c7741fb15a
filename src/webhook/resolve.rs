//! Lets names lead only to addresses that may be reached.
//!
//! What is looked up here is what is connected to, so that a name cannot lead elsewhere after it was checked.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use super::target::Allowed;

/// The names of the system.
pub(super) struct System;

/// Other names, of which only what is allowed gets through.
pub(super) struct Checked {
    pub(super) names: Arc<dyn Resolve>,
    pub(super) allowed: Arc<Allowed>,
}

/// A name leads only where nothing may be sent.
#[derive(Debug, thiserror::Error)]
#[error("every address is refused")]
pub(super) struct Refused;

/// A name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("no address")]
struct Nowhere;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, host) = (self.allowed.clone(), name.as_str().to_owned());
        let found = self.names.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = found.await?.collect();
            if found.is_empty() {
                return Err(Nowhere.into());
            }
            let may_be_reached = |to: &SocketAddr| allowed.permits_address(&host, to.ip());
            let kept: Vec<SocketAddr> = found.into_iter().filter(may_be_reached).collect();
            if kept.is_empty() {
                return Err(Refused.into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use bytes::Bytes;
    use rustls::RootCertStore;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use url::Url;
    use uuid::Uuid;

    use crate::webhook::secret::Secret;
    use crate::webhook::send::{Attempt, Delivery, Failure, Outcome, Patience, Sender};

    /// Answers each question with the next list of addresses, and never where there is none left.
    struct Told {
        answers: Vec<Vec<IpAddr>>,
        asked: AtomicUsize,
    }

    impl Told {
        fn each(answers: &[&str]) -> Arc<Self> {
            let list =
                |text: &&str| text.split_whitespace().map(|address| address.parse().unwrap()).collect();
            Arc::new(Self { answers: answers.iter().map(list).collect(), asked: AtomicUsize::new(0) })
        }
    }

    impl Resolve for Told {
        fn resolve(&self, _: Name) -> Resolving {
            let Some(addresses) = self.answers.get(self.asked.fetch_add(1, Ordering::SeqCst)).cloned() else {
                return Box::pin(std::future::pending());
            };
            let addresses: Vec<SocketAddr> = addresses.into_iter().map(|to| SocketAddr::new(to, 0)).collect();
            Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
        }
    }

    /// An endpoint on this machine, under whatever name, and how often it was reached.
    struct Endpoint {
        port: u16,
        reached: Arc<AtomicUsize>,
    }

    async fn serve(listener: TcpListener, reached: Arc<AtomicUsize>) {
        while let Ok((mut stream, _)) = listener.accept().await {
            reached.fetch_add(1, Ordering::SeqCst);
            let _length = stream.read(&mut [0; 4096]).await.unwrap();
            let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        }
    }

    impl Endpoint {
        async fn open() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let (port, reached) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
            tokio::spawn(serve(listener, reached.clone()));
            Self { port, reached }
        }

        /// Sends as often as names are told, to `host`, and says what came of it.
        async fn send(&self, host: &str, names: Arc<Told>, times: usize) -> Vec<Attempt> {
            let target = Url::parse(&format!("http://{host}:{}/", self.port)).unwrap();
            let allowed = Allowed::read(&[target.origin().ascii_serialization()]).unwrap();
            let patience = Patience { connect: Duration::from_millis(500), total: Duration::from_secs(5) };
            let sender = Sender::with(allowed, patience, RootCertStore::empty(), names).unwrap();
            let (id, secrets) = (Uuid::now_v7(), Secret::random().into());
            let delivery = Delivery { id, target, secrets, body: Bytes::from_static(b"{}") };
            let mut attempts = Vec::new();
            for _ in 0..times {
                attempts.push(sender.send(&delivery).await);
            }
            attempts
        }
    }

    fn failed(failure: Failure) -> Outcome {
        Outcome::Failed { failure, retry_after: None }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_and_nobody_is_reached() {
        let endpoint = Endpoint::open().await;
        for inside in ["127.0.0.1", "::ffff:127.0.0.1 127.0.0.1", "169.254.169.254", "0.0.0.0", "::"] {
            let attempts = endpoint.send("hooks.example.cn", Told::each(&[inside]), 1).await;
            assert_eq!(attempts[0].outcome, failed(Failure::RefusedTarget), "{inside}");
        }
        assert_eq!(endpoint.reached.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn of_several_addresses_only_those_are_tried_that_may_be_reached() {
        let endpoint = Endpoint::open().await;
        let names = Told::each(&["169.254.169.254 0.0.0.0 127.0.0.1"]);
        assert_eq!(endpoint.send("localhost", names, 1).await[0].outcome, Outcome::Delivered);
        assert_eq!(endpoint.reached.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_name_that_leads_elsewhere_the_next_time_is_refused_then() {
        let endpoint = Endpoint::open().await;
        let names = Told::each(&["127.0.0.1", "169.254.169.254"]);
        let attempts = endpoint.send("localhost", names.clone(), 2).await;
        assert_eq!(attempts[0].outcome, Outcome::Delivered);
        assert_eq!(attempts[1].outcome, failed(Failure::RefusedTarget));
        // Once for each connection: what was looked at is what was connected to.
        assert_eq!((names.asked.load(Ordering::SeqCst), endpoint.reached.load(Ordering::SeqCst)), (2, 1));
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_told_apart_from_one_that_is_not_answered() {
        let endpoint = Endpoint::open().await;
        let attempts = endpoint.send("hooks.example.cn", Told::each(&[""]), 2).await;
        assert_eq!(attempts[0].outcome, failed(Failure::Dns));
        assert_eq!(attempts[1].outcome, failed(Failure::Timeout));
        assert!((500..2000).contains(&attempts[1].milliseconds), "{:?}", attempts[1]);
    }

    #[tokio::test]
    async fn the_system_knows_this_machine_and_no_invalid_name() {
        let found = System.resolve("localhost".parse().unwrap()).await;
        assert!(found.is_ok_and(|mut found| found.all(|to| to.ip().is_loopback())));
        assert!(System.resolve("hooks.invalid".parse().unwrap()).await.is_err());
    }
}
