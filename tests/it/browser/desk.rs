//! The desk that these tests sit at: a server with the shipped pack, people with passwords that keys can write, calls.

use serde_json::{Value, json};

use super::Browser;
use crate::crew::{Caller, Crew, serve, settings};
use crate::store::Bench;
use crate::support::Served;

/// What everybody logs in with here.
pub(super) const PASSWORD: &str = "spring-sleep-2026";

/// A server with the shipped pack, and who works at it.
pub(super) struct Desk {
    crew: Crew,
    pub(super) served: Served,
}

impl Desk {
    /// With two reviewers, a lead and an administrator.
    pub(super) async fn open() -> Self {
        let crew = Crew::settle(Bench::sqlite().await, &[]).await;
        let people = [("lin", "reviewer"), ("wang", "reviewer"), ("zhu", "lead"), ("guan", "admin")];
        for (login, role) in people {
            crew.command(&["user", "add", login, "--role", role, "--password-stdin"], PASSWORD);
        }
        let served = serve(&settings(&crew.data(), None));
        Self { crew, served }
    }

    /// Posts a call, and gives the id of its draft.
    pub(super) async fn post(&self, call: &Value) -> String {
        let machine = self.crew.machine(&self.served);
        let answer = machine.send(reqwest::Method::POST, "/api/v1/transcripts", call).await.unwrap();
        answer.json(201)["id"].as_str().unwrap().to_owned()
    }

    /// A caller who has logged in beside any browser.
    pub(super) async fn caller(&self, login: &str) -> Caller {
        Caller::log_in_with(&self.served, login, PASSWORD).await
    }

    /// A browser in which somebody has logged in.
    pub(super) async fn browser(&self, login: &str) -> Browser {
        self.browser_of(&self.caller(login).await).await
    }

    /// A browser with the session of a caller.
    pub(super) async fn browser_of(&self, caller: &Caller) -> Browser {
        let browser = self.stranger().await;
        browser.come_as(caller).await;
        browser
    }

    /// A browser in which nobody has logged in.
    pub(super) async fn stranger(&self) -> Browser {
        let browser = Browser::before(self.served.address).await;
        browser.must_leave.set(true);
        browser.viewport(1366, 768).await;
        browser
    }

    /// A desk with one call, which a reviewer has before them; and the id of its draft.
    pub(super) async fn at_a_call(call: &Value) -> (Self, String, Browser) {
        let desk = Self::open().await;
        let id = desk.post(call).await;
        let browser = desk.browser("lin").await;
        browser.open_review(&id).await;
        (desk, id, browser)
    }

    /// What the server knows of a review.
    pub(super) async fn review(&self, id: &str) -> Value {
        let lead = self.caller("zhu").await;
        lead.get(&format!("/api/v1/reviews/{id}")).await.unwrap().json(200)
    }

    /// What has been decided about a subject.
    pub(super) async fn decision(&self, id: &str, subject: &str) -> Value {
        let review = self.review(id).await;
        let decisions = review["decisions"].as_array().unwrap();
        decisions.iter().find(|decision| decision["subject"] == subject).cloned().unwrap_or_default()
    }

    /// Ends the claim of whoever has one, as time does.
    pub(super) fn let_claims_run_out(&self) {
        self.crew.bench.tamper("UPDATE reviews SET claimed_until = 0").unwrap();
    }
}

impl Browser {
    /// Comes in by the log-in page, key by key.
    pub(super) async fn log_in(&self, login: &str) {
        self.open("/").await;
        self.wait_until("document.activeElement.name === 'login'").await;
        self.type_text(login).await;
        self.press("Tab").await;
        self.type_text(PASSWORD).await;
        self.press("Enter").await;
        self.wait_until("location.pathname !== '/login' && document.readyState === 'complete'").await;
    }

    /// Moves the focus on until it is on what `selector` selects.
    pub(super) async fn tab_to(&self, selector: &str) {
        for _ in 0..60 {
            if self.is_focused(selector).await {
                return;
            }
            self.press("Tab").await;
        }
        panic!("no Tab leads to {selector}");
    }

    /// Opens the page of a review, and waits until it listens to keys.
    pub(super) async fn open_review(&self, id: &str) {
        self.open(&format!("/reviews/{id}")).await;
        self.wait_for("html[data-ready]").await;
    }

    /// Leaves the page for one that needs no server, as closing its tab does.
    pub(super) async fn go_elsewhere(&self) {
        let opened = self.wire.send("url", json!({"url": "about:blank"})).await;
        opened.expect("an empty page opens");
    }

    /// Waits until everything that was decided has arrived.
    pub(super) async fn wait_saved(&self) {
        self.wait_for("[data-save][data-state=saved]").await;
    }

    /// Where the page is.
    pub(super) async fn subject_here(&self) -> String {
        let told = self.evaluate("document.querySelector('.stop.is-here')?.dataset.subject ?? ''").await;
        told.as_str().unwrap().to_owned()
    }

    /// Goes on, and then back, until the stop about `subject` is reached.
    pub(super) async fn walk_to(&self, subject: &str) {
        let (mut key, mut here) = ("j", self.subject_here().await);
        for _ in 0..100 {
            if here == subject {
                return;
            }
            self.press(key).await;
            let next = self.subject_here().await;
            if next == here {
                key = "k";
            }
            here = next;
        }
        panic!("no key leads to {subject}");
    }
}

/// The sample of the README: a broken line, a hold without a word of thanks, 这事不归我管.
pub(super) fn sample() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/corpora/sample.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// A call of so many turns, with a fault in each hundredth.
pub(super) fn long_call(count: u32) -> Value {
    let turn = |n: u32| {
        let (role, text) = match n {
            n if n % 100 == 50 => ("agent", "这事不归我管。".to_owned()),
            n if n % 2 == 0 => ("agent", format!("好的，第{n}句，我帮您记下来了。")),
            _ => ("customer", format!("嗯，那第{n}个问题呢？")),
        };
        json!({"role": role, "text": text, "start_ms": n * 4000, "end_ms": n * 4000 + 3000})
    };
    let turns: Vec<Value> = (0..count).map(turn).collect();
    json!({"id": "long-call", "channel": "call", "separation": "two_channel", "turns": turns})
}
