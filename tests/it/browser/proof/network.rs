//! The network can be broken and slowed down, and whoever asks for something elsewhere is found.

use std::time::Duration;

use super::super::Browser;
use super::super::network::Request;
use super::super::stage::{File, stage};

const ASKING: &[File] = &[
    ("/", "<!doctype html><html lang=zh><title>问</title><p>在家</p>"),
    (
        "/abroad",
        "<!doctype html><html lang=zh><title>外</title><img alt='' src=http://elsewhere.example/a.png>",
    ),
    ("/news", "有"),
];
const ASK: &str = "fetch('/news').then(it => it.text(), () => 'nothing')";

async fn at_home() -> Browser {
    let browser = Browser::before(stage(ASKING).await).await;
    browser.open("/").await;
    browser
}

#[tokio::test]
async fn nothing_arrives_while_the_network_is_away() {
    let browser = at_home().await;
    assert_eq!(browser.evaluate(ASK).await, "有");
    browser.go_offline().await;
    assert_eq!(browser.evaluate("navigator.onLine").await, false);
    assert_eq!(browser.evaluate(ASK).await, "nothing");
    browser.go_online().await;
    assert_eq!(browser.evaluate(ASK).await, "有");
    browser.no_complaints_but(&["ERR_INTERNET_DISCONNECTED"]).await;
}

#[tokio::test]
async fn a_slow_network_takes_its_time() {
    let browser = at_home().await;
    browser.slow_down(Duration::from_millis(400)).await;
    let slow = browser.time_of(ASK).await;
    assert!(slow >= Duration::from_millis(380), "{slow:?}");
    browser.go_online().await;
    let quick = browser.time_of(ASK).await;
    assert!(quick < slow, "{quick:?} and {slow:?}");
}

#[tokio::test]
async fn every_request_is_known() {
    let browser = at_home().await;
    browser.evaluate("fetch('/news', {method: 'POST', body: 'x'}).then(() => 0)").await;
    browser.only_own_origin().await;
    // The browser asks for an icon when it likes.
    let asked = browser.requests().await.into_iter().filter(|request| !request.url.ends_with("/favicon.ico"));
    let asked: Vec<(String, String)> = asked.map(|Request { method, url }| (method, url)).collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[0].0 == "GET" && asked[0].1.ends_with("/"), "{asked:?}");
    assert!(asked[1].0 == "POST" && asked[1].1.ends_with("/news"), "{asked:?}");
}

#[tokio::test]
#[should_panic(expected = "http://elsewhere.example/a.png")]
async fn a_request_to_somewhere_else_is_found() {
    let browser = at_home().await;
    browser.open("/abroad").await;
    browser.only_own_origin().await;
}

#[tokio::test]
async fn a_browser_goes_on_with_another_server() {
    let mut browser = at_home().await;
    browser.turn_to(stage(&[("/", "<!doctype html><html lang=zh><title>二</title><p>第二家</p>")]).await);
    browser.open("/").await;
    assert_eq!(browser.text("p").await, "第二家");
}
