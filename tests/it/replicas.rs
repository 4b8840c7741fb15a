//! Two servers on one PostgreSQL: what one has done holds for the other at once, and nothing is done twice.
//! On SQLite, commands beside the server.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::crew::{Answer, Caller, Crew, call, heard, quick_pack, serve, settings};
use crate::store::Bench;
use crate::support::{Served, run};
use crate::{kept, postgres};

const TRANSCRIPTS: &str = "/api/v1/transcripts";

/// Two servers on one store, with reviewers and an administrator.
struct Pair {
    crew: Crew,
    one: Served,
    other: Served,
    logins: Vec<String>,
}

impl Pair {
    async fn open(reviewers: usize) -> Self {
        let logins: Vec<String> = (0..reviewers).map(|n| format!("reviewer-{n}")).collect();
        let mut people: Vec<(&str, &str)> = logins.iter().map(|login| (login.as_str(), "reviewer")).collect();
        people.push(("admin", "admin"));
        let crew = Crew::settle(Bench::postgres().await, &people).await;
        let (one, other) = (crew.serve(), crew.serve());
        Self { crew, one, other, logins }
    }

    /// The program, before either server.
    fn machines(&self) -> [Caller; 2] {
        [&self.one, &self.other].map(|served| self.crew.machine(served))
    }

    /// Somebody who comes in at the first server, before either.
    async fn log_in(&self, login: &str) -> [Caller; 2] {
        let caller = Caller::log_in(&self.one, login).await;
        let before_the_other = caller.at(&self.other);
        [caller, before_the_other]
    }

    /// Every reviewer before either server, by login.
    async fn reviewers(&self) -> Vec<(&str, Caller)> {
        let mut all = Vec::new();
        for login in &self.logins {
            all.extend(self.log_in(login).await.map(|caller| (login.as_str(), caller)));
        }
        all
    }

    /// Keeps these calls, and gives their reviews.
    async fn keep(&self, calls: std::ops::Range<u64>) -> Vec<String> {
        let [machine, _] = self.machines();
        let answers = post_stream(&machine, calls).await;
        answers.iter().map(|answer| answer["id"].as_str().unwrap().to_owned()).collect()
    }
}

async fn post(machine: &Caller, n: u64) -> Answer {
    let request = machine.request(Method::POST, TRANSCRIPTS).json(&call(n));
    // Some senders mark their requests, others do not.
    let key = n.is_multiple_of(2).then(|| format!("key-{n}"));
    heard(key.into_iter().fold(request, |request, key| request.header("idempotency-key", key))).await.unwrap()
}

async fn post_stream(machine: &Caller, calls: impl IntoIterator<Item = u64>) -> Vec<Value> {
    let lines: Vec<String> = calls.into_iter().map(|n| call(n).to_string()).collect();
    let request = machine.request(Method::POST, TRANSCRIPTS).body(lines.join("\n"));
    let answer = heard(request.header("content-type", "application/x-ndjson")).await.unwrap();
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(answers.len() == lines.len() && answers.iter().all(|answer| answer["id"].is_string()), "{text}");
    answers
}

#[tokio::test]
async fn both_come_up_when_started_at_once_on_an_empty_database() {
    let pack = quick_pack();
    for _ in 0..5 {
        let data = postgres::new_database();
        let settings = settings(&data, pack.as_ref());
        let start = || serve(&settings);
        let both = std::thread::scope(|threads| {
            [threads.spawn(start), threads.spawn(start)].map(|server| server.join().unwrap())
        });
        let add = ["user", "add", "lin", "--role", "lead", "--password-stdin", "--data", &data];
        assert!(run(&add, kept::PASSWORD.as_bytes()).status.success());
        for served in &both {
            let lin = Caller::log_in(served, "lin").await;
            assert_eq!(lin.get("/api/v1/reviews").await.unwrap().json(200)["reviews"], json!([]));
        }
        let twice = "SELECT version FROM _sqlx_migrations GROUP BY version HAVING COUNT(*) > 1 OR NOT bool_and(success)";
        assert_eq!(postgres::psql(&data, twice).unwrap().stdout, b"");
    }
}

