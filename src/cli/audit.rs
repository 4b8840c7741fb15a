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
            let expected = expect.as_deref().map(noted).transpose()?;
            store.with(async |store| verify(&store, expected.as_ref()).await)
        }
        Command::Export { store } => store.with(async |store| export(&store).await),
    }
}

/// The end of the chain as somebody has noted it: number and hash of the entry that was the last.
struct Noted {
    seq: i64,
    hash: String,
}

/// Reads what an earlier `verify` has printed.
fn noted(written: &str) -> Result<Noted, CliError> {
    let usage =
        || CliError::Usage("--expect 写成“条数:校验值”，条数至少为 1：照抄上次核对时显示的那一行".to_owned());
    let (seq, hash) = written.trim().split_once(':').ok_or_else(usage)?;
    let seq = seq.parse().ok().filter(|seq| *seq >= 1).ok_or_else(usage)?;
    Ok(Noted { seq, hash: hash.to_owned() })
}

async fn verify(store: &Store, expected: Option<&Noted>) -> Result<Outcome, CliError> {
    let (length, head) = match store.verify_audit().await? {
        Ok(whole) => whole,
        Err(broken) => {
            say(&format!("审计链不完整：{broken}"));
            return Ok(Outcome::Findings);
        }
    };
    if let Some(Noted { seq, hash }) = expected {
        let entry = store.audit_after(seq - 1, 1).await?.into_iter().next();
        if entry.is_none_or(|entry| entry.seq != *seq || entry.hash != *hash) {
            say(&format!("审计链不完整：第 {seq} 条与以前记下的不符，或已被截掉"));
            return Ok(Outcome::Findings);
        }
    }
    // An empty log has nothing to be kept.
    if length == 0 {
        print("审计链完整，还没有记录")?;
        return Ok(Outcome::Fine);
    }
    print(&format!("审计链完整，共 {length} 条。请另存下一行，以后用 --expect 核对：\n{length}:{head}"))?;
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
