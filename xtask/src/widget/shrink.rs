//! Making the built module and its glue smaller, with what is at hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::names;
use crate::node;
use crate::place;

use crate::program::{Failure, Outcome, capture, run};

/// What browsers have had for years, each named: with all features the result is a module that
/// they refuse.
const WASM_FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Shrinks the module and its glue in place; without the tools they stay as they are.
pub(super) fn shrink() -> Outcome<()> {
    if let Err(failure) = node::ensure_shrinkers() {
        println!("the widget may stay larger than it could be; {failure}");
    }
    let module = super::assets::module()?;
    let glue = super::assets::glue(&module)?;
    match node::find_program("wasm-opt") {
        // An older one may not know every switch, and the module is good without it.
        Some(program) => match optimise(&program, &module) {
            Ok(renamed) => names::shorten(&glue, &renamed)?,
            Err(failure) => println!("{} is not optimised; {failure}", module.display()),
        },
        None => println!("no wasm-opt: {} is not optimised", module.display()),
    }
    match node::find_program("esbuild") {
        Some(program) => {
            bundle(&program, &glue)?;
            for script in ["donate.js", "frame.js"] {
                minify(&program, &place::dist().join(script))?;
            }
        }
        None => println!("no esbuild: {} is not minified", glue.display()),
    }
    Ok(())
}

/// Answers the list of the names that were made short.
fn optimise(program: &Path, module: &Path) -> Outcome<String> {
    let mut renamed = String::new();
    replace(module, |smaller| {
        renamed = capture(
            Command::new(program)
                .arg(module)
                .args(["-Oz", "--gufa-optimizing", "-Os", "--low-memory-unused"])
                .args(["--strip-debug", "--strip-producers"])
                .arg("--minify-imports-and-exports-and-modules")
                .args(WASM_FEATURES)
                .arg("-o")
                .arg(smaller),
        )?;
        Ok(())
    })?;
    Ok(renamed)
}

/// What the loader asks of the glue; the rest of it is left out.
const ENTRY: &str = include_str!("entry.js");

/// The glue stays a module, since it finds the WebAssembly beside itself by `import.meta.url`.
fn bundle(program: &Path, glue: &Path) -> Outcome<()> {
    let entry = glue.with_file_name("entry.js");
    fs::write(&entry, ENTRY).map_err(|error| Failure::at(&entry, &error))?;
    let bundled = replace(glue, |smaller| {
        let output = format!("--outfile={}", smaller.display());
        run(Command::new(program).arg(&entry).args([
            "--bundle",
            "--minify",
            "--format=esm",
            "--target=es2022",
            // Its warnings are of old ways to call it, and of a type that our server never sends.
            "--pure:console.warn",
            "--log-level=warning",
            &output,
        ]))
    });
    fs::remove_file(&entry).map_err(|error| Failure::at(&entry, &error))?;
    bundled
}

fn minify(program: &Path, script: &Path) -> Outcome<()> {
    replace(script, |smaller| {
        let output = format!("--outfile={}", smaller.display());
        run(Command::new(program)
            .arg(script)
            .args(["--minify", "--log-level=warning", &output]))
    })
}

/// Lets `make` write a file outside `dist`, then moves it over the original.
fn replace(original: &Path, make: impl FnOnce(&Path) -> Outcome<()>) -> Outcome<()> {
    let smaller = made_beside(original);
    make(&smaller)?;
    fs::rename(&smaller, original).map_err(|error| Failure::at(original, &error))
}

fn made_beside(original: &Path) -> PathBuf {
    let name = original.file_name().unwrap_or_default();
    place::target().join(name)
}
