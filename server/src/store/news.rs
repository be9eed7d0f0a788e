//! Who wants to know at once that this process has committed events of a
//! partner. What another process commits is seen by looking each second.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::id::PartnerId;
use tokio::sync::{Notify, watch};

/// Those who want to know of one partner at a time.
const MAX_OF_PARTNER: usize = 64;
/// Those who want to know, of all partners.
const MAX_OF_ALL: usize = 2_000;

#[derive(Debug, Default)]
pub struct News {
    rooms: Mutex<HashMap<PartnerId, watch::Sender<()>>>,
    told: Mutex<Told>,
    any: Notify,
}

/// Of whom there was news.
#[derive(Debug)]
pub enum Told {
    Some(BTreeSet<PartnerId>),
    All,
}

impl Default for Told {
    fn default() -> Self {
        Self::Some(BTreeSet::new())
    }
}

impl News {
    /// Changes whenever events of the partner are committed.
    pub fn of(&self, partner_id: &PartnerId) -> watch::Receiver<()> {
        let mut rooms = self.rooms();
        rooms.entry(partner_id.clone()).or_default().subscribe()
    }

    /// The same for a caller who waits, if there is a place left.
    pub fn wait_for(&self, partner_id: &PartnerId) -> Option<watch::Receiver<()>> {
        let mut rooms = self.rooms();
        rooms.retain(|_, room| room.receiver_count() > 0);
        let all: usize = rooms.values().map(watch::Sender::receiver_count).sum();
        let room = rooms.entry(partner_id.clone()).or_default();
        (all < MAX_OF_ALL && room.receiver_count() < MAX_OF_PARTNER).then(|| room.subscribe())
    }

    /// How many want to know.
    pub fn waiting(&self) -> usize {
        self.rooms()
            .values()
            .map(watch::Sender::receiver_count)
            .sum()
    }

    /// Ends when events of any partner are committed, or were since the last time,
    /// and says of whom. There is one who asks.
    pub async fn of_any(&self) -> Told {
        self.any.notified().await;
        std::mem::take(&mut *locked(&self.told))
    }

    /// Tells that events of the partners were committed.
    pub fn tell<'a>(&self, partners: impl IntoIterator<Item = &'a PartnerId>) {
        let (rooms, mut told) = (self.rooms(), locked(&self.told));
        for partner_id in partners {
            if let Some(room) = rooms.get(partner_id) {
                room.send_replace(());
            }
            if let Told::Some(told) = &mut *told {
                told.insert(partner_id.clone());
            }
        }
        self.any.notify_one();
    }

    /// Lets everyone look, whatever there is.
    pub fn tell_all(&self) {
        for room in self.rooms().values() {
            room.send_replace(());
        }
        *locked(&self.told) = Told::All;
        self.any.notify_one();
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<PartnerId, watch::Sender<()>>> {
        locked(&self.rooms)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
