//! The pages of administrators: who may see them, what they tell, that nothing on them becomes markup or tells of a call.

use reqwest::Method;
use serde_json::{Value, json};
use zhijian::config::{Layer, Settings};
use zhijian::store::Place;

use crate::kept::{Desk, PASSWORD, Proof, Staff};
use crate::packs::compiled;
use crate::store::{Bench, on_both};
use crate::support::transcript;
use crate::trial_page::{Bare, rude};

on_both!(
    only_administrators_see_these_pages,
    people_are_listed_with_what_can_be_done,
    tokens_are_listed_without_their_secrets,
    endpoints_are_listed_with_their_deliveries,
    the_audit_log_is_read_from_its_end,
    the_audit_log_tells_what_people_were_and_are,
    the_audit_log_is_filtered_by_the_beginning_of_an_id,
    forms_ask_before_and_show_what_must_be_stored,
    the_first_administrator_is_led_on,
    the_system_tells_how_it_is,
    what_people_write_is_never_markup,
    nothing_of_a_call_is_on_them,
);

const PAGES: [&str; 5] = ["/people", "/tokens", "/webhooks", "/audit", "/system"];

/// A desk from which webhooks may go to this machine.
async fn desk(bench: &Bench) -> (Desk, Staff) {
    let allow = Some(vec!["http://127.0.0.1:9".to_owned()]);
    let retention_days = std::num::NonZero::new(180);
    let layer = Layer { webhook_allow: allow, retention_days, ..Layer::default() };
    Desk::staffed_with(bench, layer, rude()).await
}

async fn text(desk: &Desk, path: &str, who: &Proof) -> String {
    let page = desk.get(path, who).await;
    assert_eq!(page.status(), 200, "{path}");
    page.text().await.unwrap()
}

async fn sent(desk: &Desk, path: &str, who: &Proof, body: Value) -> Value {
    let answer = desk.send(Method::POST, path, Some(who), body).await;
    assert!(answer.status().is_success(), "{path}");
    answer.json().await.unwrap_or_default()
}

