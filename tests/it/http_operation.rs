//! The running server: slow senders, stopping in order, and logs that tell nothing of a call.

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Served, run, transcript};

/// Sends the head of a request for `body`, and of the body only the first `sent` bytes.
fn begin(server: &Served, kind: &str, body: &str, sent: usize) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST /api/v1/score HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {kind}\r\n\
         content-length: {length}\r\n\r\n{}",
        &body[..sent]
    )
    .unwrap();
    stream
}

fn rest_of(mut stream: TcpStream) -> String {
    // A chunk of an answer may end inside of a character.
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_slow_sender_is_told_and_let_go() {
    let server = Served::start(&["--body-seconds", "1", "--idle-seconds", "1"]);
    let body = format!("{}\n", transcript("t-1"));
    let started = Instant::now();
    let single = rest_of(begin(&server, "application/json", &body, 10));
    assert!(single.starts_with("HTTP/1.1 408"), "{single}");
    assert!(single.contains("\"code\":\"timeout\""), "{single}");
    let many = rest_of(begin(&server, "application/x-ndjson", &body.repeat(2), body.len() + 5));
    assert!(many.contains("\"transcript_id\":\"t-1\"") && many.contains("\"code\":\"timeout\""), "{many}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn lines_are_answered_while_the_request_is_still_coming() {
    let server = Served::start(&[]);
    let body = format!("{}\n", transcript("t-1"));
    let mut stream = begin(&server, "application/x-ndjson", &body.repeat(2), body.len());
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("\"transcript_id\":\"t-1\"") {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend(&chunk[..count]);
    }
    stream.write_all(body.as_bytes()).unwrap();
    assert!(rest_of(stream).contains("\"transcript_id\":\"t-1\""));
}

#[test]
fn a_stopped_server_finishes_what_it_began_and_says_that_it_is_going() {
    let mut server = Served::start(&["--shutdown-seconds", "15"]);
    let body = transcript("t-1").to_string();
    let mut stream = begin(&server, "application/json", &body, 20);
    std::thread::sleep(Duration::from_millis(200));
    server.terminate();
    let mut line = String::new();
    while !line.contains("draining") {
        line.clear();
        assert!(server.log.read_line(&mut line).unwrap() > 0);
    }
    let mut ready = TcpStream::connect(server.address).unwrap();
    ready.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(rest_of(ready).starts_with("HTTP/1.1 503"));
    stream.write_all(&body.as_bytes()[20..]).unwrap();
    assert!(rest_of(stream).starts_with("HTTP/1.1 200"));
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_stopped_server_does_not_wait_longer_than_its_deadline() {
    let mut server = Served::start(&["--shutdown-seconds", "1"]);
    let _never_finished = begin(&server, "application/json", &transcript("t-1").to_string(), 20);
    std::thread::sleep(Duration::from_millis(200));
    let started = Instant::now();
    server.terminate();
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(8));
}

#[test]
fn the_log_has_a_line_for_each_request_and_nothing_of_the_call() {
    let mut server = Served::start(&[]);
    let secret = "机密的话";
    let mut value = transcript("secret-id");
    value["turns"][0]["text"] = secret.into();
    let good = value.to_string();
    value["turns"][0]["role"] = secret.into();
    for body in [good, value.to_string(), format!("{{\"{secret}\"")] {
        rest_of(begin(&server, "application/json", &body, body.len()));
    }
    let mut stream = TcpStream::connect(server.address).unwrap();
    let request = "GET /secret-id?x=secret-id HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    rest_of(stream);
    server.terminate();
    let mut log = String::new();
    server.log.read_to_string(&mut log).unwrap();
    assert!(!log.contains(secret) && !log.contains("secret-id"), "{log}");
    let requests: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect(line))
        .filter(|line| line["message"] == "request")
        .collect();
    let statuses: Vec<u64> = requests.iter().map(|line| line["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 422, 400, 404], "{log}");
    for key in ["method", "route", "ms", "request_id", "bytes_in", "bytes_out"] {
        assert!(!requests[0][key].is_null(), "{key} in {log}");
    }
    assert_eq!(requests[0]["route"], "/api/v1/score");
    assert_eq!(requests[3]["route"], "(none)");
}

#[test]
fn a_port_that_is_taken_is_an_error_of_io() {
    let server = Served::start(&[]);
    let output = run(&["serve", "--listen", &server.address.to_string()], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("监听不了"));
}
