//! The description of the doors is true: names are not shared, and everything that is sent is described, field by field.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::{Value, json};
use zhijian::config::Layer;
use zhijian::pack::Pack;

use crate::kept::{Desk, PASSWORD, Proof};
use crate::store::Bench;
use crate::support::{corpus, with};

/// The document of a server, in which no object may have fields that are not described.
struct Described(Value);

impl Described {
    async fn of(desk: &Desk, proof: &Proof) -> Self {
        let mut document: Value =
            desk.get("/api/v1/openapi.json", proof).await.json().await.expect("the document");
        for schema in document["components"]["schemas"].as_object_mut().unwrap().values_mut() {
            close(schema);
        }
        Self(document)
    }

    /// The path of the document that `path` is one of; one without parameters first.
    fn template(&self, path: &str) -> &str {
        let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let asked = parts(path.split('?').next().unwrap());
        let fits = |template: &&String| {
            let parts = parts(template);
            parts.len() == asked.len()
                && parts.iter().zip(&asked).all(|(part, asked)| part == asked || part.starts_with('{'))
        };
        let all: Vec<&String> = self.0["paths"].as_object().unwrap().keys().filter(fits).collect();
        all.into_iter().min_by_key(|template| template.contains('{')).expect(path)
    }

    /// Fails unless such an answer is described.
    fn check(&self, method: &Method, path: &str, status: u16, kind: &str, body: &Value) {
        let operation = &self.0["paths"][self.template(path)][method.as_str().to_lowercase()];
        let mut response = &operation["responses"][status.to_string()];
        if let Some(target) = response["$ref"].as_str() {
            response = self.0.pointer(target.trim_start_matches('#')).unwrap();
        }
        let schema = &response["content"][kind]["schema"];
        assert!(schema.is_object(), "{method} {path} answers {status} {kind}, which is not described");
        let mut within = self.0.clone();
        within["allOf"] = json!([schema]);
        let validator = jsonschema::validator_for(&within).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{method} {path} {status}: {errors:#?}");
    }
}

/// Forbids fields that are not described, at every depth.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(parts) => parts.iter_mut().for_each(close),
        _ => {}
    }
}

/// Somebody who asks and looks up what is said about the answer.
struct Reader<'d> {
    desk: &'d Desk,
    described: &'d Described,
    who: &'d Proof,
}

impl Reader<'_> {
    async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, 200, None, None).await
    }

    async fn send(&self, method: Method, path: &str, status: u16, body: Value) -> Value {
        self.ask(method, path, status, Some(body), None).await
    }

    /// Takes a step in a review of which `version` was seen.
    async fn step(&self, method: Method, path: &str, status: u16, version: i64, body: Value) -> Value {
        self.ask(method, path, status, Some(body), Some(version)).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        status: u16,
        body: Option<Value>,
        version: Option<i64>,
    ) -> Value {
        let mut request = self.desk.request(method.clone(), path, Some(self.who));
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        let given = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(given, status, "{method} {path}: {body}");
        self.described.check(&method, path, status, &kind, &body);
        body
    }
}

