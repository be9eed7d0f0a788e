//! `cargo xtask bench`: what the widget weighs is measured here, everything else by the
//! benchmarks of the tests.

use std::process::Command;

use crate::node;
use crate::place;
use crate::program::{Failure, Outcome, cargo, run as run_program};
use crate::test::find_chromium;
use crate::widget::{self, Asset, Purpose, print_table};

pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    match arguments.split_first() {
        None => Err(Failure::new(
            "bench what? `widget`, `http` or another that the benchmarks know",
        )),
        Some((name, rest)) if name == "widget" => widget(rest),
        Some(_) => run_program(
            cargo()
                .args(["bench", "--package", "tests", "--bench", "bench", "--"])
                .args(arguments),
        ),
    }
}

/// The bytes as shipped, then the times in a browser where there is one.
fn widget(arguments: &[String]) -> Outcome<()> {
    widget::build(Purpose::Ship)?;
    print_table(&Asset::of_the_widget()?);
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
