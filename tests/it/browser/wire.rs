//! What is said to chromedriver: commands of the WebDriver protocol, and Chromium's own beyond it.

use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::timeout;
use url::{ParseError, Url};

/// Nothing that a browser is asked for takes longer, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The session with one browser.
pub(super) struct Wire(Client);

/// What a command gave, or what the browser said against it.
pub(super) type Heard = Result<Value, CmdError>;

impl Wire {
    /// Has the chromedriver at `port` start a browser.
    pub(super) async fn open(port: u16, wanted: Value) -> Self {
        let wanted: Capabilities = serde_json::from_value(wanted).unwrap();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let driver = format!("http://127.0.0.1:{port}");
        let opened = timeout(PATIENCE, builder.capabilities(wanted).connect(&driver)).await;
        Self(opened.expect("Chromium did not start in time").expect("Chromium did not start"))
    }

    /// A command below the session's address.
    pub(super) async fn send(&self, path: &'static str, body: Value) -> Heard {
        let heard = timeout(PATIENCE, self.0.issue_cmd(Command { path, body })).await;
        heard.unwrap_or_else(|_| panic!("the browser hangs: no answer to {path}"))
    }

    /// A command of Chromium's own protocol, which must be taken.
    pub(super) async fn chromium(&self, name: &str, parameters: Value) -> Value {
        let heard = self.send("goog/cdp/execute", json!({"cmd": name, "params": parameters})).await;
        heard.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The body of a function, run in the page.
    pub(super) async fn script(&self, body: &str, arguments: Value) -> Heard {
        self.send("execute/sync", json!({"script": body, "args": arguments})).await
    }

    /// What has been logged since the last time.
    pub(super) async fn log(&self, name: &str) -> Vec<Value> {
        let heard = self.send("se/log", json!({"type": name})).await.expect("the browser's log");
        serde_json::from_value(heard).unwrap()
    }
}

/// A command as it goes over the wire; fantoccini knows most of them, but neither Chromium's own nor one form for all.
#[derive(Debug)]
struct Command {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, driver: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        driver.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
