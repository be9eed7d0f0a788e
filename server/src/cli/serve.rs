//! `giving serve`

use std::net::SocketAddr;

use clap::Args;
use serde::Serialize;
use url::Url;

use super::{CommandError, Flags, output};
use crate::context::Context;
use crate::serve::{Fill, start};

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Fill an empty sandbox database with something to try
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    own: Own,
}

/// The settings that only `serve` takes as flags.
#[derive(Debug, Args, Serialize)]
struct Own {
    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    /// The address under which donors reach the server [default: where it listens]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url: Option<Url>,
}

impl Serve {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        let settings = flags.settings_with(&self.own)?;
        let fill = if self.demo { Fill::Demo } else { Fill::Nothing };
        let running = start(settings, Context::system(), fill).await?;
        // Whoever starts the server waits for this line; nobody may be there.
        match output::line(&format!("listening on {}", running.app.base_url)) {
            Ok(()) | Err(CommandError::OutputClosed) => {}
            Err(error) => return Err(error),
        }
        stop_asked().await?;
        running.stop().await;
        Ok(())
    }
}

/// Waits for Ctrl-C or a polite kill.
async fn stop_asked() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}
