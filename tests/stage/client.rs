//! A partner's server, or a widget, as anyone may write one from the public
//! documentation: nothing of the server's own code signs here.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderName;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use shared::{Auth, Call};

use super::Response;

/// The two halves of a key pair and what signs for them.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) public: String,
    pub(crate) secret: String,
    pub(crate) hmac_secret: String,
}

#[derive(Clone)]
pub(crate) struct Client {
    base_url: String,
    http: reqwest::Client,
    now_ms: Arc<AtomicI64>,
}

impl Client {
    #[expect(
        clippy::disallowed_methods,
        reason = "what the tests call with is no client of the server's"
    )]
    pub(crate) fn new(base_url: &str, now_ms: Arc<AtomicI64>) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            base_url: base_url.to_owned(),
            http,
            now_ms,
        }
    }

    /// A request that carries nothing yet.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        Request {
            client: self.clone(),
            method: method.to_owned(),
            url: format!("{}{path}", self.base_url).parse().unwrap(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The request of a call, with the key that its kind of authorisation wants.
    pub(crate) fn prepare<C: Call + Serialize>(&self, keys: &Keys, call: &C) -> Request {
        let Ok(Value::Object(mut fields)) = serde_json::to_value(call) else {
            panic!("a call is an object");
        };
        let mut path = String::new();
        for part in C::PATH.split_inclusive('}') {
            let (fixed, name) = part.split_once('{').unwrap_or((part, ""));
            path.push_str(fixed);
            if let Some(name) = name.strip_suffix('}') {
                path.push_str(&encode(&text(&fields.remove(name).unwrap())));
            }
        }
        let has_body = C::METHOD.has_body();
        if !has_body && !fields.is_empty() {
            let pairs: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{name}={}", encode(&text(value))))
                .collect();
            write!(path, "?{}", pairs.join("&")).unwrap();
        }
        let mut request = self.request(C::METHOD.as_str(), &path);
        if has_body {
            request = request.json(&Value::Object(fields));
        }
        match C::AUTH {
            Auth::Publishable => request.header("x-partner-key", &keys.public),
            Auth::Signed | Auth::SignedSecret | Auth::SecretOrPortal(_) => {
                request.signed(&keys.secret, &keys.hmac_secret)
            }
            Auth::EndaomentKey
            | Auth::EndaomentKeyOrToken
            | Auth::PercentSecret
            | Auth::PercentKey => request.header(C::AUTH.dialect().key_header(), &keys.secret),
            Auth::Portal(_) | Auth::Open => request,
        }
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn text(value: &Value) -> String {
    value.as_str().map_or(value.to_string(), str::to_owned)
}

/// One request, built up and then sent.
#[derive(Clone)]
pub(crate) struct Request {
    client: Client,
    method: String,
    url: Url,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// Sets a header, in the place of one of the same name.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        self.without(name).another_header(name, value)
    }

    /// Adds a header, beside one of the same name.
    pub(crate) fn another_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    pub(crate) fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Adds the key and signs all that is there so far, at the present time.
    pub(crate) fn signed(self, key: &str, hmac_secret: &str) -> Self {
        let seconds = self.client.now_ms.load(Ordering::SeqCst) / 1000;
        self.signed_at(&seconds.to_string(), key, hmac_secret)
    }

    pub(crate) fn signed_at(self, timestamp: &str, key: &str, hmac_secret: &str) -> Self {
        let query = self.url.query().map(|query| format!("?{query}"));
        let body_hash = hex(&Sha256::digest(&self.body));
        let payload = format!(
            "{timestamp}{}{}{}{body_hash}",
            self.method,
            self.url.path(),
            query.unwrap_or_default(),
        );
        let mut mac = <Hmac<Sha256>>::new_from_slice(hmac_secret.as_bytes()).unwrap();
        mac.update(payload.as_bytes());
        let signature = hex(&mac.finalize().into_bytes());
        self.header("x-partner-key", key)
            .header("x-timestamp", timestamp)
            .header("x-signature", &signature)
    }

    /// Says who is signed in.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn header_value(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other == name);
        &found.unwrap().1
    }

    pub(crate) async fn send(self) -> Response {
        let mut request = self
            .client
            .http
            .request(self.method.parse().unwrap(), self.url);
        for (name, value) in &self.headers {
            request = request.header(name.parse::<HeaderName>().unwrap(), value);
        }
        if !self.body.is_empty() {
            request = request.body(self.body);
        }
        Response::read(request.send().await.unwrap()).await
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
