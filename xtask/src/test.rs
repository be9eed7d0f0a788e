//! `cargo xtask test`: the Rust tests on both databases, then the widget in a browser, then the
//! sum of both.

mod browser;
mod postgres;
mod summary;

use std::process::Command;
use std::time::Instant;

pub(crate) use browser::find_chromium;
pub(crate) use postgres::Postgres;

use browser::Part;

use crate::node;
use crate::place;
use crate::program::{Failure, Outcome, cargo, is_continuous_integration, watch};
use crate::server;
use summary::{Counts, Report, Suite};

/// The version of Unicode's CLDR that the server's table of locales has.
const CLDR: &str = "48";

/// What one asks for on the command line.
#[derive(Default)]
struct Wish {
    only: Option<String>,
    name: Option<String>,
    /// Whether the browser goes through the long matrix, and nothing else is run.
    is_matrix: bool,
}

impl Wish {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let mut wish = Self::default();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--only" => match words.next().map(String::as_str) {
                    Some(suite @ ("rust" | "browser")) => wish.only = Some(suite.to_owned()),
                    _ => return Err(Failure::new("--only takes `rust` or `browser`")),
                },
                "--matrix" => {
                    wish.is_matrix = true;
                    wish.only = Some("browser".to_owned());
                }
                flag if flag.starts_with('-') => {
                    return Err(Failure::new(format!(
                        "`test` does not know {flag}, only --only rust|browser and --matrix"
                    )));
                }
                name if wish.name.is_none() => wish.name = Some(name.to_owned()),
                name => {
                    return Err(Failure::new(format!(
                        "one name is enough, `{name}` is too many"
                    )));
                }
            }
        }
        Ok(wish)
    }

    fn wants(&self, suite: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == suite)
    }
}

pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    let wish = Wish::read(arguments)?;
    server::build_with_widget()?;
    let mut report = Report::default();
    if wish.wants("rust") {
        rust(wish.name.as_deref(), &mut report)?;
    }
    if wish.wants("browser") {
        let part = if wish.is_matrix {
            Part::Matrix
        } else {
            Part::Core
        };
        browser::run(part, wish.name.as_deref(), &mut report)?;
    }
    let failed = report.print(is_continuous_integration());
    // The counts are the last line; the exit code says the rest.
    if failed {
        std::process::exit(1)
    } else {
        Ok(())
    }
}

/// `cargo test` with a PostgreSQL of our own beside it where the machine has one.
fn rust(name: Option<&str>, report: &mut Report) -> Outcome<()> {
    let start = Instant::now();
    let postgres = Postgres::start();
    let mut left_out = Vec::new();
    let mut command = cargo();
    command
        .args([
            "test",
            "--workspace",
            "--exclude",
            "widget",
            "--no-fail-fast",
        ])
        .args(name)
        // The tests wait for servers and disks more than they compute.
        .env("RUST_TEST_THREADS", "8")
        .env("GIVING_BIN", place::dev_server());
    match &postgres {
        Ok(postgres) => {
            command.env("GIVING_TEST_POSTGRES", postgres.url());
        }
        Err(failure) => {
            println!("SQLite only: {failure}");
            report.missing(format!("the PostgreSQL half of the Rust tests ({failure})"));
            command.env_remove("GIVING_TEST_POSTGRES");
            left_out.push("::postgres");
        }
    }
    if let Err(failure) = node::ensure_cldr(CLDR) {
        report.missing(format!("the comparison of locales with Intl ({failure})"));
        left_out.push("intl::");
    }
    if !left_out.is_empty() {
        let skips = left_out.iter().flat_map(|name| ["--skip", *name]);
        command.arg("--").args(skips);
    }
    let mut counts = count(&mut command, Counts::add_cargo_line)?;
    if name.is_none() {
        // With no name asked for, all that was filtered out is the half left out above.
        counts.skipped += counts.filtered;
    }
    report.add(Suite {
        name: "rust",
        counts,
        time: start.elapsed(),
    });
    Ok(())
}

/// Runs a suite and counts by its own summary. A suite that ends badly without naming a failed
/// test did not compile or crashed, and counts as one.
fn count(command: &mut Command, add_line: fn(&mut Counts, &str)) -> Outcome<Counts> {
    let mut counts = Counts::default();
    let status = watch(command, |line| add_line(&mut counts, line))?;
    if !status.success() && counts.failed == 0 {
        counts.failed = 1;
    }
    Ok(counts)
}
