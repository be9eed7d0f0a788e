//! How much waits in a queue, and whose it is.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The most that everything in a queue weighs.
const MAX_WEIGHT: usize = 16_384;
/// The most of it that one owner may have, so that nobody fills it alone.
const MAX_OWNED: usize = MAX_WEIGHT / 4;

/// The room in one queue.
#[derive(Debug, Default)]
pub(super) struct Room(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    weight: usize,
    by_owner: HashMap<String, usize>,
}

impl Room {
    /// Takes room for something of this weight; false, and nothing taken, if
    /// there is not enough.
    pub(super) fn take(&self, owner: &str, weight: usize) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = taken.by_owner.get(owner).copied().unwrap_or(0);
        if taken.weight + weight > MAX_WEIGHT || theirs + weight > MAX_OWNED {
            return false;
        }
        taken.weight += weight;
        taken.by_owner.insert(owner.to_owned(), theirs + weight);
        true
    }

    /// What everything in the queue weighs.
    pub(super) fn taken(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).weight
    }

    /// Gives room back that was taken.
    pub(super) fn give_back(&self, owner: &str, weight: usize) {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.weight = taken.weight.saturating_sub(weight);
        let Some(theirs) = taken.by_owner.get_mut(owner) else {
            return;
        };
        *theirs = theirs.saturating_sub(weight);
        if *theirs == 0 {
            taken.by_owner.remove(owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_owner_has_at_most_a_quarter() {
        let room = Room::default();
        assert!(room.take("a", MAX_OWNED));
        assert!(!room.take("a", 1));
        for other in ["b", "c", "d"] {
            assert!(room.take(other, MAX_OWNED));
        }
        assert!(!room.take("e", 1));
        room.give_back("a", 1);
        assert!(room.take("e", 1));
        assert!(!room.take("a", 1));
    }
}
