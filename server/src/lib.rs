//! The server of Giving: what nonprofits, partners and donors call.
//!
//! A request is a *call* ([`router`], [`auth`], [`api`], [`page`]); what moves
//! tokens or money is a *command* to the ledger ([`store`]); what happened is
//! an *event* row; what must still be done is a *job* ([`worker`]). See
//! `ARCHITECTURE.md` for who may know whom.

pub mod api;
pub mod app;
pub mod assets;
pub mod auth;
pub mod cli;
pub mod config;
pub mod context;
pub mod demo;
pub mod domain;
pub mod error;
mod etag;
pub mod locale;
pub mod mail;
pub mod metrics;
pub mod openapi;
pub mod outbound;
pub mod page;
mod private_file;
pub mod request;
pub mod router;
pub mod serve;
pub mod store;
pub mod usage;
pub mod vault;
pub mod waiting;
pub mod worker;
