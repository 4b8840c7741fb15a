//! The pack: lexicons, rules and rubrics, loaded whole or not at all, with one digest.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::criteria::{self, Criterion};
use crate::detect::{Dialogue, dialogue};
use crate::diagnostic::{Diagnostic, Diagnostics, Source, reason};
use crate::digest::hex;
use crate::draft::Form;
use crate::lexicon::{self, Lexicons, LexiconsDraft, ListId, Plan};
use crate::review::reasons::{self, Reasons};
use crate::rule::RuleId;
use crate::rule::{self, Rule};
use crate::score::{self, Rubric};
use crate::transcript::Transcript;

/// Lexicons, rules and rubrics, compiled and checked (规则包).
#[derive(Debug)]
pub struct Pack {
    /// All word lists, compiled into one scan.
    pub lexicons: Lexicons,
    /// Of what states of a dialogue are made.
    pub dialogue: Dialogue,
    /// All rules, in the order of their ids.
    pub rules: Vec<Rule>,
    /// All rubrics that are used, in the order of their ids.
    pub forms: Vec<Form>,
    /// The rubrics with points that are still to be set (扣X分): they are not used.
    pub waiting: Vec<Rubric>,
    /// The criteria that it serves, in the order of their list.
    pub criteria: Vec<Criterion>,
    /// Why its drafts may be overruled.
    pub reasons: Reasons,
    /// The files that it was made of.
    pub sources: Vec<Source>,
    all_rules: Vec<RuleId>,
    /// The lists of words that the dialogue file names.
    of_dialogue: Vec<ListId>,
    digest: String,
}

/// The lexicons that the binary carries.
#[derive(RustEmbed)]
#[folder = "lexicons"]
#[prefix = "lexicons/"]
struct ShippedLexicons;

/// The rules that the binary carries.
#[derive(RustEmbed)]
#[folder = "rules"]
#[prefix = "rules/"]
struct ShippedRules;

/// Every file that the binary carries, explanations included, by its path in the pack.
pub fn shipped_files() -> impl Iterator<Item = (String, Cow<'static, [u8]>)> {
    let lexicons = ShippedLexicons::iter().map(|path| (ShippedLexicons::get(&path), path));
    let files = lexicons.chain(ShippedRules::iter().map(|path| (ShippedRules::get(&path), path)));
    files.filter_map(|(file, path)| Some((path.into_owned(), file?.data)))
}

/// A file larger than this is no file of a pack.
const LARGEST_FILE: u64 = 32 << 20;

/// Folders deeper than this are a link in a circle.
const DEEPEST_FOLDER: usize = 12;

