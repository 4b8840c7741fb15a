//! What every page has: who looks at it, where they can go, in which language.

use std::fmt::Display;

use super::assets::EDITION;
use super::titles::role_title;
use super::words::Lang;
use crate::access::{Actor, Role, Scope};

/// Whoever looks at a page; nobody where nothing is kept, or nobody has logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Their id.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// What they are.
    pub role: Role,
}

impl Visitor {
    /// What their role is called.
    #[must_use]
    pub fn title(&self) -> &'static str {
        role_title(self.role)
    }
}

impl From<&Actor> for Visitor {
    fn from(actor: &Actor) -> Self {
        Self { id: actor.id.clone(), name: actor.name.clone(), role: actor.role }
    }
}

/// A page that the head of every page leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where it is.
    pub path: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// Who may go there.
    pub scope: Scope,
    /// Whether it is there only where things are kept.
    pub needs_store: bool,
}

/// The pages, in the order in which a day needs them.
const PLACES: [Place; 9] = [
    Place { path: "/queue", title: "复核队列", scope: Scope::Review, needs_store: true },
    Place { path: "/overview", title: "总览", scope: Scope::Report, needs_store: true },
    Place { path: "/try", title: "试评", scope: Scope::Score, needs_store: false },
    Place { path: "/people", title: "人员", scope: Scope::People, needs_store: true },
    Place { path: "/tokens", title: "令牌", scope: Scope::People, needs_store: true },
    Place { path: "/pack", title: "规则包", scope: Scope::Pack, needs_store: false },
    Place { path: "/webhooks", title: "回调", scope: Scope::Operate, needs_store: true },
    Place { path: "/audit", title: "审计记录", scope: Scope::Audit, needs_store: true },
    Place { path: "/system", title: "系统", scope: Scope::Operate, needs_store: false },
];

/// What every page has.
#[derive(Debug, Clone)]
pub struct Frame {
    /// In which language it speaks.
    pub lang: Lang,
    /// Who looks at it.
    pub visitor: Option<Visitor>,
    /// Whether anything is kept; where nothing is, everybody may see what there is.
    pub keeps: bool,
    /// The path of the page, which may begin with that of a place.
    pub path: String,
}

impl Frame {
    /// What `chinese` is in the language of the page.
    #[must_use]
    pub fn t<'a>(&self, chinese: &'a str) -> &'a str {
        self.lang.say(chinese)
    }

    /// The same, with a value in its gap.
    #[must_use]
    pub fn fill(&self, chinese: &str, value: impl Display) -> String {
        self.lang.fill(chinese, &[&value])
    }

    /// Where a file of the pages is.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        format!("/assets/{}/{name}", *EDITION)
    }

    /// Where whoever looks at the page may go.
    pub fn places(&self) -> impl Iterator<Item = &'static Place> {
        PLACES.iter().filter(|place| self.admits(place))
    }

    fn admits(&self, place: &Place) -> bool {
        match &self.visitor {
            Some(visitor) => visitor.role.scopes().has(place.scope),
            None => !self.keeps && !place.needs_store,
        }
    }

    /// Whether whoever looks at the page may do such things.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.visitor.as_ref().map_or(!self.keeps, |visitor| visitor.role.scopes().has(scope))
    }

    /// Whether the page is this place, or below it.
    #[must_use]
    pub fn is_at(&self, place: &Place) -> bool {
        self.path.strip_prefix(place.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The first place where whoever looks at the page may go.
    #[must_use]
    pub fn home(&self) -> Option<&'static str> {
        self.places().next().map(|place| place.path)
    }
}
