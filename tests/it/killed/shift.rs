//! Everybody at work with one server until it is killed: senders, reviewers, a lead; what they hear is noted at once.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::ledger::{Ledger, Step};
use crate::crew::{Answer, Caller, Heard, call, heard};
use crate::kept::Proof;
use crate::reviewing::decisions;
use crate::support::Served;

const TRANSCRIPTS: &str = "/api/v1/transcripts";

/// The server is gone before it has answered.
pub(crate) struct Gone;

/// Everybody who works with one server, until it is killed.
pub(crate) struct Shift<'t> {
    pub(crate) ledger: RefCell<Ledger>,
    luck: &'t Luck,
    /// From then on, and not before, a request may remain without an answer.
    pub(crate) killed: Cell<bool>,
    machine: Caller,
    pub(crate) reviewers: Vec<Reviewer>,
    lead: Reviewer,
}

/// Somebody who reviews.
pub(crate) struct Reviewer {
    caller: Caller,
    id: String,
}

impl Reviewer {
    async fn arrive(served: &Served, session: &Proof) -> Self {
        let caller = Caller::new(served, session.clone());
        let me = caller.get("/api/v1/session").await.unwrap().json(200);
        Self { caller, id: me["id"].as_str().unwrap().to_owned() }
    }
}

impl<'t> Shift<'t> {
    /// Everybody comes to the server: the program, and whoever has a session, of whom the last is a lead.
    pub(crate) async fn begin(
        ledger: Ledger,
        luck: &'t Luck,
        machine: Caller,
        served: &Served,
        sessions: &[Proof],
    ) -> Self {
        let arrivals = sessions.iter().map(|session| Reviewer::arrive(served, session));
        let mut reviewers = join_all(arrivals).await;
        let lead = reviewers.pop().unwrap();
        Self { ledger: RefCell::new(ledger), luck, killed: Cell::new(false), machine, reviewers, lead }
    }

    /// Takes what was heard; nothing is heard only after the kill.
    fn hear<T>(&self, heard: Result<T, reqwest::Error>) -> Result<T, Gone> {
        heard.map_err(|error| {
            assert!(self.killed.get(), "no answer from a living server: {error:?}");
            Gone
        })
    }

    pub(crate) async fn post_one_by_one(&self) -> Result<(), Gone> {
        loop {
            let n = self.ledger.borrow_mut().sends();
            let answer = self.hear(post(&self.machine, n).await)?;
            assert_eq!(answer.status, 201, "call {n}: {:?}", answer.body);
            self.ledger.borrow_mut().kept(n, &answer.body);
            self.wait(self.luck.below(10)).await?;
        }
    }

    pub(crate) async fn post_streams(&self) -> Result<(), Gone> {
        loop {
            let (calls, request) = self.some(TRANSCRIPTS);
            let response = self.hear(request.send().await)?;
            assert_eq!(response.status(), 200);
            self.hear_lines(response, calls).await?;
            self.wait(self.luck.below(100)).await?;
        }
    }

    /// Posts jobs, which are worked through after they were acknowledged.
    pub(crate) async fn post_jobs(&self) -> Result<(), Gone> {
        loop {
            self.wait(self.luck.below(200)).await?;
            let (calls, request) = self.some("/api/v1/jobs");
            let job = self.hear(heard(request).await)?.json(202);
            assert_eq!(job["lines"], calls.len());
            self.ledger.borrow_mut().accepted(job["id"].as_str().unwrap(), calls.len());
        }
    }

    /// Some new calls, and a request with all of them.
    fn some(&self, path: &str) -> (Vec<u64>, RequestBuilder) {
        let calls: Vec<u64> = (0..=self.luck.below(40)).map(|_| self.ledger.borrow_mut().sends()).collect();
        let lines: Vec<String> = calls.iter().map(|n| call(*n).to_string()).collect();
        let request = self.machine.request(Method::POST, path).body(lines.join("\n"));
        (calls, request.header("content-type", "application/x-ndjson"))
    }

    /// Notes each line of a stream's answer when it is complete.
    async fn hear_lines(&self, mut response: Response, calls: Vec<u64>) -> Result<(), Gone> {
        let (mut calls, mut held) = (calls.into_iter(), Vec::new());
        while let Some(chunk) = self.hear(response.chunk().await)? {
            held.extend_from_slice(&chunk);
            for line in complete(&mut held) {
                self.ledger.borrow_mut().kept(calls.next().unwrap(), &line);
            }
        }
        assert_eq!(calls.next(), None, "every line is answered");
        Ok(())
    }

    /// Takes reviews, decides them in several steps, and mostly submits them.
    pub(crate) async fn review(&self, who: &Reviewer) -> Result<(), Gone> {
        loop {
            let Some(review) = self.take(who).await? else {
                self.wait(5).await?;
                continue;
            };
            let view = self.hear(who.caller.get(&format!("/api/v1/reviews/{review}")).await)?.json(200);
            let mut version = view["version"].as_i64().unwrap();
            for some in self.deal(&view) {
                let sent = json!({"decisions": some});
                version = self.step(who, &review, version, "decide", sent).await?.1;
            }
            match self.luck.below(10) {
                0 => self.give_back(who, &review).await?,
                1 => {} // Left for later.
                _ => drop(self.step(who, &review, version, "submit", json!({})).await?),
            }
        }
    }

