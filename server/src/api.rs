//! Handlers, one file a resource; each dialect in its own room. No SQL here.

pub mod endaoment;
pub mod partner;
pub mod percent;
