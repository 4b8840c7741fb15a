//! Stage 3: word lists — their files, their entries, and one scan over all of them.

mod beside;
mod compete;
mod draft;
mod file;
mod frequency;
mod glance;
mod guard;
mod phrase;
mod redundant;
mod scan;
mod side;
mod sought;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use crate::text::segment::Segmenter;
use crate::text::{Document, position};
use crate::transcript::{Role, Transcript, Turn};

pub use compete::Mentions;
pub use draft::LexiconsDraft;
pub use guard::{Across, Effect, Guard, GuardId, Side};
pub use redundant::{Overlap, Same};
pub use scan::{Beaten, Mention};

/// The folder of the pack that holds lexicons.
pub const FOLDER: &str = "lexicons/";
/// The file of words for the segmenter.
pub const WORDS: &str = "lexicons/words.txt";
/// The file of word classes that phrases may name.
pub const CLASSES: &str = "lexicons/classes.txt";

/// Index of one list of entries: a group of a lexicon, or the literals that announce a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(u32);

/// A list whose entries are looked for in the whole dialogue, and not only in the turns that somebody asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched(ListId);

/// Which of the watched lists are looked for: all, or those that one rubric needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan(usize);

impl Plan {
    /// All of them.
    pub const ALL: Self = Self(0);

    /// Those of the plan with this number among those that were compiled.
    #[must_use]
    pub fn nth(number: usize) -> Self {
        Self(number + 1)
    }
}

/// Index of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(u32);

/// Whose words a list, a rule or a window is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The agent.
    #[default]
    Agent,
    /// The customer.
    Customer,
    /// A machine voice.
    System,
    /// Anybody.
    Any,
}

impl Speaker {
    /// The word for them in files and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
            Self::System => "system",
            Self::Any => "any",
        }
    }

    /// The other side of the conversation; of anybody, anybody.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Agent => Self::Customer,
            Self::Customer => Self::Agent,
            Self::System | Self::Any => Self::Any,
        }
    }

    /// Whether words of `role` are theirs.
    #[must_use]
    pub fn is(self, role: Role) -> bool {
        match self {
            Self::Agent => role == Role::Agent,
            Self::Customer => role == Role::Customer,
            Self::System => role == Role::System,
            Self::Any => true,
        }
    }
}

/// A group of entries that rules refer to as `lexicon#group`, or the whole lexicon.
#[derive(Debug)]
struct List {
    /// Lists of one family compete: the longest entry wins.
    family: u32,
    /// Literals that announce patterns do not compete: each of them may be needed.
    competes: bool,
}

/// One line of a lexicon (词条).
#[derive(Debug)]
pub struct Entry {
    /// The phrase as it is written in the file.
    pub phrase: String,
    /// Whose words count.
    pub speaker: Speaker,
    /// A match is only a candidate, for a human to decide.
    pub candidate: bool,
    /// What may speak against a match.
    pub guards: Vec<GuardId>,
    /// Where in its clause it must stand.
    pub anchor: Option<Anchor>,
    /// Both ends must be borders of words.
    pub border: bool,
    /// The file of the pack in which it stands; empty where it stands in none.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// What is better said instead.
    pub better: Option<String>,
    /// The reason of an allow entry; such an entry is no match itself, but beats shorter ones.
    pub allow: Option<String>,
    list: ListId,
}

impl Entry {
    /// The list that it belongs to.
    #[must_use]
    pub fn list(&self) -> ListId {
        self.list
    }

    /// An entry that asks for nothing but its letters, whoever says them.
    fn plain(phrase: String, list: ListId) -> Self {
        Self {
            phrase,
            speaker: Speaker::Any,
            candidate: false,
            guards: Vec::new(),
            anchor: None,
            border: false,
            file: Arc::from(""),
            line: 0,
            better: None,
            allow: None,
            list,
        }
    }
}

/// Where in its clause, between two pauses, an entry must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At the beginning.
    Start,
    /// At the end.
    End,
    /// All of it.
    Whole,
}

