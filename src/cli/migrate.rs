//! `zhijian migrate`: brings the store up to date, as the server does when it is started.

use super::store::StoreArgs;
use super::{CliError, Outcome, say};

/// The arguments of `zhijian migrate`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "选项")]
pub struct Args {
    /// Which store.
    #[command(flatten)]
    store: StoreArgs,
}

/// Opens the store, which brings it up to date.
///
/// # Errors
/// When it cannot be opened or brought up to date.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    args.store.with(async |store| Ok(store.ping().await?))?;
    say("数据库已是最新");
    Ok(Outcome::Fine)
}
