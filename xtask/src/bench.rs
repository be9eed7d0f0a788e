//! `cargo xtask bench`: what the widget weighs is measured here, everything else by the
//! benchmarks of the tests.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::node;
use crate::place;
use crate::program::{Failure, Outcome, cargo, run as run_program};
use crate::test::{Postgres, find_chromium};
use crate::widget::{self, Asset, Purpose, print_table};

pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    match arguments.split_first() {
        None => Err(Failure::new(
            "bench what? `widget`, `http` or another that the benchmarks know",
        )),
        Some((name, rest)) if name == "widget" => widget(rest),
        Some((name, _)) => of_the_tests(name, arguments),
    }
}

/// A benchmark of the tests; those that want a PostgreSQL get one where the machine has it.
fn of_the_tests(name: &str, arguments: &[String]) -> Outcome<()> {
    let mut command = cargo();
    command
        .args(["bench", "--package", "tests", "--bench", "bench", "--"])
        .args(arguments);
    if !matches!(name, "actions" | "dashboard" | "organizations" | "webhooks") {
        return run_program(&mut command);
    }
    let postgres = Postgres::start();
    match &postgres {
        Ok(postgres) => {
            command
                .env("GIVING_BENCH_POSTGRES", postgres.url())
                .env("PATH", with_folder(postgres.binaries())?);
        }
        Err(failure) => println!("SQLite only: {failure}"),
    }
    run_program(&mut command)
}

/// The search path, and at its end the folder of `pgbench`.
fn with_folder(folder: &Path) -> Outcome<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([folder.to_path_buf()]);
    env::join_paths(folders).map_err(|error| Failure::new(format!("the search path: {error}")))
}

/// The bytes as shipped, then the times in a browser where there is one.
fn widget(arguments: &[String]) -> Outcome<()> {
    widget::build(Purpose::Ship)?;
    let assets = Asset::of_the_widget()?;
    print_table(&assets);
    print_goal(&assets);
    let folder = place::browser_tests();
    let script = folder.join("bench/intent.mjs");
    let (Some(node), Some(chromium)) = (node::find_node(), find_chromium()) else {
        println!("not timed in a browser: apt-get install nodejs npm chromium");
        return Ok(());
    };
    build_server()?;
    node::install(&folder)?;
    run_program(
        Command::new(node)
            .current_dir(&folder)
            .arg(script)
            .args(arguments)
            .env("CHROMIUM", chromium)
            .env("GIVING_BIN", place::dev_server()),
    )
}

/// What all of it may weigh, as brotli.
const GOAL_BYTES: u64 = 45_000;
const STRETCH_BYTES: u64 = 41_500;

fn print_goal(assets: &[Asset]) {
    let sum: u64 = assets.iter().map(|asset| asset.brotli).sum();
    let verdict = |goal: u64| if sum <= goal { "met" } else { "MISSED" };
    println!(
        "goal {GOAL_BYTES}: {}; stretch {STRETCH_BYTES}: {}",
        verdict(GOAL_BYTES),
        verdict(STRETCH_BYTES)
    );
}

/// The server alone, with the features that the tests join: it reads the widget that was just
/// built to ship, which a build for trying would replace.
fn build_server() -> Outcome<()> {
    run_program(cargo().args([
        "build",
        "--workspace",
        "--exclude",
        "widget",
        "--bin",
        "giving",
    ]))
}
