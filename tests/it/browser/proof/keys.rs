//! Keys arrive at a page as from a keyboard, and are counted.

use super::super::Browser;
use super::super::keyboard::Pressed;
use super::super::stage::stage;
use super::NOTEBOOK;

async fn notebook() -> Browser {
    let browser = Browser::before(stage(NOTEBOOK).await).await;
    browser.open("/").await;
    browser
}

#[tokio::test]
async fn a_key_goes_down_and_up() {
    let browser = notebook().await;
    browser.press("j").await;
    assert_eq!(browser.notes("").await, ["keydown j KeyJ 74", "input j", "keyup j KeyJ 74"]);
    browser.press("Enter Escape ArrowDown").await;
    let downs = browser.notes("keydown").await;
    assert_eq!(
        downs,
        ["keydown Enter Enter 13", "keydown Escape Escape 27", "keydown ArrowDown ArrowDown 40"]
    );
}

#[tokio::test]
async fn chords_and_shifted_characters_are_pressed_with_what_is_held_down() {
    let browser = notebook().await;
    browser.press("Ctrl+Enter").await;
    let notes = browser.notes("key").await;
    assert_eq!(notes[0], "keydown Control ControlLeft 17 ctrl");
    assert_eq!(notes[1], "keydown Enter Enter 13 ctrl");
    assert_eq!(notes[3], "keyup Control ControlLeft 17");
    browser.press("Ctrl+Shift+k ? Alt+ArrowUp Plus").await;
    let downs = browser.notes("keydown").await;
    assert!(downs.contains(&"keydown ? Slash 191 shift".to_owned()), "{downs:?}");
    assert!(downs.contains(&"keydown + Equal 187 shift".to_owned()), "{downs:?}");
    assert!(downs.contains(&"keydown ArrowUp ArrowUp 38 alt".to_owned()), "{downs:?}");
    assert!(downs.iter().any(|note| note.ends_with("KeyK 75 ctrl+shift")), "{downs:?}");
}

#[tokio::test]
async fn text_goes_where_the_focus_is() {
    let browser = notebook().await;
    browser.type_text("Ab 1?").await;
    browser.press("Tab").await;
    assert!(browser.is_focused("#second").await);
    browser.type_text("x").await;
    browser.press("Shift+Tab").await;
    assert!(browser.is_focused("#first").await);
    assert_eq!((browser.value("#first").await, browser.value("#second").await), ("Ab 1?".into(), "x".into()));
    browser.press("Ctrl+a Delete").await;
    assert_eq!(browser.value("#first").await, "", "the browser's own keys work, too");
}

#[tokio::test]
async fn a_chord_counts_as_one_key() {
    let browser = notebook().await;
    browser.press("j j Ctrl+Enter").await;
    assert_eq!(browser.pressed(), Pressed { keys: 3, presses: 4 });
    browser.count_anew();
    browser.type_text("a?").await;
    browser.press("Ctrl+Shift+k").await;
    assert_eq!(browser.pressed(), Pressed { keys: 3, presses: 6 });
}

#[tokio::test]
#[should_panic(expected = "no key has 好: compose() it")]
async fn chinese_is_not_on_the_keyboard() {
    notebook().await.type_text("好").await;
}

#[tokio::test]
#[should_panic(expected = "nothing that can be held down is called Strg")]
async fn a_wrong_name_of_a_key_is_told() {
    notebook().await.press("Strg+Enter").await;
}
