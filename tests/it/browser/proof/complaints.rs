//! What goes wrong in a page is told.

use super::super::Browser;
use super::super::stage::{File, stage};

const TROUBLED: &[File] = &[
    ("/", "<!doctype html><html lang=zh><title>好</title><p>好</p><script src=/quiet.js></script>"),
    ("/quiet.js", "console.log('说说'); console.warn('小心'); fetch('/lost')"),
    ("/calm", "<!doctype html><html lang=zh><title>好</title><p>好</p>"),
    (
        "/wrong",
        "<!doctype html><html lang=zh><title>错</title><p style='color: red'>错</p><script src=/wrong.js></script>
        <script>document.title = 'x'</script>",
    ),
    (
        "/wrong.js",
        "console.error('said'); Promise.reject(new Error('unheard')); setTimeout(() => { throw new Error('thrown') });
        setTimeout(() => document.title = 'done', 50)",
    ),
];

#[tokio::test]
async fn errors_and_what_the_policy_forbids_are_told() {
    let browser = Browser::before(stage(TROUBLED).await).await;
    browser.open("/wrong").await;
    browser.wait_until("document.title === 'done'").await;
    let complaints = browser.complaints().await;
    for (source, part) in [
        ("console-api", "said"),
        ("javascript", "Uncaught Error: unheard"),
        ("javascript", "Uncaught Error: thrown"),
        ("security", "Executing inline script violates"),
        ("security", "Applying inline style violates"),
    ] {
        let is_told = complaints.iter().any(|it| it.source == source && it.message.contains(part));
        assert!(is_told, "{source}: {part} in {complaints:#?}");
    }
    browser.open("/calm").await;
    assert_eq!(browser.complaints().await.len(), complaints.len(), "nothing is forgotten with the page");
}

#[tokio::test]
#[should_panic(expected = "the browser complains of\n  security: ")]
async fn a_page_that_breaks_the_policy_fails() {
    let browser = Browser::before(stage(TROUBLED).await).await;
    browser.open("/wrong").await;
    browser.no_complaints_but(&["said", "Uncaught"]).await;
}

#[tokio::test]
async fn what_is_expected_or_only_said_is_no_complaint() {
    let browser = Browser::before(stage(TROUBLED).await).await;
    browser.open("/calm").await;
    browser.no_complaints().await;
    browser.open("/").await;
    browser
        .no_complaints_but(&["/lost - Failed to load resource: the server responded with a status of 404"])
        .await;
}
