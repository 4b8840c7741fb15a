//! The pages by which people come in: logging in, the first administrator, one's own account.

use askama::Template;

use super::Frame;

/// Logging in.
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub struct Login {
    /// What every page has.
    pub page: Frame,
    /// Where they go from here: a path of this server.
    pub to: String,
    /// Whether nobody is known yet.
    pub needs_set_up: bool,
}

/// The first administrator.
#[derive(Debug, Template)]
#[template(path = "setup.html")]
pub struct SetUp {
    /// What every page has.
    pub page: Frame,
}

/// One's own account.
#[derive(Debug, Template)]
#[template(path = "account.html")]
pub struct Account {
    /// What every page has.
    pub page: Frame,
}
