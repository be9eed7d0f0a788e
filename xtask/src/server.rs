//! Building the server for development, beside the widget so that no core stands idle.

use std::fs;
use std::process::Child;

use crate::place;
use crate::program::{Failure, Outcome, cargo, not_started};
use crate::widget::{self, Purpose};

/// Builds the server and the widget at the same time; either's failure ends both.
pub(crate) fn build_with_widget() -> Outcome<()> {
    // The folder is embedded or read by the server, which does not compile without it.
    fs::create_dir_all(place::dist()).map_err(|error| Failure::at(&place::dist(), &error))?;
    let mut server = start()?;
    if let Err(failure) = widget::build(Purpose::Try) {
        // Both may fail of one mistake; the widget's message is then the last one to read.
        let _ = server.kill();
        let _ = server.wait();
        return Err(failure);
    }
    let status = server
        .wait()
        .map_err(|error| Failure::new(format!("cargo: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new("the server does not build (see above)"))
    }
}

/// Starts the build. The whole workspace is named so that features are joined as the tests join
/// them, and nothing is compiled twice; no progress bar, since the widget's build shows one.
fn start() -> Outcome<Child> {
    let mut command = cargo();
    command
        .args([
            "build",
            "--workspace",
            "--exclude",
            "widget",
            "--bin",
            "giving",
        ])
        .env("CARGO_TERM_PROGRESS_WHEN", "never");
    command
        .spawn()
        .map_err(|error| not_started(&command, &error))
}
