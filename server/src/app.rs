//! What a running server holds, handed to every handler and worker.

use std::net::SocketAddr;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::assets::Assets;
use crate::auth::limit::Limiter;
use crate::config::Settings;
use crate::context::Context;
use crate::store::Db;
use crate::store::ledger::Ledger;
use crate::vault::Vault;
use crate::waiting::Waiting;

#[derive(Debug)]
pub struct App {
    pub settings: Settings,
    pub context: Context,
    pub db: Db,
    pub vault: Vault,
    pub ledger: Ledger,
    pub limiter: Limiter,
    pub assets: Assets,
    /// Callers who wait for a donation to change.
    pub waiting: Waiting,
    /// Wakes the worker that rewards donors.
    pub reward_due: Notify,
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

/// The address under which the server is reached, without a slash at its end.
pub(crate) fn base_url(configured: Option<&Url>, listening: SocketAddr) -> String {
    match configured {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{listening}"),
    }
}
