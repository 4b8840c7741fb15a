//! The keyboard, as it stands before people: keys and chords, counted as they are pressed. It knows no pointer.

use std::time::Duration;

use serde_json::{Value, json};

use super::Browser;

/// The keys that have a name, as `KeyboardEvent.key` calls them, and their characters in the WebDriver protocol.
const NAMED: [(&str, char); 28] = [
    ("Enter", '\u{e006}'),
    ("Tab", '\u{e004}'),
    ("Escape", '\u{e00c}'),
    ("Space", ' '),
    ("Backspace", '\u{e003}'),
    ("Delete", '\u{e017}'),
    ("Insert", '\u{e016}'),
    ("Home", '\u{e011}'),
    ("End", '\u{e010}'),
    ("PageUp", '\u{e00e}'),
    ("PageDown", '\u{e00f}'),
    ("ArrowLeft", '\u{e012}'),
    ("ArrowUp", '\u{e013}'),
    ("ArrowRight", '\u{e014}'),
    ("ArrowDown", '\u{e015}'),
    ("F1", '\u{e031}'),
    ("F2", '\u{e032}'),
    ("F3", '\u{e033}'),
    ("F4", '\u{e034}'),
    ("F5", '\u{e035}'),
    ("F6", '\u{e036}'),
    ("F7", '\u{e037}'),
    ("F8", '\u{e038}'),
    ("F9", '\u{e039}'),
    ("F10", '\u{e03a}'),
    ("F11", '\u{e03b}'),
    ("F12", '\u{e03c}'),
    ("Plus", '+'),
];
const SHIFT: char = '\u{e008}';
const MODIFIERS: [(&str, char); 4] =
    [("Shift", SHIFT), ("Ctrl", '\u{e009}'), ("Alt", '\u{e00a}'), ("Meta", '\u{e03d}')];
/// What is on the keys of a Chinese (that is, an American) keyboard only together with Shift, beside capital letters.
const SHIFTED: &str = "~!@#$%^&*()_+{}|:\"<>?";

/// What has been pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pressed {
    /// Keys that do something: a chord is one, whatever is held down with it.
    pub(crate) keys: usize,
    /// Every key that goes down, Shift, Ctrl and Alt included.
    pub(crate) presses: usize,
}

impl Browser {
    /// Presses keys one after the other, as in `j j Ctrl+Enter Shift+Tab ? Plus`; the page must not rely on more time
    /// between them than a quick typist gives it.
    pub(crate) async fn press(&self, keys: &str) {
        for chord in keys.split_whitespace() {
            self.strike(&[Chord::named(chord)]).await;
        }
    }

    /// Writes what stands on the keys; a line end is Enter. Chinese does not: [`Browser::compose`] it.
    pub(crate) async fn type_text(&self, text: &str) {
        let chords: Vec<Chord> = text.chars().map(Chord::character).collect();
        self.strike(&chords).await;
    }

    /// What has been pressed since the browser came, or since counting began anew.
    pub(crate) fn pressed(&self) -> Pressed {
        self.pressed.get()
    }

    pub(crate) fn count_anew(&self) {
        self.pressed.take();
    }

    /// How long it takes from when a key goes down until `becomes`, an expression of JavaScript, holds and is painted.
    pub(crate) async fn time_from_key(&self, key: &str, becomes: &str) -> Duration {
        let script = format!(
            "window.harnessTime = new Promise(told => addEventListener('keydown', event => {{
                const look = () => ({becomes})
                    ? setTimeout(() => told(performance.now() - event.timeStamp)) : requestAnimationFrame(look);
                requestAnimationFrame(look);
            }}, {{capture: true, once: true}}))"
        );
        self.run(&script).await;
        self.press(key).await;
        let told = self.run("return window.harnessTime").await;
        Duration::from_secs_f64(told.as_f64().unwrap() / 1000.0)
    }

    async fn strike(&self, chords: &[Chord]) {
        self.wait_until_shown().await;
        let actions: Vec<Value> = chords.iter().flat_map(Chord::actions).collect();
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": actions});
        let struck = self.wire.send("actions", json!({ "actions": [keyboard] })).await;
        struck.unwrap_or_else(|error| panic!("{chords:?}: {error}"));
        for chord in chords {
            self.note_pressed(chord.held.len() + 1);
        }
    }

    /// Chromium drops keys that come before a page is painted; nobody presses keys on what they do not see yet.
    pub(super) async fn wait_until_shown(&self) {
        self.wait_until("performance.getEntriesByType('paint').length").await;
    }

    /// One key has been pressed, for which so many went down.
    pub(super) fn note_pressed(&self, presses: usize) {
        let before = self.pressed.get();
        self.pressed.set(Pressed { keys: before.keys + 1, presses: before.presses + presses });
    }
}

/// One key, and what is held down with it.
#[derive(Debug)]
struct Chord {
    held: Vec<char>,
    key: char,
}

impl Chord {
    /// `Ctrl+Enter`, `?`, `Plus`
    fn named(name: &str) -> Self {
        let mut parts: Vec<&str> = name.split('+').collect();
        let last = parts.pop().filter(|key| !key.is_empty());
        let last = last.unwrap_or_else(|| panic!("{name}: the key + is called Plus"));
        let mut chord = Self::character(key(last));
        for part in parts.into_iter().rev() {
            let modifier = MODIFIERS.iter().find(|(name, _)| *name == part);
            let held = modifier
                .unwrap_or_else(|| panic!("{name}: nothing that can be held down is called {part}"))
                .1;
            if !chord.held.contains(&held) {
                chord.held.insert(0, held);
            }
        }
        chord
    }

    /// The key on which this character stands.
    fn character(character: char) -> Self {
        let key = if character == '\n' { key("Enter") } else { character };
        assert!(key.is_ascii() || NAMED.iter().any(|named| named.1 == key), "no key has {key}: compose() it");
        let shifted = key.is_ascii_uppercase() || SHIFTED.contains(key);
        Self { held: Vec::from_iter(shifted.then_some(SHIFT)), key }
    }

    /// Down and up, in the order of fingers.
    fn actions(&self) -> impl Iterator<Item = Value> {
        let down = self.held.iter().chain([&self.key]).map(|key| json!({"type": "keyDown", "value": key}));
        let up = [&self.key].into_iter().chain(self.held.iter().rev());
        down.chain(up.map(|key| json!({"type": "keyUp", "value": key})))
    }
}

/// The character for a key by its name, or for one that has none but what stands on it.
fn key(name: &str) -> char {
    let mut characters = name.chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) => only,
        _ => {
            NAMED.iter().find(|named| named.0 == name).unwrap_or_else(|| panic!("no key is called {name}")).1
        }
    }
}
