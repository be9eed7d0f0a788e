//! `cargo xtask build`: the one binary to ship, with the widget inside.

use std::fs;

use crate::place;
use crate::program::{Failure, Outcome, cargo, run as run_program};
use crate::widget::{self, Asset, Purpose, print_table};

pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {}
        ["--widget"] => return widget_alone(Purpose::Ship),
        ["--widget", "--stable"] => return widget_alone(Purpose::Try),
        _ => {
            return Err(Failure::new(format!(
                "`build` takes nothing, `--widget` or `--widget --stable`, not `{}`",
                arguments.join(" ")
            )));
        }
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

/// What donors download, without the server that holds it.
fn widget_alone(purpose: Purpose) -> Outcome<()> {
    widget::build(purpose)?;
    print_table(&Asset::of_the_widget()?);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
