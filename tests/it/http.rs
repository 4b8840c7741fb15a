//! The HTTP door: every bad request gets a problem document that names the place, and the next one is served.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use zhijian::config::{Layer, Settings};
use zhijian::http::{self, App};
use zhijian::pack::Pack;
use zhijian::shelf::Shelf;

use crate::support::{client, transcript, with};

const PROBLEM: &str = "application/problem+json";

/// A server in this process, stopped when dropped.
struct Door {
    base: String,
    client: Client,
    _stop: oneshot::Sender<()>,
}

impl Door {
    async fn open() -> Self {
        Self::open_with(Settings::of(&Layer::default())).await
    }

    async fn open_with(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = Arc::new(App::new(Shelf::of(Pack::shipped().unwrap()), &settings));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(http::serve(listener, app, Duration::from_secs(1), async {
            let _dropped = stopped.await;
        }));
        Self { base, client: client(), _stop: stop }
    }

    async fn post(&self, kind: &str, body: impl Into<reqwest::Body>) -> Response {
        let url = format!("{}/api/v1/score", self.base);
        self.client.post(url).header("content-type", kind).body(body).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    /// The next request is served, whatever the last one was.
    async fn still_serves(&self) {
        let answer = self.post("application/json", transcript("next").to_string()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.json::<Value>().await.unwrap()["transcript_id"], "next");
    }
}

async fn problem(response: Response, status: u16, code: &str) -> Value {
    assert_eq!(response.status(), status);
    assert_eq!(response.headers()["content-type"], PROBLEM);
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], format!("urn:zhijian:problem:{code}"));
    assert_eq!(problem["request_id"], id);
    assert!(!problem["detail"].as_str().unwrap().is_ascii(), "{problem}");
    problem
}

#[tokio::test]
async fn one_transcript_gets_its_draft() {
    let door = Door::open().await;
    let response = door.post("application/json; charset=utf-8", transcript("t-1").to_string()).await;
    assert_eq!(response.status(), 200);
    let headers = response.headers();
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
    assert_eq!(headers["x-request-id"].len(), 36);
    assert_eq!(response.json::<Value>().await.unwrap()["transcript_id"], "t-1");
}

