//! `zhijian check`: every lexicon, rule and rubric of the pack compiles, and every example in it holds.

use std::io::Write as _;

use super::pack::PackArgs;
use super::{CliError, Outcome, print};
use crate::check;
use crate::config::LimitsLayer;
use crate::criteria::{self, Criterion};
use crate::notes;
use crate::pack::Pack;

/// The arguments of `zhijian check`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "选项")]
pub struct Args {
    /// Which pack.
    #[command(flatten)]
    pack: PackArgs,
    /// 列出每条准则由哪些规则、评分项落实;A、P+ 类准则没有规则时算作失败
    #[arg(long)]
    coverage: bool,
}

/// Checks the pack.
///
/// # Errors
/// When the pack is broken, the settings are wrong, or the summary cannot be written.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    let settings = args.pack.settings(LimitsLayer::default())?;
    let pack = settings.load_pack()?;
    let checked = check::examples(&pack)?;
    let check::Checked { files, lexicons, entries, rules, examples, rubrics } = checked;
    print(&format!(
        "规则包没有错误：{files} 个文件，{lexicons} 张词表和词组，{entries} 条词条，{rules} 条规则，\
         {examples} 个例子全部成立，{rubrics} 张评分表({})\n摘要：{}",
        pack.rubric_ids().collect::<Vec<_>>().join("、"),
        pack.digest(),
    ))?;
    show_notes(&pack)?;
    if args.coverage { show_coverage(&pack) } else { Ok(Outcome::Fine) }
}

/// Tells what is most likely not meant; that is no failure.
fn show_notes(pack: &Pack) -> Result<(), CliError> {
    let notes = notes::notes(pack);
    if notes.is_empty() {
        return Ok(());
    }
    let text: String = notes.iter().map(|note| format!("{note}\n")).collect();
    print(&format!("提醒 {} 处(不算错误)：\n{text}", notes.len()))
}

/// Lists what puts each criterion into practice.
fn show_coverage(pack: &Pack) -> Result<Outcome, CliError> {
    if pack.criteria.is_empty() {
        return Err(CliError::Usage(format!("规则包里没有 {}，无从列出准则", criteria::FILE)));
    }
    let mut out = std::io::stdout().lock();
    let failed = |error| CliError::io("写不出结果")(error);
    let mut missing = Vec::new();
    for (criterion, served) in criteria::coverage(pack) {
        let Criterion { id, class, title } = criterion;
        let by = match (served.rules.is_empty(), served.items.is_empty()) {
            (false, _) => served.rules.join("、"),
            (true, false) => format!("(评分项){}", served.items.join("、")),
            (true, true) => "—".to_owned(),
        };
        writeln!(out, "{id}\t{}\t{title}\t{by}", class.name()).map_err(failed)?;
        if class.needs_rule() && served.rules.is_empty() {
            missing.push(id.as_str());
        }
    }
    let wanted = pack.criteria.iter().filter(|criterion| criterion.class.needs_rule()).count();
    let covered = wanted - missing.len();
    writeln!(out, "A、P+ 类准则 {wanted} 条，已有规则 {covered} 条").map_err(failed)?;
    if missing.is_empty() {
        return Ok(Outcome::Fine);
    }
    writeln!(out, "还没有规则：{}", missing.join("、")).map_err(failed)?;
    Ok(Outcome::Findings)
}
