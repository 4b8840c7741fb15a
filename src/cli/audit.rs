//! `zhijian audit`: follows the chain of the audit log, and hands it out.

use clap::Subcommand;

use super::store::StoreArgs;
use super::{CliError, Outcome, print, say};
use crate::store::Store;

/// Entries are read in portions of so many.
const PORTION: i64 = 1000;

/// The arguments of `zhijian audit`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "选项", subcommand_help_heading = "命令", subcommand_value_name = "命令")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 核对审计链:有没有哪一条被改过、删掉或插入
    Verify {
        /// 以前记下的“条数:校验值”,用来核对末尾没有被截掉
        #[arg(long, value_name = "条数:校验值")]
        expect: Option<String>,
        /// Which store.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// 导出全部审计记录,每行一条 JSON
    Export {
        /// Which store.
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// Verifies or exports the audit log.
///
/// # Errors
/// When the store cannot be used, or the output cannot be written.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    match args.command {
        Command::Verify { expect, store } => {
            store.with(async |store| verify(&store, expect.as_deref()).await)
        }
        Command::Export { store } => store.with(async |store| export(&store).await),
    }
}

async fn verify(store: &Store, expect: Option<&str>) -> Result<Outcome, CliError> {
    let length = match store.verify_audit().await? {
        Ok(length) => length,
        Err(broken) => {
            say(&format!("审计链不完整：{broken}"));
            return Ok(Outcome::Findings);
        }
    };
    if let Some(expect) = expect {
        let usage = || CliError::Usage("--expect 写成“条数:校验值”，即上次核对时显示的".to_owned());
        let (seq, hash) = expect.split_once(':').ok_or_else(usage)?;
        let seq: i64 = seq.parse().map_err(|_| usage())?;
        let entry = store.audit_after(seq - 1, 1).await?.into_iter().next();
        if seq > 0 && entry.is_none_or(|entry| entry.seq != seq || entry.hash != hash) {
            say(&format!("审计链不完整：第 {seq} 条与以前记下的不符，或已被截掉"));
            return Ok(Outcome::Findings);
        }
    }
    let (_, head) = store.audit_head().await?;
    print(&format!("审计链完整，共 {length} 条。请另存这一行，以后用 --expect 核对：\n{length}:{head}"))?;
    Ok(Outcome::Fine)
}

async fn export(store: &Store) -> Result<Outcome, CliError> {
    let mut after = 0;
    loop {
        let entries = store.audit_after(after, PORTION).await?;
        let Some(last) = entries.last() else { return Ok(Outcome::Fine) };
        after = last.seq;
        for entry in &entries {
            print(&serde_json::to_string(entry).unwrap_or_default())?;
        }
    }
}
