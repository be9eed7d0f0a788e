//! A refusal as a person reads it: every error of a page becomes a page here,
//! and its private source is logged, once.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use maud::html;
use shared::Code;

use super::layout::{Page, Width};
use crate::error::Error;
use crate::router::RequestId;

/// What a page's handler gives back.
pub type Shown = Result<Response, Refusal>;

/// An error on its way to [`as_page`], which knows the request's number.
#[derive(Clone, Debug)]
pub struct Refusal(Arc<Error>);

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(Arc::new(error.into()))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = status(&self.0).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Turns whatever was refused by the routes inside into a page, also what the
/// router itself refused.
pub async fn as_page(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let id = id.unwrap_or_else(RequestId::unknown);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let response = match answered {
        Ok(response) => response,
        Err(panic) => return page(&Error::from_panic(panic.as_ref()), &id),
    };
    if let Some(Refusal(error)) = response.extensions().get::<Refusal>() {
        return page(error, &id);
    }
    let is_page = media_type(&response).is_some_and(|value| value.starts_with("text/html"));
    if response.status().is_client_error() && !is_page {
        return page(&nothing_here(), &id);
    }
    response
}

fn media_type(response: &Response) -> Option<&str> {
    response.headers().get(header::CONTENT_TYPE)?.to_str().ok()
}

/// Whether who asks for this path would rather read a page than JSON.
pub(crate) fn is_wanted(path: &str, headers: &HeaderMap) -> bool {
    let accepts = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    !path.starts_with("/v1/") && accepts.contains("text/html")
}

pub(crate) fn nothing_here() -> Error {
    Error::new(
        Code::NotFound,
        "There is no page at this address. Perhaps a part of the link was lost on its way.",
    )
}

/// Writes the refusal as a page, and logs what is ours.
pub(crate) fn page(error: &Error, RequestId(request_id): &RequestId) -> Response {
    error.log(request_id);
    let status = status(error);
    let heading = heading(status);
    let body = html! {
        section.card.message {
            h1 { (heading) }
            p { (sentence(&error.message)) }
            @if status.is_server_error() {
                p.quiet { "If it happens again, tell us this number: " code { (request_id) } }
            }
        }
    };
    let mut response = Page::new(heading, Width::Narrow, body).send(status);
    if let Some(seconds) = error.retry_after {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A message of the API, which begins like a clause, as a sentence.
fn sentence(message: &str) -> String {
    let mut rest = message.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    let end = if message.ends_with('.') { "" } else { "." };
    first.chain(rest).chain(end.chars()).collect()
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn heading(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 | 403 => "This link cannot be used",
        404 => "There is nothing here",
        405 => "This cannot be done here",
        409 => "Please start again",
        413 => "That is more than fits",
        429 => "Too many tries",
        503 => "Please try again shortly",
        500.. => "That did not work",
        _ => "This link does not work",
    }
}
