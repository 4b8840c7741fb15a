//! What zhijian promises, tried from outside: the library, the binary, the running server.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper of a test fails as its test does")]

mod config;
mod corpora;
mod coverage;
mod crew;
mod demo;
mod determinism;
mod dialogue;
mod draft;
mod erasing;
mod explain;
mod figures;
mod guide;
mod http;
mod http_operation;
mod intake;
mod jobs;
mod kept;
mod killed;
mod kinds;
mod layering;
mod notes;
mod openapi;
mod pack;
mod packs;
mod pipeline;
mod postgres;
mod privacy;
mod properties;
mod reload;
mod replicas;
mod review;
mod reviewing;
mod rubrics;
mod score_command;
mod scoring;
mod script;
mod staff_commands;
mod store;
mod support;
mod webhook;
mod webhooks;
