//! Large bulk as a job, on both databases: received whole, worked through aside, every line accounted for.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use zhijian::access::Actor;
use zhijian::pipeline::OwnedAsk;
use zhijian::store::{JobKey, Keeping, LineDone, Portion, Refused, Store};

use crate::kept::{Desk, Staff};
use crate::store::{Bench, keeping, on_both, with_pack};
use crate::support::transcript;

on_both!(
    a_job_is_received_worked_through_and_told_line_by_line,
    a_job_that_is_sent_again_is_the_same_job,
    lines_are_told_up_to_the_first_that_is_not_done,
    jobs_take_turns,
    what_is_erased_is_not_kept_by_a_job_that_still_brings_it,
    what_is_no_job_is_refused,
    of_several_servers_one_works_on_a_job_and_another_takes_over,
);

impl Desk {
    async fn bulk(&self, staff: &Staff, key: &str, body: String) -> Response {
        let request = self.request(Method::POST, "/api/v1/jobs", Some(&staff.machine));
        let request = request.header("content-type", "application/x-ndjson").header("idempotency-key", key);
        request.body(body).send().await.unwrap()
    }

    async fn done(&self, staff: &Staff, id: &str) -> Value {
        for _ in 0..600 {
            let job: Value =
                self.get(&format!("/api/v1/jobs/{id}"), &staff.machine).await.json().await.unwrap();
            if job["state"] == "done" {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job is not done");
    }
}

fn lines(range: std::ops::Range<usize>) -> String {
    range.map(|n| format!("{}\n", transcript(&format!("j-{n}")))).collect()
}

async fn a_job_is_received_worked_through_and_told_line_by_line(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let body = format!("{}\n{{\n{}", lines(0..300), lines(300..301));
    let accepted = desk.bulk(&staff, "a", body).await;
    assert_eq!(accepted.status(), 202);
    let place = accepted.headers()["location"].to_str().unwrap().to_owned();
    let job: Value = accepted.json().await.unwrap();
    let id = job["id"].as_str().unwrap();
    assert_eq!((place, &job["lines"]), (format!("/api/v1/jobs/{id}"), &json!(302)));
    let job = desk.done(&staff, id).await;
    assert_eq!((&job["kept"], &job["refused"]), (&json!(301), &json!(1)));
    assert!(job["finished_at"].is_string());
    let refused: Value =
        desk.get(&format!("{}/lines?refused=true", path(id)), &staff.machine).await.json().await.unwrap();
    assert_eq!(refused["lines"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&refused["lines"][0]["line"], &refused["lines"][0]["error"]["code"]),
        (&json!(302), &json!("invalid_json"))
    );
    let first: Value =
        desk.get(&format!("{}/lines?limit=200", path(id)), &staff.machine).await.json().await.unwrap();
    assert_eq!(first["next"], 200);
    let rest: Value = desk
        .get(&format!("{}/lines?after=200&limit=200", path(id)), &staff.machine)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!((rest["lines"].as_array().unwrap().len(), &rest["next"]), (102, &Value::Null));
    let draft = rest["lines"][0]["draft"].as_str().unwrap();
    assert_eq!(desk.get(&format!("/api/v1/reviews/{draft}"), &staff.reviewer).await.status(), 200);
    // What was said is not kept a second time.
    assert_eq!(bench.tamper("SELECT MAX(LENGTH(body)) FROM job_lines").unwrap().trim(), "0");
}

fn path(id: &str) -> String {
    format!("/api/v1/jobs/{id}")
}

async fn a_job_that_is_sent_again_is_the_same_job(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let first: Value = desk.bulk(&staff, "k", lines(0..3)).await.json().await.unwrap();
    let again: Value = desk.bulk(&staff, "k", lines(0..3)).await.json().await.unwrap();
    assert_eq!(first["id"], again["id"]);
    let reused = desk.bulk(&staff, "k", lines(0..4)).await;
    assert_eq!(reused.status(), 422);
    assert_eq!(reused.json::<Value>().await.unwrap()["code"], "key_reused");
    desk.done(&staff, first["id"].as_str().unwrap()).await;
    let path = "/api/v1/jobs?rubric=t";
    let ask = desk.request(Method::POST, path, Some(&staff.machine)).header("idempotency-key", "k");
    let ask = ask.header("content-type", "application/x-ndjson").body(lines(0..3)).send().await.unwrap();
    assert_eq!(ask.status(), 422, "the same lines, but another rubric is asked for");
    let other: Value = desk.bulk(&staff, "l", lines(0..3)).await.json().await.unwrap();
    let other = desk.done(&staff, other["id"].as_str().unwrap()).await;
    assert_eq!(other["kept"], 3, "known transcripts are no fault");
    assert_eq!(bench.count("drafts"), 3);
    assert_eq!(bench.count("jobs"), 2);
}

async fn what_is_no_job_is_refused(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let one = desk.send(Method::POST, "/api/v1/jobs", Some(&staff.machine), transcript("x")).await;
    assert_eq!(one.status(), 415);
    let rubric = desk.request(Method::POST, "/api/v1/jobs?rubric=nothing", Some(&staff.machine));
    let rubric =
        rubric.header("content-type", "application/x-ndjson").body(lines(0..1)).send().await.unwrap();
    assert_eq!(rubric.status(), 422);
    for (path, status) in
        [("/api/v1/jobs/x", 404), ("/api/v1/jobs/x/lines", 404), ("/api/v1/jobs/x/lines?limit=0", 400)]
    {
        assert_eq!(desk.get(path, &staff.machine).await.status(), status);
    }
    let empty: Value = desk.bulk(&staff, "e", String::new()).await.json().await.unwrap();
    assert_eq!(desk.done(&staff, empty["id"].as_str().unwrap()).await["lines"], 0);
}

async fn of_several_servers_one_works_on_a_job_and_another_takes_over(bench: Bench) {
    let (store, now) = (&bench.store, Timestamp::now());
    let id = store.begin_job(&ASK, "token:1", now).await.unwrap();
    let lines = [(1, Ok(b"a".to_vec())), (2, Ok(b"b".to_vec())), (3, Err("{}".to_owned()))];
    store.add_lines(&id, &lines, now).await.unwrap();
    assert!(store.take_portion(10, now).await.unwrap().is_none(), "not before it is there whole");
    store.accept_job(&id, &key()).await.unwrap().unwrap();
    let takers = (0..8).map(|_| store.take_portion(1, now));
    let taken: Vec<Portion> =
        futures_util::future::join_all(takers).await.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].lines, [(1, b"a".to_vec())]);
    // The server is gone; a minute later another one takes the same portion, and both say that it is done.
    let later = now + SignedDuration::from_secs(61);
    let again = store.take_portion(1, later).await.unwrap().unwrap();
    assert_eq!(again.lines, taken[0].lines);
    let done = |line| LineDone { line, outcome: Ok("draft".to_owned()) };
    for _ in 0..2 {
        assert!(store.finish_portion(&id, &[done(1)], later).await.unwrap().is_none());
    }
    let rest = store.take_portion(10, later).await.unwrap().unwrap();
    assert_eq!(rest.lines, [(2, b"b".to_vec())]);
    let job = store.finish_portion(&id, &[done(2)], later).await.unwrap().unwrap();
    assert_eq!((job.lines, job.kept, job.refused), (3, 2, 1), "each line counts once");
    assert!(store.take_portion(10, later).await.unwrap().is_none());
    assert_eq!(store.forget_jobs(later + SignedDuration::from_secs(1), later).await.unwrap(), 1);
}

