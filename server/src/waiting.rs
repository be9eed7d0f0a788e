//! Callers who wait for a donation to change: woken at once by a change in
//! this process, and every second to look for one made by another.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::id::DonationId;
use tokio::sync::watch;

/// Waits for one donation at a time.
const MAX_WAITS_A_DONATION: usize = 4;
/// Waits in this process at a time.
const MAX_WAITS: usize = 1_000;
/// How long a change made by another process can go unseen.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub struct Waiting {
    rooms: Mutex<HashMap<DonationId, Room>>,
}

#[derive(Debug, Default)]
struct Room {
    changes: watch::Sender<()>,
    waits: usize,
}

/// A place in a waiting room, left when dropped.
#[derive(Debug)]
pub struct Wait<'a> {
    waiting: &'a Waiting,
    id: DonationId,
    changes: watch::Receiver<()>,
}

impl Waiting {
    /// A place to wait for the donation, if there is one left.
    pub fn enter(&self, id: &DonationId) -> Option<Wait<'_>> {
        let mut rooms = self.rooms();
        let waits: usize = rooms.values().map(|room| room.waits).sum();
        let here = rooms.get(id).map_or(0, |room| room.waits);
        if waits >= MAX_WAITS || here >= MAX_WAITS_A_DONATION {
            return None;
        }
        let room = rooms.entry(id.clone()).or_default();
        room.waits += 1;
        let changes = room.changes.subscribe();
        Some(Wait {
            waiting: self,
            id: id.clone(),
            changes,
        })
    }

    /// How many wait.
    pub fn count(&self) -> usize {
        self.rooms().values().map(|room| room.waits).sum()
    }

    /// Wakes everyone who waits for the donation.
    pub fn wake(&self, id: &DonationId) {
        if let Some(room) = self.rooms().get(id) {
            room.changes.send_replace(());
        }
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<DonationId, Room>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wait<'_> {
    /// Waits until it is time to look: at once if there was a change since the
    /// last time, or since the place was entered.
    pub async fn change(&mut self) {
        let _ = tokio::time::timeout(LOOK_AGAIN, self.changes.changed()).await;
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut rooms = self.waiting.rooms();
        if let Some(room) = rooms.get_mut(&self.id) {
            room.waits -= 1;
            if room.waits == 0 {
                rooms.remove(&self.id);
            }
        }
    }
}
