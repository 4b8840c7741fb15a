//! A page is seen on another screen, in other colours, enlarged, and on paper.

use std::path::Path;

use serde_json::json;

use super::super::Browser;
use super::super::look::Colours;
use super::super::stage::{File, stage};

const LONG: &[File] = &[
    (
        "/",
        "<!doctype html><html lang=zh-CN><title>长</title><link rel=stylesheet href=/long.css><h1>长</h1><p>尾</p>",
    ),
    ("/long.css", "body { margin: 0 } p { margin-top: 2000px } @media print { h1 { display: none } }"),
];

async fn long() -> Browser {
    let browser = Browser::before(stage(LONG).await).await;
    browser.open("/").await;
    browser
}

/// Width and height of a PNG file, as its head says.
fn size(file: &Path) -> (u32, u32) {
    let bytes = std::fs::read(file).unwrap();
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[tokio::test]
async fn a_page_speaks_chinese_on_a_small_laptop_in_china() {
    let browser = long().await;
    assert_eq!(browser.evaluate("[outerWidth, outerHeight, devicePixelRatio]").await, json!([1366, 768, 1]));
    assert_eq!(browser.evaluate("navigator.language").await, "zh-CN");
    assert_eq!(browser.evaluate("new Date(0).getHours()").await, 8);
}

#[tokio::test]
async fn the_screen_is_as_large_as_asked_and_zoom_halves_its_room() {
    let browser = long().await;
    let room = "[innerWidth, innerHeight, devicePixelRatio]";
    browser.viewport(1920, 1080).await;
    assert_eq!(browser.evaluate(room).await, json!([1920, 1080, 1]));
    browser.zoom_to_200_percent(1366, 768).await;
    assert_eq!(browser.evaluate(room).await, json!([683, 384, 2]));
    browser.open("/").await;
    assert_eq!(browser.evaluate(room).await, json!([683, 384, 2]), "also on the next page");
}

#[tokio::test]
async fn a_page_is_asked_for_dark_colours_and_for_paper() {
    let browser = long().await;
    let asked = "['(prefers-color-scheme: dark)', 'print'].map(it => matchMedia(it).matches)";
    assert_eq!(browser.evaluate(asked).await, json!([false, false]));
    browser.colours(Colours::Dark).await;
    browser.on_paper(true).await;
    assert_eq!(browser.evaluate(asked).await, json!([true, true]));
    browser.on_paper(false).await;
    assert_eq!(browser.evaluate(asked).await, json!([true, false]));
}

#[tokio::test]
async fn pictures_show_what_is_in_view_or_all() {
    let browser = long().await;
    browser.viewport(1366, 768).await;
    let folder = tempfile::TempDir::new().unwrap();
    let (view, all) = (folder.path().join("view.png"), folder.path().join("all.png"));
    browser.screenshot(&view).await;
    assert_eq!(size(&view), (1366, 768));
    browser.screenshot_of_all(&all).await;
    let (width, height) = size(&all);
    assert!(width >= 1350 && height > 2000, "{width} × {height}");
}

#[tokio::test]
async fn a_page_is_printed() {
    let printed = long().await.printed().await;
    assert!(printed.starts_with(b"%PDF-"));
    let pages = printed.windows(11).filter(|window| window == b"/Type /Page").count();
    assert!(pages >= 3, "two sheets and what holds them: {pages}");
}
