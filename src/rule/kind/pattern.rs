//! `pattern`: words that fit a regular expression are said; the expression runs only where the scan found what it needs.

use std::borrow::Cow;
use std::ops::Range;

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};
use serde::Deserialize;

use super::{Compiler, Condition, Verdict};
use crate::detect::{By, Scene, Standing};
use crate::lexicon::{GuardId, Speaker};
use crate::rule::View;
use crate::rule::announcement::Announcement;
use crate::rule::found::{Found, Occurrence};
use crate::rule::window::{Window, WindowShape};
use crate::text::{Fold, fold, position};
use crate::transcript::Role;
use crate::yaml::Spanned;

/// A message shows so many characters of a class.
const MOST_SHOWN: usize = 8;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct PatternShape {
    regex: Spanned<String>,
    excluding: Option<Spanned<String>>,
    role: Option<Speaker>,
    #[serde(rename = "in")]
    window: Option<Spanned<WindowShape>>,
    #[serde(default)]
    scope: Scope,
    #[serde(default)]
    verdict: Verdict,
    #[serde(default)]
    guards: Vec<Spanned<String>>,
    family: Option<Spanned<String>>,
}

/// What `^` and `$` mean, and across what a match may reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Scope {
    #[default]
    Sentence,
    Turn,
    /// All that one side says in a row, however many turns a recogniser has made of it.
    Joined,
}

#[derive(Debug)]
pub(in crate::rule) struct Pattern {
    regex: Option<Regex>,
    excluding: Option<Regex>,
    /// Where the expression can match at all; none means anywhere.
    announced_by: Option<Announcement>,
    speaker: Speaker,
    /// Words of others are matched as well, and then suppressed: nothing forbidden may be hidden from a reviewer.
    for_everybody: bool,
    window: Window,
    scope: Scope,
    verdict: Verdict,
    guards: Vec<GuardId>,
    family: u32,
}

impl PatternShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Pattern {
        let speaker = self.role.unwrap_or_default();
        let regex = compile_regex(&self.regex, compiler);
        let excluding = self.excluding.as_ref().and_then(|excluding| compile_regex(excluding, compiler));
        let across_sentences = self.scope == Scope::Turn;
        // Words that are torn between two turns announce nothing.
        let whole = regex.as_ref().filter(|_| self.scope != Scope::Joined);
        let announced_by =
            whole.and_then(|(_, hir)| Announcement::of(hir, across_sentences, compiler.lexicons));
        let family = self.family.as_ref().map_or(0, |name| {
            compiler.lexicons.family(&name.value).unwrap_or_else(|| {
                let help = "家族名写在词表表头的 family:";
                compiler.mistake(name.referenced, format!("没有名为“{}”的家族", name.value), help);
                0
            })
        });
        Pattern {
            announced_by,
            regex: regex.map(|(regex, _)| regex),
            excluding: excluding.map(|(regex, _)| regex),
            speaker,
            for_everybody: compiler.forbids,
            window: Window::compile(self.window.as_ref(), speaker, compiler),
            scope: self.scope,
            verdict: self.verdict,
            guards: compiler.guards(&self.guards),
            family,
        }
    }
}

impl Condition for Pattern {
    fn kind(&self) -> &'static str {
        "pattern"
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        self.window.search(scene, self.speaker, |turns| {
            let mut occurrences = Vec::new();
            for (turn, part) in self.parts(scene, turns) {
                self.search(scene, turn, part, &mut occurrences);
            }
            occurrences
        })
    }
}

impl Pattern {
    /// The sentences or turns within these turns in which the expression can match, in order.
    fn parts(&self, scene: &Scene<'_>, turns: &Range<u32>) -> Vec<(u32, Range<u32>)> {
        let may_count = |turn| {
            let role = scene.turn(turn).role;
            self.for_everybody || self.speaker.is(role) || role == Role::Unknown
        };
        let wanted = |turn| turns.contains(&turn) && may_count(turn);
        let all = turns.clone().filter(|turn| may_count(*turn));
        match (&self.announced_by, self.scope) {
            (Some(announced), Scope::Sentence) => announced.sentences(scene, wanted),
            (Some(announced), Scope::Turn) => announced.turns(scene, wanted),
            (None, Scope::Sentence) => {
                let sentences = |turn| scene.document.sentences(turn).map(move |sentence| (turn, sentence));
                all.flat_map(sentences).collect()
            }
            (None, Scope::Turn) => {
                all.map(|turn| (turn, scene.document.turns()[turn as usize].clone())).collect()
            }
            (_, Scope::Joined) => joined(scene, all),
        }
    }

    /// The turn and place of so many letters that begin at `start`, which does not count the ends of the turns that `row`
    /// has passed: it is the turn that was reached, and how many turns of a row stand before it. What goes on in the next
    /// turn is cut off.
    fn place(&self, scene: &Scene<'_>, row: &mut (u32, u32), start: u32, length: usize) -> (u32, Range<u32>) {
        let end = start + position(length);
        if self.scope != Scope::Joined {
            return (row.0, start..end);
        }
        let turns = scene.document.turns();
        let (at, passed) = row;
        while turns[*at as usize].end <= start + *passed {
            *at += 1;
            *passed += 1;
        }
        (*at, start + *passed..(end + *passed).min(turns[*at as usize].end))
    }