impl Pack {
    /// Loads the pack under `root`, which holds `lexicons/` and `rules/`.
    ///
    /// # Errors
    /// Every mistake in every file, each with its place.
    pub fn load(root: &Path) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        let files = files(root, &mut diagnostics);
        let read = files.iter().filter_map(|(file, path)| diagnostics.keep(read_file(file, path)).flatten());
        let sources = read.collect();
        Self::compile(sources, diagnostics)
    }

    /// Loads the pack that the binary carries.
    ///
    /// # Errors
    /// As [`Pack::load`]; the tests hold that the shipped pack has none.
    pub fn shipped() -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        let mut sources = Vec::new();
        for (path, content) in shipped_files() {
            sources.extend(diagnostics.keep(decode(&path, &content)).flatten());
        }
        Self::compile(sources, diagnostics)
    }

    /// Compiles a pack from files that have been read; mistakes that were met on the way go into `diagnostics`.
    ///
    /// # Errors
    /// Every mistake in every file, each with its place.
    pub fn compile(mut sources: Vec<Source>, mut diagnostics: Diagnostics) -> Result<Self, Diagnostics> {
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        let digest = digest(&sources);
        let (lists, rest): (Vec<_>, Vec<_>) =
            sources.iter().cloned().partition(|source| source.path.starts_with(lexicon::FOLDER));
        let rule_ids = rule_ids(&sources, &diagnostics);
        let mut lexicons = LexiconsDraft::read(&lists, &mut diagnostics);
        let dialogue = match rest.iter().find(|source| source.path == dialogue::FILE) {
            Some(source) => Dialogue::read(source, &mut lexicons, &mut diagnostics),
            None if diagnostics.0.iter().any(|known| known.file == dialogue::FILE) => None,
            None => {
                let missing = Source { path: dialogue::FILE.to_owned(), text: String::new() };
                diagnostics.push(missing.mistake(0, 0, "缺少这个文件").help("可从自带的规则包里复制一份"));
                None
            }
        };
        let always = lexicons.take_named();
        let at = |path: &str| rest.iter().find(|source| source.path == path);
        let criteria = at(criteria::FILE).map(|source| criteria::read(source, &mut diagnostics));
        let reasons = at(reasons::FILE).map(|source| Reasons::read(source, &mut diagnostics));
        let rule_files: Vec<&Source> = rest.iter().filter(|source| is_rule(&source.path)).collect();
        let rules = rule::read(&rule_files, &rule_ids, &mut lexicons, &mut diagnostics);
        let (waiting, rubrics): (Vec<Rubric>, Vec<Rubric>) = rest
            .iter()
            .filter(|source| source.path.starts_with(score::FOLDER))
            .filter_map(|source| score::read(source, &rules, &rule_ids, &mut diagnostics))
            .partition(|rubric| !rubric.unset.is_empty());
        let whole = Source { path: lexicon::FOLDER.to_owned(), text: String::new() };
        let plans = rubrics.iter().map(|rubric| {
            let rules = rubric.rules.iter().filter_map(|rule| rules.get(rule.0 as usize));
            rules.flat_map(|rule| &rule.lists).chain(&always).copied().collect()
        });
        let examples = rules.iter().flat_map(|rule| &rule.examples).map(|example| example.script.as_str());
        let compiled = lexicons.compile(&plans.collect::<Vec<_>>(), examples);
        let compiled = compiled.map_err(|message| whole.mistake(0, 0, message));
        let lexicons = diagnostics.keep(compiled);
        diagnostics.settle()?;
        let (Some(lexicons), Some(dialogue)) = (lexicons, dialogue) else {
            return Err(Diagnostics::default());
        };
        let all_rules = (0..u32::try_from(rules.len()).unwrap_or(u32::MAX)).map(RuleId).collect();
        let numbered = rubrics.into_iter().enumerate();
        let forms = numbered.map(|(at, rubric)| Form::new(rubric, &rules, Plan::nth(at))).collect();
        let (criteria, reasons) = (criteria.unwrap_or_default(), reasons.unwrap_or_default());
        Ok(Self {
            lexicons,
            dialogue,
            rules,
            forms,
            waiting,
            criteria,
            reasons,
            sources,
            all_rules,
            of_dialogue: always,
            digest,
        })
    }

    /// `sha256:` and the digest of every file of the pack, which each draft names.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The ids of the rubrics that are used, sorted.
    pub fn rubric_ids(&self) -> impl Iterator<Item = &str> {
        self.forms.iter().map(|form| form.rubric.id.as_str())
    }

    /// Every rubric, used or not.
    pub fn rubrics(&self) -> impl Iterator<Item = &Rubric> {
        self.forms.iter().map(|form| &form.rubric).chain(&self.waiting)
    }

    /// The rubric with this id, if it is used.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.rubric.id == id)
    }

    /// The rubric that is made for such a transcript: a default one before others, then in the order of ids.
    #[must_use]
    pub fn form_for(&self, transcript: &Transcript<'_>) -> Option<&Form> {
        let mut fitting = self.forms.iter().filter(|form| form.rubric.applies_to.fits(transcript));
        let first = fitting.clone().next();
        fitting.find(|form| form.rubric.default).or(first)
    }

    /// A rule.
    #[must_use]
    pub fn rule(&self, rule: RuleId) -> &Rule {
        &self.rules[rule.0 as usize]
    }

    /// The ids of all rules, ascending.
    #[must_use]
    pub fn all_rules(&self) -> &[RuleId] {
        &self.all_rules
    }

    /// The lists of words that the dialogue file names.
    #[must_use]
    pub fn lists_of_dialogue(&self) -> &[ListId] {
        &self.of_dialogue
    }

    /// The file in which the rule with this id stands.
    #[must_use]
    pub fn source_of(&self, rule: &Rule) -> Option<&Source> {
        self.source(&format!("{}{}.yaml", rule::FOLDER, rule.id))
    }

    /// The file with this path.
    #[must_use]
    pub fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }
}

