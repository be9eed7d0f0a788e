//! `/v1/partner/actions`

mod bulk;
mod debt;
mod failed;
mod records;
mod reverse;
mod submit;
mod writer;
