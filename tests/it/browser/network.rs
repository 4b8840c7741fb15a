//! The network between page and server: broken, slowed down, and listened to.

use std::time::Duration;

use serde_json::{Value, json};

use super::Browser;

/// What a page has asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
}

impl Browser {
    /// From now on nothing arrives.
    pub(crate) async fn go_offline(&self) {
        self.network(true, Duration::ZERO).await;
    }

    /// The network is as it was at the beginning.
    pub(crate) async fn go_online(&self) {
        self.network(false, Duration::ZERO).await;
    }

    /// Every answer takes so much longer.
    pub(crate) async fn slow_down(&self, latency: Duration) {
        self.network(false, latency).await;
    }

    async fn network(&self, offline: bool, latency: Duration) {
        let conditions = json!({
            "offline": offline, "latency": latency.as_millis(), "downloadThroughput": -1, "uploadThroughput": -1
        });
        self.wire.chromium("Network.emulateNetworkConditions", conditions).await;
    }

    /// All that was asked for since the browser came, by pages and by the browser for them, in its order; also what was
    /// stopped on its way. What pages carry in themselves (`data:`, `blob:`) is not among it.
    pub(crate) async fn requests(&self) -> Vec<Request> {
        let lines = self.wire.log("performance").await;
        self.requests.borrow_mut().extend(lines.iter().filter_map(request));
        self.requests.borrow().clone()
    }

    /// Nobody but the server was asked for anything.
    pub(crate) async fn only_own_origin(&self) {
        let requests = self.requests().await;
        assert!(!requests.is_empty(), "no page was opened");
        let inside = |url: &str| url.strip_prefix(&self.origin).is_some_and(|rest| rest.starts_with('/'));
        let outside: Vec<&Request> = requests.iter().filter(|request| !inside(&request.url)).collect();
        assert!(outside.is_empty(), "asked for somewhere else: {outside:#?}");
    }
}

/// The request that a line of the log tells of.
fn request(line: &Value) -> Option<Request> {
    let told: Value = serde_json::from_str(line["message"].as_str()?).ok()?;
    let parameters = &told["message"]["params"];
    let (method, url) = match told["message"]["method"].as_str()? {
        "Network.requestWillBeSent" => {
            (parameters["request"]["method"].as_str()?, parameters["request"]["url"].as_str()?)
        }
        "Network.webSocketCreated" | "Network.webTransportCreated" => {
            ("CONNECT", parameters["url"].as_str()?)
        }
        _ => return None,
    };
    let is_inside = ["data:", "blob:", "about:"].iter().any(|scheme| url.starts_with(scheme));
    (!is_inside).then(|| Request { method: method.to_owned(), url: url.to_owned() })
}
