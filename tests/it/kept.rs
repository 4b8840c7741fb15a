//! A server that keeps what is posted, on both databases: ingest, repeats, logging in, rights, the audit log.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use zhijian::access::Role;
use zhijian::config::{Layer, Settings};
use zhijian::http::{self, App, Archive, ways};
use zhijian::pack::Pack;
use zhijian::shelf::Shelf;
use zhijian::store::Store;

use crate::packs::{Folder, RUBRIC, compiled};
use crate::store::{Bench, on_both};
use crate::support::transcript;

/// A server in this process, which keeps things, stopped when dropped.
pub(crate) struct Desk {
    base: String,
    pub(crate) client: Client,
    pub(crate) store: Store,
    code: String,
    _stop: oneshot::Sender<()>,
}

/// How somebody proves who they are: a header and its value.
pub(crate) type Proof = (&'static str, String);

pub(crate) const PASSWORD: &str = "一个足够长的测试密码";

impl Desk {
    pub(crate) async fn open(bench: &Bench, settings: Settings) -> Self {
        Self::open_with(bench, settings, compiled(&[])).await
    }

    pub(crate) async fn open_with(bench: &Bench, settings: Settings, pack: Pack) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let store = Store::open(&bench.place).await.unwrap();
        let archive = Archive::open(store.clone(), &settings).await.unwrap();
        let code = archive.set_up_code().map(|code| code.reveal().to_owned()).unwrap_or_default();
        let app = Arc::new(App::new(Shelf::of(pack), &settings).keeping(archive));
        http::work(&app);
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(http::serve(listener, app, Duration::from_secs(1), async {
            let _dropped = stopped.await;
        }));
        Self { base, client: crate::support::client(), store, code, _stop: stop }
    }

    /// The same with one account and one token of each role, and a pack that has next to nothing in it.
    pub(crate) async fn staffed(bench: &Bench) -> (Self, Staff) {
        Self::staffed_with(bench, Layer::default(), compiled(&[])).await
    }

    pub(crate) async fn staffed_with(bench: &Bench, layer: Layer, pack: Pack) -> (Self, Staff) {
        let desk = Self::open_with(bench, Settings::of(&layer), pack).await;
        let first = json!({"code": desk.code, "login": "admin", "name": "管理员", "password": PASSWORD});
        assert_eq!(desk.send(Method::POST, "/api/v1/setup", None, first).await.status(), 201);
        let admin = desk.log_in("admin").await;
        for role in ["reviewer", "lead"] {
            let person = json!({"login": role, "name": role, "role": role, "password": PASSWORD});
            let added = desk.send(Method::POST, "/api/v1/people", Some(&admin), person).await;
            assert_eq!(added.status(), 201);
        }
        let token = json!({"name": "转写系统", "role": "machine"});
        let token = desk.send(Method::POST, "/api/v1/tokens", Some(&admin), token).await;
        let secret = token.json::<Value>().await.unwrap()["secret"].as_str().unwrap().to_owned();
        let staff = Staff {
            machine: ("authorization", format!("Bearer {secret}")),
            reviewer: desk.log_in("reviewer").await,
            lead: desk.log_in("lead").await,
            admin,
        };
        (desk, staff)
    }

    pub(crate) async fn log_in(&self, login: &str) -> Proof {
        let form = json!({"login": login, "password": PASSWORD});
        let response = self.send(Method::POST, "/api/v1/session", None, form).await;
        assert_eq!(response.status(), 200);
        let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        ("cookie", cookie.split(';').next().unwrap().to_owned())
    }

    pub(crate) fn request(&self, method: Method, path: &str, proof: Option<&Proof>) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        proof.into_iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        proof: Option<&Proof>,
        body: Value,
    ) -> Response {
        let request = self.request(method, path, proof).header("content-type", "application/json");
        request.body(body.to_string()).send().await.unwrap()
    }

    /// Begins to send something and does not go on.
    pub(crate) async fn half_sent(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.base.trim_start_matches("http://")).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{{"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }

    pub(crate) async fn get(&self, path: &str, proof: &Proof) -> Response {
        self.request(Method::GET, path, Some(proof)).send().await.unwrap()
    }

    async fn post(&self, proof: &Proof, body: &Value) -> Response {
        self.send(Method::POST, "/api/v1/transcripts", Some(proof), body.clone()).await
    }
}

/// One of each role, ready to come in.
pub(crate) struct Staff {
    pub(crate) machine: Proof,
    pub(crate) reviewer: Proof,
    pub(crate) lead: Proof,
    pub(crate) admin: Proof,
}

impl Staff {
    fn proof(&self, role: Role) -> &Proof {
        match role {
            Role::Machine => &self.machine,
            Role::Reviewer => &self.reviewer,
            Role::Lead => &self.lead,
            Role::Admin => &self.admin,
        }
    }
}

on_both!(
    a_transcript_is_kept_and_a_repeat_changes_nothing,
    a_stream_is_kept_line_by_line,
    who_is_not_known_or_may_not_is_refused_on_every_route,
    the_first_administrator_comes_in_once,
    wrong_passwords_slow_down_whoever_sends_them,
    no_token_looks_after_people,
    a_person_changes_their_own_password,
    a_page_of_somebody_else_cannot_act_for_a_person,
    a_page_acts_for_nobody_but_whom_it_was_written_for,
    strangers_leave_room_for_who_is_known,
    people_and_tokens_are_looked_after,
    a_login_is_the_same_in_small_and_large_letters,
    refusals_speak_to_people_of_roles_and_to_programs_of_scopes,
    every_change_of_the_pack_in_use_is_accounted_for,
    the_audit_log_tells_who_did_what,
    who_asks_too_often_is_told_when_to_come_again,
);

async fn code(response: Response, status: u16) -> String {
    assert_eq!(response.status(), status);
    let problem: Value = response.json().await.unwrap();
    assert!(!problem["detail"].as_str().unwrap().is_ascii(), "{problem}");
    problem["code"].as_str().unwrap().to_owned()
}

async fn a_transcript_is_kept_and_a_repeat_changes_nothing(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let body = transcript("t-1");
    let first = desk.post(&staff.machine, &body).await;
    assert_eq!(first.status(), 201);
    let first: Value = first.json().await.unwrap();
    let scored = desk.send(Method::POST, "/api/v1/score", Some(&staff.machine), body.clone()).await;
    assert_eq!(first["draft"], scored.json::<Value>().await.unwrap());
    let again = desk.post(&staff.machine, &body).await;
    assert_eq!(
        (again.status().as_u16(), &again.headers()["idempotency-replayed"]),
        (200, &"true".parse().unwrap())
    );
    assert_eq!(again.json::<Value>().await.unwrap(), first);
    let mut other = transcript("t-1");
    other["turns"][0]["text"] = json!("您好，请讲。");
    assert_eq!(code(desk.post(&staff.machine, &other).await, 409).await, "conflict");
    let keyed = |key: &str, body: &Value| {
        let request = desk.request(Method::POST, "/api/v1/transcripts", Some(&staff.machine));
        request.header("idempotency-key", key).json(body).send()
    };
    let one = keyed("k-1", &transcript("t-2")).await.unwrap();
    assert_eq!(one.status(), 201);
    let (one, again) = (one.json::<Value>().await.unwrap(), keyed("k-1", &transcript("t-2")).await.unwrap());
    assert_eq!(again.json::<Value>().await.unwrap(), one);
    assert_eq!(code(keyed("k-1", &transcript("t-3")).await.unwrap(), 422).await, "key_reused");
    assert_eq!(code(keyed(" ", &transcript("t-3")).await.unwrap(), 422).await, "invalid_request");
    let request = desk.request(Method::POST, "/api/v1/transcripts", Some(&staff.machine));
    let request = request.header("idempotency-key", "k-2").header("content-type", "application/x-ndjson");
    let bulk = request.body(transcript("t-4").to_string()).send().await.unwrap();
    assert_eq!(code(bulk, 422).await, "invalid_request", "a key names one request, a stream brings many");
    assert_eq!(bench.count("drafts"), 2);
    let kept = desk.store.review(first["id"].as_str().unwrap(), Timestamp::now()).await.unwrap().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&kept.draft).unwrap(), first["draft"]);
    assert_eq!(kept.transcript, body.to_string().as_bytes());
}