#[tokio::test]
async fn bad_bodies_are_refused_with_their_place() {
    let door = Door::open().await;
    let turn = json!({"role": "agent", "text": ""});
    let cases: Vec<(Vec<u8>, u16, &str, &str)> = vec![
        (b"{\"id\":\"1\",\"turns\":[".to_vec(), 400, "invalid_json", ""),
        (b"".to_vec(), 400, "invalid_json", ""),
        (b"[1,".to_vec(), 400, "invalid_json", ""),
        (br#"{"id":"\ud800","turns":[]}"#.to_vec(), 400, "invalid_json", ""),
        (b"{\"id\":\"\xC4\xFA\xBA\xC3\"}".to_vec(), 400, "invalid_utf8", ""),
        (b"\x00\xFF\xFE".to_vec(), 400, "invalid_utf8", ""),
        ("[".repeat(200_000).into_bytes(), 400, "invalid_json", ""),
        (bytes(&with("/turns/0/role", json!("speaker_a"))), 422, "invalid_transcript", "/turns/0/role"),
        (bytes(&with("/channel", json!("fax"))), 422, "invalid_transcript", "/channel"),
        (bytes(&with("/turns/1/start_ms", json!(-1))), 422, "invalid_transcript", "/turns/1/start_ms"),
        (bytes(&with("/turns/1/end_ms", json!(1))), 422, "invalid_transcript", "/turns/1/end_ms"),
        (bytes(&with("/turns/1/start_ms", json!("3200"))), 422, "invalid_transcript", "/turns/1/start_ms"),
        (bytes(&with("/turns", json!([]))), 422, "invalid_transcript", "/turns"),
        (bytes(&with("/id", json!("a\u{7}b"))), 422, "invalid_transcript", "/id"),
        (
            br#"{"id":"1","turns":[{"role":"agent","role":"agent","text":""}]}"#.to_vec(),
            422,
            "invalid_transcript",
            "/turns/0/role",
        ),
        (bytes(&with("/turns", json!(vec![turn; 200_000]))), 413, "too_large", "/turns"),
        (bytes(&with("/turns/0/text", json!("x".repeat(1_000_000)))), 413, "too_large", "/turns/0/text"),
    ];
    for (body, status, code, pointer) in cases {
        let found = problem(door.post("application/json", body).await, status, code).await;
        assert_eq!(found["errors"][0]["pointer"], pointer, "{found}");
        assert!(!found["errors"][0]["detail"].as_str().unwrap().is_ascii());
        door.still_serves().await;
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

#[tokio::test]
async fn odd_but_right_bodies_are_text() {
    let door = Door::open().await;
    for text in ["", "a\u{0}b\u{1b}", "<img src=x onerror=alert(1)>", "../../etc/passwd", "😀"] {
        let mut body = with("/turns/0/text", json!(text));
        body["id"] = json!("<b>../x</b>");
        let mut bytes = b"\xEF\xBB\xBF".to_vec();
        bytes.extend(serde_json::to_vec(&body).unwrap());
        let response = door.post("application/json", bytes).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.json::<Value>().await.unwrap()["transcript_id"], "<b>../x</b>");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_announced_or_not() {
    let mut layer = Layer::default();
    layer.limits.max_body_bytes = Some(100_000);
    let door = Door::open_with(Settings::of(&layer)).await;
    let body = vec![b' '; 300_000];
    problem(door.post("application/json", body.clone()).await, 413, "too_large").await;
    let chunks = (0..30).map(|_| Ok::<_, std::io::Error>(vec![b' '; 10_000]));
    let stream = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    problem(door.post("application/json", stream).await, 413, "too_large").await;
    let line = [body, b"\n".to_vec(), bytes(&transcript("t"))].concat();
    let answers = door.post("application/x-ndjson", line).await.text().await.unwrap();
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[0]["error"]["code"], "too_large");
    assert_eq!(answers[1]["transcript_id"], "t");
    door.still_serves().await;
}

#[tokio::test]
async fn what_is_asked_for_must_exist() {
    let door = Door::open().await;
    for path in ["/nowhere", "/api/docs/nothing.js", "/api/docs/..%2f..%2fetc%2fpasswd"] {
        problem(door.get(path).await, 404, "not_found").await;
    }
    let response = door.get("/api/v1/score").await;
    assert_eq!(response.headers()["allow"], "POST");
    problem(response, 405, "method_not_allowed").await;
    for kind in ["text/plain", "application/json; charset=gbk", "", "multipart/form-data"] {
        problem(door.post(kind, "{}").await, 415, "unsupported_media_type").await;
    }
    let large = vec![b' '; 5_000_000];
    problem(door.post("text/plain", large).await, 415, "unsupported_media_type").await;
    let ask = |query: &str| {
        let url = format!("{}/api/v1/score?{query}", door.base);
        let body = transcript("t").to_string();
        door.client.post(url).header("content-type", "application/json").body(body).send()
    };
    let unknown = problem(ask("rubric=no-such").await.unwrap(), 422, "unknown_rubric").await;
    assert!(unknown["detail"].as_str().unwrap().contains("no-such"));
    problem(ask("rules=some").await.unwrap(), 400, "invalid_query").await;
    problem(ask("rubrik=x").await.unwrap(), 400, "invalid_query").await;
    assert_eq!(ask("rules=all").await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_request_id_is_kept_when_it_is_harmless() {
    let door = Door::open().await;
    let send = |id: &'static str| {
        door.client.get(format!("{}/healthz", door.base)).header("x-request-id", id).send()
    };
    assert_eq!(send("call-7_a.B").await.unwrap().headers()["x-request-id"], "call-7_a.B");
    assert_ne!(send("a b\"<x>").await.unwrap().headers()["x-request-id"], "a b\"<x>");
}

#[tokio::test]
async fn many_transcripts_are_answered_in_order_and_in_place() {
    let door = Door::open().await;
    let mut body = String::new();
    for n in 0..500 {
        body.push_str(&if n % 7 == 3 {
            "oops\n\n".to_owned()
        } else {
            format!("{}\n", transcript(&n.to_string()))
        });
    }
    let response = door.post("application/x-ndjson", body.clone()).await;
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = response.text().await.unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 500);
    for (n, answer) in answers.iter().enumerate() {
        if n % 7 == 3 {
            assert_eq!(answer["error"]["code"], "invalid_json");
            let line = body.lines().enumerate().filter(|(_, line)| *line == "oops").nth(n / 7).unwrap().0 + 1;
            assert_eq!(answer["error"]["line"], line);
        } else {
            assert_eq!(answer["transcript_id"], n.to_string());
        }
    }
}

#[tokio::test]
async fn the_page_and_the_description_work_without_the_internet() {
    let door = Door::open().await;
    let document: Value = door.get("/api/v1/openapi.json").await.json().await.unwrap();
    let operation = &document["paths"]["/api/v1/score"]["post"];
    assert!(!operation["summary"].as_str().unwrap().is_ascii());
    for status in ["200", "400", "408", "413", "415", "422", "500"] {
        assert!(operation["responses"][status].is_object(), "{status}");
    }
    assert!(operation["requestBody"]["content"]["application/x-ndjson"].is_object());
    let example = &operation["requestBody"]["content"]["application/json"]["example"];
    assert_eq!(door.post("application/json", example.to_string()).await.status(), 200);
    let begin = &document["components"]["schemas"]["Turn"]["properties"]["start_ms"];
    assert_eq!(begin["type"], json!(["integer", "null"]), "{begin}");
    let fields = &document["components"]["schemas"]["Problem"]["properties"]["errors"]["items"]["$ref"];
    assert_eq!(fields, "#/components/schemas/FieldProblem");
    for path in ["/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"] {
        assert!(document["paths"][path]["get"].is_object(), "{path}");
    }

    let page = door.get("/api/docs/").await;
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("style-src"));
    let page = page.text().await.unwrap();
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script>"), "{page}");
    let start = door.get("/api/docs/swagger-initializer.js").await.text().await.unwrap();
    assert!(
        start.contains("\"validatorUrl\": \"none\"") && start.contains("/api/v1/openapi.json"),
        "{start}"
    );
    assert!(!start.contains("http"), "{start}");
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js"] {
        assert_eq!(door.get(&format!("/api/docs/{file}")).await.status(), 200, "{file}");
    }
}

#[tokio::test]
async fn what_happens_is_counted() {
    let door = Door::open().await;
    door.still_serves().await;
    problem(door.post("application/json", "{").await, 400, "invalid_json").await;
    assert_eq!(door.get("/readyz").await.status(), 200);
    let text = door.get("/metrics").await.text().await.unwrap();
    for name in [
        "zhijian_http_requests_total{method=\"POST\",route=\"/api/v1/score\",status=\"400\"}",
        "zhijian_http_request_duration_seconds_bucket{route=\"/api/v1/score\",le=\"0.001\"}",
        "zhijian_transcripts_total",
        "zhijian_turns_total",
        "zhijian_refusals_total{code=\"invalid_json\"}",
    ] {
        assert!(text.contains(name), "{name} not in\n{text}");
    }
}
