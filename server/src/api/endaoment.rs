//! The calls of Endaoment's technology platforms.

pub mod funds;
pub mod grants;
pub mod organizations;
pub mod pledges;
pub mod users;