/// What one lexicon is called, and whom it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogued {
    /// Its path below `lexicons/` without the extension.
    pub id: String,
    /// Its Chinese name.
    pub title: String,
    /// Whose words count, where an entry does not say otherwise.
    pub speaker: Speaker,
    /// The family that its head names.
    pub family: Option<String>,
    /// Its words cancel matches near them.
    pub guard: bool,
    /// How many entries it has.
    pub entries: usize,
}

/// All lexicons of a pack, compiled into one scan.
#[derive(Debug)]
pub struct Lexicons {
    by_name: BTreeMap<String, Vec<ListId>>,
    catalogue: Vec<Catalogued>,
    /// For each list the family in which it competes.
    families: Vec<u32>,
    /// The lexicons that anybody asks for.
    asked: BTreeSet<String>,
    entries: Vec<Entry>,
    guards: Vec<Guard>,
    /// By plan: looks for the families of which any list is watched, as far as the plan needs them.
    watch: Vec<Arc<scan::Scan>>,
    /// Looks for all others, in single turns.
    spot: Arc<scan::Scan>,
    segmenter: Segmenter,
}

impl From<Watched> for ListId {
    fn from(Watched(list): Watched) -> Self {
        list
    }
}

impl Lexicons {
    /// An entry.
    #[must_use]
    pub fn entry(&self, entry: EntryId) -> &Entry {
        &self.entries[entry.0 as usize]
    }

    /// A guard.
    #[must_use]
    pub fn guard(&self, guard: GuardId) -> &Guard {
        &self.guards[guard.index()]
    }

    /// Finds every entry of the watched lists of `plan` in `document`.
    #[must_use]
    pub fn scan(&self, document: &Document<'_>, plan: Plan) -> Mentions {
        self.watch[plan.0].find(self, document, 0..position(document.turns().len()))
    }

    /// Finds every entry of the lists that are not watched in one turn of `document`.
    #[must_use]
    pub fn scan_turn(&self, document: &Document<'_>, turn: u32) -> Mentions {
        self.spot.find(self, document, turn..turn + 1)
    }

    /// Whether [`Self::scan`] finds the entries of `list`, or [`Self::scan_turn`].
    #[must_use]
    pub fn is_watched(&self, list: ListId) -> bool {
        self.watch[Plan::ALL.0].covers(list)
    }

    /// Every lexicon, in the order of their ids.
    #[must_use]
    pub fn catalogue(&self) -> &[Catalogued] {
        &self.catalogue
    }

    /// Every entry, in the order of files and lines; those that stand in no file last.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether any of `lists` is a part of the lexicon with this id.
    #[must_use]
    pub fn is_among(&self, id: &str, lists: &[ListId]) -> bool {
        self.by_name.get(id).is_some_and(|own| own.iter().any(|list| lists.contains(list)))
    }

    /// The entries that stand in `words`, whoever says them.
    #[must_use]
    pub fn entries_in(&self, words: &str) -> BTreeSet<EntryId> {
        let turn = |(role, index)| Turn { role, start_ms: None, end_ms: None, text: words.into(), index };
        let turns = [(Role::Agent, 0), (Role::Customer, 1)].map(turn).into();
        let transcript = Transcript { turns, ..Transcript::default() };
        let document = Document::new(&transcript);
        let spotted = [self.scan_turn(&document, 0), self.scan_turn(&document, 1)];
        let all = std::iter::once(self.scan(&document, Plan::ALL)).chain(spotted);
        all.flat_map(|mentions| mentions.entries().collect::<Vec<_>>()).collect()
    }

    /// The lexicons that nobody asks for: neither a rule, nor the dialogue file, nor as a guard.
    pub fn unused(&self) -> impl Iterator<Item = &Catalogued> {
        self.catalogue.iter().filter(|lexicon| !lexicon.guard && !self.asked.contains(&lexicon.id))
    }

    /// Number of lexicons and groups that rules can name, and of entries.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.by_name.len(), self.entries.len())
    }
}
