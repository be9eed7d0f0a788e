//! The tools that build the widget: used from the search path when they fit, else compiled once
//! into `target/tools`. Nothing is downloaded but crates and npm packages by their own clients.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::place;
use crate::program::{Failure, Outcome, capture, cargo, find, run};

/// What the browser runs.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

const TRUNK: &str = "0.21.14";

/// Adds what rustup calls `kind` ("target" or "component") unless it is there.
fn add(kind: &str, name: &str, present: bool) -> Outcome<()> {
    if present {
        return Ok(());
    }
    if find(&["rustup"]).is_none() {
        return Err(Failure::new(format!(
            "this Rust has no {name} and there is no rustup to add it: install that {kind} the way Rust was installed"
        )));
    }
    println!("adding the {kind} {name} with rustup");
    run(Command::new("rustup")
        .current_dir(place::root())
        .args([kind, "add", name]))
}

/// The standard library for the browser.
pub(crate) fn ensure_wasm() -> Outcome<()> {
    let library = sysroot()?.join("lib/rustlib").join(WASM).join("lib");
    add("target", WASM, library.is_dir())
}

/// A part of the toolchain that answers as `cargo NAME`, such as `fmt`.
pub(crate) fn ensure_component(name: &str, subcommand: &str) -> Outcome<()> {
    let present = cargo()
        .args([subcommand, "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    add("component", name, present)
}

/// The standard library's source, to be rebuilt for size.
pub(crate) fn ensure_library_source() -> Outcome<()> {
    let source = sysroot()?.join("lib/rustlib/src/rust/library/std");
    add("component", "rust-src", source.is_dir())
}

fn sysroot() -> Outcome<PathBuf> {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = capture(
        Command::new(compiler)
            .current_dir(place::root())
            .args(["--print", "sysroot"]),
    )?;
    Ok(PathBuf::from(printed.trim()))
}

/// Makes sure of trunk and of the wasm-bindgen that equals the crate's version.
pub(crate) fn ensure_widget_tools() -> Outcome<()> {
    let wasm_bindgen = locked_version("wasm-bindgen")?;
    // Not `--locked`: wasm-bindgen-cli's own lock names crates that newer compilers refuse.
    let only = ["--bin", "wasm-bindgen"];
    ensure(
        "wasm-bindgen-cli",
        "wasm-bindgen",
        &wasm_bindgen,
        &only,
        "one minute",
    )?;
    ensure("trunk", "trunk", TRUNK, &["--locked"], "three minutes")
}

/// Makes sure of the program that runs tests where there is JavaScript.
pub(crate) fn ensure_wasm_test_runner() -> Outcome<PathBuf> {
    const RUNNER: &str = "wasm-bindgen-test-runner";
    let version = locked_version("wasm-bindgen")?;
    let only = ["--bin", "wasm-bindgen", "--bin", RUNNER];
    ensure("wasm-bindgen-cli", RUNNER, &version, &only, "one minute")?;
    find_widget_tool(RUNNER)
}

fn ensure(package: &str, program: &str, version: &str, flags: &[&str], time: &str) -> Outcome<()> {
    if answers(program, version) {
        return Ok(());
    }
    println!("compiling {package} {version} into target/tools, once (about {time} on two cores)");
    let tools = place::tools();
    // Unoptimised on purpose: optimised they take many minutes to compile and save seconds.
    run(cargo()
        .args([
            "install",
            "--debug",
            "--force",
            package,
            "--version",
            &format!("={version}"),
        ])
        .args(flags)
        .arg("--root")
        .arg(&tools)
        .arg("--target-dir")
        .arg(tools.join("build"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("PATH", search_path()))
}

/// Whether the program our search path finds says it is this version.
fn answers(program: &str, version: &str) -> bool {
    let Ok(program) = find_widget_tool(program) else {
        return false;
    };
    Command::new(program)
        .arg("--version")
        .env_remove("NO_COLOR")
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout)
                .split_whitespace()
                .nth(1)
                == Some(version)
        })
}

/// The search path with our own tools first.
pub(crate) fn search_path() -> OsString {
    let rest = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(place::tools().join("bin")).chain(env::split_paths(&rest));
    env::join_paths(folders).unwrap_or(rest)
}

/// The program itself: an exec looks it up on our own search path, not on its future one.
pub(crate) fn find_widget_tool(name: &str) -> Outcome<PathBuf> {
    env::split_paths(&search_path())
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| Failure::new(format!("{name} was installed and is not there")))
}

/// The version of a package in Cargo.lock.
fn locked_version(package: &str) -> Outcome<String> {
    let path = place::root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(|error| Failure::at(&path, &error))?;
    version_in(&lock, package).ok_or_else(|| {
        Failure::new(format!(
            "Cargo.lock names no {package}: the widget depends on it"
        ))
    })
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name)?;
    let version = lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn the_lock_tells_the_version_of_exactly_this_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "trunk"), None);
    }
}
