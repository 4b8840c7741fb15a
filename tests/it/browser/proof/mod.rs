//! The browser of these tests can be believed: it does what people do, and finds what is wrong.

mod access;
mod complaints;
mod composing;
mod driver;
mod keys;
mod looks;
mod network;
mod waiting;

use super::stage::File;

/// Two fields, and a note of every key and text event on the page, one line each.
const NOTEBOOK: &[File] = &[
    (
        "/",
        "<!doctype html><html lang=zh><title>记录</title><h1>记录</h1>
        <label>一 <input id=first></label> <label>二 <input id=second></label><script src=/notes.js></script>",
    ),
    (
        "/notes.js",
        "window.notes = [];
        const held = event => ['ctrl', 'alt', 'shift'].filter(it => event[it + 'Key']).join('+');
        for (const type of ['keydown', 'keyup'])
            addEventListener(type, it => notes.push([type, it.key, it.code, it.keyCode,
                it.isComposing ? 'composing' : held(it)].join(' ').trimEnd()));
        for (const type of ['compositionstart', 'compositionend', 'input'])
            addEventListener(type, it => notes.push([type, it.data].join(' ').trimEnd()));
        document.querySelector('#first').focus();",
    ),
];

impl super::Browser {
    /// The events that the page has noted since the last time, those of one kind where `only` names it.
    async fn notes(&self, only: &str) -> Vec<String> {
        let notes = self.run("return notes.splice(0)").await;
        let notes: Vec<String> = serde_json::from_value(notes).unwrap();
        notes.into_iter().filter(|note| note.starts_with(only)).collect()
    }
}
