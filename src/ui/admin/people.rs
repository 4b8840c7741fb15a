//! Who may log in, and which programs have tokens.

use askama::Template;
use jiff::Timestamp;

use super::super::Frame;
use super::super::titles::{role_title, scope_title};
use super::state_of;
use crate::access::{Role, Scope};
use crate::store::{Person, Token};

/// Everybody who may log in, or once could.
#[derive(Debug, Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// What every page has.
    pub page: Frame,
    /// In the order in which they came.
    pub people: Vec<Person>,
}

/// The roles of people.
const ROLES: [Role; 3] = [Role::Reviewer, Role::Lead, Role::Admin];

impl PeoplePage {
    fn active(&self) -> usize {
        self.people.iter().filter(|person| person.active).count()
    }

    /// Whether this is who looks at the page.
    fn is_self(&self, person: &Person) -> bool {
        self.page.visitor.as_ref().is_some_and(|visitor| visitor.id == person.id)
    }
}

/// Every token.
#[derive(Debug, Template)]
#[template(path = "tokens.html")]
pub struct TokensPage {
    /// What every page has.
    pub page: Frame,
    /// In the order in which they were made.
    pub tokens: Vec<Token>,
    /// When the page is made.
    pub now: Timestamp,
}

impl TokensPage {
    /// What a token is good for now, in words.
    fn state(&self, token: &Token) -> &'static str {
        match token.revoked_at {
            Some(_) => "已作废",
            None if self.is_valid(token) => "有效",
            None => "已过期",
        }
    }

    /// What a token may do: by name, and in words.
    fn may(&self, token: &Token) -> Vec<(&'static str, &'static str)> {
        token.scopes.iter().map(|scope| (scope.name(), scope_title(*scope))).collect()
    }

    fn is_valid(&self, token: &Token) -> bool {
        token.revoked_at.is_none() && token.expires_at.is_none_or(|end| end > self.now)
    }

    /// The scopes that a token may have, each with its name and the roles that have it.
    fn scopes(&self) -> Vec<(Scope, &'static str, String)> {
        let may = |scope: Scope| {
            let roles = Role::ALL.into_iter().filter(move |role| role.scopes().has(scope));
            roles.map(Role::name).collect::<Vec<_>>().join(" ")
        };
        Scope::ALL
            .into_iter()
            .filter(|scope| !scope.needs_person())
            .map(|scope| (scope, scope_title(scope), may(scope)))
            .collect()
    }
}
