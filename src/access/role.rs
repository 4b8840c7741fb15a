//! Roles, and the scopes that each of them holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody is to the system (角色).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A transcription system, which posts transcripts (机器).
    Machine,
    /// Works through drafts (质检员).
    Reviewer,
    /// Answers for rules and results (质检主管).
    Lead,
    /// Looks after people and the system, and reads no calls (管理员).
    Admin,
}

/// A kind of action; every route asks for one (权限).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Have transcripts scored without keeping them.
    Score,
    /// Post transcripts that are kept.
    Ingest,
    /// Read drafts, personal data covered.
    Drafts,
    /// Read the pack in use.
    Pack,
    /// Work through the queue of drafts.
    Review,
    /// See personal data, each time with a reason.
    Unmask,
    /// Open submitted reviews again.
    Reopen,
    /// Read figures on reviews.
    Report,
    /// Read and export the audit log.
    Audit,
    /// Look after people and tokens.
    People,
    /// Look after webhooks, retention and metrics.
    Operate,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Machine, Self::Reviewer, Self::Lead, Self::Admin];

    /// Everything that the role may do.
    #[must_use]
    pub fn scopes(self) -> Scopes {
        use Scope as S;
        let scopes: &[Scope] = match self {
            Self::Machine => &[S::Score, S::Ingest, S::Drafts],
            Self::Reviewer => &[S::Score, S::Drafts, S::Pack, S::Review, S::Unmask],
            Self::Lead => {
                &[S::Score, S::Drafts, S::Pack, S::Review, S::Unmask, S::Reopen, S::Report, S::Audit]
            }
            Self::Admin => &[S::Pack, S::Audit, S::People, S::Operate],
        };
        scopes.iter().copied().collect()
    }

    /// The word for it in files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Reviewer => "reviewer",
            Self::Lead => "lead",
            Self::Admin => "admin",
        }
    }
}

impl Scope {
    /// Every scope, in the order in which they are told.
    pub const ALL: [Self; 11] = [
        Self::Score,
        Self::Ingest,
        Self::Drafts,
        Self::Pack,
        Self::Review,
        Self::Unmask,
        Self::Reopen,
        Self::Report,
        Self::Audit,
        Self::People,
        Self::Operate,
    ];

    /// Whether only a person who logged in may do it: a decision about somebody's work is a human's (PIPL art. 24), and
    /// whoever looks after people and tokens can become any of them.
    #[must_use]
    pub fn needs_person(self) -> bool {
        matches!(self, Self::Review | Self::Unmask | Self::Reopen | Self::People)
    }

    /// The word for it in files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Ingest => "ingest",
            Self::Drafts => "drafts",
            Self::Pack => "pack",
            Self::Review => "review",
            Self::Unmask => "unmask",
            Self::Reopen => "reopen",
            Self::Report => "report",
            Self::Audit => "audit",
            Self::People => "people",
            Self::Operate => "operate",
        }
    }
}

/// A word that names no role or no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("不认识“{word}”，可用的有：{known}")]
pub struct Unknown {
    /// The word.
    pub word: String,
    /// The words that there are.
    pub known: String,
}

fn named<T: Copy>(word: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, Unknown> {
    let known = || all.iter().map(|it| name(*it)).collect::<Vec<_>>().join("、");
    let found = all.iter().copied().find(|it| name(*it) == word);
    found.ok_or_else(|| Unknown { word: word.to_owned(), known: known() })
}

impl FromStr for Role {
    type Err = Unknown;
    fn from_str(word: &str) -> Result<Self, Unknown> {
        named(word, &Self::ALL, Self::name)
    }
}

impl FromStr for Scope {
    type Err = Unknown;
    fn from_str(word: &str) -> Result<Self, Unknown> {
        named(word, &Self::ALL, Self::name)
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scopes(u16);

impl Scopes {
    /// Whether the scope is one of them.
    #[must_use]
    pub fn has(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u16 != 0
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether each of these is one of `other`.
    #[must_use]
    pub fn within(self, other: Self) -> bool {
        self.and(other) == self
    }

    /// Those that a program may hold.
    #[must_use]
    pub fn for_programs(self) -> Self {
        self.iter().filter(|scope| !scope.needs_person()).collect()
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope as u16))
    }
}

/// Separated by spaces, as tokens are kept.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iter().map(Scope::name).collect::<Vec<_>>().join(" "))
    }
}

impl FromStr for Scopes {
    type Err = Unknown;
    fn from_str(words: &str) -> Result<Self, Unknown> {
        words.split_whitespace().map(str::parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_written_and_read_again() {
        for role in Role::ALL {
            assert_eq!(role.scopes().to_string().parse(), Ok(role.scopes()));
            assert_eq!(role.name().parse(), Ok(role));
        }
        let told = "ingest fly".parse::<Scopes>().unwrap_err().to_string();
        assert!(told.contains("“fly”") && told.contains("ingest、"), "{told}");
    }

    #[test]
    fn who_looks_after_the_system_reads_no_calls_and_who_reads_calls_gives_no_rights() {
        let calls = [Scope::Drafts, Scope::Review, Scope::Unmask, Scope::Ingest, Scope::Score];
        assert!(calls.iter().all(|scope| !Role::Admin.scopes().has(*scope)));
        for role in [Role::Machine, Role::Reviewer, Role::Lead] {
            assert!(!role.scopes().has(Scope::People) && !role.scopes().has(Scope::Operate));
        }
    }
}
