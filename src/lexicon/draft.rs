//! Lexicons as they are read, while rules still ask for lists and announce their patterns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::{
    CLASSES, Catalogued, Entry, EntryId, FOLDER, Guard, GuardId, Lexicons, List, ListId, Speaker, WORDS,
    Watched, beside, compete, file, frequency, guard, scan, sought, wording,
};
use crate::diagnostic::{Diagnostics, Source};
use crate::text::segment::Segmenter;

/// Entries with more wordings than this are not spelt out.
pub(super) const MOST_FORMS: usize = 500;

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

    pub(super) fn new_list(&mut self, family: u32, competes: bool) -> ListId {
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
            better: line.options.better.clone(),
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

    /// The lists of the lexicon or group of this name, of which it is noted that somebody asks for them.
    pub fn ask_for(&mut self, name: &str) -> Option<&[ListId]> {
        let (lexicon, _) = name.split_once('#').unwrap_or((name, ""));
        self.asked.insert(lexicon.to_owned());
        self.named.extend(self.by_name.get(name).into_iter().flatten());
        self.lists(name)
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
        // Entries stand in the order of their lists.
        let first_of = |list: &ListId| {
            let at = self.entries.partition_point(|entry| entry.list < *list);
            self.entries.get(at).filter(|entry| entry.list == *list)
        };
        let mut lists = lists.to_vec();
        lists.sort_unstable();
        lists.iter().find_map(first_of).map_or(Speaker::Agent, |entry| entry.speaker)
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
    /// looked for in single turns. What guards look for is part of every plan. `speech` is an idea of what dialogues are
    /// made of, by which entries are announced by what is rare.
    ///
    /// # Errors
    /// When an automaton would be too large.
    pub fn compile<'s>(
        self,
        plans: &[BTreeSet<ListId>],
        speech: impl Iterator<Item = &'s str>,
    ) -> Result<Lexicons, String> {
        let Self { lists, by_name, mut catalogue, asked, entries, guards, watched, segmenter, .. } = self;
        catalogue.sort_by(|a, b| a.id.cmp(&b.id));
        let mut frequencies = frequency::Frequencies::default();
        speech.for_each(|text| frequencies.count(text));
        let pieces = self.wordings.iter().flat_map(|(_, wordings)| wordings.pieces());
        pieces.for_each(|piece| frequencies.count(&piece.text));
        let sought = self
            .wordings
            .into_par_iter()
            .map(|(id, wordings)| sought::Sought::new(id, wordings, &entries, &frequencies));
        let mut sought: Vec<sought::Sought> = sought.collect();
        let mut known = beside::Known::default();
        sought.iter_mut().for_each(|sought| sought.share(&mut known));
        let sought: Vec<Arc<sought::Sought>> = sought.into_iter().map(Arc::new).collect();
        let is_of = |one: &Arc<sought::Sought>, families: &BTreeSet<u32>| {
            families.contains(&lists[one.list.0 as usize].family)
        };
        let scan = |families: &BTreeSet<u32>| {
            let order = compete::Order::new(&lists, &|list| families.contains(&list.family));
            let entries = sought.iter().filter(|one| is_of(one, families)).cloned().collect();
            scan::Scan::new(entries, order).map(Arc::new)
        };
        let family = |list: &ListId| lists[list.0 as usize].family;
        let always: BTreeSet<u32> = guards.iter().flat_map(|guard| &guard.lists).map(family).collect();
        let needed = |plan: &BTreeSet<ListId>| -> BTreeSet<u32> {
            plan.iter()
                .map(family)
                .chain(always.iter().copied())
                .filter(|one| watched.contains(one))
                .collect()
        };
        let count = |families: &BTreeSet<u32>| sought.iter().filter(|one| is_of(one, families)).count();
        let watched_entries = count(&watched);
        // One automaton less is worth some entries too many.
        let is_nearly_all = |families: &BTreeSet<u32>| count(families) * 5 > watched_entries * 4;
        let plans: Vec<Option<BTreeSet<u32>>> =
            plans.iter().map(|plan| Some(needed(plan)).filter(|families| !is_nearly_all(families))).collect();
        let spotted: BTreeSet<u32> =
            lists.iter().map(|list| list.family).filter(|family| !watched.contains(family)).collect();
        let (all, spot) = rayon::join(|| scan(&watched), || scan(&spotted));
        let (all, spot) = (all?, spot?);
        // Side by side, since each takes a while.
        let of_plans = plans.par_iter().map(|own| own.as_ref().map_or_else(|| Ok(all.clone()), scan));
        let of_plans: Vec<Arc<scan::Scan>> = of_plans.collect::<Result<_, _>>()?;
        let watch = std::iter::once(all).chain(of_plans).collect();
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
