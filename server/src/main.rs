//! `giving`, the one program.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use mimalloc::MiMalloc;
use tracing_subscriber::EnvFilter;

/// What one thread allocates and another frees, as answers are, costs the system's
/// allocator a good part of a call.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let filter =
        EnvFilter::try_from_env("GIVING_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(server::cli::run()));
    done.unwrap_or_else(|error| {
        eprintln!("giving: {error}");
        ExitCode::FAILURE
    })
}
