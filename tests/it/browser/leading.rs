//! A lead's day and an administrator's at the desk, without a mouse.

use super::desk::{Desk, PASSWORD, sample};

#[tokio::test]
async fn a_lead_tries_a_phrase_reads_the_rule_and_sends_a_call_back() {
    let desk = Desk::open().await;
    let id = desk.post(&sample()).await;
    let reviewer = desk.browser("lin").await;
    reviewer.open_review(&id).await;
    reviewer.press("a f Ctrl+Enter").await;
    reviewer.wait_until("location.pathname === '/queue'").await;
    reviewer.leave(&[]).await;
    let browser = desk.stranger().await;
    browser.log_in("zhu").await;
    browser.tab_to("a[href='/try']").await;
    browser.press("Enter").await;
    browser.wait_for("[data-trial] [name=text]").await;
    browser.tab_to("[data-trial] [name=text]").await;
    browser.compose("kefu", "客服：您好\n客户：宽带断了\n客服：这事不归我管").await;
    browser.wait_until("document.querySelector('[data-result] mark')?.textContent === '这事不归我管'").await;
    // The rule opens beside, so that what was pasted is not lost.
    browser.tab_to("[data-result] a[href^='/pack/rules/forbidden/not-my-job'][target=_blank]").await;
    browser.open("/pack/rules/forbidden/not-my-job").await;
    browser.wait_until("document.querySelector('h1').textContent.includes('这事不归我管')").await;
    browser.tab_to("a[href='/overview']").await;
    browser.press("Enter").await;
    // It begins with the last month; the call is older.
    browser.tab_to("a[href='/overview?from=']").await;
    browser.press("Enter").await;
    browser.wait_for(".plot .series1").await;
    browser.tab_to("a[href*='format=csv'][href*='table=days']").await;
    browser.open("/queue?state=submitted&order=submitted").await;
    browser.press("j Enter").await;
    browser.wait_for("html[data-ready]").await;
    browser.tab_to("[data-reopen]").await;
    browser.press("Enter").await;
    browser.wait_for("#reopen[open] textarea:focus").await;
    browser.compose("zai", "请再听一遍").await;
    browser.press("Tab Enter").await;
    browser.wait_for("[data-submit]").await;
    assert_eq!(desk.review(&id).await["state"], "open");
    browser.leave(&[]).await;
}

#[tokio::test]
async fn an_administrator_takes_up_a_person_makes_a_token_and_reads_the_audit_log() {
    let desk = Desk::open().await;
    let browser = desk.stranger().await;
    browser.log_in("guan").await;
    browser.tab_to("a[href='/people']").await;
    browser.press("Enter").await;
    browser.wait_for("form [name=login]").await;
    browser.tab_to("form[data-send='POST /api/v1/people'] [name=login]").await;
    browser.type_text("chen").await;
    browser.press("Tab").await;
    browser.compose("chen", "小陈").await;
    browser.tab_to("form[data-send='POST /api/v1/people'] [name=password]").await;
    browser.type_text("short").await;
    browser.press("Enter").await;
    browser.wait_until("document.activeElement.name === 'password'").await;
    assert_eq!(
        browser.value("form[data-send='POST /api/v1/people'] [name=login]").await,
        "chen",
        "nothing typed is lost"
    );
    browser.press("Ctrl+a").await;
    browser.type_text(PASSWORD).await;
    browser.press("Enter").await;
    // What is shown once stays until somebody says that it is stored.
    browser.wait_for("dialog[data-secret][open]").await;
    browser.press("Escape Escape Escape").await;
    browser.wait_for("dialog[data-secret][open]").await;
    assert_eq!(browser.text("[data-secret-text]").await, format!("登录名 chen\n密码 {PASSWORD}"));
    browser.assert_accessible().await;
    browser.tab_to("[data-stored]").await;
    browser.press("Enter").await;
    browser.wait_until("document.querySelector('main table').textContent.includes('小陈')").await;
    browser.tab_to("a[href='/audit']").await;
    browser.press("Enter").await;
    browser.wait_until("location.pathname === '/audit' && document.querySelector('main table')").await;
    browser.tab_to("a[href='/system']").await;
    browser.press("Enter").await;
    browser.wait_until("location.pathname === '/system'").await;
    browser.leave(&[]).await;
    assert_eq!(desk.caller("chen").await.get("/api/v1/session").await.unwrap().json(200)["role"], "reviewer");
}

#[tokio::test]
async fn a_form_says_what_is_missing_leads_to_the_log_in_and_keeps_what_was_typed() {
    let desk = Desk::open().await;
    let admin = desk.caller("guan").await;
    let browser = desk.browser_of(&admin).await;
    browser.open("/tokens").await;
    browser.wait_for("form[data-scopes] [name=name]").await;
    browser
        .evaluate("document.querySelectorAll('[name=scopes]').forEach((box) => { box.checked = false; })")
        .await;
    browser.tab_to("form[data-scopes] [name=name]").await;
    browser.type_text("board").await;
    browser.press("Enter").await;
    let told = "document.querySelector('form[data-scopes] .problem').textContent";
    browser.wait_until(&format!("{told} === '至少勾选一项权限'")).await;
    browser.evaluate("document.querySelector('[data-value=score]').checked = true").await;
    // As it is when somebody comes back after lunch.
    admin.send(reqwest::Method::DELETE, "/api/v1/session", &serde_json::json!({})).await.unwrap();
    browser.press("Enter").await;
    browser.wait_until(&format!("{told} === '登录已过期：请重新登录 在新窗口里登录'")).await;
    browser.wait_for("form[data-scopes] .problem a[href='/login?to=%2Ftokens'][target=_blank]").await;
    assert_eq!(browser.value("form[data-scopes] [name=name]").await, "board");
    browser.leave(&["401"]).await;
}

#[tokio::test]
async fn the_longest_names_leave_the_pages_their_width() {
    let desk = Desk::open().await;
    let admin = desk.caller("guan").await;
    let new = serde_json::json!({
        "login": "l".repeat(64), "name": "长".repeat(50), "role": "reviewer", "password": PASSWORD
    });
    admin.send(reqwest::Method::POST, "/api/v1/people", &new).await.unwrap().json(201);
    let browser = desk.browser_of(&admin).await;
    for path in ["/people", "/audit"] {
        browser.open(path).await;
        browser.wait_for("main table").await;
        let wide = "[...document.querySelectorAll('html, .scroll')].some((box) => box.scrollWidth > box.clientWidth)";
        assert_eq!(browser.evaluate(wide).await, false, "{path}");
    }
    browser.leave(&[]).await;
}
