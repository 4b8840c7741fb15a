//! `zhijian check`: every lexicon, rule and rubric of the pack compiles, and every example in it holds.

use std::io::Write as _;
use std::path::PathBuf;

use super::{CliError, Outcome};
use crate::check;
use crate::config::{Layer, Settings};

/// The arguments of `zhijian check`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "选项")]
pub struct Args {
    /// 配置文件 [缺省: ./zhijian.toml,没有则不读]
    #[arg(long, env = "ZHIJIAN_CONFIG", value_name = "文件")]
    config: Option<PathBuf>,
    /// 规则包目录(含 lexicons/ 与 rules/)[缺省: 当前目录有则用之,否则用程序自带的]
    #[arg(long, env = "ZHIJIAN_PACK", value_name = "目录")]
    pack: Option<PathBuf>,
}

/// Checks the pack.
///
/// # Errors
/// When the pack is broken, the settings are wrong, or the summary cannot be written.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    let layer = Layer { pack: args.pack, ..Layer::default() };
    let settings = Settings::read(args.config.as_deref(), layer)?;
    let pack = settings.load_pack()?;
    let checked = check::examples(&pack)?;
    let check::Checked { files, lexicons, entries, rules, examples, rubrics } = checked;
    writeln!(
        std::io::stdout(),
        "规则包没有错误：{files} 个文件，{lexicons} 张词表和词组，{entries} 条词条，{rules} 条规则，\
         {examples} 个例子全部成立，{rubrics} 张评分表({})\n摘要：{}",
        pack.rubric_ids().collect::<Vec<_>>().join("、"),
        pack.digest(),
    )
    .map_err(CliError::io("写不出结果"))?;
    Ok(Outcome::Fine)
}
