//! What is no mistake in a pack, but most likely not meant: entries that never win, lexicons and rules that nobody uses.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::lexicon;
use crate::pack::Pack;
use crate::rule::RuleId;

/// Everything worth a look, in the order of files.
#[must_use]
pub fn notes(pack: &Pack) -> Vec<Diagnostic> {
    let mut notes: Vec<Diagnostic> = redundant_entries(pack);
    for unused in pack.lexicons.unused() {
        let path = format!("{}{}.txt", lexicon::FOLDER, unused.id);
        let note = pack.source(&path).map(|source| source.mistake(1, 1, "没有任何规则用到这张词表"));
        notes.extend(note.map(|note| note.help("在规则里引用它，或删去这个文件")));
    }
    let used: BTreeSet<RuleId> =
        pack.forms.iter().flat_map(|form| form.rubric.rules.iter().copied()).collect();
    for id in pack.all_rules().iter().filter(|id| !used.contains(id)) {
        let rule = pack.rule(*id);
        let note = pack.source_of(rule).map(|source| source.mistake(1, 1, "没有任何评分表用到这条规则"));
        notes.extend(note.map(|note| note.help("只有 --all-rules、?rules=all 会判它；请加进评分表，或删去")));
    }
    notes.sort();
    notes
}

fn redundant_entries(pack: &Pack) -> Vec<Diagnostic> {
    let redundant = pack.lexicons.redundant();
    let notes = redundant.into_iter().filter_map(|(entry, other)| {
        let message = format!("“{}”的写法都已包含在别的词条里，永远轮不到它", entry.phrase);
        let help = format!("{}:{} 的“{}”总是先于它，请删去一条", other.file, other.line, other.phrase);
        Some(pack.source(&entry.file)?.mistake(entry.line, 1, message).help(help))
    });
    notes.collect()
}
