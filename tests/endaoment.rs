//! The Endaoment dialect: people, funds, pledges, grants, and the nonprofits to
//! which they go. The ledger is audited after every test.

mod acting;
mod apart;
mod bearer;
mod funds;
mod grants;
mod organizations;
mod pledges;
mod race;
pub(crate) mod scene;
mod users;
