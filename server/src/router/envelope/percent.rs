//! Percent's envelope: codes and sentences of its own, which its clients know.

use axum::http::StatusCode;
use shared::Code;
use shared::percent::{PercentError, PercentFault};

use super::sentences;
use crate::error::Error;

const BAD_REQUEST: &str =
    "Something is wrong with your request, please check any parameters and try again";
const INVALID_INPUTS: &str = "One or more of the inputs were invalid";
const FORBIDDEN: &str = "Access is denied due to missing scope permissions";

pub(super) fn body(error: &Error, (status, request_id): (StatusCode, &str)) -> PercentError {
    let (code, message) = words(error, status);
    let title = match status {
        StatusCode::BAD_REQUEST => "Bad request",
        status => status.canonical_reason().unwrap_or_default(),
    };
    let reasons = if status == StatusCode::BAD_REQUEST {
        sentences(error)
    } else {
        Vec::new()
    };
    PercentError {
        error: PercentFault {
            id: request_id.to_owned(),
            code,
            title: title.to_owned(),
            message: message.to_owned(),
            reasons,
        },
        object: "error".to_owned(),
    }
}

fn words(error: &Error, status: StatusCode) -> (String, &str) {
    let (code, message) = match (error.code, status.as_u16()) {
        (Code::ValidationError, _) => ("bad_request", INVALID_INPUTS),
        (Code::IdempotencyKeyReused, _) => (
            "idempotency/same_key_different_data",
            error.message.as_str(),
        ),
        (_, 400) => ("bad_request", BAD_REQUEST),
        (_, 401) => ("unauthorized", error.message.as_str()),
        (_, 403) => ("forbidden", FORBIDDEN),
        (_, 404) => ("not_found", error.message.as_str()),
        (_, 429) => ("rate_exceeded", error.message.as_str()),
        (code, _) => return (code.as_str().to_lowercase(), &error.message),
    };
    (code.to_owned(), message)
}
