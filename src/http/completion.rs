//! Completes the description of the doors by what no handler says: who may come in, and what is answered before, around
//! and after all of them.

use serde_json::{Map, Value, json};

use super::observe::NEEDS_NO_PLACE;
use super::routes::Route;
use super::schemas;
use crate::access::{Role, Scope};

/// The media type of a refusal.
const PROBLEM: &str = "application/problem+json";

/// Every refusal that does not depend on the route: its status, the name of its component, when it is given.
const REFUSALS: [(&str, &str, &str); 10] = [
    ("400", "BadRequest", "请求有误：路径、查询参数或 JSON 写得不对"),
    ("401", "Unauthenticated", "没有登录，或令牌、会话无效"),
    ("403", "Forbidden", "没有权限，或请求来自别的网站"),
    ("404", "NotFound", "没有这个编号"),
    ("408", "Timeout", "没有及时收到完整的内容"),
    ("413", "TooLarge", "超过大小限制"),
    ("422", "Unprocessable", "字段有误，errors 逐一指明"),
    ("429", "TooManyRequests", "请求过于频繁"),
    ("500", "Internal", "程序内部出错"),
    ("503", "Unavailable", "暂时不可用，稍后重试"),
];

/// Adds to the document what is the same for every route, or follows from the table of routes.
///
/// `routes` are those of this server; operations that are described but not among them are left out. Where nothing is
/// kept, nobody is asked who they are.
pub(super) fn complete(document: &mut Value, routes: &[Route], keeps: bool) {
    let mut described = document["paths"].take();
    let mut paths = Map::new();
    for route in routes {
        let method = route.method.to_ascii_lowercase();
        let Some(operation) = described.get_mut(route.path).and_then(|path| path.get_mut(&method)) else {
            continue;
        };
        let mut operation = operation.take();
        complete_operation(&mut operation, route, keeps);
        paths.entry(route.path).or_insert_with(|| json!({}))[method] = operation;
    }
    document["paths"] = paths.into();
    document["components"]["responses"] = REFUSALS
        .iter()
        .map(|(status, name, description)| {
            let mut response = json!({ "description": description });
            complete_response(status, &mut response);
            ((*name).to_owned(), response)
        })
        .collect::<Map<_, _>>()
        .into();
    document["components"]["headers"] = headers();
    if keeps {
        document["components"]["securitySchemes"] = proofs();
    }
    schemas::mend(document);
}

fn complete_operation(operation: &mut Value, route: &Route, keeps: bool) {
    operation["operationId"] =
        operation_id(route.path, operation["operationId"].as_str().unwrap_or_default()).into();
    if keeps {
        operation["security"] = security(route);
    }
    if let Some(Some(scope)) = route.entry.asks().filter(|_| keeps) {
        let told = operation["description"].as_str().map_or(String::new(), |told| format!("{told}\n\n"));
        operation["description"] = format!("{told}需要 `{}` 权限。", scope.name()).into();
    }
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        // What is left out is null; nobody can write it.
        schemas::without_null(&mut parameter["schema"]);
    }
    let given = refusals(operation, route, keeps);
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, response) in responses.iter_mut() {
        complete_response(status, response);
    }
    for (status, name, _) in REFUSALS.iter().filter(|(status, ..)| given.contains(status)) {
        let shared = json!({ "$ref": format!("#/components/responses/{name}") });
        responses.entry(*status).or_insert(shared);
    }
}

/// The name of the handler behind that of what it works on, unless they are the same: `people_list`, `score`.
fn operation_id(path: &str, handler: &str) -> String {
    let thing = path
        .trim_start_matches("/api/v1")
        .split(['/', '.'])
        .find(|part| !part.is_empty())
        .unwrap_or_default();
    if thing == handler.replace('_', "") { handler.to_owned() } else { format!("{thing}_{handler}") }
}

/// How somebody may prove to be one of those who may come: each way that leads to anybody.
fn security(route: &Route) -> Value {
    let Some(scope) = route.entry.asks() else { return json!([]) };
    let names: Vec<&str> = scope.iter().map(|scope| scope.name()).collect();
    let has = |role: Role| scope.is_none_or(|scope: Scope| role.scopes().has(scope));
    let by_token = scope.is_none_or(|scope| !scope.needs_person());
    let by_session = Role::ALL.into_iter().any(|role| role != Role::Machine && has(role));
    let ways = [("token", by_token), ("session", by_session)];
    ways.into_iter().filter(|(_, leads)| *leads).map(|(way, _)| json!({ way: names })).collect()
}

/// The statuses of those refusals that this route can give, whatever its handler says.
fn refusals(operation: &Value, route: &Route, keeps: bool) -> Vec<&'static str> {
    let asks = route.entry.asks().filter(|_| keeps);
    let has_body = operation.get("requestBody").is_some();
    let has_id = route.path.contains('{');
    let has_query = operation["parameters"].as_array().into_iter().flatten().any(|it| it["in"] == "query");
    let statuses = [
        ("400", has_body || has_id || has_query),
        ("401", asks.is_some()),
        // A page of somebody else cannot make a person's browser change anything.
        ("403", asks.is_some_and(|scope| scope.is_some() || route.method != "GET")),
        ("404", has_id),
        ("408", has_body),
        ("413", has_body),
        ("422", has_body),
        ("429", asks.is_some()),
        ("500", true),
        ("503", asks.is_some() || !NEEDS_NO_PLACE.contains(&route.path)),
    ];
    statuses.into_iter().filter(|(_, given)| *given).map(|(status, _)| status).collect()
}

/// Adds the headers that every answer of this status has, and to a refusal its document.
fn complete_response(status: &str, response: &mut Value) {
    let is_refusal = status.starts_with(['4', '5']);
    if is_refusal && response.get("content").is_none() {
        response["content"][PROBLEM]["schema"] = json!({ "$ref": "#/components/schemas/Problem" });
    }
    let mut names = vec!["X-Request-Id"];
    if response["content"].get(PROBLEM).is_some() {
        names.extend(match status {
            "401" => Some("WWW-Authenticate"),
            "429" | "503" => Some("Retry-After"),
            _ => None,
        });
    }
    for name in names {
        response["headers"][name] = json!({ "$ref": format!("#/components/headers/{name}") });
    }
}

fn headers() -> Value {
    json!({
        "X-Request-Id": {
            "description": "请求编号，日志里也有；请求带来的编号无害时沿用", "required": true,
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"}
        },
        "WWW-Authenticate": {
            "description": "怎样证明身份", "required": true, "schema": {"type": "string"}
        },
        "Retry-After": {
            "description": "几秒后再试", "required": true, "schema": {"type": "integer", "minimum": 1}
        }
    })
}

fn proofs() -> Value {
    json!({
        "token": {
            "type": "http", "scheme": "bearer", "bearerFormat": "zj_…",
            "description": "程序用的令牌，由管理员建立：`Authorization: Bearer zj_…`"
        },
        "session": {
            "type": "apiKey", "in": "cookie", "name": super::guard::COOKIE,
            "description": "登录（`POST /api/v1/session`）后由浏览器带上的会话"
        }
    })
}
