//! Delivers to addresses that partners have named, and to nothing inward.
//!
//! At each attempt the name is looked up once, every address it stands for is
//! judged, and the connection is made to those that were judged: what connects
//! never asks again. A connection that is kept from an earlier attempt leads to
//! an address that was judged then.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Response};

use super::address::Reach;
use super::target::{Place, Target};
use super::{OutboundError, Trust, build, reason};

/// How long a delivery may take, from looking up the name to the answer's head.
const DEADLINE: Duration = Duration::from_secs(15);
/// How long the start of the answer's body is waited for.
const BODY_TIMEOUT: Duration = Duration::from_secs(2);
/// So much is read of an answer's body.
const MAX_BODY: usize = 1_024;
/// The idle connections that are kept to one host.
const MAX_IDLE: usize = 64;
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Answers what a name stands for, in the place of the system.
pub type LookUp = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// The client for deliveries.
pub struct Courier {
    client: Client,
    trust: Trust,
    reach: Reach,
    judged: Arc<Judged>,
    look_up: OnceLock<Box<LookUp>>,
}

/// What is delivered.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub headers: HeaderMap,
    pub body: String,
}

/// What a delivery came to: a status, or why there is none.
#[derive(Clone, Debug)]
pub struct Received {
    pub status: Option<u16>,
    /// The start of the answer's body, or what went wrong.
    pub text: String,
    pub retry_after: Option<String>,
}

impl Received {
    fn nothing(text: impl Into<String>) -> Self {
        Self {
            status: None,
            text: text.into(),
            retry_after: None,
        }
    }

    pub fn is_success(&self) -> bool {
        self.status
            .is_some_and(|status| (200..300).contains(&status))
    }
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Courier({:?})", self.reach)
    }
}

impl Courier {
    pub fn new(reach: Reach) -> Result<Self, OutboundError> {
        let judged = Arc::new(Judged::default());
        let (client, trust) = build(|| builder(judged.clone()))?;
        Ok(Self {
            client,
            trust,
            reach,
            judged,
            look_up: OnceLock::new(),
        })
    }

    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Has names looked up by another than the system, from now on.
    pub fn look_up_by(&self, look_up: Box<LookUp>) {
        let _ = self.look_up.set(look_up);
    }

    /// Delivers once, within the deadline.
    pub async fn deliver(&self, url: &str, parcel: Parcel) -> Received {
        let target = match Target::parse(url, self.reach) {
            Ok(target) => target,
            Err(problem) => return Received::nothing(format!("the address {problem}")),
        };
        if let (Trust::Nobody(reason), false) = (&self.trust, target.is_plain) {
            tracing::error!(%reason, "no HTTPS server can be trusted");
            return Received::nothing("our server cannot check certificates");
        }
        match tokio::time::timeout(DEADLINE, self.send(target, parcel)).await {
            Ok(Ok(response)) => read(response).await,
            Ok(Err(problem)) => Received::nothing(problem),
            Err(_) => Received::nothing(format!("no answer within {} seconds", DEADLINE.as_secs())),
        }
    }

    async fn send(&self, target: Target, parcel: Parcel) -> Result<Response, String> {
        let _kept = match &target.place {
            // What connects goes to a literal address as it stands.
            Place::Address(_) => None,
            Place::Name(name) => {
                let addresses = self.judge(name, target.is_plain).await?;
                Some(self.judged.keep(name, addresses))
            }
        };
        let request = self.client.post(target.url);
        let sent = request.headers(parcel.headers).body(parcel.body).send();
        sent.await.map_err(|error| reason(&error))
    }

    /// Looks a name up; all that it stands for must be allowed.
    async fn judge(&self, name: &str, is_plain: bool) -> Result<Vec<IpAddr>, String> {
        let addresses = match self.look_up.get() {
            Some(look_up) => look_up(name),
            None => tokio::net::lookup_host((name, 0))
                .await
                .map_err(|error| format!("the name cannot be resolved: {error}"))?
                .map(|address| address.ip())
                .collect(),
        };
        let may_be_called = |address: &IpAddr| {
            self.reach.permits(*address) && (!is_plain || address.to_canonical().is_loopback())
        };
        if addresses.is_empty() {
            return Err("the name has no address".to_owned());
        }
        if !addresses.iter().all(may_be_called) {
            return Err("the name leads to a private, local or reserved network".to_owned());
        }
        Ok(addresses)
    }
}

/// Takes the status and the start of the body; whatever the rest of the answer
/// does, the delivery was received.
async fn read(mut response: Response) -> Received {
    let retry_after = response.headers().get(RETRY_AFTER);
    let retry_after = retry_after.and_then(|value| value.to_str().ok().map(str::to_owned));
    let mut body = Vec::new();
    let start = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = MAX_BODY - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(BODY_TIMEOUT, start).await;
    Received {
        status: Some(response.status().as_u16()),
        // PostgreSQL takes no NUL in a text.
        text: String::from_utf8_lossy(&body).replace('\0', "\u{fffd}"),
        retry_after,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the client of deliveries, with its own guard"
)]
fn builder(judged: Arc<Judged>) -> ClientBuilder {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .pool_max_idle_per_host(MAX_IDLE)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .dns_resolver(judged)
}

/// The names that are being delivered to, with the addresses that were judged.
#[derive(Debug, Default)]
struct Judged {
    names: Mutex<HashMap<String, (Vec<IpAddr>, usize)>>,
}

/// Keeps a name's addresses as long as a delivery needs them.
struct Kept {
    judged: Arc<Judged>,
    name: String,
}

impl Judged {
    fn keep(self: &Arc<Self>, name: &str, addresses: Vec<IpAddr>) -> Kept {
        let mut names = self.names();
        let (known, deliveries) = names.entry(name.to_owned()).or_default();
        *known = addresses;
        *deliveries += 1;
        Kept {
            judged: self.clone(),
            name: name.to_owned(),
        }
    }

    fn names(&self) -> MutexGuard<'_, HashMap<String, (Vec<IpAddr>, usize)>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let mut names = self.judged.names();
        if let Some((_, deliveries)) = names.get_mut(&self.name) {
            *deliveries -= 1;
            if *deliveries == 0 {
                names.remove(&self.name);
            }
        }
    }
}

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.names();
        let known = names.get(name.as_str()).map(|(known, _)| known.clone());
        Box::pin(async move {
            let known = known.ok_or("the name was not judged")?;
            let addresses = known.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
