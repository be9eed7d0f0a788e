//! Node and the npm packages: what makes the widget smaller and what drives the browser.
//! Nothing of it is needed to build; whoever asks says what is lost without it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::place;
use crate::program::{Failure, Outcome, capture, find, run};

/// Node, when npm is there beside it.
pub(crate) fn find_node() -> Option<PathBuf> {
    find(&["npm"]).and_then(|_| find(&["node"]))
}

/// Refuses a Node whose `Intl` has another version of Unicode's CLDR.
pub(crate) fn ensure_cldr(version: &str) -> Outcome<()> {
    let node = find(&["node"]).ok_or_else(|| Failure::new("node not found"))?;
    let found = capture(Command::new(node).args(["-p", "process.versions.cldr"]))?;
    match found.trim().split('.').next() {
        Some(major) if major == version => Ok(()),
        _ => Err(Failure::new(format!(
            "it needs a Node with CLDR {version}, this one has {}",
            found.trim()
        ))),
    }
}

/// What to say where it is missing.
pub(crate) fn missing() -> Failure {
    Failure::new("node and npm not found: apt-get install nodejs npm")
}

/// A program of the packages in `xtask/package.json`, else one of that name on the search path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let installed = place::node_tools().join("node_modules/.bin").join(name);
    if installed.is_file() {
        Some(installed)
    } else {
        find(&[name])
    }
}

/// Installs wasm-opt and esbuild, unless they are there already as the lock says.
pub(crate) fn ensure_shrinkers() -> Outcome<()> {
    if find_node().is_none() {
        return Err(missing());
    }
    let folder = place::node_tools();
    fs::create_dir_all(&folder).map_err(|error| Failure::at(&folder, &error))?;
    for name in ["package.json", "package-lock.json"] {
        let (from, to) = (place::root().join("xtask").join(name), folder.join(name));
        fs::copy(&from, &to).map_err(|error| Failure::at(&from, &error))?;
    }
    install(&folder)
}

/// Makes a folder's `node_modules` what its lock says, without running anybody's install scripts.
pub(crate) fn install(folder: &Path) -> Outcome<()> {
    let wanted = folder.join("package-lock.json");
    let wanted = fs::read(&wanted).map_err(|error| Failure::at(&wanted, &error))?;
    // Written last, so that half an installation is not taken for a whole one.
    let present = folder.join("node_modules/.installed-lock.json");
    if fs::read(&present).is_ok_and(|lock| lock == wanted) {
        return Ok(());
    }
    println!("installing the npm packages of {}", folder.display());
    run(Command::new("npm")
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .current_dir(folder)
        .stdin(Stdio::null()))?;
    fs::write(&present, wanted).map_err(|error| Failure::at(&present, &error))
}
