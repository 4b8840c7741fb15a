//! What must go is gone: not in the answers, not in the files of the database; and what the log holds, nobody said.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};
use zhijian::access::Actor;
use zhijian::store::Place;

use crate::kept::{Desk, Staff};
use crate::store::{Bench, on_both};
use crate::support::{Served, run, transcript};

on_both!(one_transcript_is_erased_with_everything_made_of_it, what_is_kept_too_long_is_erased);

/// Words that nobody else says.
const WORDS: &str = "鹦鹉学舌的蓝色热水器";

async fn kept(desk: &Desk, staff: &Staff, id: &str) -> String {
    let mut call = transcript(id);
    // Too short to be compressed into something else.
    call["turns"][1]["text"] = json!(format!("{WORDS}坏了"));
    let posted = desk.send(Method::POST, "/api/v1/transcripts", Some(&staff.machine), call).await;
    assert_eq!(posted.status(), 201);
    posted.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn one_transcript_is_erased_with_everything_made_of_it(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let (gone, stays) = (kept(&desk, &staff, "e-1").await, kept(&desk, &staff, "e-2").await);
    let missed = json!({"decisions": [{"subject": "missed:1", "verdict": "add", "turn": 1, "start": 0, "end": 2, "note": "好"}]});
    let decide = desk.request(Method::PATCH, &format!("/api/v1/reviews/{gone}"), Some(&staff.reviewer));
    assert_eq!(decide.header("if-match", "\"1\"").json(&missed).send().await.unwrap().status(), 200);
    let erase = async |id: &str, why: &str| {
        let form = json!({"transcript_id": id, "why": why});
        desk.send(Method::POST, "/api/v1/erasures", Some(&staff.admin), form).await
    };
    assert_eq!(erase("nothing", "客户要求").await.status(), 404);
    assert_eq!(erase("e-1", "").await.status(), 422);
    let erased: Value = erase("e-1", "客户要求删除").await.json().await.unwrap();
    assert_eq!(erased["transcripts"], 1);
    assert_eq!(desk.get(&format!("/api/v1/reviews/{gone}"), &staff.reviewer).await.status(), 404);
    assert_eq!(desk.get(&format!("/api/v1/reviews/{stays}"), &staff.reviewer).await.status(), 200);
    let last = desk.store.audit_after(0, 100).await.unwrap().pop().unwrap();
    assert_eq!((last.action.as_str(), last.why.as_str()), ("erase", "客户要求删除"));
    assert_eq!(json!(last.before), erased["digests"][0], "the proof");
    assert!(desk.store.verify_audit().await.unwrap().is_ok());
    for table in ["transcripts", "drafts", "reviews"] {
        assert_eq!(bench.tamper(&format!("SELECT COUNT(*) FROM {table}")).unwrap().trim(), "1", "{table}");
    }
    assert_eq!(bench.count("review_history"), 0);
    // The same transcript may come again, as a new one.
    assert_ne!(kept(&desk, &staff, "e-1").await, gone);
}

async fn what_is_kept_too_long_is_erased(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    for n in 0..450 {
        kept(&desk, &staff, &format!("r-{n}")).await;
    }
    let (store, now) = (&desk.store, Timestamp::now());
    let days = |days: i64| now + SignedDuration::from_hours(24 * days);
    let (by, why) = (Actor::system("retention"), "保存期限 30 天");
    let nothing = store.erase_before(days(-30), &by, why, now).await.unwrap();
    assert_eq!((nothing.transcripts, nothing.digests.len()), (0, 0));
    if let Place::Folder(folder) = &bench.place {
        assert!(bytes_hold(folder, WORDS), "or the next check proves nothing");
    }
    let erased = store.erase_before(days(1), &by, why, now).await.unwrap();
    assert_eq!((erased.transcripts, erased.digests.len()), (450, 3));
    assert_eq!(bench.count("transcripts"), 0);
    if let Place::Folder(folder) = &bench.place {
        assert!(!bytes_hold(folder, WORDS), "nothing is left in the files");
    }
    let told: Vec<_> = store
        .audit_after(0, 100)
        .await
        .unwrap()
        .into_iter()
        .filter(|entry| entry.action == "erase")
        .collect();
    assert_eq!(
        told.iter().map(|entry| &entry.before).collect::<Vec<_>>(),
        erased.digests.iter().collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn whoever_reads_makes_bytes_go_later_and_fails_nobody() {
    let bench = Bench::sqlite().await;
    let (desk, staff) = Desk::staffed(&bench).await;
    kept(&desk, &staff, "e-1").await;
    let Place::Folder(folder) = &bench.place else { unreachable!("SQLite") };
    let file = format!("sqlite://{}", folder.join("zhijian.db").display());
    let mut reader = SqliteConnection::connect(&file).await.unwrap();
    sqlx::query("BEGIN").execute(&mut reader).await.unwrap();
    sqlx::query("SELECT COUNT(*) FROM transcripts").fetch_one(&mut reader).await.unwrap();
    let form = json!({"transcript_id": "e-1", "why": "客户要求删除"});
    let erased = desk.send(Method::POST, "/api/v1/erasures", Some(&staff.admin), form).await;
    assert_eq!(erased.status(), 200);
    assert!(bytes_hold(folder, WORDS), "or the rest proves nothing");
    reader.close().await.unwrap();
    assert!(desk.store.forget_bytes().await.unwrap());
    assert!(!bytes_hold(folder, WORDS));
}

/// Whether any file below `folder` holds these words.
fn bytes_hold(folder: &Path, words: &str) -> bool {
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.into_iter().any(|bytes| memchr::memmem::find(&bytes, words.as_bytes()).is_some())
}

#[tokio::test]
async fn the_log_the_metrics_and_the_refusals_of_a_keeping_server_hold_nothing_that_was_said() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let added = run(&["user", "add", "boss", "--role", "admin", "--data", data], b"");
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let token = |args: &[&str]| {
        let made = run(&[&["token", "add", "系统", "--data", data], args].concat(), b"");
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    };
    let (token, prometheus) = (token(&[]), token(&["--role", "admin", "--scopes", "operate"]));
    let mut served = Served::start(&["--data", data, "--log", "trace"]);
    let client = crate::support::client();
    let post = async |path: &str, body: String| {
        let url = format!("http://{}{path}", served.address);
        let request = client.post(url).bearer_auth(&token).header("content-type", "application/json");
        request.body(body).send().await.unwrap().text().await.unwrap()
    };
    let mut call = transcript("log-1");
    call["turns"][1]["text"] = json!(WORDS);
    let kept = post("/api/v1/transcripts", call.to_string()).await;
    assert!(kept.contains("\"draft\""), "{kept}");
    let mut refusals = post("/api/v1/transcripts", call.to_string().replace("068号", "069号")).await;
    call["turns"][1]["role"] = json!("caller");
    refusals.push_str(&post("/api/v1/transcripts", call.to_string()).await);
    refusals.push_str(&post("/api/v1/transcripts", call.to_string().replace('}', "")).await);
    refusals.push_str(&post(&format!("/{WORDS}?x={WORDS}"), WORDS.to_owned()).await);
    let metrics =
        client.get(format!("http://{}/metrics", served.address)).bearer_auth(&prometheus).send().await;
    let metrics = metrics.unwrap().text().await.unwrap();
    assert!(metrics.contains("zhijian_transcripts_total"), "{metrics}");
    served.terminate();
    let mut log = String::new();
    served.log.read_to_string(&mut log).unwrap();
    assert!(log.contains("\"status\":409") && log.contains("/api/v1/transcripts"), "{log}");
    assert!(!log.contains(WORDS) && !log.contains(&token), "{log}");
    assert!(refusals.contains("conflict") && refusals.contains("/turns/1/role"), "{refusals}");
    assert!(!refusals.contains(WORDS) && !metrics.contains(WORDS), "{refusals}");
}
