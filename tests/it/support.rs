//! What several tests need: transcripts to post, a server to post them to, the binary.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use serde_json::{Value, json};

/// A small transcript that is right.
pub(crate) fn transcript(id: &str) -> Value {
    json!({
        "id": id, "channel": "call", "direction": "inbound", "started_at": "2026-11-21T09:00:00+08:00",
        "separation": "two_channel", "agent": {"id": "068", "team": "A1"},
        "turns": [
            {"role": "agent", "start_ms": 400, "end_ms": 2900, "text": "您好,068号为您服务。"},
            {"role": "customer", "start_ms": 3200, "end_ms": 5000, "text": "喂,你好。"}
        ],
        "events": [{"type": "hangup", "at_ms": 95000, "by": "customer"}], "meta": {"queue": "宽带"}
    })
}

/// The same with the value at `pointer` replaced.
pub(crate) fn with(pointer: &str, value: Value) -> Value {
    let mut transcript = transcript("t-1");
    *transcript.pointer_mut(pointer).unwrap() = value;
    transcript
}

/// The transcript of a dialogue of the corpora, without its labels.
pub(crate) fn corpus(name: &str) -> Value {
    let file = format!("{}/corpora/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut dialogue: Value = serde_json::from_str(&std::fs::read_to_string(&file).expect(&file)).unwrap();
    dialogue["transcript"].take()
}

/// The binary, in an empty directory and without settings from outside.
pub(crate) fn zhijian(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhijian"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.current_dir(std::env::temp_dir());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ZHIJIAN_")) {
        command.env_remove(name);
    }
    command
}

/// Runs the binary to its end with `input` on stdin.
pub(crate) fn run(args: &[&str], input: &[u8]) -> Output {
    let mut child = zhijian(args).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feed = std::thread::spawn(move || {
        let _the_command_may_have_ended = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    output
}

/// A client for servers on this machine. `reqwest::Client::new` would look for a provider of encryption, of which none
/// is installed for the whole process, and for the root certificates of the system.
pub(crate) fn client() -> reqwest::Client {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .tls_backend_preconfigured(tls)
        .build()
        .unwrap()
}

/// A running `zhijian serve`.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) log: BufReader<ChildStderr>,
}

impl Served {
    /// Starts the server on a free port.
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(args);
        Self::of(&mut zhijian(&all))
    }

    /// The server that this command starts.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let address = listening(&mut log);
        Self { child, address, log }
    }

    /// Tells it to stop, as an operator does.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }
}

/// The address that the server tells, after what else it may say to whoever starts it.
fn listening(log: &mut BufReader<ChildStderr>) -> SocketAddr {
    let mut told = String::new();
    loop {
        let begin = told.len();
        assert!(log.read_line(&mut told).unwrap() > 0, "the server did not start: {told}");
        let line: Value = serde_json::from_str(&told[begin..]).unwrap_or_default();
        if let Some(address) = line["address"].as_str() {
            return address.parse().unwrap();
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _it_may_have_ended = self.child.kill();
        let _it_may_have_ended = self.child.wait();
    }
}