async fn a_stream_is_kept_line_by_line(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let lines: Vec<String> = (0..300)
        .map(|n| match n {
            7 => "{".to_owned(),
            9 => transcript("s-8").to_string().replace("喂", "啊"),
            n => transcript(&format!("s-{n}")).to_string(),
        })
        .collect();
    let request = desk.request(Method::POST, "/api/v1/transcripts", Some(&staff.machine));
    let request = request.header("content-type", "application/x-ndjson").body(lines.join("\n"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let text = response.text().await.unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 300);
    for (n, answer) in answers.iter().enumerate() {
        match n {
            7 => assert_eq!(
                (&answer["error"]["code"], &answer["error"]["line"]),
                (&json!("invalid_json"), &json!(8))
            ),
            9 => assert_eq!(
                (&answer["error"]["code"], &answer["error"]["line"]),
                (&json!("conflict"), &json!(10))
            ),
            n => assert_eq!(answer["draft"]["transcript_id"], json!(format!("s-{n}"))),
        }
    }
    assert_eq!(bench.count("drafts"), 298);
}

async fn who_is_not_known_or_may_not_is_refused_on_every_route(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    // Logging out ends the session, so it comes last.
    let mut ways = ways();
    ways.sort_by_key(|way| (way.method, way.path) == ("DELETE", "/api/v1/session"));
    for way in ways {
        let method: Method = way.method.parse().unwrap();
        let path = way.path.replace("{id}", "0199");
        // Who looks for a page is led to the log-in.
        let unknown = if way.page { 303 } else { 401 };
        let stranger = desk.send(method.clone(), &path, None, json!({"x": 1})).await.status().as_u16();
        // These lead everybody elsewhere, by now.
        let leads_on = ["/", "/setup"].contains(&path.as_str());
        let is_turned_away = stranger == unknown && !leads_on;
        assert_eq!(is_turned_away, !way.open, "{} {path} answers {stranger} to a stranger", way.method);
        let forged = ("authorization", format!("Bearer zj_{}", "0".repeat(64)));
        let forged = desk.send(method.clone(), &path, Some(&forged), json!({"x": 1})).await.status();
        assert_eq!(forged == unknown && !leads_on, !way.open, "{} {path} with a forged token", way.method);
        for role in Role::ALL {
            let proof = staff.proof(role);
            let status =
                desk.send(method.clone(), &path, Some(proof), json!({"x": 1})).await.status().as_u16();
            let told = format!("{} {path} answers {status} to {}", way.method, role.name());
            assert_eq!(status == 403, !way.admits(role), "{told}");
            assert!(status != 401 && status < 500, "{told}");
        }
    }
}

async fn the_first_administrator_comes_in_once(bench: Bench) {
    let desk = Desk::open(&bench, Settings::of(&Layer::default())).await;
    let form = |code: &str| json!({"code": code, "login": "admin", "name": "管理员", "password": PASSWORD});
    let set_up = |form| desk.send(Method::POST, "/api/v1/setup", None, form);
    assert_eq!(code(set_up(form("0000")).await, 403).await, "forbidden");
    let mut weak = form(&desk.code);
    weak["password"] = json!("short");
    let weak = set_up(weak).await;
    assert_eq!(weak.status(), 422);
    assert_eq!(weak.json::<Value>().await.unwrap()["errors"][0]["pointer"], "/password");
    assert_eq!(set_up(form(&desk.code)).await.status(), 201);
    assert_eq!(code(set_up(form(&desk.code)).await, 403).await, "forbidden");
    // A server that is started when somebody is known has no code.
    assert_eq!(Desk::open(&bench, Settings::of(&Layer::default())).await.code, "");
    let admin = desk.log_in("admin").await;
    let me: Value = desk.get("/api/v1/session", &admin).await.json().await.unwrap();
    assert_eq!((&me["role"], &me["name"]), (&json!("admin"), &json!("管理员")));
    let out = desk.request(Method::DELETE, "/api/v1/session", Some(&admin)).send().await.unwrap();
    assert_eq!(out.status(), 204);
    assert_eq!(desk.get("/api/v1/session", &admin).await.status(), 401);
}

async fn wrong_passwords_slow_down_whoever_sends_them(bench: Bench) {
    let trusting = Layer { trusted_proxies: Some(vec!["127.0.0.1".to_owned()]), ..Layer::default() };
    let (desk, _) = Desk::staffed_with(&bench, trusting, compiled(&[])).await;
    let attempt = async |login: &str, password: &str, from: &str| {
        let request = desk.request(Method::POST, "/api/v1/session", None).header("x-forwarded-for", from);
        request.json(&json!({"login": login, "password": password})).send().await.unwrap()
    };
    let (wrong, stranger, owner) = ("不是这个密码", "203.0.113.7", "198.51.100.1");
    for _ in 0..8 {
        assert_eq!(attempt("lead", PASSWORD, stranger).await.status(), 200, "what is right does not count");
    }
    for _ in 0..5 {
        assert_eq!(code(attempt("lead", wrong, stranger).await, 401).await, "unauthenticated");
    }
    for (login, password) in [("LEAD", wrong), ("lead", PASSWORD)] {
        let slowed = attempt(login, password, stranger).await;
        let wait: u64 = slowed.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert_eq!(code(slowed, 429).await, "too_many_requests");
    }
    assert_eq!(attempt("lead", PASSWORD, owner).await.status(), 200, "nobody else is kept out");
    for _ in 0..7 {
        attempt("nobody", wrong, stranger).await;
    }
    // It is written aside.
    let mut told = Vec::new();
    for _ in 0..100 {
        told = desk.store.audit_after(0, 100).await.unwrap();
        told.retain(|entry| entry.action == "session.refused");
        if !told.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(told.len(), 1, "once, and nothing of a login that nobody has");
    assert_eq!(
        (told[0].actor.as_str(), told[0].why.as_str()),
        ("system:session", "多次密码不对，来自 203.0.113.7")
    );
    let lead = desk.store.person_with_login("lead").await.unwrap().unwrap().0;
    assert_eq!(told[0].subject, format!("person:{}", lead.id));
}

async fn a_person_changes_their_own_password(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let change = async |who: &Proof, old: &str, new: &str| {
        let form = json!({"old": old, "new": new});
        desk.send(Method::POST, "/api/v1/session/password", Some(who), form).await
    };
    assert_eq!(
        code(change(&staff.lead, "不是这个密码", "另一个足够长的密码吧").await, 403).await,
        "forbidden"
    );
    assert_eq!(code(change(&staff.lead, PASSWORD, "short").await, 422).await, "invalid_request");
    assert_eq!(code(change(&staff.machine, PASSWORD, "另一个足够长的密码吧").await, 403).await, "forbidden");
    assert_eq!(change(&staff.lead, PASSWORD, "另一个足够长的密码吧").await.status(), 204);
    assert_eq!(desk.get("/api/v1/session", &staff.lead).await.status(), 401, "sessions end");
    let form = json!({"login": "lead", "password": "另一个足够长的密码吧"});
    assert_eq!(desk.send(Method::POST, "/api/v1/session", None, form).await.status(), 200);
}

async fn a_page_of_somebody_else_cannot_act_for_a_person(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let person = json!({"login": "evil", "name": "坏", "role": "admin", "password": PASSWORD});
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "http://evil.cn")]
    {
        let request = desk.request(Method::POST, "/api/v1/people", Some(&staff.admin)).header(name, value);
        assert_eq!(code(request.json(&person).send().await.unwrap(), 403).await, "forbidden");
    }
    let request = desk.request(Method::POST, "/api/v1/people", Some(&staff.admin));
    let request = request.header("sec-fetch-site", "same-origin").json(&person);
    assert_eq!(request.send().await.unwrap().status(), 201);
}

