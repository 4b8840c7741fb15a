//! What comes later is waited for; what does not come is told with all that helps.

use std::panic::{AssertUnwindSafe, Location};
use std::time::Duration;

use futures_util::FutureExt as _;

use super::super::Browser;
use super::super::stage::{File, stage};

const LATE: &[File] = &[
    (
        "/",
        "<!doctype html><html lang=zh><title>晚</title><p data-state=waiting>请稍候</p><p hidden>看不见</p>
        <script src=/late.js></script>",
    ),
    (
        "/late.js",
        "console.error('为什么');
        addEventListener('keydown', () => setTimeout(() => {
            document.querySelector('p').outerHTML = '<p data-state=ready>好了</p>';
        }, 100));
        setTimeout(() => document.querySelector('p').insertAdjacentHTML('beforebegin', '<em>快了</em>'), 200)",
    ),
];

async fn late() -> Browser {
    let browser = Browser::before(stage(LATE).await).await;
    browser.open("/").await;
    browser
}

#[tokio::test]
async fn what_comes_later_is_waited_for() {
    let browser = late().await;
    assert_eq!(browser.attribute("p", "data-state").await.as_deref(), Some("waiting"));
    assert_eq!(browser.attribute("p", "title").await, None);
    browser.wait_for("em").await;
    browser.press("x").await;
    browser.wait_until("document.querySelector('p').dataset.state === 'ready'").await;
    assert_eq!(browser.text("p").await, "好了");
}

#[tokio::test]
async fn the_time_from_a_key_to_what_it_does_is_measured() {
    let browser = late().await;
    let took = browser.time_from_key("x", "document.querySelector('[data-state=ready]')").await;
    assert!((Duration::from_millis(100)..Duration::from_secs(5)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn waiting_in_vain_tells_where_and_what_is_there_instead() {
    let browser = late().await;
    let patience = Duration::from_millis(300);
    let waiting = browser.wait_at_most(patience, "document.querySelector('#never')", Location::caller());
    let told = AssertUnwindSafe(waiting).catch_unwind().await.unwrap_err();
    let told = told.downcast_ref::<String>().unwrap();
    for part in ["waiting.rs", "#never", "at http://127.0.0.1:", "为什么", "请稍候"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains("看不见"), "{told}");
}
