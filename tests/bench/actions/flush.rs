//! How fast the disk is: what one durable commit waits for at least.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

const APPENDS: usize = 200;
/// About what one action adds to a log, in bytes.
const BYTES: usize = 4_096;

/// The time of one flush, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flush {
    pub(super) median_ms: f64,
    pub(super) p99_ms: f64,
}

/// Appends to a file in the folder and flushes it, again and again.
pub(super) fn probe(folder: &Path) -> Flush {
    let path = folder.join("flush-probe");
    let mut file = std::fs::File::create(&path).expect("a file");
    let mut times: Vec<f64> = (0..APPENDS)
        .map(|_| {
            file.write_all(&[1; BYTES]).expect("room on the disk");
            let since = Instant::now();
            file.sync_data().expect("a flush");
            since.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    std::fs::remove_file(path).expect("the file is there");
    times.sort_by(f64::total_cmp);
    Flush {
        median_ms: times[APPENDS / 2],
        p99_ms: times[APPENDS * 99 / 100],
    }
}
