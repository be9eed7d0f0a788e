//! Rules that are not the ledger's: what a gift and a user may be, and the
//! short transactions in which they come about.

pub mod action;
pub mod donation;
pub mod key;
pub mod order;
pub mod pool;
pub mod replay;
pub mod text;
pub mod user;