async fn people_and_tokens_are_looked_after(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let admin = Some(&staff.admin);
    let people: Value = desk.get("/api/v1/people", &staff.admin).await.json().await.unwrap();
    let logins: Vec<&str> =
        people["people"].as_array().unwrap().iter().map(|p| p["login"].as_str().unwrap()).collect();
    assert_eq!(logins, ["admin", "reviewer", "lead"]);
    let taken = json!({"login": "lead", "name": "又一个", "role": "lead", "password": PASSWORD});
    assert_eq!(code(desk.send(Method::POST, "/api/v1/people", admin, taken).await, 409).await, "conflict");
    for (pointer, value) in [
        ("/login", json!("林 涛")),
        ("/role", json!("machine")),
        ("/role", json!("boss")),
        ("/name", json!("")),
    ] {
        let mut person = json!({"login": "new", "name": "新人", "role": "lead", "password": PASSWORD});
        *person.pointer_mut(pointer).unwrap() = value;
        let refused = desk.send(Method::POST, "/api/v1/people", admin, person).await;
        assert_eq!(refused.status(), 422);
        assert_eq!(refused.json::<Value>().await.unwrap()["errors"][0]["pointer"], pointer);
    }
    let id = |n: usize| people["people"][n]["id"].as_str().unwrap();
    let shut_out = async |id: &str| {
        let path = format!("/api/v1/people/{id}");
        desk.send(Method::PATCH, &path, admin, json!({"active": false})).await
    };
    assert_eq!(shut_out(id(1)).await.status(), 200);
    assert_eq!(desk.get("/api/v1/session", &staff.reviewer).await.status(), 401, "at once");
    assert_eq!(code(shut_out(id(0)).await, 409).await, "conflict");
    let reader = json!({"name": "报表", "role": "lead", "scopes": ["report", "drafts"], "days": 30});
    let reader = desk.send(Method::POST, "/api/v1/tokens", admin, reader).await;
    let reader: Value = reader.json().await.unwrap();
    let proof = ("authorization", format!("Bearer {}", reader["secret"].as_str().unwrap()));
    let me: Value = desk.get("/api/v1/session", &proof).await.json().await.unwrap();
    assert_eq!(me["scopes"], json!(["drafts", "report"]));
    assert_eq!(code(desk.get("/api/v1/pack", &proof).await, 403).await, "forbidden");
    let judge = json!({"name": "机器人", "role": "reviewer", "scopes": ["review"]});
    let judge = desk.send(Method::POST, "/api/v1/tokens", admin, judge).await;
    assert_eq!(code(judge, 422).await, "invalid_request", "a decision is a person's");
    let path = format!("/api/v1/tokens/{}", reader["token"]["id"].as_str().unwrap());
    assert_eq!(desk.send(Method::DELETE, &path, admin, json!({})).await.status(), 204);
    assert_eq!(desk.get("/api/v1/session", &proof).await.status(), 401);
    let tokens = desk.get("/api/v1/tokens", &staff.admin).await.text().await.unwrap();
    assert!(!tokens.contains(&reader["secret"].as_str().unwrap()[12..]));
}

