//! The lexicons of the pack, and each with its entries and who asks for it.

use askama::Template;

use super::super::Frame;
use super::PackHead;
use crate::lexicon::{Anchor, Catalogued, Entry, FOLDER, Speaker};
use crate::pack::Pack;
use crate::rule::Rule;

/// So many entries are on one page.
const ON_A_PAGE: usize = 500;

/// The list of all lexicons.
#[derive(Debug, Template)]
#[template(path = "pack_lexicons.html")]
pub struct LexiconsPage<'p> {
    page: Frame,
    head: PackHead,
    rows: Vec<(&'p Catalogued, usize)>,
}

impl<'p> LexiconsPage<'p> {
    /// The lexicons of `pack`.
    #[must_use]
    pub fn new(page: Frame, head: PackHead, pack: &'p Pack) -> Self {
        let row = |it: &'p Catalogued| (it, users(pack, &it.id).count());
        Self { page, head, rows: pack.lexicons.catalogue().iter().map(row).collect() }
    }
}

/// The rules that ask for a lexicon.
fn users<'p>(pack: &'p Pack, id: &str) -> impl Iterator<Item = &'p Rule> {
    pack.rules.iter().filter(move |rule| pack.lexicons.is_among(id, &rule.lists))
}

/// One lexicon.
#[derive(Debug, Template)]
#[template(path = "pack_lexicon.html")]
pub struct LexiconPage<'p> {
    page: Frame,
    lexicon: &'p Catalogued,
    /// The lines above its entries, as they are written.
    head: &'p str,
    entries: Vec<Line<'p>>,
    asked: EntriesAsked,
    /// How many entries there are of what was asked for.
    found: usize,
    rules: Vec<&'p Rule>,
    /// Whether the dialogue file names it.
    is_of_dialogue: bool,
    /// The lexicons whose entries it guards.
    guarded: Vec<&'p Catalogued>,
}

/// Which of the entries of a lexicon are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntriesAsked {
    /// What they hold; everything where it is empty.
    pub words: String,
    /// Which page of them, from 1.
    pub page: usize,
}

/// An entry, and what only its line tells.
#[derive(Debug)]
struct Line<'p> {
    entry: &'p Entry,
    group: Option<&'p str>,
    note: Option<&'p str>,
    guards: Vec<&'p str>,
}

impl<'p> LexiconPage<'p> {
    /// The page of the lexicon with this id.
    #[must_use]
    pub fn of(page: Frame, pack: &'p Pack, id: &str, asked: EntriesAsked) -> Option<Self> {
        let lexicon = pack.lexicons.catalogue().iter().find(|lexicon| lexicon.id == id)?;
        let path = format!("{FOLDER}{id}.txt");
        let text = pack.source(&path).map_or("", |source| source.text.as_str());
        let (own, words) = (lines(pack, &path, text), asked.words.to_lowercase());
        let fitting = own.into_iter().filter(|line| words.is_empty() || line.holds(&words));
        let fitting: Vec<Line<'_>> = fitting.collect();
        let found = fitting.len();
        let from = asked.page.saturating_sub(1).saturating_mul(ON_A_PAGE);
        let name = id.rsplit('/').next().unwrap_or(id);
        let guards = |other: &&Catalogued| lexicon.guard && is_guarded(pack, other, name);
        Some(Self {
            page,
            lexicon,
            head: text.split_once("---").map_or("", |(head, _)| head.trim_end()),
            entries: fitting.into_iter().skip(from).take(ON_A_PAGE).collect(),
            asked,
            found,
            rules: users(pack, id).collect(),
            is_of_dialogue: pack.lexicons.is_among(id, pack.lists_of_dialogue()),
            guarded: pack.lexicons.catalogue().iter().filter(guards).collect(),
        })
    }

    fn pages(&self) -> usize {
        self.found.div_ceil(ON_A_PAGE)
    }

    fn place(&self) -> String {
        self.page.lang.fill("第 {} 页，共 {} 页", &[&self.at(), &self.pages()])
    }

    fn at(&self) -> usize {
        self.asked.page.max(1)
    }
}

/// Whether any entry of `lexicon` asks for the guard of this name.
fn is_guarded(pack: &Pack, lexicon: &Catalogued, name: &str) -> bool {
    let path = format!("{FOLDER}{}.txt", lexicon.id);
    let mut own = pack.lexicons.entries().iter().filter(|entry| *entry.file == *path);
    own.any(|entry| entry.guards.iter().any(|guard| pack.lexicons.guard(*guard).name == name))
}

/// The entries of the file at `path`, each with the heading above it.
fn lines<'p>(pack: &'p Pack, path: &str, text: &'p str) -> Vec<Line<'p>> {
    let own = pack.lexicons.entries().iter().filter(|entry| *entry.file == *path);
    let mut written = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    let mut group = None;
    let line = |entry: &'p Entry| {
        // Entries stand in the order of their lines.
        let line = written.by_ref().find_map(|(number, line)| {
            if line.starts_with('[') {
                group = Some(line.split("::").next().unwrap_or(line).trim());
            }
            (number == entry.line).then_some(line)
        });
        let note = line.and_then(|line| line.split_once("note="));
        let note = note.map(|(_, note)| note.split([';', '；']).next().unwrap_or(note).trim());
        let guards = entry.guards.iter().map(|guard| pack.lexicons.guard(*guard).name.as_str());
        Line { entry, group, note, guards: guards.collect() }
    };
    own.map(line).collect()
}

impl Line<'_> {
    fn holds(&self, words: &str) -> bool {
        let texts = [Some(self.entry.phrase.as_str()), self.entry.better.as_deref(), self.note, self.group];
        texts.into_iter().flatten().any(|text| text.to_lowercase().contains(words))
    }

    /// What makes it different from a plain entry, in words.
    fn marks(&self) -> Vec<&'static str> {
        let entry = self.entry;
        let anchor = entry.anchor.map(|anchor| match anchor {
            Anchor::Start => "句首",
            Anchor::End => "句尾",
            Anchor::Whole => "整句",
        });
        let candidate = entry.candidate.then_some("疑似");
        let allowed = entry.allow.is_some().then_some("允许");
        let border = entry.border.then_some("词边界");
        [allowed, candidate, anchor, border].into_iter().flatten().collect()
    }
}

/// Whose words count, in words.
fn speaker_title(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Agent => "客服",
        Speaker::Customer => "客户",
        Speaker::System => "系统",
        Speaker::Any => "不限",
    }
}