    fn search(&self, scene: &Scene<'_>, turn: u32, part: Range<u32>, occurrences: &mut Vec<Occurrence>) {
        let Some(regex) = &self.regex else { return };
        let text = scene.document.slice(part.clone());
        // Without the ends of turns within the part; each is one letter less.
        let text = if self.scope == Scope::Joined { text.replace('\n', "").into() } else { Cow::from(text) };
        let mut excluded = self.excluding.iter().flat_map(|excluding| excluding.find_iter(&text)).peekable();
        let mut row = (turn, 0);
        for found in regex.find_iter(&text).filter(|found| !found.is_empty()) {
            while excluded.next_if(|other| other.end() <= found.start()).is_some() {}
            let is_excluded = excluded.peek().is_some_and(|other| other.start() < found.end());
            let (turn, span) = self.place(scene, &mut row, part.start + position(found.start()), found.len());
            let standing = if is_excluded {
                Standing::Suppressed(By::Excluded)
            } else {
                self.verdict.of(scene.match_standing(turn, &span, self.speaker, &self.guards))
            };
            occurrences.push(Occurrence {
                turn,
                span: Some(span),
                times: None,
                standing,
                family: self.family,
                entry: None,
            });
        }
    }
}

/// What one side says in a row within these turns, with the first turn of each row.
fn joined(scene: &Scene<'_>, turns: impl Iterator<Item = u32>) -> Vec<(u32, Range<u32>)> {
    let mut rows: Vec<(u32, Range<u32>)> = Vec::new();
    let mut last: Option<u32> = None;
    for turn in turns {
        let part = scene.document.turns()[turn as usize].clone();
        let goes_on =
            last.is_some_and(|last| last + 1 == turn && scene.turn(last).role == scene.turn(turn).role);
        match rows.last_mut().filter(|_| goes_on) {
            Some((_, row)) => row.end = part.end,
            None => rows.push((turn, part)),
        }
        last = Some(turn);
    }
    rows
}

fn compile_regex(written: &Spanned<String>, compiler: &mut Compiler<'_>) -> Option<(Regex, Hir)> {
    // Normalised text has no digits but the Arabic ones, and a small class yields literals.
    let pattern = written.value.replace(r"\d", "[0-9]");
    let regex = compiler.regex(&pattern, written.referenced)?;
    let hir = regex_syntax::parse(&pattern).ok()?;
    if regex.is_match("") {
        compiler.mistake(written.referenced, "这个正则连空文字都匹配", "至少要有一个必须出现的字");
        return None;
    }
    if let Some(letters) = unmatchable(&hir) {
        let help = "匹配的是归一后的文字：小写、半角、简体，没有标点和空格；停顿用 .{0,2} 之类代替";
        compiler.mistake(written.referenced, format!("正则里的“{letters}”永远匹配不到"), help);
        return None;
    }
    Some((regex, hir))
}

/// The first literal character that normalised text never has, or the first class of nothing but such characters.
fn unmatchable(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            text.chars().find(|c| never_stands(*c)).map(shown)
        }
        HirKind::Class(Class::Unicode(class)) => {
            unmatchable_class(class.iter().flat_map(|range| range.start()..=range.end()))
        }
        HirKind::Class(Class::Bytes(class)) => {
            unmatchable_class(class.iter().flat_map(|range| range.start()..=range.end()).map(char::from))
        }
        HirKind::Repetition(repetition) => unmatchable(&repetition.sub),
        HirKind::Capture(capture) => unmatchable(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(unmatchable),
        HirKind::Empty | HirKind::Look(_) => None,
    }
}

/// The class in brackets, shortened, where none of its characters ever stands in normalised text.
fn unmatchable_class(characters: impl Iterator<Item = char>) -> Option<String> {
    let (mut first, mut count) = (String::new(), 0_usize);
    for c in characters {
        if !never_stands(c) {
            return None;
        }
        if count < MOST_SHOWN {
            first.push_str(&shown(c));
        }
        count += 1;
    }
    Some(format!("[{first}{}]", if count > MOST_SHOWN { "…" } else { "" }))
}

/// Whether normalised text never has `c`. A point stands within numbers.
fn never_stands(c: char) -> bool {
    c != '.' && fold(c) != Fold::Letter(c)
}

fn shown(c: char) -> String {
    if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_normalised_text_never_has_are_found() {
        for (pattern, expected) in [
            ("這事", Some("這")),
            ("好,的", Some(",")),
            ("A", Some("A")),
            ("好的", None),
            ("好[,。]的", Some("[,。]")),
            (r"好\n", Some(r"\n")),
            ("[A-Z]{2}", Some("[ABCDEFGH…]")),
            ("[A-Za-z]", None),
            ("[。.]", None),
            ("好[^的]", None),
        ] {
            let found = unmatchable(&regex_syntax::parse(pattern).unwrap());
            assert_eq!(found.as_deref(), expected, "{pattern}");
        }
    }
}
