//! From gift to reward, as donors, partners and operators live it.

mod donor;
mod feed;
mod once;
mod patience;
