//! What goes wrong around a reviewer, and loses nothing: sessions that end, networks that fail, others at the same call.

use std::time::Duration;

use serde_json::json;

use super::desk::{Desk, PASSWORD, sample};

#[tokio::test]
async fn a_session_that_ends_while_somebody_types_loses_nothing() {
    let desk = Desk::open().await;
    let id = desk.post(&sample()).await;
    let lin = desk.caller("lin").await;
    let browser = desk.browser_of(&lin).await;
    browser.open_review(&id).await;
    browser.walk_to("item:thanks").await;
    browser.press("e").await;
    browser.type_text("half a not").await;
    lin.send(reqwest::Method::DELETE, "/api/v1/session", &json!({})).await.unwrap();
    browser.type_text("e").await;
    browser.press("Escape 1 1").await;
    browser.wait_for("[data-save][data-state=expired]").await;
    browser.press("Ctrl+Enter").await;
    browser.wait_for("#again[open] input:focus").await;
    browser.type_text("lin").await;
    browser.press("Tab").await;
    browser.type_text("wrong").await;
    browser.press("Enter").await;
    browser.wait_for("#again .problem:not([hidden])").await;
    browser.press("Ctrl+a").await;
    browser.type_text(PASSWORD).await;
    browser.press("Enter").await;
    browser.wait_saved().await;
    let decision = desk.decision(&id, "item:thanks").await;
    assert_eq!((&decision["score"], &decision["note"]), (&1.0.into(), &"half a note".into()));
    browser.leave(&["401"]).await;
}

#[tokio::test]
async fn without_a_network_decisions_wait_and_go_out_by_themselves() {
    let (desk, id, browser) = Desk::at_a_call(&sample()).await;
    browser.go_offline().await;
    browser.press("a f").await;
    browser.wait_for("[data-save][data-state=offline]").await;
    browser.press("Ctrl+Enter").await;
    assert_eq!(desk.review(&id).await["version"], 1);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let tries = browser.requests().await.iter().filter(|request| request.method == "PATCH").count();
    assert!(tries <= 5, "{tries} tries within three seconds");
    browser.go_online().await;
    browser.wait_saved().await;
    assert_eq!(desk.review(&id).await["open"], json!([]));
    browser.leave(&["ERR_INTERNET_DISCONNECTED"]).await;
}

#[tokio::test]
async fn a_tab_that_is_closed_without_a_network_comes_back_with_everything() {
    let (desk, id, browser) = Desk::at_a_call(&sample()).await;
    browser.go_offline().await;
    browser.press("a f").await;
    browser.walk_to("item:thanks").await;
    browser.press("e").await;
    browser.type_text("not finished").await;
    let kept = "Object.values(localStorage).some(kept => kept.includes('veto:taboo') && kept.includes('not finished'))";
    assert_eq!(browser.evaluate(kept).await, true);
    browser.go_elsewhere().await;
    browser.go_online().await;
    browser.open_review(&id).await;
    browser.wait_saved().await;
    assert_eq!(desk.review(&id).await["open"], json!([]));
    assert_eq!(browser.value("[data-subject='item:thanks'] [data-note]").await, "not finished");
    // What was sent while the tab was closed may have arrived: it is no reason to give way.
    assert!(!browser.text("[data-notices]").await.contains("冲突"));
    browser.leave(&["ERR_INTERNET_DISCONNECTED", "412"]).await;
}

#[tokio::test]
async fn a_call_that_somebody_else_has_can_be_read_but_not_changed() {
    let desk = Desk::open().await;
    let id = desk.post(&sample()).await;
    let lin = desk.browser("lin").await;
    lin.open_review(&id).await;
    let wang = desk.browser("wang").await;
    wang.open_review(&id).await;
    assert!(wang.text("[data-notices]").await.contains("lin 正在复核这一通"));
    wang.press("a f Ctrl+Enter").await;
    lin.press("a").await;
    lin.wait_saved().await;
    assert_eq!(desk.review(&id).await["decisions"].as_array().unwrap().len(), 1);
    wang.leave(&[]).await;
    lin.leave(&[]).await;
}

#[tokio::test]
async fn two_reviewers_who_collide_are_told_and_lose_nothing() {
    let desk = Desk::open().await;
    let id = desk.post(&sample()).await;
    let lin = desk.browser("lin").await;
    lin.open_review(&id).await;
    // Lin goes for a long lunch, and Wang takes over.
    desk.let_claims_run_out();
    let wang = desk.browser("wang").await;
    wang.open_review(&id).await;
    wang.press("x 2").await;
    wang.wait_saved().await;
    lin.press("a").await;
    lin.wait_until("document.querySelector('[data-notices]').textContent.includes('wang 刚才改过这一通')")
        .await;
    assert!(lin.text("[data-notices]").await.contains("1 项判断与之冲突"));
    assert_eq!(desk.decision(&id, "veto:taboo").await["verdict"], "reject", "Wang's word stands");
    lin.walk_to("item:thanks").await;
    lin.press("1 1").await;
    lin.wait_for("[data-save][data-state=stopped]").await;
    assert!(desk.decision(&id, "item:thanks").await.is_null(), "the call is Wang's now");
    let kept = "Object.keys(localStorage).some(key => key.startsWith('zhijian:') && localStorage[key].includes('item:thanks'))";
    let kept = lin.evaluate(kept).await;
    assert_eq!(kept, true, "Lin's word is still on Lin's computer");
    lin.leave(&["412", "409"]).await;
    wang.leave(&[]).await;
}

