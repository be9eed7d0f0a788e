//! One effect a key: reading `Idempotency-Key`, and giving the first answer
//! again.

use axum::http::HeaderMap;
use shared::{Code, FieldError};

use super::order::MAX_IDEMPOTENCY_KEY;
use super::text;
use crate::error::Error;

/// The key of a request: its header's, or its body's; both must agree.
pub fn key(headers: &HeaderMap, in_body: Option<String>) -> Result<Option<String>, Error> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(in_body);
    };
    let in_header = value.to_str().unwrap_or_default();
    if let Err(problem) = text::ascii(in_header, MAX_IDEMPOTENCY_KEY) {
        return Err(Error::invalid(vec![FieldError::new(
            "Idempotency-Key",
            problem,
        )]));
    }
    match in_body {
        Some(key) if key != in_header => Err(Error::field(
            "idempotencyKey",
            "must equal the header Idempotency-Key, or one of them be left out",
        )),
        _ => Ok(Some(in_header.to_owned())),
    }
}

/// The same key came with another request.
pub fn reused() -> Error {
    Error::new(
        Code::IdempotencyKeyReused,
        "this idempotency key was used for another request; use a new one",
    )
}
