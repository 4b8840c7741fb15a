//! Webhooks, on both databases: what happens is told, signed, again and again until it arrives, and only where allowed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use zhijian::config::Layer;
use zhijian::pack::Pack;
use zhijian::store::{News, Tried};
use zhijian::webhook::event::Event;

use crate::kept::{Desk, Staff};
use crate::packs::compiled;
use crate::store::{Bench, on_both};
use crate::support::corpus;

on_both!(
    what_happens_is_told_signed,
    a_message_that_does_not_arrive_is_sent_again_and_noted,
    only_what_the_operator_allows_is_called,
    an_endpoint_is_changed_its_secret_rotated_and_dropped,
    an_endpoint_that_is_off_waits_and_never_hears_of_the_meantime,
    one_that_does_not_answer_holds_up_nobody_else,
    no_key_in_an_address_reaches_the_audit_log,
    of_several_servers_one_sends_a_message,
);

/// Somebody who listens: what came in, and what is answered.
#[derive(Clone)]
struct Listener {
    heard: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    status: Arc<Mutex<StatusCode>>,
    url: String,
}

impl Listener {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let this = Self { heard: Arc::default(), status: Arc::new(Mutex::new(StatusCode::OK)), url };
        let hear = async |State(this): State<Self>, headers: HeaderMap, body: String| {
            this.heard.lock().unwrap().push((headers, body));
            *this.status.lock().unwrap()
        };
        let router = Router::new().route("/hook", post(hear)).with_state(this.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        this
    }

    fn answer(&self, status: u16) {
        *self.status.lock().unwrap() = StatusCode::from_u16(status).unwrap();
    }

    /// The first `count` messages, waited for.
    async fn hears(&self, count: usize) -> Vec<(HeaderMap, Value)> {
        for _ in 0..400 {
            if self.heard.lock().unwrap().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let heard = self.heard.lock().unwrap();
        assert!(heard.len() >= count, "only {} of {count} came", heard.len());
        heard.iter().map(|(headers, body)| (headers.clone(), serde_json::from_str(body).unwrap())).collect()
    }

    fn allowed(&self) -> Layer {
        let origin = self.url.trim_end_matches("/hook").to_owned();
        Layer { webhook_allow: Some(vec![origin]), ..Layer::default() }
    }
}

impl Desk {
    async fn listen(&self, staff: &Staff, url: &str, events: &[&str]) -> Value {
        let form = json!({"url": url, "events": events});
        let added = self.send(Method::POST, "/api/v1/webhooks", Some(&staff.admin), form).await;
        assert_eq!(added.status(), 201);
        added.json().await.unwrap()
    }

    async fn deliveries(&self, staff: &Staff, id: &str) -> Vec<Value> {
        let page = self.get(&format!("/api/v1/webhooks/{id}/deliveries"), &staff.admin).await;
        page.json::<Value>().await.unwrap()["deliveries"].as_array().unwrap().clone()
    }

