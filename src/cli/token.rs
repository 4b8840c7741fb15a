//! `zhijian token`: what programs prove themselves with, for whoever has the store in their hands.

use clap::Subcommand;
use comfy_table::Table;
use jiff::{SignedDuration, Timestamp};

use super::store::{StoreArgs, operator};
use super::{CliError, Outcome, print, say};
use crate::access::{Role, Scopes};
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
        #[arg(long, value_name = "天", value_parser = clap::value_parser!(u32).range(1..=3650))]
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
            let scopes = scopes_of(role, scopes.as_deref())?;
            let now = Timestamp::now();
            let expires_at = days.map(|days| now + SignedDuration::from_hours(24 * i64::from(days)));
            let new = NewToken { name: &name, role, scopes, expires_at };
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
                let meant: Vec<_> = tokens.iter().filter(|it| it.id == token || it.prefix == token).collect();
                let [meant] = meant.as_slice() else {
                    return Err(CliError::Usage(format!("没有编号或开头为 {token} 的令牌，或不止一个")));
                };
                Ok(store.revoke_token(&meant.id, &operator(), Timestamp::now()).await?)
            })?;
            say(if revoked { "已作废" } else { "这个令牌早已作废" });
        }
    }
    Ok(Outcome::Fine)
}

fn scopes_of(role: Role, asked: Option<&str>) -> Result<Scopes, CliError> {
    let may = role.scopes().for_programs();
    let Some(asked) = asked else { return Ok(may) };
    let scopes: Scopes = asked
        .replace([',', '，'], " ")
        .parse()
        .map_err(|unknown: crate::access::Unknown| CliError::Usage(format!("权限有误：{unknown}")))?;
    let fits = scopes != Scopes::default() && scopes.within(may);
    fits.then_some(scopes)
        .ok_or_else(|| CliError::Usage(format!("{} 的令牌可有的权限是：{may}", role.name())))
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
