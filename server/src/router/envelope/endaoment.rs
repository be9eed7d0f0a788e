//! Endaoment's envelope: sentences, and the status in words.

use axum::http::StatusCode;
use shared::endaoment::EndaomentError;

use super::sentences;
use crate::error::Error;

pub(super) fn body(error: &Error, status: StatusCode) -> EndaomentError {
    EndaomentError {
        status_code: status.as_u16(),
        message: sentences(error),
        error: status.canonical_reason().unwrap_or_default().to_owned(),
    }
}
