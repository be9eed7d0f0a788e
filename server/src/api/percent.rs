//! The Percent dialect: donation sessions.

pub mod donations;
mod lists;
pub mod organisations;
pub mod sessions;
pub mod users;
