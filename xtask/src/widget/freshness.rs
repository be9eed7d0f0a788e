//! Whether `dist` is still what the sources would give: judged by names, sizes and times, since
//! asking cargo and trunk takes longer than a second run may.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use super::{Library, Purpose};
use crate::folder::files_below;
use crate::place;
use crate::program::{Failure, Outcome};

/// Everything the widget is made from, this pipeline included.
const SOURCES: [&str; 10] = [
    "widget",
    "shared",
    "public",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
    "xtask/package-lock.json",
    "xtask/src/widget.rs",
    "xtask/src/widget",
];

/// What one build was made from and for.
pub(super) struct Stamp {
    purpose: Purpose,
    standard_library: Library,
    sources: u64,
}

impl Stamp {
    /// Taken before the build, so that what changes during it counts as changed.
    pub(super) fn of_sources(purpose: Purpose, standard_library: Library) -> Outcome<Self> {
        let roots: Vec<PathBuf> = SOURCES
            .iter()
            .map(|name| place::root().join(name))
            .collect();
        Ok(Self {
            purpose,
            standard_library,
            sources: fingerprint(&roots)?,
        })
    }

    /// Whether the last build made `dist` from these sources, well enough for this purpose, and
    /// nothing touched it since.
    pub(super) fn still_holds(&self) -> Outcome<bool> {
        let Ok(kept) = fs::read_to_string(path()) else {
            return Ok(false);
        };
        let now = self.line(fingerprint(&[place::dist()])?);
        // What is good enough to ship, by whatever library, is good enough to try.
        let same_files = kept.split_once(':').map(|(_, files)| files)
            == now.split_once(':').map(|(_, files)| files);
        Ok(kept == now || (self.purpose == Purpose::Try && same_files))
    }

    /// Keeps the stamp beside what cargo keeps, never in `dist`, which is shipped whole.
    pub(super) fn keep(&self) -> Outcome<()> {
        let line = self.line(fingerprint(&[place::dist()])?);
        fs::write(path(), line).map_err(|error| Failure::at(&path(), &error))
    }

    fn line(&self, dist: u64) -> String {
        let purpose = match self.purpose {
            Purpose::Try => "try",
            Purpose::Ship => "ship",
        };
        let library = match self.standard_library {
            Library::ReadyMade => "ready-made",
            Library::RebuiltForSize => "rebuilt",
        };
        format!("{purpose} {library}: {:016x} {dist:016x}\n", self.sources)
    }
}

fn path() -> PathBuf {
    place::target().join("widget-stamp")
}

/// One number for the names, sizes and times of all files below these paths.
fn fingerprint(roots: &[PathBuf]) -> Outcome<u64> {
    let mut hasher = DefaultHasher::new();
    for root in roots {
        add(root, &mut hasher)?;
    }
    Ok(hasher.finish())
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> Outcome<()> {
    let files = if path.is_dir() {
        files_below(path, &[])?
    } else {
        vec![path.to_path_buf()]
    };
    for file in files {
        file.hash(hasher);
        if let Ok(facts) = fs::metadata(&file) {
            facts.len().hash(hasher);
            facts.modified().ok().hash(hasher);
        }
    }
    Ok(())
}
