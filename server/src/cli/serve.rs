//! `giving serve`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use url::Url;

use super::CommandError;
use crate::config::{Environment, Settings};
use crate::context::Context;
use crate::serve::{Fill, start};

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Fill an empty sandbox database with something to try
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    flags: Flags,
}

/// The settings that `serve` takes as flags.
#[derive(Debug, Args, Serialize)]
struct Flags {
    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    /// sqlite:PATH or postgres://… [default: sqlite in the data directory]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    /// [default: sandbox]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<Environment>,
    /// Where the sandbox keeps its files [default: data]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// The address under which donors reach the server [default: where it listens]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url: Option<Url>,
}

impl Serve {
    #[expect(
        clippy::print_stdout,
        reason = "whoever starts the server waits for this line"
    )]
    pub(super) async fn run(self) -> Result<(), CommandError> {
        let settings = Settings::read(&self.flags)?;
        let fill = if self.demo { Fill::Demo } else { Fill::Nothing };
        let running = start(settings, Context::system(), fill).await?;
        println!("listening on {}", running.app.base_url);
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
