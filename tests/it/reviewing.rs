//! A reviewer's work over HTTP, on both databases: the queue, claiming, deciding, submitting, what is left of it.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use zhijian::config::{Layer, Settings};
use zhijian::diagnostic::Diagnostics;
use zhijian::pack::Pack;

use crate::kept::{Desk, Proof, Staff};
use crate::store::{Bench, on_both};
use crate::support::corpus;

on_both!(
    a_call_is_reviewed_from_the_queue_to_the_result,
    a_contradiction_is_decided_before_a_review_is_submitted,
    the_queue_is_filtered_and_sorted,
    a_queue_is_read_page_by_page,
    reviews_are_counted,
    two_reviewers_do_not_collide,
    whoever_has_seen_an_older_version_is_told_what_changed,
    what_cannot_be_decided_is_refused_with_its_place,
    a_lead_opens_a_submitted_review_again,
    agreement_is_counted_from_submitted_reviews,
    personal_data_is_covered_and_each_look_is_accounted_for,
    an_old_draft_is_explained_by_the_pack_that_judged_it,
);

/// A desk that judges by the shipped pack.
async fn staffed(bench: &Bench) -> (Desk, Staff) {
    Desk::staffed_with(bench, Layer::default(), Pack::shipped().unwrap()).await
}

impl Desk {
    async fn keep(&self, staff: &Staff, name: &str) -> String {
        let posted = self.send(Method::POST, "/api/v1/transcripts", Some(&staff.machine), corpus(name)).await;
        assert_eq!(posted.status(), 201);
        posted.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn view(&self, id: &str, who: &Proof) -> Value {
        let response = self.get(&format!("/api/v1/reviews/{id}"), who).await;
        assert_eq!(response.status(), 200);
        let tag = response.headers()["etag"].to_str().unwrap().to_owned();
        let view: Value = response.json().await.unwrap();
        assert_eq!(tag, format!("\"{}\"", view["version"]));
        view
    }

    /// Takes a step from the version that was seen.
    async fn step(&self, who: &Proof, id: &str, seen: i64, step: &str, body: Value) -> Response {
        let (method, path) = match step {
            "decide" => (Method::PATCH, format!("/api/v1/reviews/{id}")),
            step => (Method::POST, format!("/api/v1/reviews/{id}/{step}")),
        };
        let request = self.request(method, &path, Some(who)).header("if-match", format!("\"{seen}\""));
        request.json(&body).send().await.unwrap()
    }

    async fn decide(&self, who: &Proof, id: &str, seen: i64, decisions: Value) -> Response {
        self.step(who, id, seen, "decide", json!({ "decisions": decisions })).await
    }

    /// Decides everything that is open in some way, and submits.
    async fn finish(&self, who: &Proof, id: &str) -> Value {
        let mut at = self.view(id, who).await;
        if at["open"] != json!([]) {
            let decided = self.decide(who, id, version(&at), decisions(&at)).await;
            at = decided.json().await.unwrap();
        }
        assert_eq!(at["open"], json!([]));
        let submitted = self.step(who, id, version(&at), "submit", json!({})).await;
        assert_eq!(submitted.status(), 200);
        submitted.json().await.unwrap()
    }
}

fn version(of: &Value) -> i64 {
    of["version"].as_i64().unwrap()
}

/// A decision on each thing that is open: what the machine proposes, else the lowest value that the sheet allows, and
/// every veto rejected.
pub(crate) fn decisions(view: &Value) -> Value {
    let open = view["open"].as_array().unwrap().iter().map(|subject| subject.as_str().unwrap());
    let is_proposed = |id: &str| {
        view["items"].as_array().unwrap().iter().any(|it| it["id"] == id && !it["machine"]["score"].is_null())
    };
    let decide = |subject: &str| match subject.split_once(':').unwrap() {
        ("item", id) if is_proposed(id) => json!({"subject": subject, "verdict": "confirm"}),
        ("item", id) => {
            let item =
                view["sheet"]["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap();
            let score = item["values"]["levels"]
                .as_array()
                .map_or(json!(0), |levels| levels.last().unwrap()["score"].clone());
            json!({"subject": subject, "verdict": "score", "score": score})
        }
        _ => json!({"subject": subject, "verdict": "reject", "reason": "context"}),
    };
    open.map(decide).collect()
}

async fn problem(response: Response, status: u16, code: &str) -> Value {
    assert_eq!(response.status(), status);
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["code"], code, "{problem}");
    problem
}

const RUDE: &str = "labelled/abusive-customer-agent-retorts";
const CALM: &str = "clean/care-call-outbound-renewal";

/// What was submitted is kept, and told again.
async fn is_kept_and_told(desk: &Desk, staff: &Staff, id: &str, result: &Value) {
    let view = desk.view(id, &staff.lead).await;
    assert_eq!(
        (&view["state"], &view["result"], &view["claim"]),
        (&json!("submitted"), result, &Value::Null)
    );
    assert_eq!(view["draft"]["totals"], view["totals"]["machine"]);
    assert_eq!(view["totals"]["review"], result["totals"]);
    let history = desk.get(&format!("/api/v1/reviews/{id}/history"), &staff.lead).await.text().await.unwrap();
    assert!(!history.contains("13800138000"), "a note is kept without personal data");
    let history: Value = serde_json::from_str(&history).unwrap();
    let actions: Vec<&Value> =
        history["history"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["decide", "submit"]);
    assert_eq!(
        (&history["history"][0]["name"], &view["reviewer"]["name"]),
        (&json!("reviewer"), &json!("reviewer"))
    );
}

async fn a_call_is_reviewed_from_the_queue_to_the_result(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let id = desk.keep(&staff, RUDE).await;
    let next = desk.send(Method::POST, "/api/v1/reviews/next", Some(&staff.reviewer), json!({})).await;
    let next: Value = next.json().await.unwrap();
    assert_eq!((&next["review"]["id"], &next["review"]["claim"]["name"]), (&json!(id), &json!("reviewer")));
    let view = desk.view(&id, &staff.reviewer).await;
    assert_eq!(
        (&view["state"], &view["version"], &view["decisions"]),
        (&json!("open"), &json!(1), &json!([]))
    );
    assert!(!view["draft"]["findings"].as_array().unwrap().is_empty());
    // Not everything is decided.
    let early =
        problem(desk.step(&staff.reviewer, &id, 1, "submit", json!({})).await, 422, "undecided").await;
    assert_eq!(early["open"], view["open"]);
    let proposed = view["draft"]["items"].as_array().unwrap().iter().find(|item| item["score"] == json!(0.0));
    let item = proposed.unwrap()["id"].as_str().unwrap();
    let level = view["sheet"]["items"].as_array().unwrap().iter().find(|it| it["id"] == item).unwrap();
    let best = &level["values"]["levels"][0]["score"];
    let mut all = decisions(&view);
    all.as_array_mut().unwrap().extend([
        json!({"subject": format!("item:{item}"), "verdict": "score", "score": best, "reason": "asr-error", "note": "客户 13800138000 说的"}),
        json!({"subject": "finding:0", "verdict": "reject", "reason": "context"}),
        json!({"subject": "item:patience", "verdict": "confirm"}),
        json!({"subject": "missed:1", "verdict": "add", "turn": 0, "start": 0, "end": 1, "note": "语气"}),
    ]);
    let decided = desk.decide(&staff.reviewer, &id, 1, all).await;
    assert_eq!(decided.status(), 200);
    let decided: Value = decided.json().await.unwrap();
    assert_eq!((&decided["version"], &decided["open"]), (&json!(2), &json!([])));
    assert_eq!(
        (&decided["claim"]["name"], decided["claim"]["until"].is_string()),
        (&json!("reviewer"), true)
    );
    let changed = decided["items"].as_array().unwrap().iter().find(|it| it["id"] == item).unwrap();
    assert_eq!(&changed["final"]["score"], best, "what a page must show anew");
    let missed =
        decided["changes"].as_array().unwrap().iter().find(|it| it["subject"] == "missed:1").unwrap();
    assert_eq!((&missed["before"], &missed["after"]["note"]), (&Value::Null, &json!("语气")), "for undoing");
    let result = desk.step(&staff.reviewer, &id, 2, "submit", json!({})).await;
    assert_eq!(result.headers()["etag"], "\"3\"");
    let result: Value = result.json().await.unwrap();
    let reviewed = result["items"].as_array().unwrap().iter().find(|it| it["id"] == item).unwrap();
    assert_eq!((&reviewed["machine"]["score"], &reviewed["final"]["score"]), (&json!(0.0), best));
    assert_eq!((&reviewed["agreed"], &reviewed["explicit"]), (&json!(false), &json!(true)));
    let told: Value = desk.get(&format!("/api/v1/drafts/{id}"), &staff.machine).await.json().await.unwrap();
    assert_eq!((&told["state"], &told["result"]), (&json!("submitted"), &result));
    is_kept_and_told(&desk, &staff, &id, &result).await;
    let late = json!([{"subject": "missed:1", "verdict": "withdraw"}]);
    problem(desk.decide(&staff.reviewer, &id, 3, late).await, 409, "already_submitted").await;
    let page: Value =
        desk.get("/api/v1/reviews?state=submitted&person=me", &staff.reviewer).await.json().await.unwrap();
    assert_eq!(page["reviews"][0]["final_score"], result["totals"]["with_vetoes"]);
    let audit = desk.store.audit_after(0, 100).await.unwrap();
    assert_eq!(audit.last().unwrap().action, "review.submit");
    assert!(desk.store.verify_audit().await.unwrap().is_ok());
}

/// The one finding for which an item loses points is rejected, and the item forgotten.
async fn a_contradiction_is_decided_before_a_review_is_submitted(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let id = desk.keep(&staff, RUDE).await;
    let mut all = decisions(&desk.view(&id, &staff.reviewer).await);
    all.as_array_mut()
        .unwrap()
        .push(json!({"subject": "finding:0", "verdict": "reject", "reason": "context"}));
    let decided: Value = desk.decide(&staff.reviewer, &id, 1, all).await.json().await.unwrap();
    assert_eq!(decided["open"], json!(["item:patience"]));
    let early = desk.step(&staff.reviewer, &id, 2, "submit", json!({})).await;
    assert_eq!(problem(early, 422, "undecided").await["open"], decided["open"]);
    let view = desk.view(&id, &staff.reviewer).await;
    assert_eq!((&view["open"], &view["totals"]), (&decided["open"], &decided["totals"]));
    let item = view["items"].as_array().unwrap().iter().find(|item| item["id"] == "patience").unwrap();
    assert_eq!(item["final"], Value::Null);
    desk.finish(&staff.reviewer, &id).await;
}

fn ids_of(page: &Value) -> Vec<String> {
    page["reviews"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
}

async fn the_queue_is_filtered_and_sorted(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let rude = desk.keep(&staff, RUDE).await;
    let calm = desk.keep(&staff, CALM).await;
    for n in 0..7 {
        let mut call = crate::support::transcript(&format!("n-{n}"));
        call["started_at"] = json!(format!("2026-10-0{}T09:00:00+08:00", n + 1));
        call["agent"] = json!({"id": format!("00{n}"), "team": "夜班"});
        assert_eq!(
            desk.send(Method::POST, "/api/v1/transcripts", Some(&staff.machine), call).await.status(),
            201
        );
    }
    let page = async |query: &str| -> Value {
        let response = desk.get(&format!("/api/v1/reviews?{query}"), &staff.reviewer).await;
        assert_eq!(response.status(), 200, "{query}");
        response.json().await.unwrap()
    };
    let count = async |query: &str| ids_of(&page(query).await).len();
    assert_eq!(ids_of(&page("").await)[0], rude, "the most worth a look first");
    assert_eq!(ids_of(&page("order=oldest").await)[..2], [rude.clone(), calm.clone()]);
    assert_eq!(ids_of(&page("order=newest").await)[8], rude);
    let scores = page("order=score").await;
    let scores: Vec<f64> =
        scores["reviews"].as_array().unwrap().iter().map(|entry| entry["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted());
    assert_eq!(count("team=%E5%A4%9C%E7%8F%AD").await, 7);
    assert_eq!(count("agent=003").await, 1);
    assert_eq!(count("from=2026-10-03&to=2026-10-05").await, 3);
    assert_eq!(count("min_severity=3").await, 1);
    assert_eq!(count("rubric=v3.1").await + count("rubric=online-chat").await, 9);
    assert_eq!(
        count(&format!("min_score={}", scores[4])).await
            + count(&format!("max_score={}", scores[4] - 0.01)).await,
        9
    );
    let findings = desk.view(&rude, &staff.reviewer).await["draft"]["findings"].clone();
    let hit = findings.as_array().unwrap().iter().find(|finding| finding["verdict"] == "hit").unwrap();
    assert_eq!(ids_of(&page(&format!("rule={}", hit["rule"].as_str().unwrap())).await), [rude.as_str()]);
    assert_eq!(count("state=submitted").await, 0);
}

async fn reviews_are_counted(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let (rude, calm) = (desk.keep(&staff, RUDE).await, desk.keep(&staff, CALM).await);
    let page = async |query: &str| page_of(&desk, &staff, query).await;
    let count = async |query: &str| ids_of(&page(query).await).len();
    let counts = async |query: &str| -> Value {
        let response = desk.get(&format!("/api/v1/reviews/counts?{query}"), &staff.reviewer).await;
        assert_eq!(response.status(), 200, "{query}");
        response.json().await.unwrap()
    };
    assert_eq!(counts("").await, json!({"open": 2, "claimed": 0, "submitted": 0}));
    desk.finish(&staff.reviewer, &rude).await;
    desk.send(Method::POST, &format!("/api/v1/reviews/{calm}/claim"), Some(&staff.reviewer), json!({})).await;
    assert_eq!(counts("").await, json!({"open": 1, "claimed": 1, "submitted": 1}));
    assert_eq!(counts("free=true").await, json!({"open": 0, "claimed": 0, "submitted": 1}));
    // How far one is today.
    let mine = "person=me&submitted_from=2026-01-01T00:00:00Z";
    assert_eq!(counts(mine).await, json!({"open": 0, "claimed": 0, "submitted": 1}));
    assert_eq!(counts("person=me&submitted_before=2026-01-01T00:00:00Z").await["submitted"], 0);
    assert_eq!(ids_of(&page("order=submitted").await), [rude.as_str()]);
    assert_eq!(count("").await, 2, "both states");
    let version = version(&desk.view(&rude, &staff.lead).await);
    let reopen = desk.step(&staff.lead, &rude, version, "reopen", json!({"why": "再听一遍"})).await;
    assert_eq!(reopen.status(), 200);
    assert_eq!(ids_of(&page("reopened=true").await), [rude.as_str()]);
    assert_eq!(ids_of(&page("reopened=false").await), [calm.as_str()]);
    let entry = page("reopened=true").await["reviews"][0].clone();
    assert_eq!((&entry["state"], &entry["reviewer"]["name"]), (&json!("open"), &json!("reviewer")));
    assert_eq!(count(&format!("transcript_id={}", entry["transcript_id"].as_str().unwrap())).await, 1);
    assert_eq!(count("transcript_id=nothing").await, 0);
}

async fn page_of(desk: &Desk, staff: &Staff, query: &str) -> Value {
    desk.get(&format!("/api/v1/reviews?{query}"), &staff.reviewer).await.json().await.unwrap()
}

async fn a_queue_is_read_page_by_page(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    for n in 0..9 {
        let call = crate::support::transcript(&format!("n-{n}"));
        assert_eq!(
            desk.send(Method::POST, "/api/v1/transcripts", Some(&staff.machine), call).await.status(),
            201
        );
    }
    // Some are alike in what is sorted by, and some are submitted already.
    let ids = ids_of(&page_of(&desk, &staff, "").await);
    for (n, id) in ids.iter().enumerate() {
        let state = if n % 4 == 3 { ", state = 'submitted', submitted_at = 1" } else { "" };
        let change =
            format!("UPDATE reviews SET rank = {}, score = {}{state} WHERE draft = '{id}'", n % 3, n * 7 % 5);
        bench.tamper(&change).unwrap();
    }
    let page = async |query: &str| page_of(&desk, &staff, query).await;
    // Page by page, everything comes once.
    for order in ["risk", "newest", "oldest", "score", "submitted"] {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let part = page(&format!("order={order}&limit=2{cursor}")).await;
            all.extend(ids_of(&part));
            let Some(next) = part["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(all, ids_of(&page(&format!("order={order}")).await), "{order}");
        assert_eq!(all.len(), if order == "submitted" { 2 } else { 9 }, "{order}");
    }
    for wrong in [
        "limit=0",
        "limit=501",
        "cursor=x",
        "cursor=1.x",
        "from=yesterday",
        "state=done",
        "x=1",
        "min_score=0.001",
        "agent=%00",
    ] {
        let refused = desk.get(&format!("/api/v1/reviews?{wrong}"), &staff.reviewer).await;
        let told = problem(refused, 400, "invalid_query").await["detail"].as_str().unwrap().to_owned();
        let name = wrong.split('=').next().unwrap();
        assert!(told.contains(name) || wrong == "agent=%00", "{wrong}: {told}");
    }
    let refused = desk.get("/api/v1/reviews?state=done", &staff.reviewer).await;
    let told = problem(refused, 400, "invalid_query").await;
    assert!(told["detail"].as_str().unwrap().contains("可选的有：open、submitted"), "{told}");
}

async fn two_reviewers_do_not_collide(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let id = desk.keep(&staff, CALM).await;
    let other = desk.keep(&staff, RUDE).await;
    let claim = async |who: &Proof| {
        desk.send(Method::POST, &format!("/api/v1/reviews/{id}/claim"), Some(who), json!({})).await
    };
    assert_eq!(claim(&staff.reviewer).await.status(), 200);
    assert_eq!(claim(&staff.reviewer).await.status(), 200, "again by the same");
    let held = problem(claim(&staff.lead).await, 409, "claimed").await;
    assert!(held["detail"].as_str().unwrap().starts_with("reviewer 正在复核"), "{held}");
    let view = desk.view(&id, &staff.lead).await;
    assert_eq!(view["claim"]["name"], "reviewer");
    problem(desk.decide(&staff.lead, &id, 1, decisions(&view)).await, 409, "claimed").await;
    let next = async |who: &Proof| -> Value {
        let next = desk.send(Method::POST, "/api/v1/reviews/next", Some(who), json!({})).await;
        next.json::<Value>().await.unwrap()["review"]["id"].clone()
    };
    assert_eq!(next(&staff.lead).await, json!(other), "what is free");
    assert_eq!(next(&staff.lead).await, json!(other), "asked twice, it is still the same one");
    assert_eq!(next(&staff.reviewer).await, json!(id), "one's own comes before what is free");
    let release = desk.request(Method::DELETE, &format!("/api/v1/reviews/{id}/claim"), Some(&staff.reviewer));
    assert_eq!(release.send().await.unwrap().status(), 204);
    assert_eq!(claim(&staff.lead).await.status(), 200);
    assert_eq!(next(&staff.reviewer).await, Value::Null, "nothing is free any more");
    // Of many at once, one gets it.
    let third = desk.keep(&staff, "clean/bank-fraud-alert-outbound").await;
    let claims = (0..20).map(|n| {
        let who = if n % 2 == 0 { &staff.reviewer } else { &staff.lead };
        let path = format!("/api/v1/reviews/{third}/claim");
        let request = desk.request(Method::POST, &path, Some(who)).send();
        async move { (n % 2, request.await.unwrap().status().as_u16()) }
    });
    let claims = futures_util::future::join_all(claims).await;
    let winners: std::collections::BTreeSet<_> =
        claims.iter().filter(|(_, status)| *status == 200).map(|(who, _)| who).collect();
    assert_eq!(winners.len(), 1, "{claims:?}");
    assert!(claims.iter().all(|(_, status)| [200, 409].contains(status)));
}

async fn whoever_has_seen_an_older_version_is_told_what_changed(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let id = desk.keep(&staff, CALM).await;
    let view = desk.view(&id, &staff.reviewer).await;
    let first = decisions(&view)[0].clone();
    assert_eq!(desk.decide(&staff.reviewer, &id, 1, json!([first])).await.status(), 200);
    // The same person, in another window.
    let stale = problem(desk.decide(&staff.reviewer, &id, 1, json!([first])).await, 412, "stale").await;
    assert_eq!(stale["changes"][0]["version"], 2);
    assert_eq!(stale["changes"][0]["detail"][0]["after"]["subject"], first["subject"]);
    problem(desk.step(&staff.reviewer, &id, 1, "submit", json!({})).await, 412, "stale").await;
    let path = format!("/api/v1/reviews/{id}");
    let without = desk.send(Method::PATCH, &path, Some(&staff.reviewer), json!({"decisions": []})).await;
    problem(without, 428, "precondition_required").await;
    // Of many at once with the same version, one is taken.
    let steps = (0..10).map(|_| desk.decide(&staff.reviewer, &id, 2, json!([first])));
    let statuses: Vec<u16> =
        futures_util::future::join_all(steps).await.iter().map(|it| it.status().as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 412].contains(status)), "{statuses:?}");
}

async fn what_cannot_be_decided_is_refused_with_its_place(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let id = desk.keep(&staff, CALM).await;
    let refused = async |decision: Value| {
        let good =
            json!({"subject": "missed:1", "verdict": "add", "turn": 0, "start": 0, "end": 1, "note": "好"});
        let answer = desk.decide(&staff.reviewer, &id, 1, json!([good, decision])).await;
        let problem = problem(answer, 422, "invalid_decision").await;
        problem["errors"][0]["pointer"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        refused(json!({"subject": "item:nothing", "verdict": "confirm"})).await,
        "/decisions/1/subject"
    );
    assert_eq!(
        refused(json!({"subject": "item:greeting", "verdict": "score", "score": 99})).await,
        "/decisions/1/score"
    );
    assert_eq!(refused(json!({"subject": "greeting", "verdict": "confirm"})).await, "/decisions/1/subject");
    assert_eq!(refused(json!(7)).await, "/decisions/1");
    assert_eq!(desk.view(&id, &staff.reviewer).await["version"], 1, "all or nothing");
    let shape = desk.step(&staff.reviewer, &id, 1, "decide", json!({"decision": []})).await;
    problem(shape, 422, "invalid_request").await;
    for id in ["nothing", "0199aaaa-0000-7000-8000-000000000000", "%00"] {
        let answer = desk.step(&staff.reviewer, id, 1, "submit", json!({})).await;
        problem(answer, 404, "not_found").await;
    }
}

async fn a_lead_opens_a_submitted_review_again(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let id = desk.keep(&staff, CALM).await;
    desk.finish(&staff.reviewer, &id).await;
    let why = json!({"why": "第 3 项判错了"});
    problem(desk.step(&staff.reviewer, &id, 3, "reopen", why.clone()).await, 403, "forbidden").await;
    problem(desk.step(&staff.lead, &id, 3, "reopen", json!({"why": " "})).await, 422, "invalid_request")
        .await;
    problem(desk.step(&staff.lead, &id, 2, "reopen", why.clone()).await, 412, "stale").await;
    assert_eq!(desk.step(&staff.lead, &id, 3, "reopen", why.clone()).await.status(), 200);
    problem(desk.step(&staff.lead, &id, 4, "reopen", why).await, 409, "not_submitted").await;
    let view = desk.view(&id, &staff.reviewer).await;
    assert_eq!(
        (&view["state"], &view["open"]),
        (&json!("open"), &json!([])),
        "what was decided is still there"
    );
    desk.finish(&staff.reviewer, &id).await;
    let audit = desk.store.audit_after(0, 100).await.unwrap();
    let told: Vec<_> =
        audit.iter().rev().take(3).map(|entry| (entry.action.as_str(), entry.why.as_str())).collect();
    assert_eq!(told, [("review.submit", ""), ("review.reopen", "第 3 项判错了"), ("review.submit", "")]);
}

async fn agreement_is_counted_from_submitted_reviews(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let rude = desk.keep(&staff, RUDE).await;
    let report = async |query: &str| -> Value {
        let response = desk.get(&format!("/api/v1/reports/agreement{query}"), &staff.lead).await;
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    };
    assert_eq!(report("").await, json!({"items": [], "rules": [], "vetoes": []}));
    let view = desk.view(&rude, &staff.reviewer).await;
    let findings = view["draft"]["findings"].as_array().unwrap();
    let n = findings.iter().position(|finding| finding["verdict"] == "hit").unwrap();
    let reject = json!([{"subject": format!("finding:{n}"), "verdict": "reject", "reason": "context"}]);
    assert_eq!(desk.decide(&staff.reviewer, &rude, 1, reject).await.status(), 200);
    assert_eq!(report("").await["rules"], json!([]), "not before it is submitted");
    desk.finish(&staff.reviewer, &rude).await;
    let told = report("?rubric=v3.1").await;
    let rule =
        told["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == findings[n]["rule"]).unwrap();
    assert_eq!((&rule["hits"]["rejected"], &rule["precision"]["value"]), (&json!(1), &json!(0.0)));
    assert_eq!(rule["reasons"], json!([{"reason": "context", "times": 1}]), "why the machine was wrong");
    let vetoes = view["draft"]["vetoes"].as_array().unwrap();
    assert_eq!(told["vetoes"].as_array().unwrap().len(), vetoes.len());
    assert!(
        told["vetoes"].as_array().unwrap().iter().all(|veto| veto["rejected"] == 1),
        "{}",
        told["vetoes"]
    );
    let pack = view["draft"]["pack"].as_str().unwrap();
    assert_eq!(report(&format!("?pack={pack}")).await, told);
    assert_eq!(report("?pack=sha256:0").await["rules"], json!([]));
    let items = told["items"].as_array().unwrap();
    assert_eq!(items.len(), view["draft"]["items"].as_array().unwrap().len());
    assert_eq!(report("?rubric=online-chat").await["items"], json!([]));
    assert_eq!(report("?from=2999-01-01").await["items"], json!([]));
    problem(desk.get("/api/v1/reports/agreement?to=x", &staff.lead).await, 400, "invalid_query").await;
}

async fn personal_data_is_covered_and_each_look_is_accounted_for(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let mut call = crate::support::transcript("p-1");
    call["turns"] = json!([
        {"role": "agent", "start_ms": 400, "end_ms": 2900, "text": "您好,请报一下手机号。"},
        {"role": "customer", "start_ms": 3200, "end_ms": 5000, "text": "幺三八零零一三八零零零,你记一下。"},
        {"role": "agent", "start_ms": 5200, "end_ms": 9000, "text": "13800138000对吧?这事不归我管,打13800138000没用。"}
    ]);
    call["meta"] = json!({"caller": "13800138000", "queue": "宽带"});
    call["caller_number"] = json!("13800138000");
    let posted = desk.send(Method::POST, "/api/v1/transcripts", Some(&staff.machine), call).await;
    let id = posted.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    let view = desk.view(&id, &staff.reviewer).await;
    let shown = view.to_string();
    for number in ["13800138000", "幺三八零零一三八零零零", "0013"] {
        assert!(!shown.contains(number), "{number}");
    }
    assert_eq!(view["transcript"]["meta"]["queue"], "宽带");
    let text: String = view["transcript"]["turns"][2]["text"].as_str().unwrap().to_owned();
    for finding in view["draft"]["findings"].as_array().unwrap().iter().filter(|finding| finding["turn"] == 2)
    {
        let (start, end) =
            (finding["start"].as_u64().unwrap() as usize, finding["end"].as_u64().unwrap() as usize);
        let there: String = text.chars().skip(start).take(end - start).collect();
        assert_eq!(finding["text"], json!(there), "places stay true");
    }
    let told = desk.get(&format!("/api/v1/drafts/{id}"), &staff.machine).await.text().await.unwrap();
    assert!(told.contains("\"state\":\"open\"") && !told.contains("13800138000"), "{told}");
    let explained = format!("/api/v1/reviews/{id}/explanation?rule=forbidden/not-my-job");
    let explained: Value = desk.get(&explained, &staff.reviewer).await.json().await.unwrap();
    let text = explained["text"].as_str().unwrap();
    assert!(text.contains("不归我管") && !text.contains("13800138000"), "{text}");
    let unmask = async |body: Value| {
        desk.send(Method::POST, &format!("/api/v1/reviews/{id}/unmask"), Some(&staff.reviewer), body).await
    };
    problem(unmask(json!({"why": ""})).await, 422, "invalid_request").await;
    let before = desk.store.audit_head().await.unwrap().0;
    let full: Value = unmask(json!({"why": "核对客户号码"})).await.json().await.unwrap();
    assert_eq!(full["masked"], false);
    assert!(full["transcript"].to_string().contains("幺三八零零一三八零零零"));
    let look = &desk.store.audit_after(before, 10).await.unwrap()[0];
    assert_eq!((look.action.as_str(), look.why.as_str()), ("unmask", "核对客户号码"));
    assert_eq!(look.subject, format!("review:{id}"));
}

async fn an_old_draft_is_explained_by_the_pack_that_judged_it(bench: Bench) {
    let (desk, staff) = staffed(&bench).await;
    let id = desk.keep(&staff, RUDE).await;
    let view = desk.view(&id, &staff.reviewer).await;
    let (rule, pack) = (view["draft"]["findings"][0]["rule"].as_str().unwrap(), &view["draft"]["pack"]);
    let path = format!("/api/v1/reviews/{id}/explanation?rule={rule}");
    let before: Value = desk.get(&path, &staff.reviewer).await.json().await.unwrap();
    assert_eq!(&before["pack"], pack);
    // The next server has another pack.
    let mut files = Pack::shipped().unwrap().sources;
    files.iter_mut().find(|file| file.path == "rules/reasons.yaml").unwrap().text.push_str("# 改过\n");
    let other = Pack::compile(files, Diagnostics::default()).unwrap();
    assert_ne!(other.digest(), pack.as_str().unwrap());
    let later = Desk::open_with(&bench, Settings::of(&Layer::default()), other).await;
    let after: Value = later.get(&path, &staff.reviewer).await.json().await.unwrap();
    assert_eq!(after, before);
    problem(later.get(&format!("{path}x"), &staff.reviewer).await, 404, "not_found").await;
    // The same for whoever wants to try it by hand.
    let folder = tempfile::TempDir::new().unwrap();
    let (folder, data) = (folder.path().join("pack"), bench.address());
    let args = ["unpack", folder.to_str().unwrap(), "--digest", pack.as_str().unwrap(), "--data", &data];
    let unpacked = crate::support::run(&args, b"");
    assert!(unpacked.status.success(), "{}", String::from_utf8_lossy(&unpacked.stderr));
    assert_eq!(Pack::load(&folder).unwrap().digest(), pack.as_str().unwrap());
}