const ASK: OwnedAsk = OwnedAsk { rubric: None, all_rules: false };

fn key() -> JobKey {
    JobKey { key: None, digest: "d".to_owned() }
}

fn brought(id: &str) -> Result<Vec<u8>, String> {
    Ok(transcript(id).to_string().into_bytes())
}

/// A job that is there whole, with these lines.
async fn job(store: &Store, lines: &[(i64, Result<Vec<u8>, String>)], now: Timestamp) -> String {
    let id = store.begin_job(&ASK, "token:1", now).await.unwrap();
    store.add_lines(&id, lines, now).await.unwrap();
    store.accept_job(&id, &key()).await.unwrap().unwrap();
    id
}

async fn lines_are_told_up_to_the_first_that_is_not_done(bench: Bench) {
    let (store, now) = (&bench.store, Timestamp::now());
    let id = job(store, &[(1, brought("a")), (2, brought("b")), (3, Err("{}".to_owned()))], now).await;
    let told = async |refused_only| -> Vec<i64> {
        let lines = store.job_lines(&id, refused_only, 0, 10).await.unwrap();
        lines.iter().map(|line| line.line).collect()
    };
    assert_eq!((told(false).await, told(true).await), (vec![], vec![]), "1 and 2 may still be refused");
    let done = |line| LineDone { line, outcome: Ok("draft".to_owned()) };
    store.take_portion(10, now).await.unwrap().unwrap();
    store.finish_portion(&id, &[done(1)], now).await.unwrap();
    assert_eq!((told(false).await, told(true).await), (vec![1], vec![]));
    store.take_portion(10, now).await.unwrap().unwrap();
    store.finish_portion(&id, &[done(2)], now).await.unwrap();
    assert_eq!((told(false).await, told(true).await), (vec![1, 2, 3], vec![3]));
}

