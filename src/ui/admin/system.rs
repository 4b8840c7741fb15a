//! How the server is, and what only its operator may do.

use std::num::NonZero;

use askama::Template;

use super::super::Frame;

/// How the server is.
#[derive(Debug, Template)]
#[template(path = "system.html")]
pub struct SystemPage {
    /// What every page has.
    pub page: Frame,
    /// Version of the program.
    pub version: &'static str,
    /// When it was started.
    pub started_at: String,
    /// Whether it takes requests.
    pub ready: bool,
    /// Digest of the pack in use.
    pub pack: String,
    /// Mistakes in the files of the pack as they are now.
    pub pack_mistakes: usize,
    /// Which database; none where nothing is kept.
    pub store: Option<&'static str>,
    /// Whether the database answers.
    pub store_answers: bool,
    /// For how many days transcripts are kept.
    pub retention_days: Option<NonZero<u32>>,
    /// Where webhooks may go.
    pub webhook_allow: Vec<String>,
    /// What was counted since it was started: what, and how often.
    pub counts: [(&'static str, u64); 4],
}

/// What is counted, in words.
pub const COUNTED: [&str; 4] = ["回答的请求", "拒绝的请求和行", "评过的对话", "回调发送次数"];

impl SystemPage {
    fn is_refused(&self) -> bool {
        self.pack_mistakes > 0
    }

    fn store_title(&self) -> &'static str {
        match self.store {
            Some("sqlite") => "SQLite",
            Some(_) => "PostgreSQL",
            None => "什么都不保存",
        }
    }
}
