//! `zhijian user`: who may log in, for whoever has the store in their hands.

use std::io::Read as _;

use clap::Subcommand;
use comfy_table::Table;
use jiff::Timestamp;

use super::store::{StoreArgs, operator};
use super::{CliError, Outcome, print, say};
use crate::access::{Password, Role, check_login, check_name, check_role};
use crate::store::{NewPerson, Person, PersonChange, Store};

/// The arguments of `zhijian user`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "选项", subcommand_help_heading = "命令", subcommand_value_name = "命令")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 增加一个人;不给密码则生成一个,只显示这一次
    Add {
        /// 登录名
        #[arg(value_name = "登录名")]
        login: String,
        /// 角色:reviewer 质检员、lead 质检主管、admin 管理员
        #[arg(long, value_name = "角色", hide_possible_values = true)]
        role: Role,
        /// 姓名 [缺省: 登录名]
        #[arg(long, value_name = "姓名")]
        name: Option<String>,
        /// 从标准输入读密码
        #[arg(long)]
        password_stdin: bool,
        /// Which store.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// 列出全部人员
    List {
        /// Which store.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// 修改一个人:角色、停用或启用、重设密码
    Change {
        /// 登录名
        #[arg(value_name = "登录名")]
        login: String,
        /// 新的角色
        #[arg(long, value_name = "角色", hide_possible_values = true)]
        role: Option<Role>,
        /// true 启用,false 停用
        #[arg(long, value_name = "true|false")]
        active: Option<bool>,
        /// 重设密码:生成一个,只显示这一次
        #[arg(long)]
        reset_password: bool,
        /// Which store.
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// Adds, lists or changes people.
///
/// # Errors
/// When the store cannot be used, or what is asked for cannot be done.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    match args.command {
        Command::Add { login, role, name, password_stdin, store } => {
            let login = check_login(&login)?.to_owned();
            let role = check_role(role)?;
            let name = check_name(name.as_deref().unwrap_or(&login))?.to_owned();
            let password = if password_stdin { read_password(&login)? } else { Password::random() };
            let told = (!password_stdin).then(|| password.reveal().to_owned());
            store.with(async |store| add(&store, &login, &name, role, &password).await)?;
            say(&format!("已增加 {login}（{}）", role.name()));
            told.map_or(Ok(()), |password| print_once(&password))?;
        }
        Command::List { store } => {
            let people = store.with(async |store| Ok(store.people().await?))?;
            print(&table(&people))?;
        }
        Command::Change { login, role, active, reset_password, store } => {
            let role = role.map(check_role).transpose()?;
            let password = reset_password.then(Password::random);
            store.with(async |store| change(&store, &login, role, active, password.as_ref()).await)?;
            say(&format!("已修改 {login}"));
            password.map_or(Ok(()), |new| print_once(new.reveal()))?;
        }
    }
    Ok(Outcome::Fine)
}

/// The password alone on standard output, for whoever passes it on; what it is, beside it.
fn print_once(password: &str) -> Result<(), CliError> {
    say("密码只显示这一次：");
    print(password)
}

fn read_password(login: &str) -> Result<Password, CliError> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(CliError::io("读不了密码"))?;
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    Password::chosen(text, login).map_err(|error| CliError::Usage(error.to_string()))
}

async fn add(
    store: &Store,
    login: &str,
    name: &str,
    role: Role,
    password: &Password,
) -> Result<(), CliError> {
    let password_hash = password.hash().map_err(|error| CliError::Usage(error.to_string()))?;
    let new = NewPerson { login, name, role, password_hash: &password_hash };
    let person = store.add_person(new, &operator(), Timestamp::now()).await?;
    person.map(drop).ok_or_else(|| CliError::Usage("这个登录名已有人用：请换一个".to_owned()))
}

async fn change(
    store: &Store,
    login: &str,
    role: Option<Role>,
    active: Option<bool>,
    password: Option<&Password>,
) -> Result<(), CliError> {
    let people = store.people().await?;
    // Logins of old may differ by large and small letters only: who is meant exactly comes first.
    let exact = people.iter().find(|person| person.login == login);
    let person = exact.or_else(|| people.iter().find(|person| person.login.eq_ignore_ascii_case(login)));
    let person = person.ok_or_else(|| CliError::Usage(format!("没有登录名为 {login} 的人")))?;
    let hash = password.map(Password::hash).transpose();
    let hash = hash.map_err(|error| CliError::Usage(error.to_string()))?;
    let change = PersonChange { role, active, password_hash: hash.as_deref(), ..PersonChange::default() };
    let changed = store.change_person(&person.id, change, &operator(), Timestamp::now()).await?;
    changed.map(drop).map_err(|unchanged| CliError::Usage(unchanged.to_string()))
}

fn table(people: &[Person]) -> String {
    let mut table = Table::new();
    table.set_header(["登录名", "姓名", "角色", "状态", "加入时间"]);
    for person in people {
        let state = if person.active { "启用" } else { "停用" };
        let since = person.created_at.to_string();
        table.add_row([&person.login, &person.name, person.role.name(), state, &since]);
    }
    table.to_string()
}
