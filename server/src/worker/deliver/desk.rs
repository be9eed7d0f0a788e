//! What the deliveries of one process share: its name on leases, the queue in
//! which outcomes are written down, and how many are under way at a time.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::{GAP_OF_ONE, LOOK_GAP, MAX_GAP};
use crate::context::Context;
use crate::store::Db;
use crate::store::batch::{Batch, BatchError};
use crate::store::delivery::look::{Spans, Stands};
use crate::store::delivery::record::{Note, Recorder};

/// Deliveries under way at a time, to webhooks that answer and to those that do
/// not: these have places of their own and cannot take the others'.
const MAX_SENDING: usize = 512;
const MAX_SENDING_SLOWLY: usize = 128;
/// How long to wait for room in the queue, and how often an outcome is tried.
const ROOM_WAIT: Duration = Duration::from_millis(50);
const MAX_TRIES: u32 = 100;

#[derive(Debug)]
pub struct Desk {
    /// Unlike that of any other process, or of this one before it was killed.
    pub process: String,
    pub(super) sending: Semaphore,
    pub(super) sending_slowly: Semaphore,
    /// The webhooks that this process holds.
    held: AtomicU32,
    notes: Batch<Recorder>,
    /// What is read for many webhooks at once.
    pub(super) stands: Batch<Stands>,
    pub(super) spans: Batch<Spans>,
}

impl Desk {
    /// Starts the writer, which ends when the desk is dropped.
    pub fn start(db: Db, context: &Context) -> (Self, Vec<JoinHandle<()>>) {
        let process = context.random_hex::<12>();
        let looks = (Stands { db: db.clone() }, Spans { db: db.clone() });
        let recorder = Recorder {
            db,
            process: process.clone(),
        };
        // One lane each: this process never waits for itself, and while one of them
        // reads, all that want to look next gather.
        let (notes, mut tasks) = Batch::start(recorder, context, 1);
        let (stands, readers) = Batch::start(looks.0, context, 1);
        tasks.extend(readers);
        let (spans, readers) = Batch::start(looks.1, context, 1);
        tasks.extend(readers);
        let desk = Self {
            process,
            sending: Semaphore::new(MAX_SENDING),
            sending_slowly: Semaphore::new(MAX_SENDING_SLOWLY),
            held: AtomicU32::new(0),
            notes,
            stands,
            spans,
        };
        (desk, tasks)
    }

    /// Deliveries that are being made.
    pub fn under_way(&self) -> usize {
        let free = self.sending.available_permits() + self.sending_slowly.available_permits();
        (MAX_SENDING + MAX_SENDING_SLOWLY).saturating_sub(free)
    }

    /// Notes how many webhooks this process holds.
    pub(super) fn hold(&self, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.held.store(count, Ordering::Relaxed);
    }

    /// How soon after a look at a webhook the next one may be.
    pub(super) fn look_gap(&self) -> Duration {
        let held = self.held.load(Ordering::Relaxed);
        let gap = GAP_OF_ONE.saturating_mul(held);
        (LOOK_GAP + gap.min(MAX_GAP)).min(MAX_GAP)
    }

    /// Writes a note down, durably; waits while there is no room.
    pub(super) async fn write(&self, note: Note) -> Result<bool, BatchError> {
        let mut tries = 1;
        loop {
            match self.notes.submit(note.clone()).await {
                Err(BatchError::Full) if tries < MAX_TRIES => {
                    tries += 1;
                    tokio::time::sleep(ROOM_WAIT).await;
                }
                other => return other,
            }
        }
    }
}
