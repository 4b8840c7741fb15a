//! What a page says where it cannot be shown.

use askama::Template;

use super::Frame;

/// A refusal, for people.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage<'a> {
    /// What every page has.
    pub page: &'a Frame,
    /// The kind in a few words.
    pub title: &'a str,
    /// What is wrong and what to do.
    pub detail: &'a str,
    /// The request's id, which the logs name too.
    pub request_id: &'a str,
}
