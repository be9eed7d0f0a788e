//! `/v1/partner/actions`

mod bulk;
mod debt;
mod failed;
mod race;
mod records;
mod reverse;
mod submit;
mod writer;