/// Whether the file at `path` holds a rule.
fn is_rule(path: &str) -> bool {
    path.starts_with(rule::FOLDER)
        && path.ends_with(".yaml")
        && ![dialogue::FILE, criteria::FILE, reasons::FILE].contains(&path)
        && !path.starts_with(score::FOLDER)
}

/// The ids of all rules, sorted: of files that have been read, and of those of which only the mistake is known.
fn rule_ids(sources: &[Source], diagnostics: &Diagnostics) -> Vec<String> {
    let broken = diagnostics.0.iter().map(|diagnostic| diagnostic.file.as_str());
    let paths = sources.iter().map(|source| source.path.as_str()).chain(broken);
    let id = |path: &str| path.strip_prefix(rule::FOLDER)?.strip_suffix(".yaml").map(str::to_owned);
    let ids: BTreeSet<String> = paths.filter(|path| is_rule(path)).filter_map(id).collect();
    ids.into_iter().collect()
}

/// Length and content of every file, in the order of their paths.
fn digest(sources: &[Source]) -> String {
    let mut hash = Sha256::new();
    for source in sources {
        hash.update(format!("{}\n{}\n", source.path, source.text.len()));
        hash.update(&source.text);
    }
    format!("sha256:{}", hex(hash.finalize()))
}

/// Every file of the pack below `root`, with its path in the pack; folders that cannot be read go to `diagnostics`.
pub(crate) fn files(root: &Path, diagnostics: &mut Diagnostics) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for folder in [lexicon::FOLDER, rule::FOLDER] {
        walk(&root.join(folder), folder.trim_end_matches('/'), &mut files, diagnostics);
    }
    files
}

/// Lists every file below `folder`, whose path in the pack is `path`.
fn walk(folder: &Path, path: &str, files: &mut Vec<(PathBuf, String)>, diagnostics: &mut Diagnostics) {
    let whole = Source { path: path.to_owned(), text: String::new() };
    if path.matches('/').count() > DEEPEST_FOLDER {
        diagnostics.push(whole.mistake(0, 0, "文件夹套得太深").help("检查有没有指回上层的链接"));
        return;
    }
    let unreadable = |error: io::Error| whole.mistake(0, 0, format!("读不了：{}", reason(&error)));
    let Some(entries) = diagnostics.keep(fs::read_dir(folder).map_err(unreadable)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // Version control, editors and mounted configurations keep their own files under such names.
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let (file, path) = (entry.path(), format!("{path}/{name}"));
        if file.is_dir() {
            walk(&file, &path, files, diagnostics);
        } else {
            files.push((file, path));
        }
    }
}

fn read_file(file: &Path, path: &str) -> Result<Option<Source>, Diagnostic> {
    let whole = Source { path: path.to_owned(), text: String::new() };
    let size = fs::metadata(file).map(|metadata| metadata.len());
    match size.and_then(|size| if size > LARGEST_FILE { Ok(None) } else { fs::read(file).map(Some) }) {
        Ok(Some(bytes)) => decode(path, &bytes),
        Ok(None) => Err(whole.mistake(0, 0, "文件太大").help(format!("最多 {} MB", LARGEST_FILE >> 20))),
        Err(error) => Err(whole.mistake(0, 0, format!("读不了：{}", reason(&error)))),
    }
}

/// The text of a file of the pack; none for files that only explain.
fn decode(path: &str, bytes: &[u8]) -> Result<Option<Source>, Diagnostic> {
    let whole = Source { path: path.to_owned(), text: String::new() };
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let expected = if path.starts_with(lexicon::FOLDER) { "txt" } else { "yaml" };
    if extension == "md" || extension == "json" {
        return Ok(None);
    }
    if extension != expected {
        let help = format!("这个文件夹里的文件以 .{expected} 结尾，说明写在 .md 里");
        return Err(whole.mistake(0, 0, "不认识的文件类型，不会被读取").help(help));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
            Ok(Some(Source { path: path.to_owned(), text }))
        }
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            let help = "多半是 GBK 编码，请用编辑器另存为 UTF-8";
            Err(whole.mistake(line, 1, "不是 UTF-8 编码").help(help))
        }
    }
}
