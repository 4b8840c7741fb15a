//! `zhijian explain`: why one rule says what it says about each transcript of a file.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::input::{self, Found};
use super::pack::PackArgs;
use super::{CliError, Outcome};
use crate::answer::{Line, Refusal};
use crate::config::LimitsLayer;
use crate::explain::explain;
use crate::pack::Pack;
use crate::rule::RuleId;
use crate::transcript::limits::Limits;
use crate::transcript::{intake, script};
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
    let texts = if args.file.extension().is_some_and(|extension| extension == "txt") {
        vec![of_script(&pack, rule, &args.file)?]
    } else {
        let mut items = Vec::new();
        input::read_all(&[args.file], settings.limits.body_bytes, &mut |more| {
            items.extend(more);
            true
        });
        let told = items.into_iter().map(|item| told(&pack, rule, item.found, &settings.limits));
        told.collect::<Result<_, _>>()?
    };
    std::io::stdout().write_all(texts.join("\n").as_bytes()).map_err(CliError::io("写不出结果"))?;
    Ok(Outcome::Fine)
}

/// The explanation for one document, or why it could not be read.
fn told(pack: &Pack, rule: RuleId, found: Found, limits: &Limits) -> Result<String, CliError> {
    Ok(match found {
        Found::Document(Line::Whole { bytes, .. }) => match intake::read(&bytes, limits) {
            Ok(transcript) => explain(pack, rule, &transcript),
            Err(problem) => format!("{}\n", Refusal::from(problem).detail),
        },
        Found::Document(Line::TooLong { .. }) => {
            format!("{}\n", Refusal::from(intake::too_large(limits)).detail)
        }
        Found::Unreadable(error) => return Err(CliError::io("读不了文件")(error)),
    })
}

fn named(pack: &Pack, id: &str) -> Result<RuleId, CliError> {
    let found = pack.all_rules().iter().find(|rule| pack.rule(**rule).id == id);
    found.copied().ok_or_else(|| {
        let near = yaml::nearest(id, pack.rules.iter().map(|rule| rule.id.as_str()));
        let hint = near.map_or_else(String::new, |near| format!("，是不是想写 {near}"));
        CliError::Usage(format!("没有编号为“{id}”的规则{hint}"))
    })
}

fn of_script(pack: &Pack, rule: RuleId, file: &Path) -> Result<String, CliError> {
    let text = std::fs::read_to_string(file).map_err(CliError::io(format!("读不了 {}", file.display())))?;
    match script::read(&text) {
        Ok(script) => Ok(explain(pack, rule, &script.transcript)),
        Err(errors) => {
            let told = errors
                .iter()
                .map(|error| format!("{}:{}:{}:{}", file.display(), error.line, error.column, error.message));
            Err(CliError::Usage(told.collect::<Vec<_>>().join("\n")))
        }
    }
}
