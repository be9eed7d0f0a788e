//! Rules that are not the ledger's: what a gift, a user and a campaign may be,
//! and the short transactions in which they come about.

pub mod action;
pub mod campaign;
pub mod configuration;
pub mod dashboard;
pub mod directory;
pub mod donation;
pub mod endaoment;
pub mod feed;
pub mod key;
pub mod link;
pub mod order;
pub mod partner;
pub mod password;
pub mod pool;
pub mod portal_user;
pub mod replay;
pub mod session;
pub mod sign_in;
pub mod spend;
pub mod text;
pub mod token;
pub mod user;
pub mod webhook;
