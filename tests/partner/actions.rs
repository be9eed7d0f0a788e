//! `/v1/partner/actions`

mod failed;
mod submit;