#[test]
fn commands_that_meet_on_a_new_folder_take_turns() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data").display().to_string();
        let list = || run(&["user", "list", "--data", &data], b"");
        let all = std::thread::scope(|threads| {
            [(); 4].map(|()| threads.spawn(list)).map(|command| command.join().unwrap())
        });
        for output in all {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[tokio::test]
async fn who_may_come_in_is_the_same_on_both_at_once() {
    let pair = Pair::open(2).await;
    let admin = pair.log_in("admin").await;
    for n in 0..5 {
        let (here, there) = if n % 2 == 0 { (0, 1) } else { (1, 0) };
        let lin = pair.log_in("reviewer-0").await;
        lin[there].get("/api/v1/session").await.unwrap().json(200);
        let out = lin[there].send(Method::DELETE, "/api/v1/session", &json!({})).await.unwrap();
        assert_eq!(out.status, 204);
        for lin in &lin {
            lin.get("/api/v1/session").await.unwrap().json(401);
        }
        let token = json!({"name": "转写系统", "role": "machine"});
        let token = admin[here].send(Method::POST, "/api/v1/tokens", &token).await.unwrap().json(201);
        let proof = ("authorization", format!("Bearer {}", token["secret"].as_str().unwrap()));
        let machine = [&pair.one, &pair.other].map(|served| Caller::new(served, proof.clone()));
        for machine in &machine {
            machine.get("/api/v1/session").await.unwrap().json(200);
        }
        let path = format!("/api/v1/tokens/{}", token["token"]["id"].as_str().unwrap());
        assert_eq!(admin[here].send(Method::DELETE, &path, &json!({})).await.unwrap().status, 204);
        machine[there].send(Method::POST, TRANSCRIPTS, &call(n)).await.unwrap().json(401);
    }
    let wang = pair.log_in("reviewer-1").await;
    let me = wang[1].get("/api/v1/session").await.unwrap().json(200);
    let path = format!("/api/v1/people/{}", me["id"].as_str().unwrap());
    admin[0].send(Method::PATCH, &path, &json!({"active": false})).await.unwrap().json(200);
    wang[1].get("/api/v1/session").await.unwrap().json(401);
}

#[tokio::test]
async fn the_next_review_is_given_to_one_person_only() {
    let pair = Pair::open(25).await;
    let reviews = pair.keep(0..200).await;
    // One half of them before the one server, the other half before the other.
    let reviewers = pair.reviewers().await.into_iter().enumerate();
    let reviewers: Vec<_> = reviewers.filter(|(at, _)| at % 4 == 0 || at % 4 == 3).map(|it| it.1).collect();
    for _ in 0..8 {
        // All at once; what each has got is given back before the next time.
        let next = reviewers.iter().map(|(_, caller)| async move {
            let next = caller.send(Method::POST, "/api/v1/reviews/next", &json!({})).await.unwrap().json(200);
            next["review"]["id"].as_str().unwrap_or_default().to_owned()
        });
        let given = join_all(next).await;
        let different: BTreeSet<&String> = given.iter().filter(|review| reviews.contains(review)).collect();
        assert_eq!(different.len(), reviewers.len(), "{given:?}");
        for ((_, caller), review) in reviewers.iter().zip(&given) {
            let path = format!("/api/v1/reviews/{review}/claim");
            assert_eq!(caller.send(Method::DELETE, &path, &json!({})).await.unwrap().status, 204);
        }
    }
}

#[tokio::test]
async fn a_review_is_claimed_by_one_person_only() {
    let pair = Pair::open(4).await;
    let reviewers = pair.reviewers().await;
    for review in pair.keep(0..50).await {
        let path = &format!("/api/v1/reviews/{review}/claim");
        let claims = reviewers.iter().map(|(login, caller)| async move {
            (*login, caller.send(Method::POST, path, &json!({})).await.unwrap().status)
        });
        let claims = join_all(claims).await;
        let mut winners: Vec<_> = claims.iter().filter(|(_, status)| *status == 200).map(|it| it.0).collect();
        winners.dedup();
        assert_eq!(winners.len(), 1, "{claims:?}");
        assert!(claims.iter().all(|(login, status)| *status == if *login == winners[0] { 200 } else { 409 }));
    }
}

#[tokio::test]
async fn whoever_does_not_get_a_review_is_told_that_somebody_has_it() {
    let pair = Pair::open(4).await;
    let review = pair.keep(0..1).await.remove(0);
    let path = &format!("/api/v1/reviews/{review}/claim");
    let reviewers = pair.reviewers().await;
    join_all(reviewers.iter().map(|(_, caller)| takes_turns(caller, path))).await;
}

/// Takes a review and gives it back, again and again.
async fn takes_turns(caller: &Caller, path: &str) {
    for _ in 0..40 {
        let claim = caller.send(Method::POST, path, &json!({})).await.unwrap();
        if claim.status != 200 {
            assert_eq!(claim.json(409)["code"], "claimed");
        }
        assert_eq!(caller.send(Method::DELETE, path, &json!({})).await.unwrap().status, 204);
    }
}

#[tokio::test]
async fn of_two_decisions_from_the_same_version_one_is_taken() {
    let pair = Pair::open(1).await;
    let lin = pair.log_in("reviewer-0").await;
    let review = pair.keep(0..1).await.remove(0);
    let path = &format!("/api/v1/reviews/{review}");
    for seen in 1..=20 {
        let decide = lin.each_ref().map(|lin| async move {
            let note = json!({"subject": "missed:1", "verdict": "add", "turn": 0, "start": 0, "end": 1,
                "note": format!("第 {seen} 种看法")});
            lin.step(Method::PATCH, path, seen, &json!({"decisions": [note]})).await.unwrap()
        });
        let mut statuses: Vec<u16> = join_all(decide).await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
    }
}

#[tokio::test]
async fn a_transcript_that_is_sent_to_both_is_kept_once() {
    let pair = Pair::open(0).await;
    let [one, other] = &pair.machines();
    for n in 0..40 {
        let (here, there) = tokio::join!(post(one, n), post(other, n));
        assert_eq!(here.body, there.body);
        let mut statuses = [here.status, there.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
    }
    // In opposite orders, so that they meet in the middle.
    let (here, mut there) = tokio::join!(post_stream(one, 40..240), post_stream(other, (40..240).rev()));
    there.reverse();
    assert_eq!(here, there);
    let counts = "SELECT (SELECT COUNT(*) FROM transcripts), (SELECT COUNT(*) FROM drafts), \
                  (SELECT COUNT(*) FROM reviews), (SELECT COUNT(*) FROM packs)";
    assert_eq!(pair.crew.bench.tamper(counts).unwrap().trim(), "240|240|240|1");
}

#[tokio::test]
async fn a_job_that_is_sent_to_both_is_one_job() {
    let pair = Pair::open(0).await;
    for n in 0..40 {
        let jobs = pair.machines().map(|machine| {
            let request =
                machine.request(Method::POST, "/api/v1/jobs").header("idempotency-key", n.to_string());
            heard(request.header("content-type", "application/x-ndjson").body(call(n).to_string()))
        });
        let jobs = join_all(jobs).await.into_iter().map(|answer| answer.unwrap().json(202)["id"].clone());
        let jobs: Vec<Value> = jobs.collect();
        assert_eq!(jobs[0], jobs[1]);
    }
}

#[tokio::test]
async fn both_continue_one_audit_log() {
    let pair = Pair::open(4).await;
    let review = pair.keep(0..1).await.remove(0);
    let path = &format!("/api/v1/reviews/{review}/unmask");
    let reviewers = pair.reviewers().await;
    let before = length(&pair);
    let looks = (0..160).map(|n| {
        let (_, caller) = &reviewers[n % reviewers.len()];
        async move { caller.send(Method::POST, path, &json!({"why": "核对号码"})).await.unwrap().json(200) }
    });
    join_all(looks).await;
    assert_eq!(length(&pair), before + 160);
}

/// How long the audit log is, which must be whole.
fn length(pair: &Pair) -> i64 {
    let told = pair.crew.command(&["audit", "verify"], "");
    let (length, _) = told.lines().last().unwrap().split_once(':').unwrap();
    length.parse().unwrap()
}
