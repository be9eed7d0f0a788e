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

use super::form::Form;
use super::layout::{Page, Width, sentence};
use crate::error::Error;
use crate::locale::{self, Locale, Words, words};
use crate::router::RequestId;

/// What a page's handler gives back.
pub type Shown = Result<Response, Refusal>;

/// An error on its way to [`as_page`], which knows the request's number.
#[derive(Clone, Debug)]
pub struct Refusal {
    error: Arc<Error>,
    /// Whose language the error's message is in, where it was written for a donor.
    told_in: Option<Locale>,
}

impl Refusal {
    /// An error whose message a donor of the locale can read.
    pub fn told(error: Error, locale: Locale) -> Self {
        let (error, told_in) = (Arc::new(error), Some(locale));
        Self { error, told_in }
    }
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        let (error, told_in) = (Arc::new(error.into()), None);
        Self { error, told_in }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = status(&self.error).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Turns whatever was refused by the routes inside into a page, also what the
/// router itself refused.
pub async fn as_page(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let id = id.unwrap_or_else(RequestId::unknown);
    let locale = locale_of(&request);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let response = match answered {
        Ok(response) => response,
        Err(panic) => return shown((&Error::from_panic(panic.as_ref()), None), &id, locale),
    };
    if let Some(Refusal { error, told_in }) = response.extensions().get::<Refusal>() {
        return shown((error, *told_in), &id, locale);
    }
    let is_page = media_type(&response).is_some_and(|value| value.starts_with("text/html"));
    if response.status().is_client_error() && !is_page {
        return shown((&nothing_here(), None), &id, locale);
    }
    response
}

/// The language in which to refuse: donors have theirs, all else is English.
fn locale_of(request: &Request) -> Locale {
    let uri = request.uri();
    let is_for_donors = ["/checkout/", "/thanks/", "/give/", "/donate/"]
        .iter()
        .any(|start| uri.path().starts_with(start));
    if !is_for_donors {
        return Locale::OF_LINKS;
    }
    let link = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let chosen = Some(link.text("locale"));
    locale::of_donor(chosen, request.headers(), Locale::OF_LINKS)
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
    Error::new(Code::NotFound, words(Locale::OF_LINKS).nothing_here_note)
}

/// Writes the refusal as a page in English, and logs what is ours.
pub(crate) fn page(error: &Error, id: &RequestId) -> Response {
    shown((error, None), id, Locale::OF_LINKS)
}

/// Writes an error as a page: in the language in which it is told, else in that
/// of the locale.
fn shown(
    (error, told_in): (&Error, Option<Locale>),
    RequestId(request_id): &RequestId,
    locale: Locale,
) -> Response {
    error.log(request_id);
    let locale = told_in.unwrap_or(locale);
    let words = words(locale);
    let status = status(error);
    let heading = heading(words, status);
    let message = match told_in {
        Some(_) => error.message.clone(),
        None if locale.language() == "en" => clause(&error.message),
        None => note(words, status).to_owned(),
    };
    let number = html! { code { (request_id) } };
    let body = html! {
        section.card.message {
            h1 { (heading) }
            p { (message) }
            @if status.is_server_error() {
                p.quiet { (sentence(words.tell_number, &number)) }
            }
        }
    };
    let page = Page::new(heading, Width::Narrow, body).speaking(locale);
    let mut response = page.send(status);
    if let Some(seconds) = error.retry_after {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A message of the API, which begins like a clause, as a sentence.
fn clause(message: &str) -> String {
    let mut rest = message.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    let end = if message.ends_with('.') { "" } else { "." };
    first.chain(rest).chain(end.chars()).collect()
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn heading(words: &Words, status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => words.nothing_here,
        409 => words.please_start_again,
        429 => words.too_many_tries,
        503 => words.try_shortly,
        405 | 413 | 500.. => words.did_not_work,
        _ => words.link_refused,
    }
}

/// What a status means, for whom the error itself says it in a foreign language.
fn note(words: &Words, status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => words.nothing_here_note,
        429 | 503 => words.try_shortly_note,
        _ => words.did_not_work_note,
    }
}
