//! `zhijian serve --demo`: a newcomer finds a desk at which work has been going on, and nothing is left of it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};

use jiff::Timestamp;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use zhijian::demo;
use zhijian::store::{QueueFilter, QueueOrder};

use crate::packs::compiled;
use crate::store::Bench;
use crate::support::{Served, client, zhijian};

/// What a running demo has told.
pub(crate) struct Told {
    pub(crate) passwords: BTreeMap<String, String>,
    token: String,
}

impl Told {
    pub(crate) fn by(served: &mut Served) -> Self {
        let mut lines = BufReader::new(served.child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let told: Vec<String> = lines.by_ref().take_while(|line| !line.contains("Ctrl-C")).collect();
        let cells = |line: &String| {
            let cells: Vec<String> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
            (cells.len() == 6 && cells[1] != "登录名").then(|| (cells[1].clone(), cells[2].clone()))
        };
        let open = format!("打开 http://{}/ 登录", served.address);
        assert!(told.iter().any(|line| line.starts_with(&open)), "{told:?}");
        let token = told.iter().find_map(|line| line.split("Bearer ").nth(1)).unwrap();
        Self {
            passwords: told.iter().filter_map(cells).filter(|(login, _)| login.is_ascii()).collect(),
            token: token.split('\'').next().unwrap().to_owned(),
        }
    }
}

/// Somebody who has come in.
struct Guest {
    client: Client,
    base: String,
    cookie: String,
}

impl Guest {
    async fn log_in(served: &Served, login: &str, password: &str) -> Self {
        let (client, base) = (client(), format!("http://{}", served.address));
        let form = json!({"login": login, "password": password});
        let response = client.post(format!("{base}/api/v1/session")).json(&form).send().await.unwrap();
        assert_eq!(response.status(), 200, "{login}");
        let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { client, base, cookie }
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.client.request(Method::GET, format!("{}/api/v1/{path}", self.base));
        let response = request.header("cookie", &self.cookie).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }
}

#[tokio::test]
async fn a_newcomer_finds_a_desk_at_work_of_which_nothing_is_left() {
    let room = TempDir::new().unwrap();
    let mut command = zhijian(&["serve", "--listen", "127.0.0.1:0", "--demo"]);
    let mut served = Served::of(command.env("TMPDIR", room.path()));
    let told = Told::by(&mut served);
    let logins: Vec<&str> = told.passwords.keys().map(String::as_str).collect();
    assert_eq!(logins, ["admin", "lead", "reviewer1", "reviewer2"]);
    let mut guests = BTreeMap::new();
    for (login, password) in &told.passwords {
        guests.insert(login.as_str(), Guest::log_in(&served, login, password).await);
    }
    assert_eq!(guests["admin"].get("session").await["role"], "admin");
    the_queue_is_alive(&guests["reviewer1"]).await;
    let agreement = guests["lead"].get("reports/agreement").await;
    for part in ["items", "rules", "vetoes"] {
        assert!(!agreement[part].as_array().unwrap().is_empty(), "{part}");
    }
    let call = crate::support::transcript("newcomer-1");
    let url = format!("http://{}/api/v1/transcripts", served.address);
    let posted = client().post(url).bearer_auth(&told.token).json(&call).send().await.unwrap();
    assert_eq!(posted.status(), 201);
    assert_eq!(std::fs::read_dir(room.path()).unwrap().count(), 1);
    served.terminate();
    assert!(served.child.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(room.path()).unwrap().count(), 0, "nothing is left");
}

async fn the_queue_is_alive(reviewer: &Guest) {
    let counts = reviewer.get("reviews/counts").await;
    let count = |name: &str| counts[name].as_i64().unwrap();
    let all = count("open") + count("submitted");
    assert!((55..=65).contains(&(count("submitted") * 100 / all)), "{counts}");
    assert_eq!(count("claimed"), 1);
    let reopened = reviewer.get("reviews?reopened=true").await;
    assert_eq!(reopened["reviews"].as_array().unwrap().len(), 1);
    let mine = reviewer.get("reviews/counts?person=me").await;
    assert!(mine["submitted"].as_i64().unwrap() > count("submitted") / 3, "{mine}");
    let held = reviewer.get("reviews?free=false").await;
    assert_eq!(held["reviews"][0]["claim"]["name"], "质检员小周");
}

#[test]
fn a_demo_has_no_place_of_its_own_for_data() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().to_str().unwrap();
    let refused = |command: &mut std::process::Command| {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("不能和 --data 一起用"));
    };
    refused(&mut zhijian(&["serve", "--demo", "--data", data]));
    refused(zhijian(&["serve", "--demo"]).env("ZHIJIAN_DATA", data));
}

/// What a queue tells of each review but ids.
async fn shown(at: &str) -> Vec<String> {
    let (bench, now): (Bench, Timestamp) = (Bench::sqlite().await, at.parse().unwrap());
    let demo = demo::fill(&bench.store, &compiled(&[]), now).await.unwrap();
    let all = bench.store.queue(&QueueFilter::default(), QueueOrder::Risk, None, 10_000, now).await.unwrap();
    assert_eq!(i64::try_from(all.len()).unwrap(), demo.open + demo.submitted);
    assert_eq!(all.len(), dialogues());
    let shown = all.into_iter().map(|(_, it)| {
        assert!(it.submitted_at.is_none_or(|submitted| it.created_at <= submitted && submitted <= now));
        format!(
            "{} {} {:?} {:?} {:?}",
            it.transcript_id,
            it.day,
            it.state,
            it.final_score,
            it.reviewer.map(|it| it.name)
        )
    });
    let mut shown: Vec<String> = shown.collect();
    shown.sort();
    assert!(bench.store.verify_audit().await.unwrap().is_ok());
    shown
}

/// How many dialogues there are.
fn dialogues() -> usize {
    let folders = ["clean", "labelled"].map(|name| crate::packs::repository().join("corpora").join(name));
    folders.iter().map(|folder| std::fs::read_dir(folder).unwrap().count()).sum()
}

#[tokio::test]
async fn a_demo_shows_the_same_all_day() {
    assert_eq!(shown("2026-11-21T03:00:00Z").await, shown("2026-11-21T10:00:00Z").await);
}
