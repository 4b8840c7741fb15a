//! `zhijian token`: what programs prove themselves with, for whoever has the store in their hands.

use clap::Subcommand;
use comfy_table::Table;
use jiff::Timestamp;

use super::store::{StoreArgs, operator};
use super::{CliError, Outcome, print, say};
use crate::access::{Role, Scopes, Unknown, check_name, end_of_term, scopes_of_token};
use crate::store::{NewToken, Token};

/// The arguments of `zhijian token`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "选项", subcommand_help_heading = "命令", subcommand_value_name = "命令")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 建立一个令牌;密文只显示这一次
    Add {
        /// 用途,如持有它的系统的名称
        #[arg(value_name = "名称")]
        name: String,
        /// 角色 [缺省: machine]
        #[arg(long, value_name = "角色", default_value = "machine")]
        #[arg(hide_default_value = true, hide_possible_values = true)]
        role: Role,
        /// 权限,用逗号分开 [缺省: 角色的全部权限]
        #[arg(long, value_name = "权限")]
        scopes: Option<String>,
        /// 有效多少天 [缺省: 一直有效]
        #[arg(long, value_name = "天")]
        days: Option<u32>,
        /// Which store.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// 列出全部令牌(不含密文)
    List {
        /// Which store.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// 作废一个令牌,立即生效
    Revoke {
        /// 编号或开头几个字符,见 zhijian token list
        #[arg(value_name = "编号|开头")]
        token: String,
        /// Which store.
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// Makes, lists or revokes tokens.
///
/// # Errors
/// When the store cannot be used, or what is asked for cannot be done.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    match args.command {
        Command::Add { name, role, scopes, days, store } => {
            let now = Timestamp::now();
            let name = check_name(&name)?;
            let scopes = scopes_of_token(role, scopes.as_deref().map(read_scopes).transpose()?)?;
            let new = NewToken { name, role, scopes, expires_at: end_of_term(days, now)? };
            let (token, secret) =
                store.with(async |store| Ok(store.add_token(new, &operator(), now).await?))?;
            say(&format!("已建立令牌 {}（{}：{scopes}），密文只显示这一次：", token.prefix, role.name()));
            print(secret.reveal())?;
        }
        Command::List { store } => {
            let tokens = store.with(async |store| Ok(store.tokens().await?))?;
            print(&table(&tokens))?;
        }
        Command::Revoke { token, store } => {
            let revoked = store.with(async |store| {
                let tokens = store.tokens().await?;
                let id = meant(&tokens, &token)?;
                Ok(store.revoke_token(id, &operator(), Timestamp::now()).await?)
            })?;
            say(if revoked { "已作废" } else { "这个令牌早已作废" });
        }
    }
    Ok(Outcome::Fine)
}

/// The id of the one token that has it, or begins like this.
fn meant<'a>(tokens: &'a [Token], written: &str) -> Result<&'a str, CliError> {
    let begins = |token: &&Token| !written.is_empty() && token.prefix.starts_with(written);
    let meant: Vec<&Token> = tokens.iter().filter(|token| token.id == written || begins(token)).collect();
    let told = match meant.as_slice() {
        [token] => return Ok(&token.id),
        [] => format!("没有编号或开头为 {written} 的令牌：见 zhijian token list"),
        several => format!("有 {} 个令牌以 {written} 开头：请多写几个字符，或写编号", several.len()),
    };
    Err(CliError::Usage(told))
}

fn read_scopes(written: &str) -> Result<Scopes, CliError> {
    let scopes = written.replace([',', '，'], " ").parse();
    scopes.map_err(|unknown: Unknown| CliError::Usage(format!("权限有误：{unknown}")))
}

fn table(tokens: &[Token]) -> String {
    let mut table = Table::new();
    table.set_header(["编号", "开头", "名称", "角色", "权限", "到期", "最近使用", "状态"]);
    let shown = |time: Option<Timestamp>| time.map_or_else(|| "—".to_owned(), |time| time.to_string());
    for token in tokens {
        let scopes: Scopes = token.scopes.iter().copied().collect();
        let state = if token.revoked_at.is_some() { "已作废" } else { "有效" };
        table.add_row([
            token.id.clone(),
            token.prefix.clone(),
            token.name.clone(),
            token.role.name().to_owned(),
            scopes.to_string(),
            shown(token.expires_at),
            shown(token.last_used_at),
            state.to_owned(),
        ]);
    }
    table.to_string()
}
