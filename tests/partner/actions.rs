//! `/v1/partner/actions`

mod bulk;
mod failed;
mod records;
mod submit;
