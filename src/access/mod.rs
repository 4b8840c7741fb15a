//! Who may do what: roles, scopes, passwords and the secrets of tokens and sessions.

mod actor;
mod password;
mod role;
mod secret;

pub use actor::{Actor, Kind};
pub use password::{Password, PasswordError};
pub use role::{Role, Scope, Scopes, Unknown};
pub use secret::Secret;
