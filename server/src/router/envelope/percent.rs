//! Percent's envelope: codes and sentences of its own, which its clients know.

use axum::http::StatusCode;
use shared::Code;
use shared::percent::{PercentError, PercentFault, word};

use super::sentences;
use crate::error::Error;

const BAD_REQUEST: &str =
    "Something is wrong with your request, please check any parameters and try again";
const INVALID_INPUTS: &str = "One or more of the inputs were invalid";
const INVALID_METADATA: &str = "Metadata can only contain from 1 up to 20 keys, with key names up to 50 characters \
                                long and values up to 500 characters long";
const ORGANISATION_NOT_FOUND: &str = "Organisation not found";
const FORBIDDEN: &str = "Access is denied due to missing scope permissions";

pub(super) fn body(error: &Error, (status, request_id): (StatusCode, &str)) -> PercentError {
    let own_code = || error.code.as_str().to_lowercase();
    PercentError {
        error: PercentFault {
            id: request_id.to_owned(),
            code: word(error.code).map_or_else(own_code, str::to_owned),
            title: title(status).to_owned(),
            message: message(error, status).to_owned(),
            reasons: reasons(error, status),
        },
        object: "error".to_owned(),
    }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "Bad request",
        StatusCode::NOT_FOUND => "Resource not found",
        status => status.canonical_reason().unwrap_or_default(),
    }
}

fn message(error: &Error, status: StatusCode) -> &str {
    match error.code {
        Code::ValidationError => INVALID_INPUTS,
        Code::InvalidMetadata => INVALID_METADATA,
        Code::UnknownOrganization => ORGANISATION_NOT_FOUND,
        code if status == StatusCode::BAD_REQUEST && word(code) == Some("bad_request") => {
            BAD_REQUEST
        }
        _ if status == StatusCode::FORBIDDEN => FORBIDDEN,
        _ => &error.message,
    }
}

/// What is wrong, where the message is the same for all that can be.
fn reasons(error: &Error, status: StatusCode) -> Vec<String> {
    let is_general = message(error, status) != error.message;
    if status == StatusCode::BAD_REQUEST && is_general {
        sentences(error)
    } else {
        Vec::new()
    }
}
