//! What is no mistake in a pack, but most likely not meant: entries that never win or say the same, what nobody
//! uses, points to be set.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::lexicon::{self, Entry, Overlap, Same};
use crate::pack::Pack;
use crate::rule::RuleId;
use crate::score;

/// Everything worth a look, in the order of files.
#[must_use]
pub fn notes(pack: &Pack) -> Vec<Diagnostic> {
    let Same { redundant, overlapping } = pack.lexicons.same();
    let redundant = redundant.into_iter().filter_map(|(entry, other)| redundant_entry(pack, entry, other));
    let overlapping = overlapping.iter().filter_map(|overlap| overlapping_entry(pack, overlap));
    let mut notes: Vec<Diagnostic> = redundant.chain(overlapping).collect();
    for unused in pack.lexicons.unused() {
        let path = format!("{}{}.txt", lexicon::FOLDER, unused.id);
        let note = pack.source(&path).map(|source| source.mistake_at_head("没有任何规则用到这张词表"));
        notes.extend(note.map(|note| note.help("在规则里引用它，或删去这个文件")));
    }
    for waiting in &pack.waiting {
        let path = format!("{}{}.yaml", score::FOLDER, waiting.id);
        let message = format!("有 {} 项的分值还没有定，这张评分表不启用", waiting.unset.len());
        let note = pack.source(&path).map(|source| source.mistake_at_head(message));
        notes.extend(note.map(|note| note.help("把写着 X 的地方改成本单位规定的分值")));
    }
    let named = pack.rubrics().flat_map(|rubric| rubric.rules.iter().chain(&rubric.idle).copied());
    let used: BTreeSet<RuleId> = named.collect();
    for id in pack.all_rules().iter().filter(|id| !used.contains(id)) {
        let rule = pack.rule(*id);
        let note = pack.source_of(rule).map(|source| source.mistake_at_head("没有任何评分表用到这条规则"));
        notes.extend(note.map(|note| note.help("只有 --all-rules、?rules=all 会判它；请加进评分表，或删去")));
    }
    notes.sort();
    notes
}

fn redundant_entry(pack: &Pack, entry: &Entry, other: &Entry) -> Option<Diagnostic> {
    let message = format!("“{}”的写法都已包含在别的词条里，永远轮不到它", entry.phrase);
    let help = format!("{}:{} 的“{}”总是先于它，请删去一条", other.file, other.line, other.phrase);
    Some(pack.source(&entry.file)?.mistake(entry.line, 1, message).help(help))
}

fn overlapping_entry(pack: &Pack, overlap: &Overlap<'_>) -> Option<Diagnostic> {
    let Overlap { entry, winner, wording, count } = overlap;
    let message = format!("“{}”有 {count} 种写法与别的词表相同，如“{wording}”", entry.phrase);
    let help = format!("说到时算 {}:{} 的“{}”，请从一处删去", winner.file, winner.line, winner.phrase);
    Some(pack.source(&entry.file)?.mistake(entry.line, 1, message).help(help))
}
