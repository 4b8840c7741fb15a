//! axe-core finds what keeps people from using a page, in light and in dark colours.

use super::super::Browser;
use super::super::look::Colours;
use super::super::stage::{File, stage};

const PAGES: &[File] = &[
    (
        "/good",
        "<!doctype html><html lang=zh-CN><title>好页面</title><link rel=stylesheet href=/good.css>
        <main><h1>好页面</h1><label>备注 <input></label> <button>提交</button></main>",
    ),
    ("/good.css", ":root { color-scheme: light dark } button { color: ButtonText }"),
    (
        "/bad",
        "<!doctype html><html lang=zh-CN><title>坏页面</title>
        <main><h1>坏页面</h1><input id=nameless><img src=data:,></main>",
    ),
    (
        "/dim",
        "<!doctype html><html lang=zh-CN><title>夜里看不清</title><link rel=stylesheet href=/dim.css>
        <main><h1>夜里看不清</h1><p>对比度不够</p></main>",
    ),
    (
        "/dim.css",
        ":root { color-scheme: light dark }
        @media (prefers-color-scheme: dark) { p { background: #222; color: #444; transition: color 5s } }",
    ),
];

async fn at(path: &str) -> Browser {
    let browser = Browser::before(stage(PAGES).await).await;
    browser.open(path).await;
    browser
}

#[tokio::test]
async fn a_good_page_passes() {
    let browser = at("/good").await;
    browser.assert_accessible().await;
    let all = browser.axe().await;
    assert!(all.is_empty(), "{all:#?}");
    browser.no_complaints().await;
}

#[tokio::test]
async fn a_bad_page_is_found_in_both_colours() {
    let all = at("/bad").await.axe().await;
    for (id, impact) in [("label", "critical"), ("image-alt", "critical")] {
        for colours in [Colours::Light, Colours::Dark] {
            let found = all.iter().find(|it| it.id == id && it.colours == colours);
            assert_eq!(found.expect(id).impact, impact);
        }
    }
    let told = all.iter().find(|it| it.id == "label").unwrap().to_string();
    assert!(told.starts_with("label (critical, Light): "), "{told}");
    assert!(told.contains("\n  #nameless\n    Fix any of the following:"), "{told}");
}

#[tokio::test]
#[should_panic(expected = "color-contrast (serious, Dark)")]
async fn what_cannot_be_read_at_night_fails() {
    at("/dim").await.assert_accessible().await;
}

#[tokio::test]
async fn colours_are_afterwards_as_they_were() {
    let browser = at("/good").await;
    browser.colours(Colours::Dark).await;
    browser.assert_accessible().await;
    assert_eq!(browser.evaluate("matchMedia('(prefers-color-scheme: dark)').matches").await, true);
    assert_eq!(browser.evaluate("matchMedia('(prefers-reduced-motion)').matches").await, false);
}
