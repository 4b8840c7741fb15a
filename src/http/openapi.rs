//! The description of the doors, made from the handlers, and the page that shows it offline.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::App;
use super::completion::complete;
use super::routes::here;

/// Every handler that is described.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "质检(zhijian)接口",
        description = "提交中文客服通话或在线对话的文字记录，得到预先填好、附有证据的评分表，供质检员确认。\
                       出错时返回 RFC 9457 问题文档:`code` 稳定可依赖,`errors` 用 JSON 指针指出每个有误的字段。"
    ),
    tags(
        (name = "评分", description = "对话记录进，机评初稿出"),
        (name = "复核", description = "人对初稿的判断：队列、领取、判断、提交、退回"),
        (name = "报表", description = "由已提交的复核算出的数字"),
        (name = "规则", description = "正在使用的规则包"),
        (name = "登录", description = "首个管理员、登录和退出、我是谁"),
        (name = "人员", description = "谁能登录，哪些程序有令牌"),
        (name = "回调", description = "发生的事通知到哪里，送到了没有"),
        (name = "审计", description = "谁做了什么，记录有没有被改过"),
        (name = "运维", description = "服务器是否正常，删除，接口说明")
    ),
    paths(
        super::score::score,
        super::transcripts::keep,
        super::drafts::view,
        super::jobs::add,
        super::jobs::view,
        super::jobs::lines,
        super::webhooks::list,
        super::webhooks::add,
        super::webhooks::change,
        super::webhooks::remove,
        super::webhooks::ping,
        super::webhooks::deliveries,
        super::webhooks::replay,
        super::erasures::add,
        super::queue::list,
        super::queue::counts,
        super::queue::next,
        super::reviews::view,
        super::reviews::claim,
        super::reviews::release,
        super::reviews::decide,
        super::reviews::submit,
        super::reviews::reopen,
        super::reviews::history,
        super::reviews::unmask,
        super::explain::explanation,
        super::reports::agreement,
        super::reports::overview,
        super::reports::items,
        super::reports::hits,
        super::sessions::set_up,
        super::sessions::log_in,
        super::sessions::me,
        super::sessions::change_password,
        super::sessions::log_out,
        super::people::list,
        super::people::add,
        super::people::change,
        super::tokens::list,
        super::tokens::add,
        super::tokens::revoke,
        super::system::system,
        super::audit::list,
        super::audit::state,
        super::pack::pack,
        super::pack::search,
        super::pack::rules,
        super::pack::lexicons,
        document,
        super::health::alive,
        super::health::ready,
        super::metrics::text
    )
)]
struct Api;

/// 本接口的 OpenAPI 描述
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "运维",
    responses((status = 200, description = "OpenAPI 3.1 文档", body = Object, content_type = "application/json")))]
pub(super) async fn document(State(app): State<Arc<App>>) -> impl IntoResponse {
    // One for a server that keeps nothing, one for a server that keeps things.
    static DOCUMENTS: [OnceLock<String>; 2] = [const { OnceLock::new() }; 2];
    let keeps = app.archive.is_some();
    let document = DOCUMENTS[usize::from(keeps)].get_or_init(|| whole(keeps).to_string());
    ([(header::CONTENT_TYPE, "application/json")], document.as_str())
}

/// What the handlers say of themselves, and what holds for all of them.
fn whole(keeps: bool) -> Value {
    let mut document = serde_json::to_value(Api::openapi()).unwrap_or_default();
    complete(&mut document, &here(keeps), keeps);
    document
}

/// The page at `path`; everything on it comes from this binary.
pub(super) fn page(path: &'static str) -> Router<Arc<App>> {
    // Without this, the page has a validator on the internet look at the document.
    let config = Config::new(["/api/v1/openapi.json"]).validator_url("none");
    SwaggerUi::new(path).config(config).into()
}

