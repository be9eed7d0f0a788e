//! The command line: one file a command.

mod serve;

use clap::{Parser, Subcommand};

/// Giving: donations, rewards and the widget for them, in one server.
#[derive(Debug, Parser)]
#[command(name = "giving", version)]
struct Giving {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer calls until stopped
    Serve(serve::Serve),
}

/// What ended a command, in one line for whoever ran it.
pub type CommandError = Box<dyn std::error::Error + Send + Sync>;

/// Reads the command line and does what it says.
pub async fn run() -> Result<(), CommandError> {
    match Giving::parse().command {
        Command::Serve(serve) => serve.run().await,
    }
}
