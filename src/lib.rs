//! `zhijian` (质检) turns the transcript of a Chinese customer-service call or chat into a draft:
//! a rubric whose items are pre-filled as far as a transcript can tell, each with its evidence.
//!
//! The modules stand in the order in which a transcript passes through them; [`pipeline`] tells the
//! way in one function. No stage imports a later one.

/// Beside the flow: what is wrong in a file of the pack, and where.
pub mod diagnostic;

/// Beside the flow: reads the YAML files of the pack.
pub mod yaml;

/// Beside the flow: reads posted JSON without guessing.
pub mod strict;

/// Beside the flow: what a digest is, and how it is written.
pub mod digest;

/// Stage 1: what came in.
pub mod transcript;

/// Stage 2: made matchable.
pub mod text;

/// Stage 3: word lists, and one scan over all of them.
pub mod lexicon;

/// Stage 4: what happened.
pub mod detect;

/// Stage 5: what must, must not or may be observed.
pub mod rule;

/// Stage 6: what it means.
pub mod judge;

/// Stage 7: points.
pub mod score;

/// Stage 8: the pre-filled form.
pub mod draft;

/// Stage 9: what a human decides about it.
pub mod review;

/// Stage 10: what many reviews say about the machine.
pub mod report;

/// Lexicons, rules and rubrics, loaded whole.
pub mod pack;

/// What the rules of a pack are for.
pub mod criteria;

/// Why a rule says what it says.
pub mod explain;

/// What is most likely not meant in a pack.
pub mod notes;

/// Where words stand in a pack.
pub mod search;

/// Proves a pack by its own examples.
pub mod check;

/// The pack in use, and how it is replaced.
pub mod shelf;

/// The page to read first: a transcript becomes a draft.
pub mod pipeline;

/// What of a dialogue is personal data, and how it is shown without it.
pub mod privacy;

/// Who may do what.
pub mod access;

/// What is kept, in SQLite or PostgreSQL.
pub mod store;

/// One posted document in, one line of JSON out: what both doors share.
pub mod answer;

/// The review desk: pages for people.
pub mod ui;

/// The door for programs and browsers: HTTP.
pub mod http;

/// Beside the flow: what other systems are told.
pub mod webhook;

/// Beside the flow: a desk to look around at, filled from the corpora.
pub mod demo;

/// The door for people and pipes: the commands.
pub mod cli;

/// What the operator has set: file, environment, flags.
pub mod config;

/// What the operator sees: logs and metrics.
pub mod telemetry;
