//! The calls of the SIR dialect, one file a resource, and what is common to
//! all of them.

mod actions;
mod auth;
mod campaigns;
mod config;
mod donations;
mod lists;
mod matrix;
mod organizations;
mod portal;
mod reference;
mod token_pools;
mod transactions;
mod users;
mod webhooks;
