//! The calls of the widget over `fetch`, and what can come back from them.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use gloo_net::http::{Method, Request, RequestBuilder};
use js_sys::JSON;
use shared::call::Call;
use shared::donation::{CreateLink, GetDonationStatus};
use shared::error::FieldError;
use shared::js::{BrowserCall, FromJs, member};
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestCredentials};

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
        exchange(self.request(&call.path()), None)
    }

    /// Asks for a donation link, with a body made of a [`CreateLink`].
    pub(crate) fn order(&self, body: JsValue) -> Exchange {
        exchange(self.request(CreateLink::PATH), Some(body))
    }

    /// Asks for a donation, if it is in another state than the one known by an etag.
    pub(crate) fn watch(&self, call: &GetDonationStatus, etag: Option<&String>) -> Exchange {
        let mut request = self.request(&call.path());
        if let Some(known) = etag {
            request = request.header("If-None-Match", known);
        }
        exchange(request, None)
    }

    fn request(&self, path: &str) -> RequestBuilder {
        Request::get(&[&self.base, path].concat()).header("X-Partner-Key", &self.key)
    }
}

/// A file of the widget.
pub(crate) fn fetch_file(url: &str) -> Exchange {
    exchange(Request::get(url), None)
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

fn exchange(request: RequestBuilder, body: Option<JsValue>) -> Exchange {
    Box::pin(async move {
        let lost = |_| Refusal::Unreachable;
        let response = build(request, body)?.send().await.map_err(lost)?;
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

fn build(request: RequestBuilder, body: Option<JsValue>) -> Result<Request, Refusal> {
    let signal = AbortSignal::timeout_with_u32(TIMEOUT_MS);
    let request = request
        .credentials(RequestCredentials::Omit)
        .abort_signal(Some(&signal));
    let built = match body {
        Some(body) => {
            let text = JSON::stringify(&body).map_err(|_| Refusal::Unreachable)?;
            request
                .method(Method::POST)
                .header("Content-Type", "application/json")
                .body(text)
        }
        None => request.build(),
    };
    built.map_err(|_| Refusal::Unreachable)
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
