//! One effect a key: which key counts, and giving the first answer
//! again.

use shared::Code;

use super::order::MAX_IDEMPOTENCY_KEY;
use super::text;
use crate::error::Error;

/// The key of a request: its header's, or its body's; both must agree.
pub fn key(in_header: Option<String>, in_body: Option<String>) -> Result<Option<String>, Error> {
    let Some(in_header) = in_header else {
        return Ok(in_body);
    };
    if let Err(problem) = text::ascii(&in_header, MAX_IDEMPOTENCY_KEY) {
        return Err(Error::field("Idempotency-Key", problem));
    }
    match in_body {
        Some(key) if key != in_header => Err(Error::field(
            "idempotencyKey",
            "must equal the header Idempotency-Key, or one of them be left out",
        )),
        _ => Ok(Some(in_header)),
    }
}

/// An answer, and whether it is the first one given again.
#[derive(Clone, Debug)]
pub struct Once<T> {
    pub answer: T,
    pub is_replay: bool,
}

impl<T> Once<T> {
    pub(super) fn first(answer: T) -> Self {
        Self {
            answer,
            is_replay: false,
        }
    }

    pub(super) fn again(answer: T) -> Self {
        Self {
            answer,
            is_replay: true,
        }
    }
}

/// The same key came with another request.
pub fn reused() -> Error {
    Error::new(
        Code::IdempotencyKeyReused,
        "this idempotency key was used for another request; use a new one",
    )
}