async fn jobs_take_turns(bench: Bench) {
    let (store, mut now) = (&bench.store, Timestamp::now());
    let large: Vec<_> = (1..=4).map(|line| (line, brought(&format!("l-{line}")))).collect();
    let large = job(store, &large, now).await;
    let small = job(store, &[(1, brought("s-1"))], now).await;
    let mut turns = Vec::new();
    while let Some(portion) = store.take_portion(2, now).await.unwrap() {
        turns.push(portion.job.clone());
        let done: Vec<_> = portion.lines.iter().map(|(line, _)| *line).collect();
        let done: Vec<_> =
            done.into_iter().map(|line| LineDone { line, outcome: Ok("draft".to_owned()) }).collect();
        now += SignedDuration::from_millis(5);
        store.finish_portion(&portion.job, &done, now).await.unwrap();
    }
    assert_eq!(
        turns,
        [large.clone(), small, large],
        "the small one does not wait for the end of the large one"
    );
    // One line that is as heavy as many is taken alone.
    let mut random = vec![0; 3 << 20];
    getrandom::fill(&mut random).unwrap();
    let heavy = job(store, &[(1, brought("a")), (2, Ok(random)), (3, brought("b"))], now).await;
    let portion = store.take_portion(10, now).await.unwrap().unwrap();
    assert_eq!((portion.job, portion.lines.len()), (heavy, 1));
}

async fn what_is_erased_is_not_kept_by_a_job_that_still_brings_it(bench: Bench) {
    let (store, now) = (&bench.store, Timestamp::now());
    let operator = Actor::system("test");
    // Still coming in, waiting, and already taken by a server.
    let coming = store.begin_job(&ASK, "token:1", now).await.unwrap();
    store.add_lines(&coming, &[(1, brought("gone"))], now).await.unwrap();
    let id = job(store, &[(1, brought("gone")), (2, brought("stays"))], now).await;
    let taken = store.take_portion(10, now).await.unwrap().unwrap();
    let erased = store.erase_one("gone", "{}", &operator, "客户要求", now).await.unwrap().unwrap();
    assert_eq!((erased.transcripts, erased.lines), (0, 2));
    assert!(store.erase_one("gone", "{}", &operator, "客户要求", now).await.unwrap().is_none());
    // The server that had taken it comes too late.
    let (pack, keeper) = with_pack(&bench).await;
    let keeping = |line: i64, id: &str| Keeping {
        line: Some((taken.job.clone(), line)),
        ..keeping(id, &transcript(id).to_string(), &pack)
    };
    assert_eq!(keeper.keep(keeping(1, "gone")).await.unwrap(), Err(Refused::Settled));
    assert!(keeper.keep(keeping(2, "stays")).await.unwrap().is_ok());
    let done = [
        LineDone { line: 1, outcome: Err("{}".to_owned()) },
        LineDone { line: 2, outcome: Ok("draft".to_owned()) },
    ];
    let ended = store.finish_portion(&id, &done, now).await.unwrap().unwrap();
    assert_eq!((ended.lines, ended.kept, ended.refused), (2, 1, 1));
    let coming = store.accept_job(&coming, &key()).await.unwrap().unwrap();
    assert_eq!((coming.lines, coming.refused), (1, 1));
    assert_eq!(bench.count("transcripts"), 1);
    // What is kept too long goes, and what waits in jobs for as long with it.
    job(store, &[(1, brought("old"))], now).await;
    let later = now + SignedDuration::from_hours(1);
    let erased = store.erase_before(later, &operator, "保存期限", later).await.unwrap();
    assert_eq!((erased.transcripts, erased.lines), (1, 1));
    assert_eq!(bench.count("job_lines"), 0);
    assert_eq!(store.verify_audit().await.unwrap().unwrap().0, 3);
}
