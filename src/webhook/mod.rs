//! Webhooks (回调): tells other systems what has happened, where the operator allows it.
//!
//! Form and signature are those of <https://www.standardwebhooks.com>. Nothing here knows a database: who wants to hear of
//! what, and what is still to be sent, is kept by others.

/// What is told, and in which form.
pub mod event;

/// What a message is signed with.
pub mod secret;

/// Proves where a message comes from.
pub mod signature;

/// Where messages may go.
pub mod target;

/// One attempt to deliver a message.
pub mod send;

/// When an attempt that failed is repeated.
pub mod schedule;

mod address;
mod entry;
mod failure;
mod resolve;
