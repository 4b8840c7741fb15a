//! The review desk: pages made of the same data that programs get, for people.

mod admin;
mod chart;
mod cut;
mod dialogue;
mod draft;
mod frame;
mod login;
mod overview;
mod pack;
mod problem;
mod queue;
mod review;
mod sheets;
mod titles;
mod trial;

/// The files that pages load, and where they are.
pub mod assets;
/// What is said, in Chinese and in English.
pub mod words;

pub use admin::{
    AuditAsked, AuditPage, COUNTED, PeoplePage, SystemPage, TokensPage, WebhookPage, WebhooksPage,
};
pub use dialogue::{Dialogue, Mark, Note};
pub use draft::{ShownDraft, Titles};
pub use frame::{Frame, Place, Visitor};
pub use login::{Account, Login, SetUp};
pub use overview::{OverviewPage, Panel, Stretch};
pub use pack::{
    CriteriaPage, EntriesAsked, LexiconPage, LexiconsPage, PackHead, RubricPage, RubricsPage, RulePage,
    RulesPage,
};
pub use problem::ProblemPage;
pub use queue::{Choice, Queue};
pub use review::{Facts, Material, ReviewPage};
pub use sheets::{AdviceSheet, RecordSheet};
pub(crate) use titles::{role_title, scope_title};
pub use trial::{Trial, TrialResult, Why};
