//! `cargo xtask`: everything one does with this tree, one file a command.
//!
//! It is the first thing compiled on a fresh machine, so it leans on the standard library and on
//! the tools that are there. Nothing of the product lives here.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a build tool talks to its terminal, its environment and other programs"
)]

mod announce;
mod bench;
mod build;
mod check;
mod folder;
mod node;
mod place;
mod program;
mod run;
mod server;
mod test;
mod tools;
mod widget;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run [ARGUMENTS OF giving serve]   build everything and serve the demo
cargo xtask test [--only rust|browser] [NAME] run the tests, or those whose names hold NAME
cargo xtask test --matrix [NAME]              the long matrix in browsers: every locale, every width, Firefox
cargo xtask check                             formatting, lints, documentation, length of files
cargo xtask build [--widget [--stable]]       the binary to ship, with the widget inside; or the widget alone
cargo xtask bench widget|http|actions|dashboard|webhooks [ARGUMENTS]   measure";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[] as &[String]),
    };
    let outcome = match command {
        "run" => run::run(rest),
        "test" => test::run(rest),
        "check" => check::run(rest),
        "build" => build::run(rest),
        "bench" => bench::run(rest),
        announce::COMMAND => {
            announce::run(rest);
            Ok(())
        }
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        unknown => Err(program::Failure::new(format!(
            "there is no command `{unknown}`\n{USAGE}"
        ))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