/// A transcript to try the door with.
pub(super) fn example() -> Value {
    json!({
        "id": "20261121-0001", "channel": "call", "direction": "inbound",
        "started_at": "2026-11-21T09:00:00+08:00", "separation": "two_channel",
        "agent": {"id": "068", "team": "A1"},
        "turns": [
            {"role": "agent", "start_ms": 400, "end_ms": 2900, "text": "您好,068号为您服务。"},
            {"role": "customer", "start_ms": 3200, "end_ms": 5000, "text": "喂，你好，我想查一下宽带的账单。"}
        ],
        "events": [{"type": "hangup", "at_ms": 95000, "by": "customer"}],
        "meta": {"queue": "宽带"}
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};
    use utoipa::OpenApi as _;

    use super::{Api, whole};
    use crate::http::routes::all;

    /// Method and path of each operation of a document.
    fn operations(document: &Value) -> BTreeSet<(String, String)> {
        let paths = document["paths"].as_object().unwrap().iter();
        paths
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
            })
            .collect()
    }

    /// Calls `look` with every part of a document.
    fn walk<'v>(part: &'v Value, look: &mut impl FnMut(&'v Value)) {
        look(part);
        match part {
            Value::Object(fields) => fields.values().for_each(|part| walk(part, look)),
            Value::Array(parts) => parts.iter().for_each(|part| walk(part, look)),
            _ => {}
        }
    }

    #[test]
    fn every_route_is_described_and_nothing_else_is() {
        let routes: BTreeSet<(String, String)> =
            all().iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
        assert_eq!(operations(&serde_json::to_value(Api::openapi()).unwrap()), routes);
        assert_eq!(operations(&whole(true)), routes);
        let bare = operations(&whole(false));
        assert!(bare.contains(&("POST".to_owned(), "/api/v1/score".to_owned())));
        assert!(!bare.iter().any(|(_, path)| path == "/api/v1/people"), "not there where nothing is kept");
    }

    #[test]
    fn names_are_unique_and_everything_named_is_there() {
        for document in [whole(true), whole(false)] {
            let tags: Vec<&str> = document["tags"]
                .as_array()
                .unwrap()
                .iter()
                .map(|tag| tag["name"].as_str().unwrap())
                .collect();
            let mut ids = BTreeSet::new();
            for (method, path) in operations(&document) {
                let operation = &document["paths"][&path][method.to_lowercase()];
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_owned()), "{id} of {method} {path} is taken");
                assert!(!operation["summary"].as_str().unwrap().is_ascii(), "{id}");
                let own = operation["tags"].as_array().unwrap();
                assert!(own.iter().all(|tag| tags.contains(&tag.as_str().unwrap())), "{id}: {own:?}");
                let asked = operation["security"].as_array().into_iter().flatten();
                let known = |name: &String| document["components"]["securitySchemes"][name].is_object();
                let mut asked = asked.flat_map(|scheme| scheme.as_object().unwrap().keys());
                assert!(asked.all(known), "{id}");
            }
            walk(&document, &mut |part| is_there(&document, part));
        }
    }

    fn is_there(document: &Value, part: &Value) {
        let target = part.get("$ref").and_then(Value::as_str);
        let found = target.is_none_or(|target| document.pointer(&target[1..]).is_some());
        assert!(found, "{target:?}");
    }

    #[test]
    fn refusals_tell_what_their_heads_tell() {
        let document = whole(true);
        let claim = &document["paths"]["/api/v1/reviews/{id}/claim"]["post"];
        assert_eq!(claim["security"], json!([{"session": ["review"]}]), "a decision is a person's");
        let keep = &document["paths"]["/api/v1/transcripts"]["post"];
        assert_eq!(keep["security"], json!([{"token": ["ingest"]}]), "no person is a machine");
        for status in ["400", "401", "403", "404", "409", "429", "500", "503"] {
            assert!(claim["responses"][status].is_object(), "{status}");
        }
        assert!(claim["responses"].get("413").is_none(), "no body is read");
        let mut refusals = 0;
        walk(&document["paths"], &mut |part| {
            for (status, response) in part["responses"].as_object().into_iter().flatten() {
                let name = response["$ref"].as_str().and_then(|target| target.rsplit('/').next());
                let response = name.map_or(response, |name| &document["components"]["responses"][name]);
                let headers = &response["headers"];
                assert!(headers["X-Request-Id"].is_object(), "{response}");
                let is_refusal = response["content"]["application/problem+json"].is_object();
                refusals += usize::from(is_refusal);
                let of_strangers = is_refusal && status == "401";
                assert_eq!(headers["WWW-Authenticate"].is_object(), of_strangers, "{response}");
                let may_come_again = is_refusal && ["429", "503"].contains(&status.as_str());
                assert_eq!(headers["Retry-After"].is_object(), may_come_again, "{response}");
            }
        });
        assert!(refusals > 100, "{refusals}");
    }

    #[test]
    fn schemas_are_schemas_and_examples_fit_them() {
        let document = whole(true);
        let fits = |schema: &Value, example: &Value| {
            let mut within = document.clone();
            within["allOf"] = json!([schema]);
            let validator = jsonschema::validator_for(&within).unwrap();
            let errors: Vec<String> = validator.iter_errors(example).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{example}: {errors:?}");
        };
        let mut examples = 0;
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            jsonschema::meta::validate(schema).unwrap_or_else(|error| panic!("{name}: {error}"));
            if let Some(example) = schema.get("example") {
                fits(schema, example);
                examples += 1;
            }
        }
        walk(&document["paths"], &mut |part| {
            if let Some((schema, example)) = part.get("schema").zip(part.get("example")) {
                fits(schema, example);
                examples += 1;
            }
        });
        assert!(examples > 8, "{examples}");
    }
}
