//! Chinese is composed as with an input method, and a page that does not know that is found.

use super::super::Browser;
use super::super::keyboard::Pressed;
use super::super::stage::{File, stage};
use super::NOTEBOOK;

/// Two fields that take a note with Enter; the second forgets that Enter may be the input method's.
const TAKING: &[File] = &[
    (
        "/",
        "<!doctype html><html lang=zh><title>备注</title><input id=careful><input id=careless><ol></ol>
        <script src=/take.js></script>",
    ),
    (
        "/take.js",
        "const take = ({target}) => {
            const taken = document.querySelector('ol').appendChild(document.createElement('li'));
            taken.textContent = target.value;
        };
        document.querySelector('#careful').addEventListener('keydown', event => {
            if (event.code === 'Enter' && !event.isComposing && event.keyCode !== 229) take(event);
        });
        document.querySelector('#careless').addEventListener('keydown', event => {
            if (event.code === 'Enter') take(event);
        });
        document.querySelector('#careful').focus();",
    ),
];

#[tokio::test]
async fn letters_stand_underlined_until_something_is_chosen() {
    let browser = Browser::before(stage(NOTEBOOK).await).await;
    browser.open("/").await;
    browser.begin_composing("hao").await;
    assert_eq!(browser.value("#first").await, "hao");
    browser.press_while_composing("ArrowDown").await;
    browser.choose_with("Space", "好").await;
    assert_eq!(browser.value("#first").await, "好");
    let expected = [
        "keydown Process KeyH 229",
        "compositionstart",
        "input h",
        "keyup h KeyH 0 composing",
        "keydown Process KeyA 229 composing",
        "input ha",
        "keyup a KeyA 0 composing",
        "keydown Process KeyO 229 composing",
        "input hao",
        "keyup o KeyO 0 composing",
        "keydown Process ArrowDown 229 composing",
        "keyup ArrowDown ArrowDown 0 composing",
        "keydown Process Space 229 composing",
        "input 好",
        "compositionend 好",
        "keyup   Space 0",
    ];
    assert_eq!(browser.notes("").await, expected);
    assert_eq!(browser.pressed(), Pressed { keys: 5, presses: 5 }, "they are keys like others");
}

#[tokio::test]
async fn composed_and_typed_text_stand_together() {
    let browser = Browser::before(stage(NOTEBOOK).await).await;
    browser.open("/").await;
    browser.compose("yitui", "已退").await;
    browser.type_text(" 30 ").await;
    browser.compose("yuan", "元").await;
    assert_eq!(browser.value("#first").await, "已退 30 元");
}

#[tokio::test]
async fn a_page_that_takes_the_input_methods_enter_for_its_own_is_found() {
    let browser = Browser::before(stage(TAKING).await).await;
    browser.open("/").await;
    for (field, taken) in [("#careful", 0), ("#careless", 1)] {
        assert!(browser.is_focused(field).await);
        browser.begin_composing("wifi").await;
        browser.choose_with("Enter", "wifi").await;
        assert_eq!(browser.value(field).await, "wifi");
        assert_eq!(browser.evaluate("document.querySelectorAll('li').length").await, taken, "{field}");
        browser.press("Tab").await;
    }
    browser.press("Shift+Tab Shift+Tab Enter").await;
    assert_eq!(browser.text("li:last-child").await, "wifi", "an Enter of one's own is taken");
}
