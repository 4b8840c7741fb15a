//! The whole way through HTTP beside a bare axum echo that parses the same JSON, in one run.
//!
//! `cargo bench --bench http`: both servers run in this process, one after the other in short rounds, since
//! machines are noisy; the ratio of their medians is what counts.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench reports on standard output")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use tokio::net::TcpListener;
use zhijian::config::{Layer, Settings};
use zhijian::http::{App, serve};
use zhijian::pack::Pack;
use zhijian::shelf::Shelf;
use zhijian::transcript::intake;
use zhijian::transcript::limits::Limits;

mod calls;

const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(700);
const CONNECTIONS: usize = 4;

/// Parses the transcript and answers with its number of turns.
async fn echo(body: Bytes) -> String {
    intake::read(&body, &Limits::default()).unwrap().turns.len().to_string()
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bodies = calls::bodies();
    let (ours, bare) = runtime.block_on(async {
        let pack = Pack::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let app = Arc::new(App::new(Shelf::of(pack), &Settings::of(&Layer::default())));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ours = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, app, Duration::ZERO, std::future::pending()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bare = listener.local_addr().unwrap();
        let router = Router::new().route("/api/v1/score", post(echo));
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        (ours, bare)
    });
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        rates[0].push(round(bare, &bodies));
        rates[1].push(round(ours, &bodies));
    }
    let [echo, draft] = rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[ROUNDS / 2]
    });
    println!(
        "{} turns a call, {} bytes a body",
        calls::TURNS,
        bodies.iter().map(Vec::len).sum::<usize>() / bodies.len()
    );
    println!("echo {echo:.0} requests/s, draft {draft:.0} requests/s, ratio {:.3}", draft / echo);
}

/// Requests a second over a few connections that stay open.
fn round(address: SocketAddr, bodies: &[Vec<u8>]) -> f64 {
    let started = Instant::now();
    let counts: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(|| client(address, bodies))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    f64::from(u32::try_from(counts).unwrap()) / started.elapsed().as_secs_f64()
}

fn client(address: SocketAddr, bodies: &[Vec<u8>]) -> usize {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < ROUND {
        let body = &bodies[count % bodies.len()];
        let head = format!(
            "POST /api/v1/score?rubric=v3.1 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        read_answer(&mut answers);
        count += 1;
    }
    count
}

fn read_answer(answers: &mut BufReader<TcpStream>) {
    let mut length = 0;
    loop {
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    answers.read_exact(&mut body).unwrap();
}
