//! Transactions for writing.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use shared::id::PartnerId;
use sqlx::{Any, Error, Transaction};

use super::caller::Caller;
use super::memory::Memory;
use super::news::News;
use super::{Connection, setting};

/// A transaction for writing. Nothing but SQL may be awaited before its commit;
/// dropped, it is rolled back.
#[derive(Debug)]
pub struct Write {
    tx: Transaction<'static, Any>,
    callers: Arc<Memory<Caller>>,
    changed: Option<Forget>,
    news: Arc<News>,
    /// The partners of whom there is news.
    told: Vec<PartnerId>,
}

impl Write {
    pub(super) fn new(
        tx: Transaction<'static, Any>,
        callers: Arc<Memory<Caller>>,
        news: Arc<News>,
    ) -> Self {
        Self {
            tx,
            callers,
            changed: None,
            news,
            told: Vec::new(),
        }
    }

    /// Lets those who wait for news of a partner look after the commit.
    pub fn tell(&mut self, partner_id: &PartnerId) {
        self.told.push(partner_id.clone());
    }

    /// The connection for a statement that changes keys or partners.
    pub(super) fn changing_callers(&mut self) -> &mut Connection {
        self.changed = Some(Forget(self.callers.clone()));
        &mut self.tx
    }

    /// Makes durable what was written. Who changed keys or partners also tells
    /// the other processes, last of all: the number that tells them is every
    /// writer's, and is held no longer than the commit takes.
    pub async fn commit(self) -> Result<(), Error> {
        let Self {
            mut tx,
            changed,
            news,
            told,
            ..
        } = self;
        if changed.is_some() {
            setting::raise_edition(&mut tx).await?;
        }
        let committed = tx.commit().await;
        drop(changed);
        // Also of a commit whose end was lost.
        if !told.is_empty() {
            news.tell(&told);
        }
        committed
    }
}

impl Deref for Write {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.tx
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.tx
    }
}

/// Forgets the callers that this process knows, however the commit ends: one
/// that fails, or whose caller hangs up, may have happened.
#[derive(Debug)]
struct Forget(Arc<Memory<Caller>>);

impl Drop for Forget {
    fn drop(&mut self) {
        self.0.forget();
    }
}
