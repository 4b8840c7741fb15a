//! Nothing that was acknowledged is lost: the server is killed in the middle of work, again and again on one store.
//!
//! `ZHIJIAN_KILLS` says how often on each database; `scripts/kill-test` kills two hundred times.

mod ledger;
mod shift;

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::time::sleep;
use zhijian::store::Place;

use self::ledger::{Audited, Ledger};
use self::shift::{Luck, Shift, post};
use crate::crew::{Caller, Crew};
use crate::kept::Proof;
use crate::store::Bench;
use crate::support::{Served, zhijian};

/// So often where nothing else is asked for: what fits into every test run.
const FEW_KILLS: u64 = 3;
const REVIEWERS: [&str; 3] = ["one", "two", "three"];

#[tokio::test]
async fn on_sqlite() {
    Trial::begin(Bench::sqlite().await).await.run().await;
}

#[tokio::test]
async fn on_postgres() {
    Trial::begin(Bench::postgres().await).await.run().await;
}

/// One store, on which servers work and are killed.
struct Trial {
    crew: Crew,
    /// Everybody's session: opened once, it outlives every server.
    sessions: Vec<Proof>,
    ledger: Ledger,
    audit: Audit,
    luck: Luck,
}

impl Trial {
    async fn begin(bench: Bench) -> Self {
        let people: Vec<(&str, &str)> = REVIEWERS.map(|login| (login, "reviewer")).to_vec();
        let crew = Crew::settle(bench, &[people, vec![("lead", "lead")]].concat()).await;
        let served = crew.serve();
        let mut sessions = Vec::new();
        for login in REVIEWERS.into_iter().chain(["lead"]) {
            sessions.push(Caller::log_in(&served, login).await.proof);
        }
        Self { crew, sessions, ledger: Ledger::default(), audit: Audit::default(), luck: Luck::new() }
    }

    #[expect(clippy::print_stdout, reason = "scripts/kill-test shows it")]
    async fn run(mut self) {
        let (begin, kills) = (Instant::now(), kills());
        for _ in 0..kills {
            self.kill_at_work().await;
            self.kill_while_starting().await;
            let served = self.crew.serve();
            self.wait_for_what_was_left_running().await;
            let (calls, reviews) = self.ledger.touched();
            self.check(&served, calls, reviews).await;
        }
        let worked = begin.elapsed();
        // A killed server keeps its jobs for a minute; nobody waits for that here.
        self.crew.bench.tamper("UPDATE jobs SET leased_until = 0 WHERE state = 'running'").unwrap();
        let served = self.crew.serve();
        let all = (1..=self.ledger.sent()).collect();
        let reviews = self.queue(&served).await;
        self.check(&served, all, reviews).await;
        self.check_jobs(&served).await;
        let figures = self.ledger.figures();
        println!(
            "{kills} kills in {worked:?}, all was checked in {:?}: {figures:?}",
            begin.elapsed() - worked
        );
    }

    /// Lets everybody work, and kills the server after up to 0.4 s.
    async fn kill_at_work(&mut self) {
        let mut served = self.crew.serve();
        let ledger = std::mem::take(&mut self.ledger);
        let shift =
            Shift::begin(ledger, &self.luck, self.crew.machine(&served), &served, &self.sessions).await;
        let kill = async {
            sleep(Duration::from_millis(self.luck.below(400))).await;
            shift.killed.set(true);
            served.child.kill().unwrap();
        };
        let senders = join_all([shift.post_one_by_one(), shift.post_one_by_one()]);
        let streams = join_all([shift.post_streams(), shift.post_streams()]);
        let jobs = shift.post_jobs();
        let reviewers = join_all(shift.reviewers.iter().map(|who| shift.review(who)));
        // All but the kill end only because the server is gone.
        let _gone = tokio::join!(kill, senders, streams, jobs, reviewers, shift.reopen_some());
        self.ledger = shift.ledger.into_inner();
        assert_eq!(rest_of_log(served), "", "a server that works has nothing to complain of");
    }

