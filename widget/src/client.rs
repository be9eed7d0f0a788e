//! The calls of the widget over `fetch`, and what can come back from them.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use gloo_net::http::Request;
use js_sys::{JSON, Object};
use shared::call::Call;
use shared::donation::{CreateLink, GetDonationStatus};
use shared::error::FieldError;
use shared::js::{BrowserCall, FromJs, ToJs, member, object, set};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

use crate::face::Phase;

/// Longer than the longest wait that the server is asked for.
const TIMEOUT_MS: u32 = 40_000;

/// Where to call, and with which key.
#[derive(Clone, Default)]
pub(crate) struct Client {
    pub base: String,
    pub key: String,
}

/// Why there is no answer.
pub(crate) enum Refusal {
    /// Nothing came back, or nothing that can be understood.
    Unreachable,
    Refused {
        status: u16,
        code: String,
        message: String,
        fields: Vec<FieldError>,
    },
}

impl Refusal {
    /// How the widget shows it where there is nothing else to show.
    pub(crate) fn phase(&self) -> Phase {
        match self {
            Self::Unreachable => Phase::Offline,
            Self::Refused { status, .. } if *status >= 500 || *status == 429 => Phase::Busy,
            Self::Refused { .. } => Phase::Unavailable,
        }
    }
}

impl Client {
    /// A call without a body on its way; its answer is read by [`answer`].
    pub(crate) fn send(&self, call: &impl BrowserCall) -> Exchange {
        exchange(&self.address(&call.path()), &self.headers(), None)
    }

    /// Asks for a donation link, with a body made of a [`CreateLink`].
    pub(crate) fn order(&self, body: &JsValue) -> Exchange {
        let headers = self.headers();
        set(&headers, "Content-Type", &"application/json".into());
        exchange(&self.address(CreateLink::PATH), &headers, Some(body))
    }

    /// Asks for a donation, if it is in another state than the one known by an etag.
    pub(crate) fn watch(&self, call: &GetDonationStatus, etag: Option<&String>) -> Exchange {
        let address = self.address(&call.path());
        let headers = self.headers();
        if let Some(known) = etag {
            set(&headers, "If-None-Match", &known.to_js());
        }
        exchange(&address, &headers, None)
    }

    fn address(&self, path: &str) -> String {
        [&self.base, path].concat()
    }

    fn headers(&self) -> Object {
        object(&[("X-Partner-Key", self.key.to_js())])
    }
}

/// A file of the widget.
pub(crate) fn fetch_file(url: &str) -> Exchange {
    exchange(url, &Object::new(), None)
}

/// The answer in a reply.
pub(crate) fn answer<T: FromJs>(reply: Result<Reply, Refusal>) -> Result<T, Refusal> {
    T::from_js(&reply?.body).ok_or(Refusal::Unreachable)
}

pub(crate) struct Reply {
    pub body: JsValue,
    pub etag: Option<String>,
    /// 304: nothing new since the etag sent.
    pub is_known: bool,
}

/// A request under way. Boxed, so that it is compiled once and not into every call.
pub(crate) type Exchange = Pin<Box<dyn Future<Output = Result<Reply, Refusal>>>>;

/// The replies to several requests that are under way at once, each polled until
/// all are there.
pub(crate) async fn all<const N: usize>(
    mut exchanges: [Exchange; N],
) -> [Result<Reply, Refusal>; N] {
    let mut replies = [const { None }; N];
    poll_fn(|context| {
        for (exchange, reply) in exchanges.iter_mut().zip(&mut replies) {
            if reply.is_none()
                && let Poll::Ready(ready) = exchange.as_mut().poll(context)
            {
                *reply = Some(ready);
            }
        }
        if replies.iter().all(Option::is_some) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    replies.map(|reply| reply.unwrap_or(Err(Refusal::Unreachable)))
}

fn exchange(address: &str, headers: &Object, body: Option<&JsValue>) -> Exchange {
    let request = build(address, headers, body);
    Box::pin(async move {
        let lost = |_| Refusal::Unreachable;
        let request = request.ok_or(Refusal::Unreachable)?;
        let response = Request::from(request).send().await.map_err(lost)?;
        let text = response.text().await.map_err(lost)?;
        let body = JSON::parse(&text).unwrap_or_default();
        let is_known = response.status() == 304;
        if response.ok() || is_known {
            let etag = response.headers().get("ETag");
            return Ok(Reply {
                body,
                etag,
                is_known,
            });
        }
        Err(refusal(response.status(), &body))
    })
}

/// By one plain object: a builder would be several times the code.
fn build(address: &str, headers: &Object, body: Option<&JsValue>) -> Option<web_sys::Request> {
    let options = object(&[
        ("headers", headers.into()),
        ("credentials", "omit".into()),
        ("signal", AbortSignal::timeout_with_u32(TIMEOUT_MS).into()),
    ]);
    if let Some(body) = body {
        set(&options, "method", &"POST".into());
        set(&options, "body", &JSON::stringify(body).ok()?.into());
    }
    web_sys::Request::new_with_str_and_init(address, options.unchecked_ref()).ok()
}

/// The refusal in the server's words, if it had any.
fn refusal(status: u16, body: &JsValue) -> Refusal {
    Refusal::Refused {
        status,
        code: member(body, "code").unwrap_or_default(),
        message: member(body, "message").unwrap_or_default(),
        fields: member(body, "errors").unwrap_or_default(),
    }
}
