//! What the browser holds against a page: errors of its scripts, what its policy forbids, what did not load.

use std::fmt;

use super::Browser;

/// A line of the browser's console.
#[derive(Clone, Debug)]
pub(crate) struct Complaint {
    /// `console-api`, `javascript`, `security`, `network`
    pub(crate) source: String,
    pub(crate) message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.source, self.message)
    }
}

impl Browser {
    /// All errors since the browser came.
    pub(crate) async fn complaints(&self) -> Vec<Complaint> {
        let lines = self.wire.log("browser").await;
        let text = |line: &serde_json::Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let errors = lines.iter().filter(|line| line["level"] == "SEVERE");
        let complaints =
            errors.map(|line| Complaint { source: text(line, "source"), message: text(line, "message") });
        // The browser asks for it by itself, sooner or later, where a page names no icon.
        let complaints = complaints.filter(|complaint| !complaint.message.contains("/favicon.ico - Failed"));
        self.complaints.borrow_mut().extend(complaints);
        self.complaints.borrow().clone()
    }

    /// Nothing went wrong in any page that was opened.
    pub(crate) async fn no_complaints(&self) {
        self.no_complaints_but(&[]).await;
    }

    /// Nothing went wrong but what is expected, told by a part of each message: the browser also counts an answer of
    /// 409 that a page knows how to take, and what it could not load while it was offline.
    pub(crate) async fn no_complaints_but(&self, expected: &[&str]) {
        let complaints = self.complaints().await;
        let is_expected = |it: &Complaint| expected.iter().any(|part| it.message.contains(part));
        let rest: Vec<String> =
            complaints.iter().filter(|it| !is_expected(it)).map(|it| format!("\n  {it}")).collect();
        assert!(rest.is_empty(), "the browser complains of{}", rest.concat());
    }
}
