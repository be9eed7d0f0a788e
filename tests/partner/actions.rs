//! `/v1/partner/actions`

mod submit;
