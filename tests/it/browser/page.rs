//! What is read from a page, and waiting for it to become so.

use std::panic::Location;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use super::Browser;

/// So long a page may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl Browser {
    /// Waits until something that `selector` selects is there.
    #[track_caller]
    pub(crate) fn wait_for<'a>(&'a self, selector: &str) -> impl Future<Output = ()> + use<'a> {
        self.wait_until(&format!("document.querySelector({})", json!(selector)))
    }

    /// Waits until `predicate`, an expression of JavaScript, holds; also across pages.
    #[track_caller]
    pub(crate) fn wait_until<'a>(&'a self, predicate: &str) -> impl Future<Output = ()> + use<'a> {
        self.wait_at_most(PATIENCE, predicate, Location::caller())
    }

    pub(super) fn wait_at_most<'a>(
        &'a self,
        patience: Duration,
        predicate: &str,
        caller: &'static Location<'static>,
    ) -> impl Future<Output = ()> + use<'a> {
        let script = format!("return Boolean({predicate})");
        async move {
            if let Err(told) = self.comes_true(&script, patience).await {
                panic!("{caller}: waited in vain for: {script}{told}\n{}", self.describe().await);
            }
        }
    }

    /// Asks again and again; where it never comes true, gives what the browser said last against asking.
    async fn comes_true(&self, script: &str, patience: Duration) -> Result<(), String> {
        let begin = Instant::now();
        loop {
            // While a page goes there may be no document to ask.
            match self.wire.script(script, json!([])).await {
                Ok(Value::Bool(true)) => return Ok(()),
                Err(error) if begin.elapsed() > patience => return Err(format!("\nlast error: {error}")),
                _ if begin.elapsed() > patience => return Err(String::new()),
                _ => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// The visible text of what `selector` selects first.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let found = self.of_first(selector, "element.innerText").await;
        found.as_str().expect("text").to_owned()
    }

    /// An attribute of what `selector` selects first; none where it is not set.
    pub(crate) async fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let found = self.of_first(selector, &format!("element.getAttribute({})", json!(name))).await;
        found.as_str().map(str::to_owned)
    }

    /// The value of a field that `selector` selects first.
    pub(crate) async fn value(&self, selector: &str) -> String {
        let found = self.of_first(selector, "element.value").await;
        found.as_str().expect("a field").to_owned()
    }

    /// Whether the keyboard's next key goes to what `selector` selects.
    pub(crate) async fn is_focused(&self, selector: &str) -> bool {
        self.evaluate(&format!("document.activeElement?.matches({})", json!(selector))).await == true
    }

    /// An expression of JavaScript; of a promise, what comes of it.
    pub(crate) async fn evaluate(&self, expression: &str) -> Value {
        self.run(&format!("return ({expression})")).await
    }

    /// The body of a function in JavaScript, run in the page.
    pub(crate) async fn run(&self, body: &str) -> Value {
        let heard = self.wire.script(body, json!([])).await;
        heard.unwrap_or_else(|error| panic!("{body}: {error}"))
    }

    /// How long `expression` takes within the page, until it is painted; of a promise, until it is kept.
    pub(crate) async fn time_of(&self, expression: &str) -> Duration {
        let script = format!(
            "return (async () => {{
                const begin = performance.now();
                await ({expression});
                await new Promise(painted => requestAnimationFrame(() => setTimeout(painted)));
                return performance.now() - begin;
            }})()"
        );
        Duration::from_secs_f64(self.run(&script).await.as_f64().unwrap() / 1000.0)
    }

    /// Where it stands, what it says, and what the browser complains of: what somebody needs who must find a mistake.
    pub(super) async fn describe(&self) -> String {
        let page =
            self.wire.script("return [location.href, document.body?.innerText ?? '']", json!([])).await;
        let page = page.unwrap_or_else(|error| json!([error.to_string(), ""]));
        let complaints: Vec<String> = self.complaints().await.iter().map(|it| format!("  {it}\n")).collect();
        let text = page[1].as_str().unwrap_or_default();
        format!(
            "at {}\ncomplaints:\n{}text:\n{text}",
            page[0].as_str().unwrap_or_default(),
            complaints.concat()
        )
    }

    async fn of_first(&self, selector: &str, what: &str) -> Value {
        let script = format!(
            "const element = document.querySelector({}); return element ? [{what}] : null",
            json!(selector)
        );
        match self.run(&script).await {
            Value::Array(mut found) => found.remove(0),
            _ => panic!("there is no {selector}\n{}", self.describe().await),
        }
    }
}
