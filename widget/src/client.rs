//! The calls of the widget over `fetch`, and what can come back from them.

use std::pin::Pin;

use gloo_net::http::{Method, Request, RequestBuilder};
use js_sys::JSON;
use shared::donation::{Donation, GetDonationStatus};
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
    pub(crate) async fn call<C: BrowserCall>(&self, call: &C) -> Result<C::Answer, Refusal> {
        let reply = exchange(self.request(&call.path()), call.body()).await?;
        C::Answer::from_js(&reply.body).ok_or(Refusal::Unreachable)
    }

    /// The state of a donation if it is another than the one known by `etag`,
    /// which is put up to date.
    pub(crate) async fn watch(
        &self,
        call: &GetDonationStatus,
        etag: &mut Option<String>,
    ) -> Result<Option<Donation>, Refusal> {
        let mut request = self.request(&call.path());
        if let Some(known) = etag {
            request = request.header("If-None-Match", known);
        }
        let reply = exchange(request, None).await?;
        if reply.is_known {
            return Ok(None);
        }
        *etag = reply.etag;
        let donation = Donation::from_js(&reply.body);
        donation.map(Some).ok_or(Refusal::Unreachable)
    }

    fn request(&self, path: &str) -> RequestBuilder {
        Request::get(&[&self.base, path].concat()).header("X-Partner-Key", &self.key)
    }
}

/// A file of the widget.
pub(crate) async fn fetch_file(url: &str) -> Result<JsValue, Refusal> {
    let reply = exchange(Request::get(url), None).await?;
    Ok(reply.body)
}

struct Reply {
    body: JsValue,
    etag: Option<String>,
    /// 304: nothing new since the etag sent.
    is_known: bool,
}

/// Sends a request and reads the answer. Boxed, so that it is compiled once and
/// not into every call.
fn exchange(
    request: RequestBuilder,
    body: Option<JsValue>,
) -> Pin<Box<dyn Future<Output = Result<Reply, Refusal>>>> {
    Box::pin(async move {
        let lost = |_| Refusal::Unreachable;
        let response = build(request, body)?.send().await.map_err(lost)?;
        let text = response.text().await.map_err(lost)?;
        let body = JSON::parse(&text).unwrap_or(JsValue::UNDEFINED);
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
