//! Keeps the directory in memory as new as the database has it.

use std::sync::Arc;
use std::time::Duration;

use shared::organization::OrganizationStatus;
use sqlx::Error;
use tokio::sync::{Notify, watch};

use super::index::Index;
use super::segment::{Draft, Traits};
use crate::store::Db;
use crate::store::organization::{self, Named};

/// How many organizations are read at once.
const PAGE: i64 = 20_000;
/// How long a search waits until the newest change is in memory. Then it is
/// answered by what is there.
const WAIT: Duration = Duration::from_secs(1);
/// How long it waits for the directory to be read for the first time.
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// The directory in memory.
#[derive(Debug)]
pub struct Directory {
    /// None until it was read for the first time.
    index: watch::Sender<Option<Arc<Index>>>,
    /// Wakes the worker that reads what has changed.
    pub(crate) wanted: Notify,
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            index: watch::Sender::new(None),
            wanted: Notify::new(),
        }
    }
}

impl Directory {
    /// The directory with everything that was committed before the call, or nearly
    /// so while an import goes on; none if it is not there yet.
    pub(super) async fn as_of_now(&self, db: &Db) -> Result<Option<Arc<Index>>, Error> {
        let revision = organization::revision(&mut *db.read().await?).await?;
        let mut index = self.index.subscribe();
        let is_new = |index: &Option<Arc<Index>>| {
            index
                .as_ref()
                .is_some_and(|index| index.revision >= revision)
        };
        let now = index.borrow().clone();
        if is_new(&now) {
            return Ok(now);
        }
        self.wanted.notify_one();
        let wait = if now.is_some() { WAIT } else { FIRST_WAIT };
        let waited = tokio::time::timeout(wait, index.wait_for(is_new)).await;
        // The borrowed value may not outlive the wait.
        drop(waited.map(|_| ()));
        Ok(index.borrow().clone())
    }

    /// Reads what has changed since it was last read.
    pub(crate) async fn read(&self, db: &Db) -> Result<(), Error> {
        let revision = organization::revision(&mut *db.read().await?).await?;
        let known = self.index.borrow().clone();
        if known
            .as_ref()
            .is_some_and(|index| index.revision >= revision)
        {
            return Ok(());
        }
        let mut index = known.as_deref().cloned().unwrap_or_default();
        loop {
            let mut conn = db.read().await?;
            let changed = organization::changed_since(&mut conn, index.revision, PAGE).await?;
            drop(conn);
            let is_last = i64::try_from(changed.len()).is_ok_and(|count| count < PAGE);
            if let Some(last) = changed.last() {
                index.revision = last.revision;
            }
            index = in_background(move || add(index, changed, is_last)).await?;
            if is_last {
                break;
            }
        }
        index.revision = index.revision.max(revision);
        if known.is_none() || index.count() > 2 * known.map_or(0, |known| known.count()) {
            let (organizations, bytes) = (index.count(), index.bytes());
            tracing::info!(organizations, bytes, "the directory is in memory");
        }
        self.index.send_replace(Some(Arc::new(index)));
        Ok(())
    }
}

fn add(mut index: Index, mut changed: Vec<Named>, is_last: bool) -> Index {
    changed.sort_unstable_by_key(|named| named.number);
    let mut draft = Draft::default();
    for named in &changed {
        let traits = Traits {
            country: named.country.as_bytes().try_into().unwrap_or_default(),
            is_open: named.status == OrganizationStatus::Active,
        };
        draft.add((named.number, traits), &named.folded);
    }
    index.add(draft.finish());
    if is_last {
        index.tidy();
    }
    index
}

/// Does what takes a processor for long where it keeps no call waiting.
pub(super) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Io(std::io::Error::other(error)))
}