    /// Sometimes a server is killed before it has come up.
    async fn kill_while_starting(&self) {
        if self.luck.below(3) > 0 {
            return;
        }
        let settings = self.crew.settings();
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(settings.iter().map(String::as_str));
        let mut child = zhijian(&all).spawn().unwrap();
        sleep(Duration::from_millis(self.luck.below(200))).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// PostgreSQL finishes what the killed server has sent, however late; what is checked must not change any more.
    async fn wait_for_what_was_left_running(&self) {
        let running = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND pid <> pg_backend_pid() AND state <> 'idle'";
        while matches!(self.crew.bench.place, Place::Postgres(_))
            && self.crew.bench.tamper(running).unwrap().trim() != "0"
        {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Holds these calls and reviews against what was acknowledged, and the store as a whole against itself.
    async fn check(&mut self, served: &Served, calls: Vec<u64>, reviews: Vec<String>) {
        // First, since a call that is sent again may complete what is there only by half.
        self.check_whole();
        let ledger = RefCell::new(std::mem::take(&mut self.ledger));
        let (machine, lead) = (self.crew.machine(served), Caller::new(served, self.sessions[3].clone()));
        stream::iter(calls).for_each_concurrent(8, |n| repeat(&machine, n, &ledger)).await;
        self.ledger = ledger.into_inner();
        self.audit.read_on(&lead).await;
        let (ledger, audit, lead) = (&self.ledger, &self.audit, &lead);
        let look = |review: String| async move { look_at(lead, &review, ledger, audit).await };
        stream::iter(reviews).for_each_concurrent(8, look).await;
    }

    /// Every job is there, and is worked through to its end.
    async fn check_jobs(&self, served: &Served) {
        let (machine, begin) = (self.crew.machine(served), Instant::now());
        for (job, lines) in self.ledger.jobs() {
            while !is_done(&machine, job, *lines).await {
                assert!(begin.elapsed() < Duration::from_secs(180), "nobody has taken {job} over");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }

    /// Every row has the rows that belong to it, and the audit log is whole.
    fn check_whole(&mut self) {
        let (count, end) = match self.crew.bench.place {
            Place::Folder(_) => ("json_array_length(r.result, '$.", "')"),
            Place::Postgres(_) => ("json_array_length(r.result::json -> '", "')"),
        };
        let half = HALF.join(" UNION ALL ").replace("{count ", count).replace('}', end);
        assert_eq!(self.crew.bench.tamper(&half).unwrap().trim(), "", "what is there only by half");
        let mut verify = vec!["audit", "verify"];
        if !self.audit.head.is_empty() {
            verify.extend(["--expect", &self.audit.head]);
        }
        let told = self.crew.command(&verify, "");
        self.audit.head = told.lines().last().unwrap().to_owned();
    }

    /// Every review in the queue, of which there is one for each call that was ever sent.
    async fn queue(&self, served: &Served) -> Vec<String> {
        let lead = Caller::new(served, self.sessions[3].clone());
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = lead.get(&format!("/api/v1/reviews?limit=500{cursor}")).await.unwrap().json(200);
            let reviews = page["reviews"].as_array().unwrap();
            ids.extend(reviews.iter().map(|review| review["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let mut sorted = ids.clone();
        sorted.sort();
        assert!(sorted.iter().eq(&self.ledger.reviews()), "the queue holds what was acknowledged");
        ids
    }
}

/// Each finds what is there only by half; nothing is.
const HALF: [&str; 12] = [
    "SELECT 'no draft', id FROM transcripts t WHERE NOT EXISTS (SELECT 1 FROM drafts d WHERE d.transcript = t.id)",
    "SELECT 'no review', id FROM drafts d WHERE NOT EXISTS (SELECT 1 FROM reviews r WHERE r.draft = d.id)",
    "SELECT 'no sheet', id FROM drafts d WHERE NOT EXISTS \
     (SELECT 1 FROM sheets s WHERE s.pack = d.pack AND s.rubric = d.rubric)",
    "SELECT 'rules', draft FROM reviews r WHERE hits + candidates <> \
     (SELECT COALESCE(SUM(x.hits + x.candidates), 0) FROM draft_rules x WHERE x.draft = r.draft)",
    "SELECT 'history', draft FROM reviews r WHERE version <> \
     1 + (SELECT COUNT(*) FROM review_history h WHERE h.draft = r.draft)",
    "SELECT 'items', draft FROM reviews r WHERE result IS NOT NULL AND {count items} <> \
     (SELECT COUNT(*) FROM reviewed_items x WHERE x.draft = r.draft)",
    "SELECT 'findings', draft FROM reviews r WHERE result IS NOT NULL AND {count findings} + {count missed} <> \
     (SELECT COUNT(*) FROM reviewed_findings x WHERE x.draft = r.draft)",
    "SELECT 'vetoes', draft FROM reviews r WHERE result IS NOT NULL AND {count vetoes} <> \
     (SELECT COUNT(*) FROM reviewed_vetoes x WHERE x.draft = r.draft)",
    "SELECT 'no result', draft FROM reviews r WHERE result IS NULL \
     AND (state = 'submitted' OR EXISTS (SELECT 1 FROM reviewed_items x WHERE x.draft = r.draft))",
    "SELECT 'job', id FROM jobs j WHERE state <> 'receiving' AND \
     (lines <> (SELECT COUNT(*) FROM job_lines x WHERE x.job = j.id) OR \
     kept + refused <> (SELECT COUNT(*) FROM job_lines x WHERE x.job = j.id AND x.state <> 'waiting'))",
    "SELECT 'job line', job FROM job_lines x WHERE state = 'kept' \
     AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.id = x.draft)",
    "SELECT 'audit', action FROM audit WHERE seq > (SELECT seq FROM audit_head)",
];

/// Sends a call again: what was acknowledged is answered as it was, what was not is kept now.
async fn repeat(machine: &Caller, n: u64, ledger: &RefCell<Ledger>) {
    let answer = post(machine, n).await.unwrap();
    let known = ledger.borrow().is_kept(n);
    let right = answer.status == 200 || (answer.status == 201 && !known);
    assert!(right, "call {n}, known {known}: {} {:?}", answer.status, answer.body);
    ledger.borrow_mut().kept(n, &answer.body);
}

/// Whether a job is done; then every line is kept.
async fn is_done(machine: &Caller, job: &str, lines: usize) -> bool {
    let job = machine.get(&format!("/api/v1/jobs/{job}")).await.unwrap().json(200);
    assert_eq!((&job["lines"], &job["refused"]), (&json!(lines), &json!(0)));
    let is_done = job["state"] == "done";
    assert!(!is_done || job["kept"] == lines, "{job}");
    is_done
}

async fn look_at(lead: &Caller, review: &str, ledger: &Ledger, audit: &Audit) {
    let view = lead.get(&format!("/api/v1/reviews/{review}")).await.unwrap().json(200);
    let history = lead.get(&format!("/api/v1/reviews/{review}/history")).await.unwrap().json(200);
    let history = history["history"].as_array().unwrap();
    ledger.check(review, &view, history, audit.reviews.get(review).map_or(&[], Vec::as_slice));
}

/// What a server has still said before it ended.
fn rest_of_log(mut served: Served) -> String {
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut served.log, &mut rest).unwrap();
    rest
}

fn kills() -> u64 {
    std::env::var("ZHIJIAN_KILLS").map_or(FEW_KILLS, |kills| kills.parse().unwrap())
}

/// What the audit log has told so far.
#[derive(Default)]
struct Audit {
    /// The number of the last entry that was read.
    read: i64,
    reviews: HashMap<String, Vec<Audited>>,
    /// Number and hash of the last entry when it was last verified.
    head: String,
}

impl Audit {
    async fn read_on(&mut self, lead: &Caller) {
        loop {
            let path = format!("/api/v1/audit?after={}&limit=1000", self.read);
            let page = lead.get(&path).await.unwrap().json(200);
            let entries = page["entries"].as_array().unwrap();
            for entry in entries {
                self.note(entry);
            }
            if entries.is_empty() {
                return;
            }
        }
    }

    fn note(&mut self, entry: &Value) {
        let text = |key: &str| entry[key].as_str().unwrap();
        self.read = entry["seq"].as_i64().unwrap();
        if let (Some(action), Some(review)) =
            (text("action").strip_prefix("review."), text("subject").strip_prefix("review:"))
        {
            let audited = Audited { action: action.to_owned(), after: text("after").to_owned() };
            self.reviews.entry(review.to_owned()).or_default().push(audited);
        }
    }
}
