//! Calls that were made, counted in memory off their path, and written down
//! every few seconds: a kill loses what was counted since, a shutdown nothing.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::id::{KeyId, PartnerId};
use shared::time::Timestamp;
use shared::{CallFacts, Method};

use crate::store::Db;
use crate::store::caller::Caller;
use crate::store::usage::{self, ClockRow, Counts, Span, UsageRow, Used};

/// The most that is counted apart between two writes: calls beyond it are of
/// keys that nobody has used for a while, and are left out.
const MAX_COUNTED: usize = 50_000;
/// The most rows of one transaction.
const MAX_WRITTEN: usize = 500;

/// What a call came to.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    pub status: u16,
    pub took_us: i64,
    pub at: Timestamp,
}

/// What is counted and not yet written down.
#[derive(Debug, Default)]
pub struct Usage {
    counted: Mutex<Counted>,
    /// One writes at a time, while nobody reads.
    turn: tokio::sync::RwLock<()>,
}

#[derive(Debug, Default)]
struct Counted {
    keys: HashMap<KeyId, OfKey>,
    /// How many rows those are.
    size: usize,
    /// What is being written, and counts until it is.
    leaving: Vec<UsageRow>,
}

#[derive(Debug)]
struct OfKey {
    partner_id: PartnerId,
    /// How far ahead it was at most, in seconds, and when.
    clock: Option<(i64, Timestamp)>,
    /// By endpoint and the start of the hour.
    calls: HashMap<(Method, &'static str, i64), Counts>,
}

impl OfKey {
    fn of(caller: &Caller) -> Self {
        Self {
            partner_id: caller.partner.id.clone(),
            clock: None,
            calls: HashMap::new(),
        }
    }
}

impl Usage {
    /// Counts a call.
    pub fn count(&self, caller: &Caller, facts: &CallFacts, outcome: Outcome) {
        let mut counted = self.counted();
        let Some(of_key) = counted.of_key(caller) else {
            return;
        };
        let hour = Span::Hour.start(outcome.at).0;
        let calls = &mut of_key.calls;
        let before = calls.len();
        let counts = calls.entry((facts.method, facts.path, hour)).or_default();
        counts.count(outcome.status, outcome.took_us);
        let more = calls.len() - before;
        counted.size += more;
    }

    /// Notes by how many seconds the timestamp of a caller, who is known by a
    /// secret, was ahead of the clock.
    pub fn see_clock(&self, caller: &Caller, ahead_s: i64, at: Timestamp) {
        let mut counted = self.counted();
        let Some(of_key) = counted.of_key(caller) else {
            return;
        };
        let worst = of_key.clock.map_or(0, |(ahead_s, _)| ahead_s.abs());
        if of_key.clock.is_none() || ahead_s.abs() >= worst {
            of_key.clock = Some((ahead_s, at));
        }
    }

    /// By how many seconds it was ahead at most, since that was written down.
    pub fn clock_ahead(&self, key_id: &KeyId) -> Option<i64> {
        let (ahead, _) = self.counted().keys.get(key_id)?.clock?;
        Some(ahead)
    }

    /// Writes down all that is counted.
    pub async fn flush(&self, db: &Db) -> Result<(), sqlx::Error> {
        let _turn = self.turn.write().await;
        let mut clocks = self.counted().leave();
        loop {
            let part = self.counted().next_part();
            if part.is_empty() && clocks.is_empty() {
                return Ok(());
            }
            let rest = clocks.split_off(clocks.len().min(MAX_WRITTEN));
            usage::write(db, &part, &clocks).await?;
            clocks = rest;
            self.counted().leaving.drain(..part.len());
        }
    }

    /// The calls of a partner since a moment, with those that this process has
    /// not written down yet.
    pub async fn since(
        &self,
        db: &Db,
        partner_id: &PartnerId,
        (span, start): (Span, Timestamp),
    ) -> Result<Used, sqlx::Error> {
        // What is written meanwhile would be here twice, or not at all.
        let _turn = self.turn.read().await;
        // A snapshot, since it takes more than one statement.
        let mut conn = db.snapshot().await?;
        let mut used = usage::since(&mut conn, partner_id, (span, start)).await?;
        self.counted().add_to(&mut used, partner_id, (span, start));
        Ok(used)
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    /// The counts of a key, if there is room for more.
    fn of_key(&mut self, caller: &Caller) -> Option<&mut OfKey> {
        let id = &caller.key.id;
        if !self.keys.contains_key(id) {
            if self.keys.len() + self.size >= MAX_COUNTED {
                return None;
            }
            self.keys.insert(id.clone(), OfKey::of(caller));
        }
        self.keys.get_mut(id)
    }

    /// Begins to write what is counted, after what could not be written before;
    /// answers the clocks.
    fn leave(&mut self) -> Vec<ClockRow> {
        if self.leaving.len() >= MAX_COUNTED {
            return Vec::new();
        }
        let mut clocks = Vec::new();
        self.size = 0;
        for (key_id, of_key) in std::mem::take(&mut self.keys) {
            for ((method, path, hour), counts) in of_key.calls {
                self.leaving.push(UsageRow {
                    partner_id: of_key.partner_id.clone(),
                    key_id: key_id.clone(),
                    method,
                    path,
                    at: Timestamp(hour),
                    counts,
                });
            }
            if let Some((ahead_s, seen_at)) = of_key.clock {
                clocks.push(ClockRow {
                    partner_id: of_key.partner_id,
                    key_id,
                    ahead_s,
                    seen_at,
                });
            }
        }
        clocks
    }

    /// The next rows to write: none of them twice, as after a failed write.
    fn next_part(&self) -> Vec<UsageRow> {
        let mut seen = std::collections::HashSet::new();
        let rows = self.leaving.iter().take(MAX_WRITTEN);
        let new = rows.take_while(|row| seen.insert((&row.key_id, row.method, row.path, day(row))));
        new.cloned().collect()
    }

    fn add_to(&self, used: &mut Used, partner_id: &PartnerId, (span, start): (Span, Timestamp)) {
        let leaving = self.leaving.iter();
        for row in leaving.filter(|row| row.partner_id == *partner_id && row.at >= start) {
            let endpoint = (row.method, row.path.to_owned());
            used.add(span.start(row.at), endpoint, &row.counts);
        }
        let keys = self.keys.values();
        for ((method, path, hour), counts) in keys
            .filter(|key| key.partner_id == *partner_id)
            .flat_map(|key| &key.calls)
            .filter(|((.., hour), _)| *hour >= start.0)
        {
            let endpoint = (*method, (*path).to_owned());
            used.add(span.start(Timestamp(*hour)), endpoint, counts);
        }
    }
}

/// The day of a row, of which there may be one for each key and endpoint in a
/// write: a statement cannot add to the same row twice.
fn day(row: &UsageRow) -> Timestamp {
    Span::Day.start(row.at)
}
