//! The SIR dialect.

pub mod actions;
pub mod campaigns;
pub mod configuration;
pub mod dashboards;
pub mod deliveries;
pub mod donations;
pub mod events;
mod lists;
pub mod organizations;
pub mod token_pools;
pub mod transactions;
pub mod users;
pub mod webhooks;
