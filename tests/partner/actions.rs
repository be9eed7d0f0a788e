//! `/v1/partner/actions`

mod bulk;
mod failed;
mod submit;
