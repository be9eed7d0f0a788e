//! What a running server holds, handed to every handler and worker.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::assets::Assets;
use crate::auth::issuer::Issuer;
use crate::auth::limit::Limiter;
use crate::config::Settings;
use crate::context::Context;
use crate::domain::directory::Directory;
use crate::domain::password::Passwords;
use crate::domain::replay::UnderWay;
use crate::metrics::Metrics;
use crate::outbound::courier::Courier;
use crate::store::Db;
use crate::store::ledger::Ledger;
use crate::usage::Usage;
use crate::vault::Vault;
use crate::waiting::Waiting;
use crate::worker::deliver::Desk;
use crate::worker::key_uses::KeyUses;

#[derive(Debug)]
pub struct App {
    pub settings: Settings,
    pub context: Context,
    pub db: Db,
    pub vault: Vault,
    pub ledger: Ledger,
    /// Delivers to webhooks.
    pub courier: Courier,
    pub desk: Desk,
    /// Outlasts the server's tasks, as what callers did does.
    pub limiter: Arc<Limiter>,
    /// What callers did, for their dashboards.
    pub usage: Arc<Usage>,
    /// None unless somebody may ask for them.
    pub metrics: Option<Metrics>,
    pub assets: Assets,
    /// Every nonprofit's name, to search them.
    pub directory: Directory,
    /// Callers who wait for a donation to change.
    pub waiting: Waiting,
    /// Calls under an idempotency key that are being answered.
    pub under_way: UnderWay,
    /// Wakes the worker that rewards donors.
    pub reward_due: Notify,
    /// Wakes the worker that sends mail.
    pub mail_due: Notify,
    pub passwords: Passwords,
    /// Vouches for users of its own, if one is configured.
    pub issuer: Option<Issuer>,
    /// Those whose tokens name users of one partner, each with the partner's slug.
    pub partner_issuers: Vec<(String, Issuer)>,
    /// Which keys were used, until it is written down.
    pub key_uses: KeyUses,
    /// The demo's publishable key, for the page at `/`.
    pub demo_key: Option<String>,
    /// Without a slash at its end.
    pub base_url: String,
    pub shutdown: CancellationToken,
}

impl App {
    /// The server's own origin, as browsers write it.
    pub fn origin(&self) -> &str {
        &self.base_url
    }
}

/// The address under which the server is reached, without a slash at its end;
/// none if what is configured is more than scheme, host and port. A server that
/// listens everywhere is reached from this machine by loopback.
pub(crate) fn base_url(configured: Option<&Url>, listening: SocketAddr) -> Option<String> {
    let Some(url) = configured else {
        let host = match listening.ip() {
            IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            address => address,
        };
        return Some(format!(
            "http://{}",
            SocketAddr::new(host, listening.port())
        ));
    };
    let origin = url.origin().ascii_serialization();
    let is_plain =
        matches!(url.scheme(), "http" | "https") && url.as_str().trim_end_matches('/') == origin;
    is_plain.then_some(origin)
}
