//! One attempt to deliver a message: signed, bounded in time, to where it may go and nowhere else.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::dns::Resolve;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use url::Url;
use uuid::Uuid;

use super::resolve::{Checked, System};
use super::secret::Secrets;
use super::signature::{self, sign};
use super::target::Allowed;

pub use super::failure::Failure;

/// Bytes of an answer after which nobody listens any more.
const ANSWER: usize = 4096;
/// How long a connection is kept for the next message to the same endpoint.
const IDLE: Duration = Duration::from_secs(30);

/// How long an attempt may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until there is a connection: name, TCP and TLS.
    pub connect: Duration,
    /// All in all.
    pub total: Duration,
}

/// A message to one endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The id of the message: the same for all attempts, so that the endpoint knows a repeat.
    pub id: Uuid,
    /// Where it goes.
    pub target: Url,
    /// What it is signed with.
    pub secrets: Secrets,
    /// The JSON that is sent.
    pub body: Bytes,
}

/// What came of an attempt. Nothing of the answer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The status of the answer, where there was one.
    pub status: Option<u16>,
    /// How long it took.
    pub milliseconds: u64,
    /// What it means.
    pub outcome: Outcome,
}

/// What came of an attempt, as far as it decides what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint has it.
    Delivered,
    /// The endpoint wants no more messages (410).
    Gone,
    /// It may work another time.
    Failed {
        /// Why it did not.
        failure: Failure,
        /// How long the endpoint asks to wait (429 and 503); unbounded, [`super::schedule::next`] bounds it.
        retry_after: Option<Duration>,
    },
}

/// Sends messages to where the operator allows it.
#[derive(Debug, Clone)]
pub struct Sender {
    client: Client,
    allowed: Arc<Allowed>,
}

/// Why nothing can be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// Nobody could prove who they are.
    #[error(
        "系统里没有根证书，https 的回调地址都无法核实：安装 ca-certificates，或用环境变量 SSL_CERT_FILE 指定证书文件"
    )]
    NoRoots,
    /// The client cannot be built.
    #[error("无法准备发送回调：{0}")]
    Client(#[from] reqwest::Error),
    /// The encryption cannot be set up.
    #[error("无法准备加密连接：{0}")]
    Tls(#[from] rustls::Error),
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15) }
    }
}

impl Sender {
    /// Sends to what is `allowed`, and believes the root certificates of the system.
    ///
    /// # Errors
    /// Where `https` is allowed and the system has no root certificates.
    pub fn new(allowed: Allowed, patience: Patience) -> Result<Self, SenderError> {
        let roots = if allowed.needs_tls() {
            believed(rustls_native_certs::load_native_certs().certs)?
        } else {
            RootCertStore::empty()
        };
        Self::with(allowed, patience, roots, Arc::new(System))
    }

    /// The same with the certificates and names of one's choice.
    pub(super) fn with(
        allowed: Allowed,
        patience: Patience,
        roots: RootCertStore,
        names: Arc<dyn Resolve>,
    ) -> Result<Self, SenderError> {
        let allowed = Arc::new(allowed);
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Checked { names, allowed: allowed.clone() })
            // Another host would answer for the endpoint, unchecked.
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("zhijian/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(patience.connect)
            .timeout(patience.total)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(2)
            .build()?;
        Ok(Self { client, allowed })
    }

    /// Tries once.
    pub async fn send(&self, delivery: &Delivery) -> Attempt {
        let begin = Instant::now();
        let (status, outcome) = match self.post(delivery).await {
            Ok((status, outcome)) => (Some(status.as_u16()), outcome),
            Err(failure) => (None, Outcome::Failed { failure, retry_after: None }),
        };
        let milliseconds = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        Attempt { status, milliseconds, outcome }
    }

    async fn post(&self, delivery: &Delivery) -> Result<(StatusCode, Outcome), Failure> {
        // Asked every time: the list may have become shorter since the endpoint was set up.
        if !self.allowed.permits(&delivery.target) {
            return Err(Failure::RefusedTarget);
        }
        let (id, now) = (delivery.id.to_string(), Timestamp::now());
        let request = self
            .client
            .post(delivery.target.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(signature::SIGNATURE, sign(&delivery.secrets, &id, now, &delivery.body))
            .header(signature::TIMESTAMP, now.as_second())
            .header(signature::ID, id)
            .body(delivery.body.clone());
        let response = request.send().await.map_err(|error| Failure::of(&error))?;
        let status = response.status();
        let outcome = Outcome::of(status, response.headers());
        hear_out(response).await;
        Ok((status, outcome))
    }
}

impl Outcome {
    fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        if status.is_success() {
            return Self::Delivered;
        }
        if status == StatusCode::GONE {
            return Self::Gone;
        }
        let is_busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        let value = headers.get(RETRY_AFTER).filter(|_| is_busy).and_then(|value| value.to_str().ok());
        let retry_after = value.and_then(|value| read_wait(value, Timestamp::now()));
        Self::Failed { failure: Failure::Status, retry_after }
    }
}

/// The root certificates among those found, of which some may be unreadable.
fn believed(found: Vec<CertificateDer<'_>>) -> Result<RootCertStore, SenderError> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found);
    if added == 0 { Err(SenderError::NoRoots) } else { Ok(roots) }
}

