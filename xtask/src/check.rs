//! `cargo xtask check`: what can be said of the tree without running it.

use std::fs;
use std::time::Instant;

use crate::folder::files_below;
use crate::place;
use crate::program::{Failure, Outcome, cargo, minutes, run as run_program};
use crate::tools;

/// A longer file wants to be two.
const MAXIMUM_LINES: usize = 400;

/// What is not ours to keep short.
const FOREIGN_FOLDERS: [&str; 4] = ["target", "node_modules", "dist", ".git"];

type Step = (&'static str, fn() -> Outcome<()>);

const STEPS: [Step; 5] = [
    ("length of files", length_of_files),
    ("formatting", formatting),
    ("lints of the server", native_lints),
    ("lints of the widget", widget_lints),
    ("documentation", documentation),
];

/// Takes every step even when one fails, so that one run tells everything.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::new(format!(
            "`check` takes no arguments, not `{argument}`"
        )));
    }
    // The server embeds or reads this folder and does not compile without it.
    fs::create_dir_all(place::dist()).map_err(|error| Failure::at(&place::dist(), &error))?;
    let mut lines = Vec::new();
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        println!("check: {name}");
        let start = Instant::now();
        let verdict = match step() {
            Ok(()) => "ok",
            Err(failure) => {
                eprintln!("error: {failure}");
                failed.push(name);
                "FAILED"
            }
        };
        lines.push(format!(
            "{name:<24}{verdict:<8}{:>6} min",
            minutes(start.elapsed())
        ));
    }
    println!("\n{}", lines.join("\n"));
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("check failed: {}", failed.join(", "))))
    }
}

fn formatting() -> Outcome<()> {
    tools::ensure_component("rustfmt", "fmt")?;
    run_program(cargo().args(["fmt", "--all", "--check"]))
}

fn native_lints() -> Outcome<()> {
    tools::ensure_component("clippy", "clippy")?;
    run_program(cargo().args([
        "clippy",
        "--workspace",
        "--exclude",
        "widget",
        "--all-targets",
        "--",
        "-Dwarnings",
    ]))
}

fn widget_lints() -> Outcome<()> {
    tools::ensure_component("clippy", "clippy")?;
    tools::ensure_wasm()?;
    run_program(cargo().args([
        "clippy",
        "--package",
        "widget",
        "--target",
        tools::WASM,
        "--",
        "-Dwarnings",
    ]))
}

fn documentation() -> Outcome<()> {
    run_program(
        cargo()
            .args([
                "doc",
                "--no-deps",
                "--workspace",
                "--exclude",
                "widget",
                "--document-private-items",
            ])
            .env("RUSTDOCFLAGS", "-Dwarnings"),
    )
}

fn length_of_files() -> Outcome<()> {
    let mut long = Vec::new();
    for path in files_below(&place::root(), &FOREIGN_FOLDERS)? {
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| Failure::at(&path, &error))?;
        let lines = text.lines().count();
        if lines > MAXIMUM_LINES {
            long.push(format!("{} has {lines} lines", path.display()));
        }
    }
    if long.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "files of more than {MAXIMUM_LINES} lines: {}",
        long.join(", ")
    )))
}
