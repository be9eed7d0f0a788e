//! The SIR dialect.

pub mod actions;
pub mod campaigns;
pub mod configuration;
pub mod deliveries;
pub mod donations;
pub mod events;
pub mod keys;
mod lists;
pub mod organizations;
pub mod sign_in;
pub mod token_pools;
pub mod transactions;
pub mod users;
pub mod webhooks;