/// Lets the endpoint finish what it has to say, if it is short, so that the connection can be used again. What it says
/// decides nothing, nor does whether it comes to an end.
async fn hear_out(mut response: Response) {
    let mut left = ANSWER;
    while let Ok(Some(chunk)) = response.chunk().await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}

/// What `Retry-After` says: seconds, or a date.
fn read_wait(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then = rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()?;
    Some(then.duration_since(now).try_into().unwrap_or_default())
}

/// Shows neither the message nor the path of its target, which may hold a key.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = self.target.origin().ascii_serialization();
        f.debug_struct("Delivery").field("id", &self.id).field("target", &target).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;

    use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
    use rustls::ServerConfig;
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use crate::webhook::secret::Secret;

    /// Answers the first connection with 204, encrypted with `tls` where there is any.
    async fn endpoint(tls: Option<ServerConfig>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let Some(tls) = tls else { return answer(&mut stream).await };
            // Where the client does not believe us, there is nobody to answer.
            if let Ok(mut stream) = TlsAcceptor::from(Arc::new(tls)).accept(stream).await {
                answer(&mut stream).await;
            }
        });
        address
    }

    async fn answer(stream: &mut (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin)) {
        let _length = stream.read(&mut [0; 4096]).await.unwrap();
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        stream.flush().await.unwrap();
    }

    fn server(known: &CertifiedKey<KeyPair>) -> ServerConfig {
        let key = PrivatePkcs8KeyDer::from(known.signing_key.serialize_der());
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![known.cert.der().clone()], key.into())
            .unwrap()
    }

    /// What sending to `target` comes to where `known` is the only root certificate.
    async fn outcome(target: &str, known: &CertifiedKey<KeyPair>) -> Outcome {
        let target = Url::parse(target).unwrap();
        let allowed = Allowed::read(&[target.origin().ascii_serialization()]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(known.cert.der().clone()).unwrap();
        let sender = Sender::with(allowed, Patience::default(), roots, Arc::new(System)).unwrap();
        let (id, secrets) = (Uuid::now_v7(), Secret::random().into());
        sender.send(&Delivery { id, target, secrets, body: Bytes::from_static(b"{}") }).await.outcome
    }

    #[tokio::test]
    async fn an_encrypted_endpoint_must_prove_who_it_is() {
        let failed = Outcome::Failed { failure: Failure::Tls, retry_after: None };
        let certificate = |name: &str| generate_simple_self_signed([name.to_owned()]).unwrap();
        let (known, other, stranger) =
            (certificate("127.0.0.1"), certificate("hooks.example.cn"), certificate("127.0.0.1"));
        let at = |address: SocketAddr| format!("https://{address}/");
        assert_eq!(outcome(&at(endpoint(Some(server(&known))).await), &known).await, Outcome::Delivered);
        assert_eq!(outcome(&at(endpoint(Some(server(&other))).await), &other).await, failed);
        assert_eq!(outcome(&at(endpoint(Some(server(&stranger))).await), &known).await, failed);
        assert_eq!(outcome(&at(endpoint(None).await), &known).await, failed);
    }

    #[test]
    fn without_a_certificate_that_can_be_read_nobody_is_believed() {
        let known = generate_simple_self_signed(["hooks.example.cn".to_owned()]).unwrap();
        let (good, bad) = (known.cert.der().clone(), CertificateDer::from(vec![0; 9]));
        assert_eq!(believed(vec![bad.clone(), good]).unwrap().len(), 1);
        for found in [vec![], vec![bad]] {
            let told = believed(found).unwrap_err().to_string();
            assert!(told.contains("SSL_CERT_FILE"), "{told}");
        }
    }

    #[test]
    fn a_wait_is_told_in_seconds_or_as_a_date() {
        let now: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let cases = [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("-1", None),
            ("1.5", None),
            ("", None),
            ("soon", None),
            ("Sun, 22 Nov 2026 08:01:00 GMT", Some(60)),
            ("Sun, 22 Nov 2026 07:00:00 GMT", Some(0)),
            ("Mon, 22 Nov 2026 08:01:00 GMT", None),
        ];
        for (value, expected) in cases {
            assert_eq!(read_wait(value, now), expected.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn only_who_is_busy_is_believed_to_need_time() {
        let headers: HeaderMap = [(RETRY_AFTER, "60".parse().unwrap())].into_iter().collect();
        for (status, expected) in [(429, Some(60)), (503, Some(60)), (500, None), (302, None), (404, None)] {
            let outcome = Outcome::of(StatusCode::from_u16(status).unwrap(), &headers);
            let retry_after = expected.map(Duration::from_secs);
            assert_eq!(outcome, Outcome::Failed { failure: Failure::Status, retry_after }, "{status}");
        }
        assert_eq!(Outcome::of(StatusCode::GONE, &headers), Outcome::Gone);
        assert_eq!(Outcome::of(StatusCode::NO_CONTENT, &headers), Outcome::Delivered);
    }

    #[test]
    fn a_delivery_shows_neither_its_body_nor_the_key_in_its_address() {
        let target = Url::parse("https://hooks.example.cn/robot?key=abc").unwrap();
        let body = Bytes::from_static(b"{\"type\":\"ping\"}");
        let delivery = Delivery { id: Uuid::nil(), target, secrets: Secret::random().into(), body };
        let expected =
            format!("Delivery {{ id: {}, target: \"https://hooks.example.cn\", .. }}", Uuid::nil());
        assert_eq!(format!("{delivery:?}"), expected);
    }
}