async fn a_login_is_the_same_in_small_and_large_letters(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let add = async |login: &str| {
        let person = json!({"login": login, "name": "王", "role": "lead", "password": PASSWORD});
        desk.send(Method::POST, "/api/v1/people", Some(&staff.admin), person).await
    };
    let added: Value = add("Wang").await.json().await.unwrap();
    assert_eq!(added["login"], "wang");
    for taken in ["wang", "WANG"] {
        assert_eq!(code(add(taken).await, 409).await, "conflict");
    }
    for login in ["wang", "Wang", "WANG"] {
        desk.log_in(login).await;
    }
    // As they could be before: each of two comes in as who they are, and neither is taken up again.
    for (login, of) in [("Lin", "reviewer"), ("lin", "lead")] {
        bench.tamper(&format!("UPDATE people SET login = '{login}' WHERE login = '{of}'")).unwrap();
    }
    for (login, role) in [("Lin", "reviewer"), ("lin", "lead")] {
        let me = desk.get("/api/v1/session", &desk.log_in(login).await).await;
        assert_eq!(me.json::<Value>().await.unwrap()["role"], role);
    }
    bench.tamper("UPDATE people SET login = 'other' WHERE login = 'lin'").unwrap();
    let me = desk.get("/api/v1/session", &desk.log_in("LIN").await).await;
    assert_eq!(me.json::<Value>().await.unwrap()["role"], "reviewer");
    assert_eq!(code(add("lin").await, 409).await, "conflict");
}

