//! What a refusal is wrapped in: each dialect has an envelope and words of its own.

mod endaoment;
mod percent;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use shared::{Dialect, ErrorBody};

use super::RequestId;
use crate::auth::key::without_scheme;
use crate::error::Error;

/// Writes a refusal in the dialect's envelope, and logs what is ours.
pub(super) fn refuse(
    dialect: Dialect,
    error: &Error,
    RequestId(request_id): &RequestId,
) -> Response {
    error.log(request_id);
    let code = StatusCode::from_u16(error.code.status_in(dialect));
    let status = code.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match dialect {
        Dialect::Sir => (status, axum::Json(sir(error, request_id))).into_response(),
        Dialect::Endaoment => (status, axum::Json(endaoment::body(error, status))).into_response(),
        Dialect::Percent => {
            let body = percent::body(error, (status, request_id));
            (status, axum::Json(body)).into_response()
        }
    };
    if let Some(seconds) = error.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The dialect that somebody speaks who asks for what is not there.
pub(super) fn spoken(headers: &HeaderMap) -> Dialect {
    let key = headers.get(Dialect::Percent.key_header());
    let key = key.and_then(|value| value.to_str().ok());
    let is_key = |value: &str| value.starts_with("sk_") || value.starts_with("pk_");
    if headers.contains_key(Dialect::Endaoment.key_header()) {
        Dialect::Endaoment
    } else if key.is_some_and(|value| is_key(without_scheme(value))) {
        Dialect::Percent
    } else {
        Dialect::Sir
    }
}

fn sir(error: &Error, request_id: &str) -> ErrorBody {
    ErrorBody {
        status_code: error.code.status(),
        code: error.code,
        message: error.message.clone(),
        request_id: request_id.to_owned(),
        errors: error.errors.clone(),
        action_id: error.action_id.clone(),
    }
}

/// Each wrong field with what is wrong about it, or the message alone.
fn sentences(error: &Error) -> Vec<String> {
    if error.errors.is_empty() {
        return vec![error.message.clone()];
    }
    let fields = error.errors.iter();
    fields
        .map(|wrong| format!("{} {}", wrong.field, wrong.message))
        .collect()
}
