//! Whoever acts: a person, a program with a token, or the system itself.

use super::{Role, Scope, Scopes};

/// Whoever made a request, as far as it was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// What it is.
    pub kind: Kind,
    /// Its id in the store.
    pub id: String,
    /// The name that people know it by.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// What it may do.
    pub scopes: Scopes,
}

/// How somebody has proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person who logged in.
    Person,
    /// A program with a token.
    Token,
    /// The operator at the command line, or the system by itself.
    System,
}

impl Actor {
    /// The operator, who has the store in their hands anyway, or the system by itself.
    #[must_use]
    pub fn system(name: &str) -> Self {
        let scopes = Role::Admin.scopes();
        Self { kind: Kind::System, id: String::new(), name: name.to_owned(), role: Role::Admin, scopes }
    }

    /// Whether it may do such things.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.has(scope)
    }

    /// How it stands in the audit log and in history: `person:0199…`, `token:0199…`, `system:cli`.
    #[must_use]
    pub fn signature(&self) -> String {
        match self.kind {
            Kind::Person => format!("person:{}", self.id),
            Kind::Token => format!("token:{}", self.id),
            Kind::System => format!("system:{}", self.name),
        }
    }
}