#[tokio::test]
async fn what_is_sent_about_reviews_is_described() {
    let bench = Bench::sqlite().await;
    let (desk, staff) = Desk::staffed_with(&bench, Layer::default(), Pack::shipped().unwrap()).await;
    let described = &Described::of(&desk, &staff.admin).await;
    let by = |who| Reader { desk: &desk, described, who };
    let (machine, reviewer, lead) = (by(&staff.machine), by(&staff.reviewer), by(&staff.lead));
    let call = corpus("labelled/abusive-customer-agent-retorts");
    let posted = machine.send(Method::POST, "/api/v1/transcripts", 201, call.clone()).await;
    machine.send(Method::POST, "/api/v1/transcripts", 200, call.clone()).await;
    machine.send(Method::POST, "/api/v1/score?rules=all", 200, call).await;
    for file in ["clean/care-call-outbound-renewal", "labelled/chat-courier-slow-reply"] {
        machine.send(Method::POST, "/api/v1/transcripts", 201, corpus(file)).await;
    }
    let id = posted["id"].as_str().unwrap();
    let at = |step: &str| format!("/api/v1/reviews/{id}{step}");
    reviewer.get("/api/v1/reviews?limit=2").await;
    reviewer.get("/api/v1/reviews/counts").await;
    reviewer.send(Method::POST, "/api/v1/reviews/next", 200, json!({"rule": "no-such"})).await;
    reviewer.send(Method::POST, &at("/claim"), 200, json!({})).await;
    lead.send(Method::POST, &at("/claim"), 409, json!({})).await;
    let view = reviewer.get(&at("")).await;
    let early = reviewer.step(Method::POST, &at("/submit"), 422, 1, json!({})).await;
    let values = |id: &str| {
        let items = view["sheet"]["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["id"] == id).unwrap();
        item["values"].pointer("/levels/0/score").cloned().unwrap_or(json!(0))
    };
    let mut decisions: Vec<Value> = vec![
        json!({"subject": "missed:1", "verdict": "add", "turn": 0, "start": 0, "end": 1, "note": "语气"}),
        json!({"subject": "finding:0", "verdict": "reject", "reason": "context", "note": "引用"}),
        json!({"subject": "item:patience", "verdict": "confirm", "note": "语气仍不耐烦"}),
    ];
    for subject in early["open"].as_array().unwrap() {
        let subject = subject.as_str().unwrap();
        decisions.push(match subject.split_once(':').unwrap() {
            ("item", id) => json!({"subject": subject, "verdict": "score", "score": values(id)}),
            _ => json!({"subject": subject, "verdict": "confirm"}),
        });
    }
    let body = json!({ "decisions": decisions });
    reviewer.step(Method::PATCH, &at(""), 200, 1, body.clone()).await;
    let stale = reviewer.step(Method::PATCH, &at(""), 412, 1, body).await;
    assert_eq!(stale["changes"][0]["version"], 2);
    reviewer.send(Method::PATCH, &at(""), 428, json!({"decisions": []})).await;
    reviewer.step(Method::PATCH, &at(""), 422, 2, json!({"decisions": [{"subject": "item:greeting"}]})).await;
    reviewer.step(Method::POST, &at("/submit"), 200, 2, json!({})).await;
    let submitted = lead.get(&at("")).await;
    assert!(submitted["result"].is_object());
    for report in ["agreement", "overview", "items", "hits"] {
        lead.get(&format!("/api/v1/reports/{report}")).await;
    }
    lead.step(Method::POST, &at("/reopen"), 200, 3, json!({"why": "再看一次"})).await;
    let history = lead.get(&at("/history")).await;
    assert_eq!(history["history"].as_array().unwrap().len(), 3, "decide, submit and reopen");
    lead.send(Method::POST, &at("/unmask"), 200, json!({"why": "核对号码"})).await;
    lead.ask(Method::GET, "/api/v1/reviews/none", 404, None, None).await;
}

#[tokio::test]
async fn what_is_sent_about_everything_else_is_described() {
    let bench = Bench::sqlite().await;
    let (desk, staff) = Desk::staffed_with(&bench, Layer::default(), Pack::shipped().unwrap()).await;
    let described = &Described::of(&desk, &staff.admin).await;
    let by = |who| Reader { desk: &desk, described, who };
    let (machine, admin) = (by(&staff.machine), by(&staff.admin));
    for path in ["session", "people", "tokens", "audit?limit=3", "audit/state", "pack", "rules", "lexicons"] {
        admin.get(&format!("/api/v1/{path}")).await;
    }
    let person = json!({"login": "new", "name": "新人", "role": "lead", "password": PASSWORD});
    let added = admin.send(Method::POST, "/api/v1/people", 201, person.clone()).await;
    admin.send(Method::POST, "/api/v1/people", 409, person).await;
    let path = format!("/api/v1/people/{}", added["id"].as_str().unwrap());
    admin.send(Method::PATCH, &path, 200, json!({"active": false})).await;
    admin.send(Method::PATCH, &path, 422, json!({"active": 1})).await;
    for token in [
        json!({"name": "甲", "role": "lead", "scopes": ["pack"], "days": 1}),
        json!({"name": "乙", "role": "machine"}),
    ] {
        let added = admin.send(Method::POST, "/api/v1/tokens", 201, token).await;
        let path = format!("/api/v1/tokens/{}", added["token"]["id"].as_str().unwrap());
        let revoked = desk.request(Method::DELETE, &path, Some(&staff.admin)).send().await.unwrap();
        assert_eq!(revoked.status(), 204);
    }
    admin.get("/api/v1/tokens").await;
    admin.get("/api/v1/system").await;
    admin.get("/api/v1/pack/search?q=a").await;
    admin.get("/api/v1/audit?before=5&action=person.add").await;
    let form = json!({"login": "lead", "password": PASSWORD});
    admin.send(Method::POST, "/api/v1/session", 200, form).await;
    admin
        .send(
            Method::POST,
            "/api/v1/setup",
            403,
            json!({"code": "", "login": "ab", "name": "a", "password": ""}),
        )
        .await;
    machine.ask(Method::GET, "/api/v1/people", 403, None, None).await;
    let nobody = ("authorization", "Bearer zj_".to_owned());
    by(&nobody).ask(Method::GET, "/api/v1/people", 401, None, None).await;
    machine.ask(Method::GET, "/api/v1/audit?after=-1", 403, None, None).await;
    admin.ask(Method::GET, "/api/v1/audit?after=-1", 400, None, None).await;
    machine.send(Method::POST, "/api/v1/score", 422, with("/turns/0/role", json!("staff"))).await;
    machine.send(Method::POST, "/api/v1/score", 422, with("/turns/0", json!(["agent", 0, 1, "您好"]))).await;
    machine.send(Method::POST, "/api/v1/score", 422, with("/turns/0/role", json!({"agent": null}))).await;
    machine.send(Method::POST, "/api/v1/score", 422, with("/meta", Value::Null)).await;
}

/// Two types of one name would be one schema, which fits only one of them.
#[test]
fn no_two_schemas_share_a_name() {
    let mut places: HashMap<String, String> = HashMap::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        for name in schemas(&text) {
            let place = file.display().to_string();
            if let Some(other) = places.insert(name.clone(), place.clone()) {
                panic!(
                    "{name} is a schema in {other} and in {place}: give one another name, #[schema(as = …)]"
                );
            }
        }
    }
    assert!(places.len() > 60 && places.contains_key("SpeakerRole"), "{places:?}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    entries.flat_map(below).filter(|path| path.extension().is_some_and(|it| it == "rs")).collect()
}

/// The names of the schemas that are made in a source file.
fn schemas(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    // Attributes stand before what they belong to.
    let (mut derived, mut given) = (false, None);
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[derive(") {
            derived = line.contains("ToSchema");
        }
        if let Some(name) = line.split_once("#[schema(as = ").map(|(_, rest)| rest) {
            given = Some(name.to_owned());
        }
        let item = line.trim_start_matches("pub").trim_start_matches("(super)").trim_start_matches("(crate)");
        let Some(name) = item.trim().strip_prefix("struct ").or(item.trim().strip_prefix("enum ")) else {
            continue;
        };
        if derived {
            names.push(word(given.as_deref().unwrap_or(name)));
        }
        (derived, given) = (false, None);
    }
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
