//! The browser suite: node's own test runner over `tests/browser`, on the Chromium of the machine; the tools that
//! read the `OpenAPI` document run there too.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use super::count;
use super::summary::{Counts, Report, Suite};
use crate::node;
use crate::place;
use crate::program::{Failure, Outcome, cargo, find};
use crate::tools;

const CHROMIUM_NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// The Chromium named by the variable of that name, else the first on the search path.
pub(crate) fn find_chromium() -> Option<PathBuf> {
    env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| find(&CHROMIUM_NAMES))
}

/// Which of the files in `tests/browser` are run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Core,
    /// Every locale at every width, and Firefox where the machine has it.
    Matrix,
}

pub(super) fn run(part: Part, name: Option<&str>, report: &mut Report) -> Outcome<()> {
    let (node, chromium) = match programs() {
        Ok(programs) => programs,
        Err(failure) => {
            println!("no browser suite: {failure}");
            report.missing(format!("the browser suite ({failure})"));
            return Ok(());
        }
    };
    if name.is_none() && part == Part::Core {
        decoding(report)?;
    }
    let folder = place::browser_tests();
    node::install(&folder)?;
    let start = Instant::now();
    let mut command = Command::new(node);
    command
        .current_dir(&folder)
        // One file at a time: beside a fuzzer, a browser has no time left.
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(name.map(|name| format!("--test-name-pattern={name}")))
        .args((part == Part::Matrix).then_some("matrix/*.mjs"))
        .env("CHROMIUM", chromium)
        .env("GIVING_BIN", place::dev_server());
    let counts = count(&mut command, Counts::add_node_line)?;
    report.add(Suite {
        name: "browser",
        counts,
        time: start.elapsed(),
    });
    Ok(())
}

/// What JavaScript decodes against what serde decodes, in node.
fn decoding(report: &mut Report) -> Outcome<()> {
    let start = Instant::now();
    let mut command = cargo();
    command
        .args(["test", "--package", "shared", "--features", "js"])
        .args(["--target", tools::WASM, "--test", "decoding"])
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            tools::ensure_wasm_test_runner()?,
        );
    let counts = count(&mut command, Counts::add_cargo_line)?;
    report.add(Suite {
        name: "decoding",
        counts,
        time: start.elapsed(),
    });
    Ok(())
}

fn programs() -> Outcome<(PathBuf, PathBuf)> {
    let node = node::find_node().ok_or_else(node::missing)?;
    let chromium = find_chromium()
        .ok_or_else(|| Failure::new("Chromium not found: apt-get install chromium"))?;
    Ok((node, chromium))
}
