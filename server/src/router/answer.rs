//! Answers: the reply of a handler, what is answered where there is no call, and
//! the headers that go with both.

use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use shared::{Call, Code, Dialect};

use super::RequestId;
use super::envelope::{refuse, spoken};
use crate::auth::limit::Quota;
use crate::domain::replay::{Made, Once};
use crate::error::Error;
use crate::page::refusal;

/// What a handler of `C` gives back.
pub type Answered<C> = Result<Reply<<C as Call>::Answer>, Error>;

/// An answer and what is true of it.
#[derive(Debug)]
pub struct Reply<T> {
    pub answer: T,
    /// With it, a caller who has this answer already gets 304.
    pub etag: Option<String>,
    /// The first answer again, under the same idempotency key.
    pub is_replay: bool,
    /// What was asked for was there before, as the status tells.
    pub is_there_already: bool,
    /// Does not count against the limit.
    pub is_free: bool,
}

impl<T> Reply<T> {
    pub fn new(answer: T) -> Self {
        Self {
            answer,
            etag: None,
            is_replay: false,
            is_there_already: false,
            is_free: false,
        }
    }
}

impl<T> From<Made<T>> for Reply<T> {
    fn from(made: Made<T>) -> Self {
        match made {
            Made::New(answer) => Self::new(answer),
            Made::Before(answer) => Self {
                is_there_already: true,
                ..Self::new(answer)
            },
        }
    }
}

impl<T> From<Once<T>> for Reply<T> {
    fn from(once: Once<T>) -> Self {
        Self {
            is_replay: once.is_replay,
            ..Self::new(once.answer)
        }
    }
}

pub(super) fn request_id(extensions: &Extensions) -> RequestId {
    extensions.get().cloned().unwrap_or_else(RequestId::unknown)
}

/// An answer that is a text, to be kept under the name that the path ends in.
pub(super) fn file<C: Call>(answer: &C::Answer) -> Response
where
    C::Answer: Serialize,
{
    let text = match serde_json::to_value(answer) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    };
    let name = C::PATH.rsplit('/').next().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, C::MEDIA.as_str().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, text).into_response()
}

pub(super) fn no_such_path() -> Error {
    Error::new(Code::NotFound, "there is nothing at this path")
}

pub(super) async fn not_found(request: Request) -> Response {
    if refusal::is_wanted(request.uri().path(), request.headers()) {
        return refusal::page(&refusal::nothing_here(), &request_id(request.extensions()));
    }
    let dialect = spoken(request.headers());
    refuse(dialect, &no_such_path(), &request_id(request.extensions()))
}

pub(super) async fn method_not_allowed(request: Request) -> Response {
    let error = Error::new(
        Code::MethodNotAllowed,
        "this path does not take this method; see the Allow header",
    );
    let id = request_id(request.extensions());
    if refusal::is_wanted(request.uri().path(), request.headers()) {
        return refusal::page(&error, &id);
    }
    refuse(spoken(request.headers()), &error, &id)
}

pub(super) fn add_quota(headers: &mut HeaderMap, quota: Quota) {
    headers.insert("x-ratelimit-limit", quota.limit.into());
    headers.insert("x-ratelimit-remaining", quota.remaining.into());
    headers.insert("x-ratelimit-reset", quota.reset.into());
}

pub(super) fn add_reply_headers<T: Serialize>(headers: &mut HeaderMap, reply: &Reply<T>) {
    if let Some(etag) = reply
        .etag
        .as_ref()
        .and_then(|etag| HeaderValue::from_str(etag).ok())
    {
        headers.insert(header::ETAG, etag);
    }
    if reply.is_replay {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Any page may read the answers of widget calls; the key's allowed origins are
/// checked on the call itself.
pub(super) fn add_cors(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "ETag, Retry-After, X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, \
             Idempotent-Replayed",
        ),
    );
}

pub(super) fn add_preflight(headers: &mut HeaderMap, dialect: Dialect) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    );
    let allowed = match dialect {
        Dialect::Sir | Dialect::Endaoment => {
            "X-Partner-Key, Content-Type, Idempotency-Key, If-None-Match"
        }
        Dialect::Percent => "Authorization, Content-Type",
    };
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(allowed),
    );
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("7200"),
    );
}