#[tokio::test]
async fn two_windows_of_one_reviewer_put_their_decisions_together() {
    let desk = Desk::open().await;
    let id = desk.post(&sample()).await;
    let lin = desk.caller("lin").await;
    let left = desk.browser_of(&lin).await;
    left.open_review(&id).await;
    let right = desk.browser_of(&lin).await;
    right.open_review(&id).await;
    left.press("a").await;
    left.wait_saved().await;
    right.walk_to("item:thanks").await;
    right.press("1 1").await;
    right.wait_saved().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    right.wait_saved().await;
    assert_eq!(desk.decision(&id, "veto:taboo").await["verdict"], "confirm");
    assert_eq!(desk.decision(&id, "item:thanks").await["score"], 1.0);
    assert!(right.text("[data-notices]").await.contains("您在另一个窗口改过这一通"));
    right.leave(&["412"]).await;
    left.leave(&[]).await;
}

#[tokio::test]
async fn a_slow_network_changes_nothing_of_what_was_decided() {
    let (desk, id, browser) = Desk::at_a_call(&sample()).await;
    browser.slow_down(Duration::from_millis(400)).await;
    // The answer to the first decision knows nothing of the second.
    browser.press("a").await;
    let first = browser.subject_here().await;
    browser.press("1").await;
    let second = browser.subject_here().await;
    let lowest = format!(
        "[...document.querySelectorAll('[data-subject=\"{second}\"] [data-score]:not([data-score=na])')].length"
    );
    let lowest = browser.evaluate(&lowest).await;
    browser.press(&lowest.to_string()).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    browser.press("f").await;
    browser.wait_saved().await;
    let of = |decision: &serde_json::Value| decision["score"].clone();
    assert_ne!(first, second);
    assert_eq!(of(&desk.decision(&id, &second).await), 0.0, "{second}");
    assert_eq!(desk.review(&id).await["open"], json!([]));
    browser.leave(&[]).await;
}

#[tokio::test]
async fn a_page_never_signs_for_somebody_who_has_logged_in_since() {
    let (desk, id, browser) = Desk::at_a_call(&sample()).await;
    desk.let_claims_run_out();
    browser.come_as(&desk.caller("wang").await).await;
    browser.press("a").await;
    browser.wait_for("[data-save][data-state=expired]").await;
    assert_eq!(desk.review(&id).await["version"], 1, "nothing was decided in Wang's name");
    // Wang finds Lin's page, and logs in there.
    browser.press("Ctrl+Enter").await;
    browser.wait_for("#again[open] input:focus").await;
    browser.type_text("wang").await;
    browser.press("Tab").await;
    browser.type_text(PASSWORD).await;
    browser.press("Enter").await;
    browser.wait_until("document.querySelector('[data-save]')?.dataset.state === 'saved'").await;
    browser.wait_for("html[data-ready]").await;
    assert_eq!(desk.review(&id).await["version"], 1);
    assert!(!browser.text("[data-notices]").await.contains("没有送到"), "what waits is Lin's");
    desk.let_claims_run_out();
    browser.come_as(&desk.caller("lin").await).await;
    browser.open_review(&id).await;
    browser.wait_saved().await;
    assert_eq!(desk.decision(&id, "veto:taboo").await["verdict"], "confirm");
    browser.leave(&["401"]).await;
}

#[tokio::test]
async fn what_comes_late_is_not_put_over_what_others_have_decided_since() {
    let (desk, id, lin) = Desk::at_a_call(&sample()).await;
    lin.go_offline().await;
    lin.press("a").await;
    lin.wait_for("[data-save][data-state=offline]").await;
    // Nothing goes out while the tab is closing, as when the computer is switched off.
    lin.run("window.fetch = () => Promise.reject(new TypeError('off'))").await;
    lin.go_elsewhere().await;
    desk.let_claims_run_out();
    let wang = desk.browser("wang").await;
    wang.open_review(&id).await;
    wang.press("x 2").await;
    wang.wait_saved().await;
    desk.let_claims_run_out();
    lin.go_online().await;
    lin.open_review(&id).await;
    lin.wait_saved().await;
    assert!(lin.text("[data-notices]").await.contains("1 项判断与之冲突"));
    assert_eq!(desk.decision(&id, "veto:taboo").await["verdict"], "reject", "Wang's word stands");
    lin.leave(&["ERR_INTERNET_DISCONNECTED", "412"]).await;
    wang.leave(&[]).await;
}

#[tokio::test]
async fn whoever_is_not_logged_out_is_told_and_whoever_is_leaves_nothing_behind() {
    let (_desk, _, browser) = Desk::at_a_call(&sample()).await;
    browser.walk_to("item:thanks").await;
    browser.press("e").await;
    browser.type_text("private").await;
    browser.run("window.confirm = (words) => { window.asked = words; return true; }; window.alert = (words) => { window.told = words; }").await;
    browser.go_offline().await;
    browser.run("document.querySelector('[data-leave]').click()").await;
    browser.wait_until("window.told?.includes('没有退出')").await;
    assert_eq!(browser.evaluate("window.asked.includes('1 通')").await, true);
    browser.go_online().await;
    browser.run("document.querySelector('[data-leave]').click()").await;
    browser.wait_until("location.pathname === '/login'").await;
    assert_eq!(
        browser.evaluate("Object.values(localStorage).some(kept => kept.includes('private'))").await,
        false
    );
    browser.leave(&["ERR_INTERNET_DISCONNECTED"]).await;
}