async fn refusals_speak_to_people_of_roles_and_to_programs_of_scopes(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let told = async |response: Response| -> String {
        let problem: Value = response.json().await.unwrap();
        problem["detail"].as_str().unwrap().to_owned()
    };
    let lacking = told(desk.get("/api/v1/audit", &staff.reviewer).await).await;
    assert_eq!(lacking, "您的角色是质检员，不能看审计记录：请找管理员");
    let lacking = told(desk.get("/api/v1/audit", &staff.machine).await).await;
    assert_eq!(lacking, "machine 没有 audit 权限：请找管理员");
    let gone = ("cookie", "zhijian_session=gone".to_owned());
    assert_eq!(told(desk.get("/api/v1/people", &gone).await).await, "登录已过期：请重新登录");
    // Whoever has logged out in another window has no cookie any more.
    let page_of = ("x-zhijian-person", "0199".to_owned());
    assert_eq!(told(desk.get("/api/v1/people", &page_of).await).await, "登录已过期：请重新登录");
    let forged = ("authorization", "Bearer zj_0".to_owned());
    assert!(told(desk.get("/api/v1/people", &forged).await).await.contains("Authorization"));
}

async fn every_change_of_the_pack_in_use_is_accounted_for(bench: Bench) {
    let write = |folder: Folder, version: &str| {
        folder.file("rules/rubrics/t.yaml", &RUBRIC.replace("\"1\"", &format!("\"{version}\"")))
    };
    let mut folder = write(Folder::new().without("rules/rude.yaml"), "1");
    let settings = Settings::of(&Layer::default());
    let archive = Archive::open(bench.store.clone(), &settings).await.unwrap();
    let shelf = Shelf::open(Some(folder.path().to_owned())).unwrap();
    let first = shelf.pack().digest().to_owned();
    let app = Arc::new(App::new(shelf, &settings).keeping(archive));
    http::use_pack(&app).await.unwrap();
    let reloading = tokio::spawn(http::reload(app.clone(), Duration::from_millis(20)));
    let mut known = Vec::new();
    for (version, count) in [("2", 2), ("1", 3)] {
        folder = write(folder, version);
        for _ in 0..500 {
            known = bench.store.audit_after(0, 100).await.unwrap();
            if known.len() == count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(known.len(), count, "{version}");
    }
    reloading.abort();
    // A server that is started again with the same pack has nothing new to say.
    http::use_pack(&app).await.unwrap();
    assert_eq!(bench.store.audit_head().await.unwrap().0, 3);
    let second = known[1].after.as_str();
    let told: Vec<_> = known.iter().map(|it| (it.before.as_str(), it.after.as_str())).collect();
    assert_eq!(told, [("", first.as_str()), (&first, second), (second, &first)]);
    assert!(known.iter().all(|it| it.action == "pack.use" && it.subject == format!("pack:{}", it.after)));
}

async fn no_token_looks_after_people(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let token = json!({"name": "脚本", "role": "admin"});
    let token = desk.send(Method::POST, "/api/v1/tokens", Some(&staff.admin), token).await;
    let token: Value = token.json().await.unwrap();
    assert_eq!(token["token"]["scopes"], json!(["pack", "audit", "operate"]));
    let proof = ("authorization", format!("Bearer {}", token["secret"].as_str().unwrap()));
    let lead = json!({"login": "mine", "name": "我的", "role": "lead", "password": PASSWORD});
    let another = json!({"name": "再来一个", "role": "machine"});
    for (path, form) in [("/api/v1/people", lead), ("/api/v1/tokens", another)] {
        assert_eq!(code(desk.send(Method::POST, path, Some(&proof), form).await, 403).await, "forbidden");
    }
    let asked = json!({"name": "脚本", "role": "admin", "scopes": ["people"]});
    let refused = desk.send(Method::POST, "/api/v1/tokens", Some(&staff.admin), asked).await;
    assert_eq!(code(refused, 422).await, "invalid_request");
}

async fn the_audit_log_tells_who_did_what(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let page: Value = desk.get("/api/v1/audit?limit=3", &staff.lead).await.json().await.unwrap();
    assert_eq!(page["entries"].as_array().unwrap().len(), 3);
    assert_eq!(page["entries"][1]["action"], "person.add");
    assert_eq!(page["next"], 3);
    let rest: Value = desk.get("/api/v1/audit?after=3", &staff.lead).await.json().await.unwrap();
    assert_eq!(rest["next"], Value::Null);
    let actions: Vec<&str> =
        rest["entries"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["person.add", "person.add", "token.add", "session.open", "session.open"]);
    let state: Value = desk.get("/api/v1/audit/state", &staff.admin).await.json().await.unwrap();
    assert_eq!(
        (&state["whole"], &state["length"], &state["head"]),
        (&json!(true), &page["length"], &page["head"])
    );
    let newest: Value = desk.get("/api/v1/audit?before=9&limit=2", &staff.lead).await.json().await.unwrap();
    let numbers = |page: &Value| -> Vec<i64> {
        page["entries"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()).collect()
    };
    assert_eq!((numbers(&newest), &newest["next"]), (vec![8, 7], &json!(7)));
    let asked = "/api/v1/audit?action=person.add&after=2&limit=1";
    let added: Value = desk.get(asked, &staff.lead).await.json().await.unwrap();
    assert_eq!((numbers(&added), &added["next"]), (vec![4], &json!(4)));
    let entry = &newest["entries"][0];
    let (actor, subject) = (entry["actor"].as_str().unwrap(), entry["subject"].as_str().unwrap());
    let asked = format!("/api/v1/audit?before=9&actor={actor}&subject={subject}&action=session.open");
    let opened: Value = desk.get(&asked, &staff.lead).await.json().await.unwrap();
    assert_eq!((numbers(&opened), &opened["next"]), (vec![8], &Value::Null));
    for wrong in ["after=-1", "limit=0", "limit=1001", "x=1", "after=a", "before=0", "before=x"] {
        assert_eq!(
            code(desk.get(&format!("/api/v1/audit?{wrong}"), &staff.lead).await, 400).await,
            "invalid_query"
        );
    }
}

async fn a_page_acts_for_nobody_but_whom_it_was_written_for(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let me: Value = desk.get("/api/v1/session", &staff.lead).await.json().await.unwrap();
    let from_page_of = |person: &str| {
        let request = desk.request(Method::GET, "/api/v1/reviews/counts", Some(&staff.lead));
        request.header("x-zhijian-person", person).send()
    };
    assert_eq!(from_page_of(me["id"].as_str().unwrap()).await.unwrap().status(), 200);
    let refused = from_page_of("somebody-else").await.unwrap();
    assert_eq!(code(refused, 401).await, "unauthenticated");
}

async fn strangers_leave_room_for_who_is_known(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let small = Settings::of(&Layer { max_in_flight: Some(4), ..Layer::default() });
    let small = Desk::open(&bench, small).await;
    let mut strangers = Vec::new();
    for path in ["/api/v1/session", "/nowhere", "/api/v1/transcripts", "/queue"] {
        for _ in 0..70 {
            strangers.push(small.half_sent(path).await);
        }
    }
    let mut knocks = 0;
    while small.send(Method::POST, "/api/v1/session", None, json!({})).await.status() != 503 {
        knocks += 1;
        assert!(knocks < 100, "the door is full");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(small.get("/api/v1/reviews/counts", &staff.lead).await.status(), 200);
    drop((strangers, desk));
}

async fn who_asks_too_often_is_told_when_to_come_again(bench: Bench) {
    let (desk, staff) = Desk::staffed(&bench).await;
    let slow = Settings::of(&Layer { rate_per_second: std::num::NonZero::new(3), ..Layer::default() });
    let slow = Desk::open(&bench, slow).await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(slow.get("/api/v1/session", &staff.lead).await);
    }
    let refused = statuses.pop().unwrap();
    assert_eq!(statuses[0].status(), 200);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(code(refused, 429).await, "too_many_requests");
    assert_eq!(slow.get("/api/v1/session", &staff.admin).await.status(), 200, "each for themselves");
    let none = Settings::of(&Layer { max_in_flight: Some(0), ..Layer::default() });
    let full = Desk::open(&bench, none).await;
    let refused = full.get("/api/v1/session", &staff.lead).await;
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(code(refused, 503).await, "unavailable");
    assert_eq!(full.get("/readyz", &staff.lead).await.status(), 200);
    drop(desk);
}

/// The table of rights as a document: a row for each route, a column for each role.
fn table_of_rights() -> String {
    let mut table = "# 谁能用哪个接口\n\n由程序里的路由表生成，测试保证两者一致（`UPDATE_DOCS=1 cargo nextest run table_of_rights` 重新生成）。\
        「登录」的会话用 Cookie，「令牌」用 `Authorization: Bearer`。没有登录而访问受限的接口得到 401，角色不符得到 403。\n\
        复核、查看原文、退回复核只有登录的人能做，令牌不能：对人的评价由人来定。管理人员和令牌也是，否则有令牌就能冒充别人。\n\n\
        | 方法 | 路径 | 权限 | 未登录 | machine | reviewer | lead | admin |\n|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    let mark = |yes| if yes { "✓" } else { "" };
    for way in ways() {
        let scope = way.scope.map_or(if way.open { "" } else { "（已登录）" }, |scope| scope.name());
        table.push_str(&format!("| {} | `{}` | {scope} | {} |", way.method, way.path, mark(way.open)));
        for role in Role::ALL {
            table.push_str(&format!(" {} |", mark(way.admits(role))));
        }
        table.push('\n');
    }
    table
}

#[test]
fn the_table_of_rights_is_the_committed_one() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/接口权限.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, table_of_rights()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), table_of_rights());
}
