//! `zhijian explain`: why one rule says what it says about each transcript of a file.

use std::io::Write as _;
use std::path::PathBuf;

use super::input::{self, Found, Item};
use super::pack::PackArgs;
use super::{CliError, Outcome};
use crate::answer::{Posted, Refusal};
use crate::config::LimitsLayer;
use crate::explain::explain;
use crate::pack::Pack;
use crate::rule::RuleId;
use crate::transcript::limits::Limits;
use crate::yaml;

/// The arguments of `zhijian explain`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "选项")]
pub struct Args {
    /// Which pack.
    #[command(flatten)]
    pack: PackArgs,
    /// 规则编号,如 courtesy/apology
    #[arg(value_name = "规则", help_heading = "输入")]
    rule: String,
    /// 对话文件:JSON、NDJSON,或每行一句“客服:…”的文本;- 表示标准输入
    #[arg(value_name = "文件", help_heading = "输入")]
    file: PathBuf,
}

/// Explains the verdict of one rule on every transcript of a file.
///
/// # Errors
/// When the pack is broken, there is no such rule, or the output cannot be written.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    let settings = args.pack.settings(LimitsLayer::default())?;
    let pack = settings.load_pack()?;
    let rule = named(&pack, &args.rule)?;
    let mut items = Vec::new();
    input::read_all(&[args.file], settings.limits.body_bytes, &mut |more| {
        items.extend(more);
        true
    });
    let told = items.into_iter().map(|item| told(&pack, rule, item, &settings.limits));
    let texts: Vec<String> = told.collect::<Result<_, _>>()?;
    std::io::stdout().write_all(texts.join("\n").as_bytes()).map_err(CliError::io("写不出结果"))?;
    Ok(Outcome::Fine)
}

/// The explanation for one document, or why it could not be read.
fn told(pack: &Pack, rule: RuleId, item: Item, limits: &Limits) -> Result<String, CliError> {
    let file = item.file.as_deref().unwrap_or("标准输入");
    let told = |posted: Posted<'_>| Ok(explain(pack, rule, &posted.read(limits)?));
    match item.found {
        Found::Document(line) => {
            let told: Result<_, Refusal> = line.posted(limits).and_then(told);
            Ok(told.unwrap_or_else(|refusal| format!("{}\n", refusal.detail)))
        }
        Found::Script { text, name } => {
            told(Posted::Script(&text, &name)).map_err(|refusal| mistakes(file, &refusal))
        }
        Found::Unreadable(error) => Err(CliError::io(format!("读不了 {file}"))(error)),
    }
}

/// Every mistake in a script, with its place.
fn mistakes(file: &str, refusal: &Refusal) -> CliError {
    let told = refusal.errors.iter().map(|error| format!("{file}:{}:{}", error.pointer, error.message));
    CliError::Usage(told.collect::<Vec<_>>().join("\n"))
}

fn named(pack: &Pack, id: &str) -> Result<RuleId, CliError> {
    let found = pack.all_rules().iter().find(|rule| pack.rule(**rule).id == id);
    found.copied().ok_or_else(|| {
        let near = yaml::nearest(id, pack.rules.iter().map(|rule| rule.id.as_str()));
        let hint = near.map_or_else(String::new, |near| format!("，是不是想写 {near}"));
        CliError::Usage(format!("没有编号为“{id}”的规则{hint}"))
    })
}
