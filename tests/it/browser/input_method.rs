//! Chinese, as it is written: letters are composed, shown underlined, and replaced by what is chosen.
//!
//! While that goes on the input method takes every key for itself: the page sees `Process` with the code 229 and
//! `isComposing`, and must leave it alone. The first key comes before composing has begun, as in reality.

use serde_json::json;

use super::Browser;

impl Browser {
    /// Types `letters`, and takes `chosen` for them with the space bar.
    pub(crate) async fn compose(&self, letters: &str, chosen: &str) {
        self.begin_composing(letters).await;
        self.choose_with("Space", chosen).await;
    }

    /// Types letters that stand underlined, not yet chosen for.
    pub(crate) async fn begin_composing(&self, letters: &str) {
        for (at, letter) in letters.char_indices() {
            self.process_down(&code(letter)).await;
            let end = at + letter.len_utf8();
            let shown = json!({"text": &letters[..end], "selectionStart": end, "selectionEnd": end});
            self.wire.chromium("Input.imeSetComposition", shown).await;
            self.process_up(&letter.to_string(), &code(letter)).await;
        }
    }

    /// Presses a key that the input method takes: an arrow among its candidates, Enter, Escape.
    pub(crate) async fn press_while_composing(&self, key: &str) {
        self.process_down(key).await;
        self.process_up(key, key).await;
    }

    /// Ends composing by a key with `chosen`: what Enter takes are mostly the letters themselves.
    pub(crate) async fn choose_with(&self, key: &str, chosen: &str) {
        self.process_down(key).await;
        self.wire.chromium("Input.insertText", json!({ "text": chosen })).await;
        self.process_up(if key == "Space" { " " } else { key }, key).await;
    }

    async fn process_down(&self, code: &str) {
        self.wait_until_shown().await;
        let down =
            json!({"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Process", "code": code});
        self.wire.chromium("Input.dispatchKeyEvent", down).await;
        self.note_pressed(1);
    }

    async fn process_up(&self, key: &str, code: &str) {
        self.wire
            .chromium("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key, "code": code}))
            .await;
    }
}

/// Where a letter stands on the keyboard.
fn code(letter: char) -> String {
    match letter {
        'a'..='z' => format!("Key{}", letter.to_ascii_uppercase()),
        '\'' => "Quote".to_owned(),
        _ => panic!("{letter} is no letter that is composed with"),
    }
}
