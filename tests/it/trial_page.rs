//! `/try`: what is pasted is judged and shown, on any server; nothing of it is kept, and nothing of it becomes markup.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use zhijian::config::{Layer, Settings};
use zhijian::http::{self, App};
use zhijian::pack::Pack;
use zhijian::shelf::Shelf;

use crate::kept::Desk;
use crate::packs::{compiled, rule};
use crate::store::{Bench, on_both};
use crate::support::{client, transcript, with};

/// A server in this process that keeps nothing, stopped when dropped.
pub(crate) struct Bare {
    base: String,
    client: Client,
    _stop: oneshot::Sender<()>,
}

impl Bare {
    pub(crate) async fn open(pack: Pack) -> Self {
        Self::open_on(Shelf::of(pack)).await
    }

    pub(crate) async fn open_on(shelf: Shelf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = Arc::new(App::new(shelf, &Settings::of(&Layer::default())));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(http::serve(listener, app, Duration::from_secs(1), async {
            let _dropped = stopped.await;
        }));
        Self { base, client: client(), _stop: stop }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        response.text().await.unwrap()
    }

    async fn tries(&self, body: Value) -> Response {
        let request = self.client.post(format!("{}/try", self.base));
        request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap()
    }

    async fn shown(&self, body: Value) -> String {
        let response = self.tries(body).await;
        assert_eq!(response.status(), 200);
        response.text().await.unwrap()
    }

    async fn refused(&self, body: Value, status: u16, code: &str) -> Value {
        let response = self.tries(body).await;
        assert_eq!(response.status(), status);
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["code"], code, "{problem}");
        problem
    }
}

/// A pack with one rule, which finds one phrase unless a guard speaks against it.
pub(crate) fn rude() -> Pack {
    let words = "title: 推责<b>\nguards: negation\nbetter: 我帮您转接<i>\n---\n不归我管\n";
    compiled(&[
        ("lexicons/forbidden/rude.txt", words),
        ("lexicons/guards/negation.txt", "title: 否定\nguard: before\nreach: 4\n---\n没有\n"),
        ("rules/forbidden/rude.yaml", &rule("forbid: {phrase: {lexicon: forbidden/rude}}")),
    ])
}

#[tokio::test]
async fn without_a_store_it_is_the_first_page() {
    let server = Bare::open(rude()).await;
    assert_eq!(server.get("/").await.headers()["location"], "/try");
    let home = server.text("/try").await;
    assert!(home.contains("data-trial") && home.contains("试评"), "{home}");
    assert!(!home.contains("/login") && !home.contains("/queue"), "there is nothing to log in to");
    assert!(home.contains(r#"<option value="t">表</option>"#), "{home}");
}

#[tokio::test]
async fn a_script_is_judged_and_shown() {
    let server = Bare::open(rude()).await;
    let text = "客服：这事不归我管。\n客户：我家的宽带从昨天起上不了网<script>\n客服：我没有不归我管";
    let shown = server.shown(json!({"text": text, "all_rules": true})).await;
    assert!(
        shown.contains(r##"<mark class="hit">不归我管</mark><a class="ref" href="#n1">1</a>"##),
        "{shown}"
    );
    assert!(shown.contains(r#"<mark class="suppressed">不归我管</mark>"#), "{shown}");
    assert!(shown.contains("语境豁免：否定") && shown.contains("更好的说法"), "{shown}");
    assert!(shown.contains("我帮您转接&#60;i&#62;") && !shown.contains("<i>"), "{shown}");
    assert!(shown.contains("&#60;script&#62;") && !shown.contains("<script"), "{shown}");
    assert!(!shown.contains(" style="), "the policy forbids it");
    let english = server.client.post(format!("{}/try", server.base)).header("cookie", "zhijian_lang=en");
    let english = english.body(json!({"text": text, "all_rules": true}).to_string()).send().await.unwrap();
    assert!(english.text().await.unwrap().contains("Guarded: 否定"));
}

#[tokio::test]
async fn json_is_judged_as_everywhere_and_a_rule_tells_why() {
    let server = Bare::open(rude()).await;
    let text = with("/turns/0/text", json!("这事不归我管")).to_string();
    let asked = json!({"text": text, "rubric": "t", "rule": "forbidden/rude"});
    let shown = server.shown(asked).await;
    assert!(shown.contains("00:00") && shown.contains("判定：not_met"), "{shown}");
    let typo = json!({"text": text, "rule": "forbidden/rued"});
    let problem = server.refused(typo, 404, "not_found").await;
    assert!(problem["detail"].as_str().unwrap().contains("是不是想写 forbidden/rude"), "{problem}");
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_place() {
    let server = Bare::open(rude()).await;
    let problem = server.refused(json!({"text": "客服：好\n经理：好"}), 422, "invalid_script").await;
    assert_eq!(problem["errors"][0]["pointer"], "2:1");
    server.refused(json!({"text": ""}), 422, "invalid_script").await;
    server.refused(json!({"text": "{\"id\":"}), 400, "invalid_json").await;
    let staff = with("/turns/0/role", json!("staff")).to_string();
    let problem = server.refused(json!({"text": staff}), 422, "invalid_transcript").await;
    assert_eq!(problem["errors"][0]["pointer"], "/turns/0/role");
    server.refused(json!({"text": transcript("t"), "x": 1}), 422, "invalid_request").await;
    server.refused(json!({"text": "客服：好", "rubric": "none"}), 422, "unknown_rubric").await;
    let large = json!({"text": "客".repeat(9 << 20)});
    server.refused(large, 413, "too_large").await;
}

#[tokio::test]
async fn it_begins_with_an_example_of_a_rule() {
    let server = Bare::open(rude()).await;
    let page = server.text("/try?rule=forbidden/rude&example=1").await;
    assert!(page.contains(">客服:二</textarea>") && page.contains(r#"value="forbidden/rude""#), "{page}");
    let page = server.text("/try?rule=%22%3E%3Cscript%3E&example=99").await;
    assert!(page.contains("></textarea>") && !page.contains("<script>"), "{page}");
}

on_both!(only_who_may_score_comes_and_nothing_is_kept, a_page_of_somebody_else_tries_nothing);

async fn only_who_may_score_comes_and_nothing_is_kept(bench: Bench) {
    let (desk, staff) = Desk::staffed_with(&bench, Layer::default(), rude()).await;
    let body = json!({"text": "客服：不归我管", "all_rules": true});
    for (who, status) in [(&staff.lead, 200), (&staff.reviewer, 200), (&staff.admin, 403)] {
        assert_eq!(desk.get("/try", who).await.status(), status);
        assert_eq!(desk.send(Method::POST, "/try", Some(who), body.clone()).await.status(), status);
    }
    let stranger = desk.send(Method::POST, "/try", None, body).await;
    assert_eq!(stranger.status(), 401, "its script is told so, and not led to another page");
    assert_eq!((bench.count("drafts"), bench.count("transcripts")), (0, 0));
}

async fn a_page_of_somebody_else_tries_nothing(bench: Bench) {
    let (desk, _) = Desk::staffed_with(&bench, Layer::default(), rude()).await;
    let lead = desk.log_in("lead").await;
    let request = desk.request(Method::POST, "/try", Some(&lead)).header("sec-fetch-site", "cross-site");
    let refused = request.body(json!({"text": "客服：好"}).to_string()).send().await.unwrap();
    assert_eq!(refused.status(), 403);
}
