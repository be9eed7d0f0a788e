//! How much the writers of a queue have done.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counted since the server was started.
#[derive(Debug, Default)]
pub struct Tally {
    batches: AtomicU64,
    items: AtomicU64,
}

impl Tally {
    pub(super) fn count(&self, items: usize) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        let items = u64::try_from(items).unwrap_or(u64::MAX);
        self.items.fetch_add(items, Ordering::Relaxed);
    }

    pub fn batches(&self) -> u64 {
        self.batches.load(Ordering::Relaxed)
    }

    pub fn items(&self) -> u64 {
        self.items.load(Ordering::Relaxed)
    }
}
