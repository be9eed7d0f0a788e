//! What goes on beside requests: loops that claim jobs, wake at once in this
//! process and each second for another's, and stop on shutdown.

mod callers;
mod count;
pub mod deliver;
mod directory;
pub mod fold;
mod jobs;
pub mod key_uses;
pub mod mail;
pub mod prune;
pub mod refund;
pub mod reward;
mod statistics;
pub mod sweep;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::App;

/// How often a worker looks for what another process left.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Starts every worker of a server.
pub fn start(app: &Arc<App>) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(callers::run(app.clone())),
        tokio::spawn(count::run(app.clone())),
        tokio::spawn(deliver::run(app.clone())),
        tokio::spawn(directory::run(app.clone())),
        tokio::spawn(fold::run(app.clone())),
        tokio::spawn(key_uses::run(app.clone())),
        tokio::spawn(mail::run(app.clone())),
        tokio::spawn(prune::run(app.clone())),
        tokio::spawn(reward::run(app.clone())),
        tokio::spawn(statistics::run(app.clone())),
        tokio::spawn(sweep::run(app.clone())),
    ]
}
