//! What `zhijian serve --demo` tells whoever starts it: where to look, and how to come in.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use comfy_table::Table;
use tempfile::TempDir;

use super::CliError;
use crate::access::Role;
use crate::config::Settings;
use crate::demo::Demo;

/// A transcript to be sent.
const TRY: &str = r#"{"id":"试一试-1","turns":[{"role":"agent","text":"您好，请讲。"},{"role":"customer","text":"我的宽带断了。"}]}"#;

/// A folder for the data of a demo; it is removed when it is dropped.
///
/// # Errors
/// When the operator has named a place for data, or there is no room for a folder.
pub(super) fn folder(settings: &Settings) -> Result<TempDir, CliError> {
    if settings.data.is_some() {
        let told = "--demo 用临时的数据，不能和 --data 一起用（ZHIJIAN_DATA 和配置文件里的 data 也算）：请去掉其中一个";
        return Err(CliError::Usage(told.to_owned()));
    }
    tempfile::Builder::new().prefix("zhijian-demo-").tempdir().map_err(CliError::io("建不了临时目录"))
}

/// Everything that a newcomer needs.
pub(super) fn welcome(demo: &Demo, listening: SocketAddr) -> String {
    let mut table = Table::new();
    table.set_header(["登录名", "密码", "姓名", "角色"]);
    for account in &demo.accounts {
        table.add_row([account.login, account.password.reveal(), account.name, title(account.role)]);
    }
    let (base, token) = (base(listening), demo.token.reveal());
    let (open, submitted) = (demo.open, demo.submitted);
    format!(
        "演示：虚构的对话，{open} 通等着复核，{submitted} 通已提交。数据在临时目录里，停止时删除。\n\n\
         打开 {base}/ 登录：\n{table}\n\n\
         接口说明 {base}/api/docs\n\
         提交一通对话：\n\
         curl -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{TRY}' {base}/api/v1/transcripts\n\n\
         按 Ctrl-C 停止。"
    )
}

/// Where a browser on this machine finds the server.
fn base(listening: SocketAddr) -> String {
    let here =
        if listening.ip().is_unspecified() { IpAddr::from(Ipv4Addr::LOCALHOST) } else { listening.ip() };
    format!("http://{}", SocketAddr::new(here, listening.port()))
}

fn title(role: Role) -> &'static str {
    match role {
        Role::Machine => "程序",
        Role::Reviewer => "质检员",
        Role::Lead => "质检主管",
        Role::Admin => "管理员",
    }
}
