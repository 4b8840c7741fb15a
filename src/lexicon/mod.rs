//! Stage 3: word lists — their files, their entries, and one scan over all of them.

mod compete;
mod file;
mod frequency;
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

use crate::diagnostic::{Diagnostics, Source};
use crate::text::segment::Segmenter;
use crate::text::{Document, position};
use crate::transcript::Role;

pub use compete::Mentions;
pub use guard::{Across, Effect, Guard, GuardId, Side};
pub use scan::{Beaten, Mention};

/// Entries with more wordings than this are not spelt out.
const MOST_FORMS: usize = 500;

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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
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
    /// The reason of an allow entry; such an entry is no match itself, but beats shorter ones.
    pub allow: Option<String>,
    list: ListId,
}

impl Entry {
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
    watch: Vec<scan::Scan>,
    /// Looks for all others, in single turns.
    spot: scan::Scan,
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

/// Lexicons that have been read, while rules still add the literals of their patterns.
#[derive(Debug, Default)]
pub struct LexiconsDraft {
    catalogue: Vec<Catalogued>,
    asked: BTreeSet<String>,
    /// What has been named since it was last asked for.
    named: Vec<ListId>,
    lists: Vec<List>,
    by_name: BTreeMap<String, Vec<ListId>>,
    /// Lexicons of which not every group could be read.
    half_read: BTreeSet<String>,
    entries: Vec<Entry>,
    guards: Vec<Guard>,
    families: BTreeMap<String, u32>,
    family_count: u32,
    wordings: Vec<(EntryId, wording::Wordings)>,
    /// The families of which any list is watched.
    watched: BTreeSet<u32>,
    /// The lists of literals that announce patterns.
    announcing: BTreeMap<Vec<String>, Watched>,
    segmenter: Segmenter,
}

impl LexiconsDraft {
    /// Reads every lexicon among `sources`; mistakes go to `diagnostics`.
    ///
    /// Files about which `diagnostics` has something to say already could not be opened: they count as lexicons
    /// whose content is unknown, so that nobody who names them is told that they do not exist.
    #[must_use]
    pub fn read(sources: &[Source], diagnostics: &mut Diagnostics) -> Self {
        let mut draft = Self::default();
        let unreadable = unreadable(diagnostics);
        let unknown = unreadable.iter().map(|source| (source, file::LexiconFile::unknown()));
        let mut files: Vec<(&Source, file::LexiconFile)> = unknown.collect();
        let classes = sources.iter().find(|source| source.path == CLASSES);
        let classes = classes.map(|source| file::classes::read(source, diagnostics)).unwrap_or_default();
        for source in sources {
            match source.path.as_str() {
                WORDS => draft.segmenter = Segmenter::new(file::read_words(source, diagnostics)),
                CLASSES => {}
                _ => files.push((source, file::read(source, &classes, diagnostics))),
            }
        }
        let names = guard::names(&files);
        for (source, lexicon) in &files {
            draft.add(source, lexicon, &names, diagnostics);
        }
        draft.guards.sort_by_key(|guard| names.get(&guard.name).copied());
        draft
    }

    fn add(
        &mut self,
        source: &Source,
        lexicon: &file::LexiconFile,
        guards: &BTreeMap<String, GuardId>,
        diagnostics: &mut Diagnostics,
    ) {
        let name = source.id(FOLDER);
        refuse_unknown_guards(source, lexicon, guards, diagnostics);
        self.by_name.entry(name.to_owned()).or_default();
        if lexicon.hides_groups {
            self.half_read.insert(name.to_owned());
        }
        self.catalogue.push(Catalogued {
            id: name.to_owned(),
            title: lexicon.header.title.clone().unwrap_or_default(),
            speaker: lexicon.header.options.role,
            family: lexicon.header.family.clone(),
            guard: lexicon.header.guard.is_some(),
            entries: lexicon.groups.iter().map(|group| group.lines.len()).sum(),
        });
        let family = lexicon.header.family.clone().unwrap_or_else(|| format!("{name}.txt"));
        let family = *self.families.entry(family).or_insert_with(|| {
            self.family_count += 1;
            self.family_count
        });
        let file: Arc<str> = source.path.as_str().into();
        for group in &lexicon.groups {
            let list = self.new_list(family, true);
            self.by_name.entry(name.to_owned()).or_default().push(list);
            if let Some(id) = &group.id {
                self.by_name.entry(format!("{name}#{id}")).or_default().push(list);
            }
            for line in &group.lines {
                self.add_line(list, line, &file, guards);
            }
        }
        if let Some(shape) = &lexicon.header.guard {
            let lists = self.by_name.get(name).cloned().unwrap_or_default();
            self.guards.push(shape.with_lists(guard::name_of(name), lists));
        }
    }

