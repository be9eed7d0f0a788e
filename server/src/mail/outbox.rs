//! The sandbox's outbox: a folder with one file a letter, the newest of which are
//! kept and shown.

use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

use shared::time::Timestamp;

use super::Letter;
use crate::private_file;

/// The letters that are kept.
const MAX_KEPT: usize = 200;
/// The longest letter that is shown, in bytes.
const MAX_SHOWN: u64 = 64 << 10;

/// Puts a letter into the folder, and removes the oldest if there are too many.
/// A letter that is put there again takes its own place.
pub async fn put(folder: PathBuf, id: String, (letter, now): (Letter, Timestamp)) -> Result<()> {
    let put = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&folder)?;
        let message = letter.message(&id, now);
        // Ids begin with their time, so names are in the order of time.
        private_file::replace(&folder.join(format!("{id}.eml")), message.as_bytes())?;
        let files = files(&folder)?;
        for old in files.iter().skip(MAX_KEPT) {
            std::fs::remove_file(old)?;
        }
        Ok(())
    });
    put.await.map_err(std::io::Error::other)?
}

/// The newest letters, as they were written, at most `limit`.
pub async fn newest(folder: PathBuf, limit: usize) -> Result<Vec<String>> {
    let read = tokio::task::spawn_blocking(move || {
        let mut letters = Vec::new();
        for file in files(&folder)?.iter().take(limit) {
            if std::fs::metadata(file)?.len() <= MAX_SHOWN {
                letters.push(std::fs::read_to_string(file)?);
            }
        }
        Ok(letters)
    });
    read.await.map_err(std::io::Error::other)?
}

/// The letters in the folder, the newest first; none if there is no folder yet.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            files.push(path);
        }
    }
    files.sort_unstable_by(|one, other| other.cmp(one));
    Ok(files)
}
