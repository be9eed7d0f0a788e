//! The body of a call: read whole, within its limits, and parsed only once it is
//! known who calls.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use shared::{Call, Code};

use crate::error::Error;
use crate::request::{self, Pair};

/// The largest body, in bytes.
pub(crate) const MAX_BODY: usize = 1 << 20;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// The whole body, if it has at most `most` bytes and arrives in time.
pub(crate) async fn read_body(body: Body, most: usize) -> Result<Vec<u8>, Error> {
    let too_large = || {
        let message = format!("the body is larger than {most} bytes");
        Error::new(Code::PayloadTooLarge, message)
    };
    if body.size_hint().lower() > most as u64 {
        return Err(too_large());
    }
    let read = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, most).collect()).await;
    match read {
        Ok(Ok(collected)) => Ok(collected.to_bytes().into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Error::new(
            Code::InvalidJson,
            "the body ended before its announced length",
        )),
        Err(_) => Err(Error::new(
            Code::RequestTimeout,
            "the body did not arrive in time",
        )),
    }
}

/// The call that path, query and body are.
pub(super) fn parse<C: Call + DeserializeOwned>(
    parts: &Parts,
    path: Vec<Pair>,
    body: &[u8],
) -> Result<C, Error> {
    if !C::METHOD.has_body() {
        return request::from_query(path, parts.uri.query().unwrap_or_default());
    }
    if !body.is_empty() && !is_json(&parts.headers) {
        return Err(Error::new(
            Code::UnsupportedMediaType,
            "send the body as Content-Type: application/json",
        ));
    }
    request::from_body(path, body)
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}