    fn new_list(&mut self, family: u32, competes: bool) -> ListId {
        let list = ListId(u32::try_from(self.lists.len()).unwrap_or(u32::MAX));
        self.lists.push(List { family, competes });
        list
    }

    fn add_line(
        &mut self,
        list: ListId,
        line: &file::EntryLine,
        file: &Arc<str>,
        guards: &BTreeMap<String, GuardId>,
    ) {
        let id = EntryId(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        let own_guards = line.options.guards.iter().filter_map(|guard| guards.get(&guard.name).copied());
        let own_guards = own_guards.collect();
        self.wordings.push((id, line.wordings.clone()));
        self.entries.push(Entry {
            phrase: line.phrase.clone(),
            speaker: line.options.role,
            candidate: line.options.candidate,
            guards: own_guards,
            anchor: line.options.anchor,
            border: line.options.border,
            file: file.clone(),
            line: line.number,
            allow: line.allow.clone(),
            list,
        });
    }

    /// Adds literals that announce a pattern: where none of them occurs, the pattern cannot match.
    ///
    /// They are found across the ends of sentences as well, since a pattern may reach across them.
    pub fn announce(&mut self, literals: &[String]) -> Watched {
        let mut literals = literals.to_vec();
        literals.sort();
        literals.dedup();
        if let Some(list) = self.announcing.get(&literals) {
            self.named.push((*list).into());
            return *list;
        }
        self.family_count += 1;
        let list = self.new_list(self.family_count, false);
        self.named.push(list);
        let id = EntryId(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        self.wordings.push((id, wording::Wordings::of_literals(&literals)));
        self.entries.push(Entry::plain(literals.join("|"), list));
        let watched = self.watch(list);
        self.announcing.insert(literals, watched);
        watched
    }

    /// Has a list looked for in the whole dialogue, and with it those that compete with it.
    pub fn watch(&mut self, list: ListId) -> Watched {
        self.watched.insert(self.family_of(list));
        Watched(list)
    }

    /// Notes that somebody asks for the lexicon or group of this name.
    pub fn ask_for(&mut self, name: &str) {
        let (lexicon, _) = name.split_once('#').unwrap_or((name, ""));
        self.asked.insert(lexicon.to_owned());
        let lists = self.by_name.get(name).cloned().unwrap_or_default();
        self.named.extend(lists);
    }

    /// The lists that a rule means by `name`: a lexicon, or one group of it. A group of a lexicon that could not be
    /// read to the end may exist, and counts as empty.
    #[must_use]
    pub fn lists(&self, name: &str) -> Option<&[ListId]> {
        let known = self.by_name.get(name).map(Vec::as_slice);
        known.or_else(|| {
            let (lexicon, _) = name.split_once('#')?;
            self.half_read.contains(lexicon).then_some(&[][..])
        })
    }

    /// The guard of that name.
    #[must_use]
    pub fn guard(&self, name: &str) -> Option<GuardId> {
        self.guards.iter().position(|guard| guard.name == name).map(GuardId::new)
    }

    /// The number by which entries of the named family compete.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<u32> {
        self.families.get(name).copied()
    }

    /// The family in which the entries of `list` compete.
    #[must_use]
    pub fn family_of(&self, list: ListId) -> u32 {
        self.lists[list.0 as usize].family
    }

    /// The speaker that the first entry of `lists` names: the default of a condition about them.
    #[must_use]
    pub fn speaker_of(&self, lists: &[ListId]) -> Speaker {
        let entry = self.entries.iter().find(|entry| lists.contains(&entry.list));
        entry.map_or(Speaker::Agent, |entry| entry.speaker)
    }

    /// Every wording of the entries of `lists` that forbid nothing but letters: no gap, no number, not too many of them.
    #[must_use]
    pub fn plain_wordings(&self, lists: &[ListId]) -> Vec<String> {
        let asked = self.wordings.iter().filter(|(id, _)| {
            let entry = &self.entries[id.0 as usize];
            entry.allow.is_none() && lists.contains(&entry.list)
        });
        asked.flat_map(|(_, wordings)| wordings.all(MOST_FORMS).unwrap_or_default()).collect()
    }

    /// Names of lexicons that resemble `name`, for a message.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The lists that were named since this was last asked.
    pub fn take_named(&mut self) -> Vec<ListId> {
        std::mem::take(&mut self.named)
    }

    /// Compiles everything: one scan for all watched lists, one for each of these plans, and one for what is only
    /// looked for in single turns. What guards look for is part of every plan.
    ///
    /// # Errors
    /// When an automaton would be too large.
    pub fn compile(self, plans: &[BTreeSet<ListId>]) -> Result<Lexicons, String> {
        let Self { lists, by_name, mut catalogue, asked, entries, guards, watched, segmenter, .. } = self;
        catalogue.sort_by(|a, b| a.id.cmp(&b.id));
        let is_watched = |list: &List| watched.contains(&list.family);
        let texts = self.wordings.iter().flat_map(|(_, wordings)| wordings.pieces());
        let frequencies = frequency::Frequencies::of(texts.map(|piece| piece.text.as_str()));
        let sought = self.wordings.into_iter();
        let sought = sought.map(|(id, wordings)| sought::Sought::new(id, wordings, &entries, &frequencies));
        let sought: Vec<Arc<sought::Sought>> = sought.map(Arc::new).collect();
        let scan = |included: &dyn Fn(&List) -> bool| {
            let asked = sought.iter().filter(|sought| included(&lists[sought.list.0 as usize]));
            scan::Scan::new(asked.cloned().collect(), compete::Order::new(&lists, included))
        };
        let mut watch = vec![scan(&is_watched)?];
        for plan in plans {
            let always = guards.iter().flat_map(|guard| &guard.lists);
            let family = |list: &ListId| lists[list.0 as usize].family;
            let needed: BTreeSet<u32> = plan.iter().chain(always).map(family).collect();
            watch.push(scan(&|list| is_watched(list) && needed.contains(&list.family))?);
        }
        let spot = scan(&|list| !is_watched(list))?;
        let families = lists.iter().map(|list| list.family).collect();
        Ok(Lexicons { by_name, catalogue, families, asked, entries, guards, watch, spot, segmenter })
    }
}

/// The lexicons of which only the mistake is known.
fn unreadable(diagnostics: &Diagnostics) -> Vec<Source> {
    let paths: BTreeSet<&str> = diagnostics.0.iter().map(|diagnostic| diagnostic.file.as_str()).collect();
    let is_lexicon =
        |path: &&str| path.starts_with(FOLDER) && path.ends_with(".txt") && ![WORDS, CLASSES].contains(path);
    let source = |path: &str| Source { path: path.to_owned(), text: String::new() };
    paths.into_iter().filter(is_lexicon).map(source).collect()
}

/// Tells names of guards that do not exist, each where it is written and not where it is inherited.
fn refuse_unknown_guards(
    source: &Source,
    lexicon: &file::LexiconFile,
    guards: &BTreeMap<String, GuardId>,
    diagnostics: &mut Diagnostics,
) {
    let groups = lexicon.groups.iter().map(|group| &group.options);
    let lines = lexicon.groups.iter().flat_map(|group| &group.lines).map(|line| &line.options);
    let options = std::iter::once(&lexicon.header.options).chain(groups).chain(lines);
    let named: BTreeSet<_> = options.flat_map(|options| &options.guards).collect();
    for file::GuardName { line, column, name } in named {
        if guards.contains_key(name) {
            continue;
        }
        let known: Vec<&str> = guards.keys().map(String::as_str).collect();
        let help = match &known[..] {
            [] => "豁免是 lexicons/guards/ 下的词表，名字就是文件名".to_owned(),
            known => format!("可用的有：{}", known.join("、")),
        };
        let message = format!("没有名为“{name}”的语境豁免");
        diagnostics.push(source.mistake(*line, *column, message).help(help));
    }
}
