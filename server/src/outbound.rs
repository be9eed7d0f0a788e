//! Whatever goes out from this program goes through here, with limits on time
//! and size, without redirects and without a proxy. What goes to an address that
//! a partner has named goes by the [`courier`], which calls nothing inward.

pub mod address;
pub mod courier;
pub mod target;

use std::time::Duration;

use reqwest::{Client, ClientBuilder, Method, Response, StatusCode, Url, Version, redirect};
use shared::time::Timestamp;

/// How long the other side may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a whole exchange may take; calls that wait for a change take half.
const EXCHANGE_TIMEOUT: Duration = Duration::from_mins(1);
/// The largest answer, in bytes.
const MAX_ANSWER: usize = 10 << 20;

#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client,
    trust: Trust,
}

/// Whose word is taken for an HTTPS server's name.
#[derive(Clone, Debug)]
enum Trust {
    /// The certificates that the system trusts.
    System,
    /// Nobody's, and why; plain HTTP works without.
    Nobody(String),
}

/// A request to be sent.
pub struct Outgoing {
    method: Method,
    url: Url,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub version: Version,
    pub status: StatusCode,
    /// What the other side's clock says.
    pub date: Option<Timestamp>,
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
    #[error("{origin} cannot be trusted: {reason} (install ca-certificates, or set SSL_CERT_FILE)")]
    Untrusted { origin: String, reason: String },
    #[error("{0} is not an address to call")]
    Malformed(String),
    #[error("{origin} cannot be reached: {reason}")]
    Unreachable { origin: String, reason: String },
    #[error("{origin} did not answer in time")]
    Silent { origin: String },
    #[error("the answer of {origin} is larger than {MAX_ANSWER} bytes")]
    LargeAnswer { origin: String },
}

impl Outgoing {
    pub fn new(method: &str, url: &str) -> Result<Self, OutboundError> {
        let malformed = || OutboundError::Malformed(url.to_owned());
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| malformed())?;
        let url = Url::parse(url).map_err(|_| malformed())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(malformed());
        }
        Ok(Self {
            method,
            url,
            headers: Vec::new(),
            body: Vec::new(),
        })
    }

    /// The path and query as they are sent.
    pub fn path_and_query(&self) -> String {
        use url::Position::{AfterQuery, BeforePath};
        self.url[BeforePath..AfterQuery].to_owned()
    }

    fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

impl std::fmt::Debug for Outgoing {
    /// Without headers and body, which hold keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

impl Outbound {
    pub fn new() -> Result<Self, OutboundError> {
        let (client, trust) = build(builder)?;
        Ok(Self { client, trust })
    }

    pub async fn send(&self, outgoing: Outgoing) -> Result<Answer, OutboundError> {
        let origin = outgoing.origin();
        if let (Trust::Nobody(reason), "https") = (&self.trust, outgoing.url.scheme()) {
            let reason = reason.clone();
            return Err(OutboundError::Untrusted { origin, reason });
        }
        let mut request = self.client.request(outgoing.method, outgoing.url);
        for (name, value) in outgoing.headers {
            request = request.header(name, value);
        }
        let failed = |error: reqwest::Error| failure(&origin, &error);
        let mut response = request.body(outgoing.body).send().await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return Err(OutboundError::LargeAnswer { origin });
            }
        }
        Ok(Answer {
            version: response.version(),
            status: response.status(),
            date: date(&response),
            body,
        })
    }
}

fn date(response: &Response) -> Option<Timestamp> {
    let text = response.headers().get("date")?.to_str().ok()?;
    Timestamp::parse_http(text)
}

fn build(builder: impl Fn() -> ClientBuilder) -> Result<(Client, Trust), OutboundError> {
    match builder().build() {
        Ok(client) => Ok((client, Trust::System)),
        // A small container has no certificates, and may not need any.
        Err(error) => {
            let client = builder().tls_certs_only([]).build();
            let client = client.map_err(|error| OutboundError::Client(reason(&error)))?;
            Ok((client, Trust::Nobody(reason(&error))))
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that makes a client"
)]
fn builder() -> ClientBuilder {
    Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(EXCHANGE_TIMEOUT)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("giving/", env!("CARGO_PKG_VERSION")))
}

fn failure(origin: &str, error: &reqwest::Error) -> OutboundError {
    let origin = origin.to_owned();
    if error.is_timeout() {
        return OutboundError::Silent { origin };
    }
    let reason = reason(error);
    OutboundError::Unreachable { origin, reason }
}

/// The innermost cause, which alone says what happened.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
