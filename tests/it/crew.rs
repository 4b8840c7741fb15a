//! A store with people and a token, made at the command line, real servers on it, and who comes to them.

use bytes::Bytes;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use zhijian::store::Place;

use crate::kept::{PASSWORD, Proof};
use crate::packs::Folder;
use crate::store::Bench;
use crate::support::{Served, client, run, transcript};

/// Something for a human, something for the machine, and a veto.
pub(crate) const RUBRIC: &str = "\
title: 表
version: \"1\"
ref: T
max: 10
vetoes: [{id: rude, ref: T-V, title: 忌语, scope: call, if: {not_met: rude}}]
sections:
  - id: s
    title: 项
    items:
      - {id: tone, ref: T-1, title: 语气, max: 4, basis: human}
      - {id: care, ref: T-2, title: 关怀, max: 3, basis: human}
      - {id: words, ref: T-3, title: 用语, max: 3, basis: auto, levels: [
          {score: 3, text: 无忌语, if: {met: rude}}, {score: 0, text: 有忌语, if: {not_met: rude}}]}
";

/// A store in which everybody is known who will come.
pub(crate) struct Crew {
    pub(crate) bench: Bench,
    pack: Option<Folder>,
    machine: Proof,
}

impl Crew {
    /// Takes up the people, each with their role, and makes a token.
    pub(crate) async fn settle(bench: Bench, people: &[(&str, &str)]) -> Self {
        // Nobody but the server shall hold the store, so that it finds it as a crash has left it.
        bench.store.close().await;
        let mut crew = Self { bench, pack: quick_pack(), machine: ("authorization", String::new()) };
        for (login, role) in people {
            crew.command(&["user", "add", login, "--role", role, "--password-stdin"], PASSWORD);
        }
        crew.machine.1 = format!("Bearer {}", crew.command(&["token", "add", "转写系统"], "").trim());
        crew
    }

    /// Where the store is, as an operator writes it.
    pub(crate) fn data(&self) -> String {
        match &self.bench.place {
            Place::Folder(folder) => folder.display().to_string(),
            Place::Postgres(url) => url.clone(),
        }
    }

    /// Has a command work on the store, and gives what it prints.
    pub(crate) fn command(&self, args: &[&str], input: &str) -> String {
        let data = self.data();
        let output = run(&[args, &["--data", &data]].concat(), input.as_bytes());
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "zhijian {args:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a server on the store is started with.
    pub(crate) fn settings(&self) -> Vec<String> {
        settings(&self.data(), self.pack.as_ref())
    }

    /// A server on the store.
    pub(crate) fn serve(&self) -> Served {
        serve(&self.settings())
    }

    /// The program with the token.
    pub(crate) fn machine(&self, served: &Served) -> Caller {
        Caller::new(served, self.machine.clone())
    }
}

/// A small pack, where nothing is optimised and the shipped one takes seconds to load.
pub(crate) fn quick_pack() -> Option<Folder> {
    let reasons = "- {id: context, title: 语境不同}\n";
    let small = || Folder::new().file("rules/rubrics/t.yaml", RUBRIC).file("rules/reasons.yaml", reasons);
    cfg!(debug_assertions).then(small)
}

/// What a server on this store is started with.
pub(crate) fn settings(data: &str, pack: Option<&Folder>) -> Vec<String> {
    // Requests are not logged: nobody reads the log while the server works, and a pipe holds only so much.
    let log = "error,zhijian=warn,zhijian::cli::serve=info";
    let mut all = ["--data", data, "--log", log, "--rate-per-second", "1000000"].map(str::to_owned).to_vec();
    if let Some(pack) = pack {
        all.extend(["--pack".to_owned(), pack.path().display().to_string()]);
    }
    all
}

pub(crate) fn serve(settings: &[String]) -> Served {
    Served::start(&settings.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Somebody before a running server.
#[derive(Clone)]
pub(crate) struct Caller {
    client: Client,
    base: String,
    pub(crate) proof: Proof,
}

/// An answer that came whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

/// What came of a request; an error where the answer did not come, or not whole.
pub(crate) type Heard = Result<Answer, reqwest::Error>;

impl Caller {
    pub(crate) fn new(served: &Served, proof: Proof) -> Self {
        Self { client: client(), base: format!("http://{}", served.address), proof }
    }

    /// Comes in with the password that everybody has here.
    pub(crate) async fn log_in(served: &Served, login: &str) -> Self {
        Self::log_in_with(served, login, PASSWORD).await
    }

    /// Comes in with a password.
    pub(crate) async fn log_in_with(served: &Served, login: &str, password: &str) -> Self {
        let stranger = Self::new(served, ("x-nobody", String::new()));
        let form = serde_json::json!({"login": login, "password": password});
        let request = stranger.request(Method::POST, "/api/v1/session").json(&form);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{login}");
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        let proof = ("cookie", cookie.split(';').next().unwrap().to_owned());
        Self { proof, ..stranger }
    }

    /// The same before another server.
    pub(crate) fn at(&self, served: &Served) -> Self {
        Self::new(served, self.proof.clone())
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        request.header(self.proof.0, &self.proof.1)
    }

    /// Posts, patches or deletes.
    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Heard {
        heard(self.request(method, path).json(body)).await
    }

    /// Takes a step in a review from the version that was seen.
    pub(crate) async fn step(&self, method: Method, path: &str, seen: i64, body: &Value) -> Heard {
        heard(self.request(method, path).header("if-match", format!("\"{seen}\"")).json(body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Heard {
        heard(self.request(Method::GET, path)).await
    }
}

/// Sends, and waits for the whole answer.
pub(crate) async fn heard(request: RequestBuilder) -> Heard {
    let response = request.send().await?;
    Ok(Answer { status: response.status().as_u16(), body: response.bytes().await? })
}

impl Answer {
    /// What it says, where it has this status.
    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The call with this number; no two are alike, and in every third the agent is rude.
pub(crate) fn call(n: u64) -> Value {
    let mut call = transcript(&name(n));
    let said = if n.is_multiple_of(3) { "这事不归我管。" } else { "好的，马上为您处理。" };
    call["turns"][0]["text"] = format!("您好,{n}号工单。{said}").into();
    call
}

/// The sender's own id of that call.
pub(crate) fn name(n: u64) -> String {
    format!("call-{n}")
}
