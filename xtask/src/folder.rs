//! Walking folders.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{Failure, Outcome};

/// All files below a folder in order of path, without those in folders of the names left out.
pub(crate) fn files_below(top: &Path, left_out: &[&str]) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![top.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| Failure::at(&folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| Failure::at(&folder, &error))?;
            // The type of the entry itself: a link to a folder is not followed, nor in circles.
            let kind = entry
                .file_type()
                .map_err(|error| Failure::at(&folder, &error))?;
            if !kind.is_dir() {
                found.push(entry.path());
            } else if !left_out.iter().any(|name| entry.file_name() == *name) {
                folders.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
