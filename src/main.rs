//! `zhijian` (质检): the table of commands. Exit codes: 0 fine, 1 findings or failures, 2 wrong usage or I/O.

use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
use zhijian::cli::{self, audit, check, explain, migrate, score, serve, token, unpack, user};

/// The help of every command: `{usage}` and all arguments under Chinese headings.
const HELP: &str = "{about}\n\n用法: {usage}\n\n{all-args}";

/// 质检:把中文客服通话或在线对话的文字记录,变成预先填好、附有证据的评分表,供质检员确认
#[derive(Parser)]
#[command(
    name = "zhijian",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "命令",
    subcommand_value_name = "命令",
    next_help_heading = "选项",
    help_template = HELP
)]
struct Zhijian {
    #[command(subcommand)]
    command: Command,
    /// 显示帮助
    #[arg(short, long, action = ArgAction::Help, global = true)]
    help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Subcommand)]
enum Command {
    /// 给对话记录评分:读入 JSON 或 NDJSON,每通对话输出一行机评初稿
    #[command(help_template = HELP)]
    Score(score::Args),
    /// 检查规则包:词表、规则、评分表全部能用,例子全部成立
    #[command(help_template = HELP)]
    Check(check::Args),
    /// 逐步说明一条规则为什么这样判:找过哪里、命中什么、被什么豁免
    #[command(help_template = HELP)]
    Explain(explain::Args),
    /// 把程序自带的规则包写到一个目录里,供修改
    #[command(help_template = HELP)]
    Unpack(unpack::Args),
    /// 启动 HTTP 服务
    #[command(help_template = HELP)]
    Serve(serve::Args),
    /// 人员:增加、列出、修改可以登录的人
    #[command(help_template = HELP)]
    User(user::Args),
    /// 令牌:建立、列出、作废程序用的令牌
    #[command(help_template = HELP)]
    Token(token::Args),
    /// 审计:核对审计链,导出审计记录
    #[command(help_template = HELP)]
    Audit(audit::Args),
    /// 把数据库升级到本程序的版本(启动服务时也会自动做)
    #[command(help_template = HELP)]
    Migrate(migrate::Args),
}

fn main() -> ExitCode {
    let command = match Zhijian::try_parse() {
        Ok(zhijian) => zhijian.command,
        Err(error) => return cli::misused(&error),
    };
    let result = match command {
        Command::Score(args) => score::run(args),
        Command::Check(args) => check::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Unpack(args) => unpack::run(args),
        Command::Serve(args) => serve::run(args),
        Command::User(args) => user::run(args),
        Command::Token(args) => token::run(args),
        Command::Audit(args) => audit::run(args),
        Command::Migrate(args) => migrate::run(args),
    };
    cli::exit(result)
}
