//! What the doors promise, tried from outside: the library, the binary, the running server.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper of a test fails as its test does")]

mod config;
mod http;
mod http_operation;
mod intake;
mod score_command;
mod script;
mod support;
