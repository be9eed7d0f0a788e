//! `cargo xtask build`: the one binary to ship, with the widget inside.

use std::fs;

use crate::place;
use crate::program::{Failure, Outcome, cargo, run as run_program};
use crate::widget::{self, Asset, Purpose, print_table};

pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::new(format!(
            "`build` takes no arguments, not `{argument}`"
        )));
    }
    widget::build(Purpose::Ship)?;
    println!("building the server");
    run_program(cargo().args([
        "build",
        "--release",
        "--package",
        "server",
        "--bin",
        "giving",
    ]))?;
    let binary = place::release_server();
    let size = fs::metadata(&binary)
        .map_err(|error| Failure::at(&binary, &error))?
        .len();
    println!();
    print_table(&Asset::all()?);
    println!();
    let shown = binary
        .strip_prefix(place::root())
        .unwrap_or(&binary)
        .display();
    println!(
        "{shown}: {size} bytes ({:.1} MB), the widget inside",
        megabytes(size)
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
