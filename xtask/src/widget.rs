//! The widget, from Rust to the files a browser downloads: trunk, then what makes them smaller,
//! then their compressed twins. One pipeline for trying and for shipping.

mod assets;
mod freshness;
mod names;
mod shrink;

use std::env;
use std::process::Command;

pub(crate) use assets::{Asset, print_table};

use crate::place;
use crate::program::{Outcome, capture, cargo, run};
use crate::tools;
use freshness::Stamp;

/// What makes the compiler leave out the words of panics.
const SIZE_SWITCHES: &str =
    "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

/// What the build is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Running and testing: soon ready.
    Try,
    /// Shipping: as small as this machine can make it.
    Ship,
}

/// Where the standard library of the shipped module comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Library {
    ReadyMade,
    RebuiltForSize,
}

/// Builds `dist` unless it is already what this would make of it.
pub(crate) fn build(purpose: Purpose) -> Outcome<()> {
    let library = choose(purpose);
    let stamp = Stamp::of_sources(purpose, library)?;
    if stamp.still_holds()? {
        println!("widget: nothing changed since it was built");
        return Ok(());
    }
    tools::ensure_wasm()?;
    tools::ensure_widget_tools()?;
    println!("building the widget");
    fetch(library)?;
    trunk(library)?;
    shrink::shrink()?;
    assets::compress()?;
    stamp.keep()
}

/// What is shipped has its library rebuilt, where its source is there or can be had.
fn choose(purpose: Purpose) -> Library {
    match purpose {
        Purpose::Try => Library::ReadyMade,
        Purpose::Ship => match tools::ensure_library_source().and_then(|()| try_size_switches()) {
            Ok(()) => Library::RebuiltForSize,
            Err(failure) => {
                println!("the widget's standard library is not rebuilt for size; {failure}");
                Library::ReadyMade
            }
        },
    }
}

/// Whether the compiler takes the switches that it calls unstable: they may have changed.
fn try_size_switches() -> Outcome<()> {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(compiler);
    command
        .current_dir(place::root())
        .args(SIZE_SWITCHES.split(' '))
        .args(["--print", "cfg", "--target", tools::WASM])
        .env("RUSTC_BOOTSTRAP", "1");
    capture(&mut command).map(drop)
}

/// Trunk is kept off the network, so the crates must be here before it starts; those of the
/// standard library too, where that is rebuilt.
fn fetch(library: Library) -> Outcome<()> {
    let mut command = cargo();
    command.args(["fetch", "--quiet", "--target", tools::WASM]);
    choose_library(&mut command, library);
    run(&mut command)
}

fn trunk(library: Library) -> Outcome<()> {
    let mut command = Command::new(tools::find_widget_tool("trunk")?);
    command
        .current_dir(place::root())
        // The profile is named in Trunk.toml; "release" concerns what trunk does around cargo.
        .args(["build", "--release", "--offline", "--skip-version-check"])
        .env("PATH", tools::search_path())
        // Of a failed build one wants to read the compiler's words, not trunk's stack.
        .env_remove("RUST_BACKTRACE");
    if env::var_os("NO_COLOR").is_some() {
        // Trunk takes this variable for a flag and knows no value but these two.
        command.env("NO_COLOR", "true");
    }
    choose_library(&mut command, library);
    run(&mut command)
}

/// Rebuilding the library takes switches that this compiler calls unstable; only the shipped
/// module is made so, in a folder of its own, and everything builds without.
fn choose_library(command: &mut Command, library: Library) {
    let mut flags = env::var_os("RUSTFLAGS").unwrap_or_default();
    flags.push(paths_left_out());
    if library == Library::RebuiltForSize {
        flags.push(" ");
        flags.push(SIZE_SWITCHES);
        command
            .env("CARGO_TARGET_DIR", place::target().join("ship"))
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
            .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
            .env("RUSTC_BOOTSTRAP", "1");
    }
    command.env("RUSTFLAGS", flags);
}

/// The switches that keep the folders of whoever builds out of what donors download.
fn paths_left_out() -> String {
    let home = |variable: &str, folder: &str| {
        env::var(variable).or_else(|_| env::var("HOME").map(|home| home + folder))
    };
    let folders = [
        (Ok(place::root().display().to_string()), "giving"),
        (home("CARGO_HOME", "/.cargo"), "cargo"),
        (home("RUSTUP_HOME", "/.rustup"), "rust"),
    ];
    let mut switches = String::new();
    for (folder, name) in folders {
        // Cargo splits the variable at spaces, so a folder with one keeps its name.
        if let Some(folder) = folder.ok().filter(|folder| !folder.contains(' ')) {
            switches += &[" --remap-path-prefix=", &folder, "=", name].concat();
        }
    }
    switches
}
