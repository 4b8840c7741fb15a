//! Who may do what: roles, scopes, passwords and the secrets of tokens and sessions.

mod actor;
mod password;
mod role;
mod rules;
mod secret;

pub use actor::{Actor, Kind};
pub use password::{Password, PasswordError};
pub use role::{Role, Scope, Scopes, Unknown};
pub use rules::{Mistake, check_login, check_name, check_role, end_of_term, scopes_of_token};
pub use secret::Secret;
