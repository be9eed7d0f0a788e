//! Where things stand in the tree, each path named once. Nothing here touches the disk.

use std::env;
use std::path::{Path, PathBuf};

/// The top of the tree.
pub(crate) fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// What cargo builds into.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// What trunk builds into and the server serves.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// The tools this tree brings for itself.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// The npm packages that make the widget smaller.
pub(crate) fn node_tools() -> PathBuf {
    tools().join("node")
}

/// The browser suite.
pub(crate) fn browser_tests() -> PathBuf {
    root().join("tests/browser")
}

/// The server as the dev profile builds it.
pub(crate) fn dev_server() -> PathBuf {
    target().join("debug").join("giving")
}

/// The server to ship.
pub(crate) fn release_server() -> PathBuf {
    target().join("release").join("giving")
}