    /// The latest delivery, as soon as it is in this state.
    async fn delivery(&self, staff: &Staff, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..400 {
            if let Some(delivery) = self.deliveries(staff, id).await.into_iter().next().filter(&is_so) {
                return delivery;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{:?}", self.deliveries(staff, id).await);
    }
}

fn verifies(secret: &str, headers: &HeaderMap, body: &str) -> bool {
    standardwebhooks::Webhook::new(secret).unwrap().verify(body.as_bytes(), headers).is_ok()
}

async fn what_happens_is_told_signed(bench: Bench) {
    let listener = Listener::start().await;
    let (desk, staff) = Desk::staffed_with(&bench, listener.allowed(), Pack::shipped().unwrap()).await;
    let events = ["draft.created", "veto.proposed", "job.finished"];
    let added = desk.listen(&staff, &listener.url, &events).await;
    let rude = corpus("labelled/abusive-customer-agent-retorts");
    let posted = desk.send(Method::POST, "/api/v1/transcripts", Some(&staff.machine), rude).await;
    let posted: Value = posted.json().await.unwrap();
    let bulk = desk.request(Method::POST, "/api/v1/jobs", Some(&staff.machine));
    let bulk = bulk.header("content-type", "application/x-ndjson").body("{\n").send().await.unwrap();
    assert_eq!(bulk.status(), 202);
    let vetoes = posted["draft"]["vetoes"].as_array().unwrap().len();
    assert!(vetoes > 0);
    let heard = listener.hears(2 + vetoes).await;
    let mut sorts: HashMap<&str, usize> = HashMap::new();
    for (_, message) in &heard {
        *sorts.entry(message["type"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(sorts, HashMap::from([("draft.created", 1), ("veto.proposed", vetoes), ("job.finished", 1)]));
    let (headers, body) = listener.heard.lock().unwrap()[0].clone();
    assert!(verifies(added["secret"].as_str().unwrap(), &headers, &body));
    assert!(!verifies("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &headers, &body));
    let created = heard.iter().find(|(_, message)| message["type"] == "draft.created").unwrap();
    assert_eq!(created.1["data"]["draft_id"], posted["id"]);
    // A message never says what was said.
    let all: String = heard.iter().map(|(_, message)| message.to_string()).collect();
    for text in posted["draft"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["text"].as_str().unwrap())
    {
        assert!(!all.contains(text), "{text}");
    }
}

async fn a_message_that_does_not_arrive_is_sent_again_and_noted(bench: Bench) {
    let listener = Listener::start().await;
    listener.answer(500);
    let (desk, staff) = Desk::staffed_with(&bench, listener.allowed(), compiled(&[])).await;
    let added = desk.listen(&staff, &listener.url, &["draft.created"]).await;
    let id = added["webhook"]["id"].as_str().unwrap();
    let ping =
        desk.send(Method::POST, &format!("/api/v1/webhooks/{id}/ping"), Some(&staff.admin), json!({})).await;
    assert_eq!(ping.status(), 202);
    let delivery = ping.json::<Value>().await.unwrap()["delivery"].clone();
    let tried = desk.delivery(&staff, id, |delivery| delivery["attempts"] == 1).await;
    assert_eq!(
        (&tried["id"], &tried["status"], &tried["failure"]),
        (&delivery, &json!(500), &json!("status"))
    );
    assert_eq!(tried["state"], "waiting");
    let wait = tried["next_at"].as_str().unwrap().parse::<Timestamp>().unwrap() - Timestamp::now();
    assert!(wait.total(jiff::Unit::Second).unwrap() > 2.0, "{wait}");
    listener.answer(204);
    let replay = format!("/api/v1/deliveries/{}/replay", delivery.as_str().unwrap());
    assert_eq!(desk.send(Method::POST, &replay, Some(&staff.admin), json!({})).await.status(), 202);
    let arrived = desk.delivery(&staff, id, |delivery| delivery["state"] == "delivered").await;
    assert_eq!((&arrived["status"], &arrived["next_at"]), (&json!(204), &Value::Null));
    let heard = listener.hears(2).await;
    assert_eq!(heard[0].0["webhook-id"], heard[1].0["webhook-id"], "the same message");
    // Whoever says that it is gone is left alone.
    listener.answer(410);
    desk.send(Method::POST, &replay, Some(&staff.admin), json!({})).await;
    let gone = desk.delivery(&staff, id, |delivery| delivery["state"] == "failed").await;
    assert_eq!(gone["failure"], "gone");
    let list: Value = desk.get("/api/v1/webhooks", &staff.admin).await.json().await.unwrap();
    assert_eq!(list["webhooks"][0]["active"], false);
    assert_eq!(
        desk.send(Method::POST, "/api/v1/deliveries/x/replay", Some(&staff.admin), json!({})).await.status(),
        404
    );
}

async fn only_what_the_operator_allows_is_called(bench: Bench) {
    let listener = Listener::start().await;
    let (desk, staff) = Desk::staffed(&bench).await;
    for url in [&listener.url, "https://example.cn/hook", "ftp://127.0.0.1/", "nonsense"] {
        let form = json!({"url": url, "events": ["draft.created"]});
        let refused = desk.send(Method::POST, "/api/v1/webhooks", Some(&staff.admin), form).await;
        assert_eq!(refused.status(), 422, "{url}");
        assert_eq!(refused.json::<Value>().await.unwrap()["errors"][0]["pointer"], "/url");
    }
    // What was allowed once and is no more is not called.
    let other = desk
        .store
        .add_endpoint(&listener.url, "ping", SECRET, &zhijian::access::Actor::system("t"), Timestamp::now())
        .await
        .unwrap();
    let path = format!("/api/v1/webhooks/{}/ping", other.id);
    desk.send(Method::POST, &path, Some(&staff.admin), json!({})).await;
    let tried = desk.delivery(&staff, &other.id, |delivery| delivery["attempts"] == 1).await;
    assert_eq!(tried["failure"], "refused_target");
    assert!(listener.heard.lock().unwrap().is_empty());
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async fn an_endpoint_is_changed_its_secret_rotated_and_dropped(bench: Bench) {
    let listener = Listener::start().await;
    let (desk, staff) = Desk::staffed_with(&bench, listener.allowed(), compiled(&[])).await;
    for events in [json!([]), json!(["draft.created", "tea"])] {
        let form = json!({"url": listener.url, "events": events});
        assert_eq!(desk.send(Method::POST, "/api/v1/webhooks", Some(&staff.admin), form).await.status(), 422);
    }
    let added = desk.listen(&staff, &listener.url, &["draft.created"]).await;
    let path = format!("/api/v1/webhooks/{}", added["webhook"]["id"].as_str().unwrap());
    let change = |form: Value| desk.send(Method::PATCH, &path, Some(&staff.admin), form);
    let changed: Value =
        change(json!({"rotate": true, "events": ["review.submitted"]})).await.json().await.unwrap();
    assert_eq!(changed["webhook"]["events"], json!(["review.submitted"]));
    desk.send(Method::POST, &format!("{path}/ping"), Some(&staff.admin), json!({})).await;
    listener.hears(1).await;
    let (headers, body) = listener.heard.lock().unwrap()[0].clone();
    for secret in [&added["secret"], &changed["secret"]] {
        assert!(verifies(secret.as_str().unwrap(), &headers, &body), "both sign for a while");
    }
    assert_eq!(change(json!({"active": false})).await.status(), 200);
    assert_eq!(desk.send(Method::DELETE, &path, Some(&staff.admin), json!({})).await.status(), 204);
    assert_eq!(change(json!({"active": true})).await.status(), 404);
    let listed = desk.get("/api/v1/webhooks", &staff.admin).await.text().await.unwrap();
    assert_eq!(listed, r#"{"webhooks":[]}"#);
    let actions: Vec<String> =
        desk.store.audit_after(0, 100).await.unwrap().into_iter().map(|entry| entry.action).collect();
    assert_eq!(
        actions[actions.len() - 4..],
        ["webhook.add", "webhook.change", "webhook.change", "webhook.drop"]
    );
}

async fn an_endpoint_that_is_off_waits_and_never_hears_of_the_meantime(bench: Bench) {
    let listener = Listener::start().await;
    listener.answer(500);
    let (desk, staff) = Desk::staffed_with(&bench, listener.allowed(), compiled(&[])).await;
    let admin = Some(&staff.admin);
    let added = desk.listen(&staff, &listener.url, &["draft.created"]).await;
    let id = added["webhook"]["id"].as_str().unwrap();
    let path = format!("/api/v1/webhooks/{id}");
    let post = async |id: &str| {
        let call = crate::support::transcript(id);
        desk.send(Method::POST, "/api/v1/transcripts", Some(&staff.machine), call).await.status()
    };
    assert_eq!(post("before").await, 201);
    let waiting = desk.delivery(&staff, id, |delivery| delivery["attempts"] == 1).await;
    let off = desk.send(Method::PATCH, &path, admin, json!({"active": false})).await;
    assert_eq!(off.status(), 200);
    assert_eq!(post("meanwhile").await, 201);
    let replay = format!("/api/v1/deliveries/{}/replay", waiting["id"].as_str().unwrap());
    for path in [&format!("{path}/ping"), &replay] {
        let refused = desk.send(Method::POST, path, admin, json!({})).await;
        assert_eq!(refused.status(), 409);
        assert!(refused.text().await.unwrap().contains("先启用"));
    }
    listener.answer(200);
    // Longer than the second attempt is put off.
    tokio::time::sleep(Duration::from_secs(7)).await;
    let deliveries = desk.deliveries(&staff, id).await;
    assert_eq!((deliveries.len(), &deliveries[0]["state"]), (1, &json!("waiting")));
    assert_eq!(desk.send(Method::PATCH, &path, admin, json!({"active": true})).await.status(), 200);
    let told = desk.delivery(&staff, id, |delivery| delivery["state"] == "delivered").await;
    assert_eq!(told["id"], waiting["id"]);
    assert_eq!(desk.deliveries(&staff, id).await.len(), 1, "the meantime is never told");
}

async fn one_that_does_not_answer_holds_up_nobody_else(bench: Bench) {
    let listener = Listener::start().await;
    // Takes connections and says nothing.
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = (format!("http://{}/", dead.local_addr().unwrap()), dead);
    let mut layer = listener.allowed();
    layer.webhook_allow.as_mut().unwrap().push(dead.0.trim_end_matches('/').to_owned());
    let (desk, staff) = Desk::staffed_with(&bench, layer, compiled(&[])).await;
    let silent = desk.listen(&staff, &dead.0, &["draft.created"]).await;
    let silent = silent["webhook"]["id"].as_str().unwrap();
    let ping = |now| News::new(Event::Ping {}, now);
    for _ in 0..100 {
        let now = Timestamp::now();
        desk.store.tell_one(silent, &ping(now), now).await.unwrap().unwrap();
    }
    let added = desk.listen(&staff, &listener.url, &["draft.created"]).await;
    let id = added["webhook"]["id"].as_str().unwrap();
    let begin = std::time::Instant::now();
    for _ in 0..20 {
        let now = Timestamp::now();
        desk.store.tell_one(id, &ping(now), now).await.unwrap().unwrap();
    }
    listener.hears(20).await;
    assert!(begin.elapsed() < Duration::from_secs(10), "an attempt that is not answered takes 15 s");
    let waiting = desk.deliveries(&staff, silent).await;
    assert!(waiting.iter().all(|delivery| delivery["attempts"] == 0));
}

async fn no_key_in_an_address_reaches_the_audit_log(bench: Bench) {
    let (store, by, now) = (&bench.store, zhijian::access::Actor::system("t"), Timestamp::now());
    let url = "https://hooks.example.cn:8443/robot?access_token=0f1e2d";
    store.add_endpoint(url, "draft.created", SECRET, &by, now).await.unwrap();
    let told = store.audit_after(0, 1).await.unwrap().remove(0).after;
    let digest = zhijian::digest::sha256(url);
    assert_eq!(told, format!("https://hooks.example.cn:8443 sha256:{digest} draft.created"));
}

async fn of_several_servers_one_sends_a_message(bench: Bench) {
    let (store, now) = (&bench.store, Timestamp::now());
    let by = zhijian::access::Actor::system("t");
    let endpoint = store.add_endpoint("http://127.0.0.1:1/", "ping", SECRET, &by, now).await.unwrap();
    for _ in 0..20 {
        store.tell_one(&endpoint.id, &News::new(Event::Ping {}, now), now).await.unwrap().unwrap();
    }
    let takers = (0..8).map(|_| store.take_due(5, 20, now));
    let mut taken: Vec<String> = Vec::new();
    for due in futures_util::future::join_all(takers).await {
        taken.extend(due.unwrap().into_iter().map(|due| due.id));
    }
    let count = taken.len();
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), count, "nothing is sent twice");
    // A server that took some and is gone: others send them later.
    let later = now + SignedDuration::from_secs(121);
    let rest = store.take_due(100, 100, later).await.unwrap();
    assert_eq!(rest.len(), 20);
    store.tried(&rest[0].id, Tried::default(), later).await.unwrap();
    let again = later + SignedDuration::from_secs(121);
    assert_eq!(store.take_due(100, 100, again).await.unwrap().len(), 19);
    assert_eq!(store.forget_deliveries(again).await.unwrap(), 1);
}
