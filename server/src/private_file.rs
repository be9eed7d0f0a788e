//! Files that only their owner may read, written whole or not at all.

use std::fs::{OpenOptions, hard_link, remove_file, rename};
use std::io::{Result, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Writes the file, in the place of one that is there.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> Result<()> {
    let draft = write_draft(path, contents)?;
    rename(draft, path)
}

/// Writes a file that is not there yet; `AlreadyExists` if it is.
pub(crate) fn create(path: &Path, contents: &[u8]) -> Result<()> {
    let draft = write_draft(path, contents)?;
    let linked = hard_link(&draft, path);
    remove_file(draft)?;
    linked
}

/// The contents in a file beside `path`, safe on the disk.
fn write_draft(path: &Path, contents: &[u8]) -> Result<PathBuf> {
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(contents)?;
    file.sync_all()?;
    Ok(draft)
}