async fn only_administrators_see_these_pages(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    for path in PAGES {
        let is_audit = path == "/audit";
        for (who, may) in [(&staff.admin, true), (&staff.lead, is_audit), (&staff.reviewer, false)] {
            let page = desk.get(path, who).await;
            assert_eq!(page.status(), if may { 200 } else { 403 }, "{path}");
            assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
            let page = page.text().await.unwrap();
            assert!(!page.contains(" style=") && !page.contains("onclick"), "{path}");
        }
    }
    let lead = text(&desk, "/audit", &staff.lead).await;
    assert!(!lead.contains(r#"href="/people""#) && lead.contains(r#"href="/audit""#));
}

async fn people_are_listed_with_what_can_be_done(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let page = text(&desk, "/people", &staff.admin).await;
    let people: Value = desk.get("/api/v1/people", &staff.admin).await.json().await.unwrap();
    let people = people["people"].as_array().unwrap();
    for person in people {
        let (id, login) = (person["id"].as_str().unwrap(), person["login"].as_str().unwrap());
        assert!(page.contains(&format!("<code>{login}</code>")), "{login}");
        // Nobody shuts themselves out: of one's own account only name and password can be changed.
        let forms = page.matches(&format!("PATCH /api/v1/people/{id}")).count();
        assert_eq!(forms, if login == "admin" { 2 } else { 4 }, "{login}");
    }
    let path = format!("/api/v1/people/{}", people[1]["id"].as_str().unwrap());
    desk.send(Method::PATCH, &path, Some(&staff.admin), json!({"active": false})).await;
    let page = text(&desk, "/people", &staff.admin).await;
    assert!(page.contains("已停用") && page.contains("重新启用") && page.contains("2 人能登录"), "{page}");
}

async fn tokens_are_listed_without_their_secrets(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let new = json!({"name": "看板", "role": "lead", "scopes": ["report"], "days": 30});
    let added = sent(&desk, "/api/v1/tokens", &staff.admin, new).await;
    let page = text(&desk, "/tokens", &staff.admin).await;
    let secret = added["secret"].as_str().unwrap();
    assert!(page.contains("看板") && page.contains("看报表") && page.contains(&secret[..11]), "{page}");
    assert!(!page.contains(secret));
    let path = format!("/api/v1/tokens/{}", added["token"]["id"].as_str().unwrap());
    assert!(page.contains(&format!("DELETE {path}")));
    desk.request(Method::DELETE, &path, Some(&staff.admin)).send().await.unwrap();
    let page = text(&desk, "/tokens", &staff.admin).await;
    assert!(page.contains("已作废") && !page.contains(&format!("DELETE {path}")));
}

async fn endpoints_are_listed_with_their_deliveries(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let new = json!({"url": "http://127.0.0.1:9/x", "events": ["review.submitted"]});
    let added = sent(&desk, "/api/v1/webhooks", &staff.admin, new).await;
    let id = added["webhook"]["id"].as_str().unwrap();
    let page = text(&desk, "/webhooks", &staff.admin).await;
    assert!(page.contains(&format!("/webhooks/{id}")) && page.contains("复核已提交"), "{page}");
    assert!(page.contains("<code>http://127.0.0.1:9</code>") && !page.contains("whsec_"), "{page}");
    sent(&desk, &format!("/api/v1/webhooks/{id}/ping"), &staff.admin, json!({})).await;
    let page = text(&desk, &format!("/webhooks/{id}"), &staff.admin).await;
    assert!(page.contains("测试消息") && page.contains("/replay"), "{page}");
    assert_eq!(desk.get("/webhooks/0199", &staff.admin).await.status(), 404);
    let off = json!({"active": false});
    desk.send(Method::PATCH, &format!("/api/v1/webhooks/{id}"), Some(&staff.admin), off).await;
    let page = text(&desk, &format!("/webhooks/{id}"), &staff.admin).await;
    assert!(page.contains("重新启用") && !page.contains("/replay") && !page.contains("/ping"), "{page}");
}

async fn the_audit_log_is_read_from_its_end(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    for n in 0..101 {
        let new = json!({"name": format!("令牌{n}"), "role": "machine"});
        sent(&desk, "/api/v1/tokens", &staff.admin, new).await;
    }
    let newest = text(&desk, "/audit", &staff.lead).await;
    assert_eq!(newest.matches("建立令牌").count(), 101, "a hundred rows and the filter");
    assert!(newest.contains("令牌100</code>") && !newest.contains("令牌0</code>"), "{newest}");
    let older = newest.split("href=\"/audit?").nth(1).unwrap().split('"').next().unwrap();
    let older = text(&desk, &format!("/audit?{}", older.replace("&#38;", "&")), &staff.lead).await;
    assert!(older.contains("令牌0</code>") && !older.contains("rel=\"next\""), "{older}");
    let opened = text(&desk, "/audit?action=session.open&actor=", &staff.lead).await;
    assert!(opened.contains("title=\"session.open\"") && !opened.contains("title=\"token.add\""));
    let none = text(&desk, "/audit?subject=review%3A0199&before=x", &staff.lead).await;
    assert!(none.contains("没有符合条件的记录"));
}

async fn the_audit_log_tells_what_people_were_and_are(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let people: Value = desk.get("/api/v1/people", &staff.admin).await.json().await.unwrap();
    let path = format!("/api/v1/people/{}", people["people"][1]["id"].as_str().unwrap());
    for change in [json!({"name": "王 小明"}), json!({"role": "admin"}), json!({"active": false})] {
        let changed = desk.send(Method::PATCH, &path, Some(&staff.admin), change).await;
        assert_eq!(changed.status(), 200);
    }
    let page = text(&desk, "/audit?action=person.change", &staff.admin).await;
    let rows: Vec<&str> = page.split("<tr>").skip(2).collect();
    let told = [
        ["王 小明 · 管理员 · 能登录", "王 小明 · 管理员 · 已停用"],
        ["王 小明 · 质检员 · 能登录", "王 小明 · 管理员 · 能登录"],
        ["reviewer · 质检员 · 能登录", "王 小明 · 质检员 · 能登录"],
    ];
    for (row, [before, after]) in rows.iter().zip(told) {
        let (before, after) =
            (row.find(&format!("\">{before}</code>")), row.find(&format!("\">{after}</code>")));
        assert!(before.is_some() && before < after, "{row}");
    }
    assert_eq!(rows.len(), told.len());
}

async fn the_audit_log_is_filtered_by_the_beginning_of_an_id(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let kept = sent(&desk, "/api/v1/transcripts", &staff.machine, transcript("t-1")).await;
    let id = kept["id"].as_str().unwrap();
    let path = format!("/api/v1/reviews/{id}/unmask");
    sent(&desk, &path, &staff.lead, json!({"why": "核对号码"})).await;
    for asked in [id, &id[..20], &format!("review:{}", &id[..20]), &format!("review:{id}")] {
        let page = text(&desk, &format!("/audit?subject={asked}"), &staff.lead).await;
        assert!(
            page.contains(&format!("<a href=\"/reviews/{id}\">")) && page.contains("核对号码"),
            "{asked}"
        );
        assert!(page.contains("符合 1 条 / 共 "), "{asked}");
    }
    let page = text(&desk, &format!("/audit?subject={id}"), &staff.admin).await;
    assert!(page.contains("核对号码") && !page.contains("/reviews/"), "administrators read no calls");
    for none in [&id[1..20], "%25", "_", "review:%25"] {
        let page = text(&desk, &format!("/audit?subject={none}"), &staff.lead).await;
        assert!(page.contains("没有符合条件的记录") && page.contains("符合 0 条 / 共 "), "{none}");
    }
    assert!(!text(&desk, "/audit?subject=", &staff.lead).await.contains("符合 "));
}

async fn forms_ask_before_and_show_what_must_be_stored(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let page = text(&desk, "/people", &staff.admin).await;
    assert_eq!(page.matches("data-shows-secret=\"password\"").count(), 4, "three resets and the new person");
    assert!(page.contains("data-secret-text") && page.contains("data-stored"), "{page}");
    // Two are no administrators yet.
    assert_eq!(page.matches("<option value=\"admin\" data-sure=").count(), 2, "{page}");
    let page = text(&desk, "/tokens", &staff.admin).await;
    assert!(page.contains("data-some=\"至少勾选一项权限\""), "{page}");
}

async fn the_first_administrator_is_led_on(bench: Bench) {
    let empty = Desk::open(&bench, Settings::of(&Layer::default())).await;
    let stranger = ("x-nobody", String::new());
    let page = text(&empty, "/setup", &stranger).await;
    assert_eq!(page.matches("2 至 64 个字母、数字或 . _ - @").count(), 2, "before and after a mistake");
    drop(empty);
    let (desk, staff) = desk(&bench).await;
    assert_eq!(desk.get("/setup", &stranger).await.headers()["location"], "/login");
    assert_eq!(desk.get("/", &staff.admin).await.headers()["location"], "/people");
    let queue = text(&desk, "/queue", &staff.reviewer).await;
    assert!(queue.contains("还没有对话：请管理员建立令牌"), "{queue}");
    let filtered = text(&desk, "/queue?state=open&agent=1", &staff.reviewer).await;
    assert!(filtered.contains("没有符合条件的对话"), "{filtered}");
    sent(&desk, "/api/v1/transcripts", &staff.machine, transcript("t-1")).await;
    let submitted = text(&desk, "/queue?state=submitted", &staff.reviewer).await;
    assert!(submitted.contains("没有符合条件的对话"), "{submitted}");
}

async fn the_system_tells_how_it_is(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let page = text(&desk, "/system", &staff.admin).await;
    let database = if matches!(bench.place, Place::Postgres(_)) { "PostgreSQL" } else { "SQLite" };
    for told in [database, "180 天", "http://127.0.0.1:9", "运行正常", "POST /api/v1/erasures"] {
        assert!(page.contains(told), "{told}");
    }
    let state: Value = desk.get("/api/v1/system", &staff.admin).await.json().await.unwrap();
    assert_eq!(state["store"], if matches!(bench.place, Place::Postgres(_)) { "postgres" } else { "sqlite" });
    assert_eq!((&state["ready"], &state["retention_days"]), (&json!(true), &json!(180)));
    assert!(state["counts"]["requests"].as_u64().unwrap() > 0, "{state}");
}

async fn what_people_write_is_never_markup(bench: Bench) {
    const XSS: &str = "<script>alert(1)</script>";
    let (desk, staff) = desk(&bench).await;
    let person = json!({"login": "xss", "name": XSS, "role": "reviewer", "password": PASSWORD});
    sent(&desk, "/api/v1/people", &staff.admin, person).await;
    sent(&desk, "/api/v1/tokens", &staff.admin, json!({"name": XSS, "role": "machine"})).await;
    let url = "http://127.0.0.1:9/%22%3E<script>?\"><script>";
    let hook = json!({"url": url, "events": ["job.finished"]});
    sent(&desk, "/api/v1/webhooks", &staff.admin, hook).await;
    let injected = "/audit?subject=%22%3E%3Cscript%3E&actor=%3Cscript%3E";
    for path in PAGES.into_iter().chain([injected]) {
        let page = text(&desk, path, &staff.admin).await;
        assert!(!page.contains("<script>"), "{path}");
    }
    assert!(text(&desk, "/people", &staff.admin).await.contains("&#60;script&#62;"));
}

async fn nothing_of_a_call_is_on_them(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let mut call = transcript("call-of-13800138000");
    call["turns"][1]["text"] = json!("我的电话是13912345678");
    sent(&desk, "/api/v1/transcripts", &staff.machine, call).await;
    let why = json!({"transcript_id": "call-of-13800138000", "why": "客户要求"});
    sent(&desk, "/api/v1/erasures", &staff.admin, why).await;
    for path in PAGES {
        let page = text(&desk, path, &staff.admin).await;
        assert!(!page.contains("138001") && !page.contains("139123"), "{path}");
    }
    assert!(text(&desk, "/audit", &staff.admin).await.contains("客户要求"));
}

#[tokio::test]
async fn without_a_store_only_the_system_is_left_of_them() {
    let server = Bare::open(compiled(&[])).await;
    let page = server.text("/system").await;
    assert!(page.contains("什么都不保存") && !page.contains("/api/v1/erasures"), "{page}");
    for path in ["/people", "/tokens", "/webhooks", "/audit"] {
        assert_eq!(server.get(path).await.status(), 404, "{path}");
    }
}
