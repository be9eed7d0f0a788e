//! When each key was last used: noted in memory at each call, written down
//! together every few seconds, and for one key no more than once a minute.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::id::{KeyId, PartnerId};
use shared::time::Timestamp;

use crate::app::App;
use crate::error::Error;
use crate::store;
use crate::store::key::Key;

/// How often uses are written down.
const EVERY: Duration = Duration::from_secs(5);
/// A use so soon after one that was written down is not worth a write.
const SAME_MS: i64 = 60_000;
/// The keys that are kept in mind; the next one takes the place of all.
const MAX_KEYS: usize = 50_000;

/// The uses that this process has seen.
#[derive(Debug, Default)]
pub struct KeyUses(Mutex<HashMap<KeyId, Use>>);

#[derive(Clone, Debug)]
struct Use {
    partner_id: PartnerId,
    last: Timestamp,
    /// The use that was written down last.
    written: Option<Timestamp>,
}

impl Use {
    fn is_news(&self) -> bool {
        self.written
            .is_none_or(|written| self.last.0 - written.0 >= SAME_MS)
    }
}

impl KeyUses {
    pub fn note(&self, key: &Key, now: Timestamp) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = uses.get_mut(&key.id) {
            known.last = now;
            return;
        }
        if uses.len() >= MAX_KEYS {
            uses.clear();
        }
        let partner_id = key.partner_id.clone();
        let first = Use {
            partner_id,
            last: now,
            written: None,
        };
        uses.insert(key.id.clone(), first);
    }

    /// The uses that are worth a write.
    fn news(&self) -> Vec<(PartnerId, KeyId, Timestamp)> {
        let uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.iter()
            .filter(|(_, known)| known.is_news())
            .map(|(id, known)| (known.partner_id.clone(), id.clone(), known.last))
            .collect()
    }

    fn set_written(&self, written: &[(PartnerId, KeyId, Timestamp)]) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, id, time) in written {
            if let Some(known) = uses.get_mut(id) {
                known.written = Some(*time);
            }
        }
    }
}

pub(super) async fn run(app: Arc<App>) {
    loop {
        let is_last = app.shutdown.is_cancelled();
        if let Err(error) = pass(&app).await {
            error.log("key uses");
        }
        if is_last {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}

/// Writes down what was noted.
pub async fn pass(app: &App) -> Result<(), Error> {
    let news = app.key_uses.news();
    if news.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.write().await?;
    store::key::note_uses(&mut tx, app.db.dialect(), &news).await?;
    tx.commit().await?;
    app.key_uses.set_written(&news);
    Ok(())
}