    /// The next review; sometimes one that was left for later.
    async fn take(&self, who: &Reviewer) -> Result<Option<String>, Gone> {
        if self.luck.below(4) == 0 {
            let path = "/api/v1/reviews?state=open&person=me&free=false&limit=5";
            let page = self.hear(who.caller.get(path).await)?.json(200);
            let mut own = page["reviews"].as_array().unwrap().iter();
            let own = own.find(|review| review["claim"]["person"] == who.id.as_str());
            if let Some(own) = own {
                return Ok(own["id"].as_str().map(str::to_owned));
            }
        }
        let next = who.caller.send(Method::POST, "/api/v1/reviews/next", &json!({})).await;
        let next = self.hear(next)?.json(200);
        let id = next["review"]["id"].as_str().map(str::to_owned);
        if let Some(id) = &id {
            assert_eq!(next["review"]["claim"]["person"], who.id.as_str());
            self.ledger.borrow_mut().claimed(id, &who.id);
        }
        Ok(id)
    }

    /// Decisions on all that is open, in a few portions, each with a note that takes the place of an earlier one.
    fn deal(&self, view: &Value) -> Vec<Vec<Value>> {
        let all = decisions(view);
        let all = all.as_array().unwrap();
        let portions = 1 + self.luck.below(3) as usize;
        let size = all.len().div_ceil(portions).max(1);
        let mut dealt: Vec<Vec<Value>> = all.chunks(size).map(<[Value]>::to_vec).collect();
        dealt.resize(portions, Vec::new());
        for some in &mut dealt {
            let (subject, note) = (format!("missed:{}", 1 + self.luck.below(2)), self.luck.below(1000));
            some.push(json!({"subject": subject, "verdict": "add", "turn": 0, "start": 0, "end": 1,
                "note": format!("第 {note} 种看法")}));
        }
        dealt
    }

    /// Waits a little, while there is a server.
    async fn wait(&self, milliseconds: u64) -> Result<(), Gone> {
        sleep(Duration::from_millis(milliseconds)).await;
        if self.killed.get() { Err(Gone) } else { Ok(()) }
    }

    async fn give_back(&self, who: &Reviewer, review: &str) -> Result<(), Gone> {
        self.ledger.borrow_mut().releases(review);
        let path = format!("/api/v1/reviews/{review}/claim");
        let released = self.hear(who.caller.send(Method::DELETE, &path, &json!({})).await)?;
        assert_eq!(released.status, 204);
        Ok(())
    }

    /// Takes a step from `seen`; gives the answer and the version that came of it.
    async fn step(
        &self,
        who: &Reviewer,
        review: &str,
        seen: i64,
        action: &'static str,
        sent: Value,
    ) -> Result<(Answer, i64), Gone> {
        let version = seen + 1;
        let (method, path) = match action {
            "decide" => (Method::PATCH, format!("/api/v1/reviews/{review}")),
            _ => (Method::POST, format!("/api/v1/reviews/{review}/{action}")),
        };
        self.ledger.borrow_mut().tries(review, version, Step::new(action, &who.id, sent.clone()));
        let answer = self.hear(who.caller.step(method, &path, seen, &sent).await)?;
        assert_eq!(answer.status, 200, "{action} {review}: {:?}", answer.body);
        self.ledger.borrow_mut().hears(review, version, &answer.body);
        Ok((answer, version))
    }

    /// Opens some of what was submitted again.
    pub(crate) async fn reopen_some(&self) -> Result<(), Gone> {
        loop {
            self.wait(10).await?;
            let submitted = self.ledger.borrow().stand_at("submit");
            if submitted.is_empty() {
                continue;
            }
            let review = &submitted[self.luck.below(submitted.len() as u64) as usize];
            let view = self.hear(self.lead.caller.get(&format!("/api/v1/reviews/{review}")).await)?.json(200);
            let seen = view["version"].as_i64().unwrap();
            let why = json!({"why": format!("第 {} 次抽查", self.luck.below(1000))});
            self.step(&self.lead, review, seen, "reopen", why).await?;
        }
    }
}

/// Takes out what is complete.
fn complete(held: &mut Vec<u8>) -> Vec<Vec<u8>> {
    let end = held.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let lines: Vec<u8> = held.drain(..end).collect();
    lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

/// Posts a call by itself; every fourth with a key of the sender's own.
pub(crate) async fn post(machine: &Caller, n: u64) -> Heard {
    let request = machine.request(Method::POST, TRANSCRIPTS).json(&call(n));
    let key = n.is_multiple_of(4).then(|| format!("key-{n}"));
    heard(key.into_iter().fold(request, |request, key| request.header("idempotency-key", key))).await
}

/// Luck that can be had again: from one seed the same numbers (SplitMix64).
pub(crate) struct Luck(Cell<u64>);

impl Luck {
    /// From `ZHIJIAN_KILL_SEED`, else from a new seed, which is printed: a test that fails shows it.
    #[expect(clippy::print_stdout, reason = "the test runner shows it where the test fails")]
    pub(crate) fn new() -> Self {
        let given = std::env::var("ZHIJIAN_KILL_SEED").map(|seed| seed.parse().unwrap());
        let seed = given.unwrap_or_else(|_| getrandom::u64().unwrap());
        println!("ZHIJIAN_KILL_SEED={seed}");
        Self(Cell::new(seed))
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
        let mixed = (self.0.get() ^ (self.0.get() >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}
