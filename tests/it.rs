//! The server from outside: a real one in this process, real HTTP to it, a
//! fresh database a test, and each test on SQLite and on PostgreSQL.
//!
//! `stage` sets the scene; everything else is what the server promises, one
//! sentence a test. Nothing here sleeps, retries or is left out.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, what cannot be unwrapped is the failure"
)]

#[macro_use]
mod stage;

mod command;
mod crash;
mod endaoment;
mod examples;
mod intl;
mod laws;
mod metrics;
mod migrations;
mod page;
mod partner;
mod percent;
mod statistics;
mod story;
