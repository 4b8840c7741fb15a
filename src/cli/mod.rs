//! The door for people and pipes: one file per command; data on stdout, all else on stderr.

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::demo::DemoError;
use crate::diagnostic::{Diagnostics, reason};
use crate::http::ArchiveError;
use crate::store::StoreError;
use crate::telemetry::TelemetryError;

/// `zhijian audit`: who did what, and is the record whole?
pub mod audit;
/// `zhijian check`: does the pack hold?
pub mod check;
/// `zhijian explain`: why?
pub mod explain;
/// `zhijian migrate`: brings the store up to date.
pub mod migrate;
/// `zhijian score`: transcripts in, drafts out.
pub mod score;
/// `zhijian serve`: the HTTP door.
pub mod serve;
/// `zhijian token`: what programs prove themselves with.
pub mod token;
/// `zhijian unpack`: the shipped pack, to be changed.
pub mod unpack;
/// `zhijian user`: who may log in.
pub mod user;

mod demo;
mod input;
mod pack;
mod store;
mod table;
mod usage;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done.
    Fine,
    /// Everything was looked at, and something is wrong with it.
    Findings,
    /// Something could not be looked at; it was said on stderr.
    Incomplete,
}

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The pack is broken.
    #[error("规则包有误，没有加载：\n{0}")]
    Pack(#[from] Diagnostics),
    /// The settings are wrong.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// Logs could not be started.
    #[error("{0}")]
    Telemetry(#[from] TelemetryError),
    /// The store cannot be used.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The store cannot be put to use.
    #[error("{0}")]
    Archive(#[from] ArchiveError),
    /// There is nothing to show.
    #[error("{0}")]
    Demo(#[from] DemoError),
    /// The arguments do not fit.
    #[error("{0}")]
    Usage(String),
    /// What somebody or something is to be called, or may do, does not fit.
    #[error("{0}")]
    Mistake(#[from] crate::access::Mistake),
    /// Reading or writing failed.
    #[error("{what}:{}", reason(source))]
    Io {
        /// What was tried.
        what: String,
        /// What the system says.
        source: io::Error,
    },
}

impl CliError {
    /// Names what was tried when an I/O error came.
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// Says what went wrong, and turns the end of a command into its exit code.
#[must_use]
pub fn exit(result: Result<Outcome, CliError>) -> ExitCode {
    let error = match result {
        Ok(Outcome::Fine) => return ExitCode::SUCCESS,
        Ok(Outcome::Findings) => return ExitCode::from(1),
        Ok(Outcome::Incomplete) => return ExitCode::from(2),
        Err(error) => error,
    };
    // Whoever read the output has enough of it, as `head` has: nothing went wrong.
    if let CliError::Io { source, .. } = &error
        && source.kind() == io::ErrorKind::BrokenPipe
    {
        return ExitCode::SUCCESS;
    }
    say(&error.to_string());
    ExitCode::from(if matches!(error, CliError::Pack(_)) { 1 } else { 2 })
}

/// Says what is wrong with the arguments, or shows the help that was asked for.
#[must_use]
pub fn misused(error: &clap::Error) -> ExitCode {
    ExitCode::from(usage::explain(error))
}

/// Tells the user something; where nobody listens, that is no error.
fn say(message: &str) {
    let _nobody_listens = writeln!(io::stderr(), "{message}");
}

/// Writes a line of the result.
fn print(line: &str) -> Result<(), CliError> {
    writeln!(io::stdout(), "{line}").map_err(CliError::io("写不出结果"))
}
