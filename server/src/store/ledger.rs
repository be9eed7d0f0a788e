//! The writer of the ledger: load what a batch of commands needs, decide each
//! in order, write all that changed, in one transaction.

mod load;
mod rows;
mod save;
mod tell;
pub mod verify;

use std::collections::BTreeMap;

use ledger::{Books, Command, Outcome, Refusal, Stamp, decide};
use shared::id::PartnerId;
use tokio::task::JoinHandle;

use self::save::Changes;
use super::Db;
use super::batch::{Batch, BatchError, Work};
use crate::config::Environment;
use crate::context::Context;

/// A command and whose books it is for.
#[derive(Clone, Debug)]
pub struct Order {
    pub partner_id: PartnerId,
    pub command: Command,
}

/// Where commands are sent.
#[derive(Debug)]
pub struct Ledger {
    batch: Batch<Writer>,
}

/// Why a command did nothing.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Batch(#[from] BatchError),
}

impl Ledger {
    /// Starts the writer; the task ends when the ledger is dropped.
    pub fn start(db: Db, context: Context, environment: Environment) -> (Self, JoinHandle<()>) {
        let writer = Writer {
            db,
            context: context.clone(),
            environment,
        };
        let (batch, task) = Batch::start(writer, context);
        (Self { batch }, task)
    }

    /// Does a command, durably, or says why not.
    pub async fn submit(&self, order: Order) -> Result<Outcome, LedgerError> {
        Ok(self.batch.submit(order).await??)
    }
}

#[derive(Debug)]
pub struct Writer {
    db: Db,
    context: Context,
    environment: Environment,
}

impl Work for Writer {
    type Item = Order;
    type Answer = Result<Outcome, Refusal>;

    async fn run(&self, orders: &[Order]) -> Result<Vec<Self::Answer>, sqlx::Error> {
        let mut tx = self.db.write().await?;
        let mut books = load::load(&mut tx, self.db.dialect(), orders).await?;
        let stamp = Stamp {
            now: self.context.now(),
            environment: self.environment.into(),
        };
        let mut changes = Changes::new(stamp.now, self.environment);
        let mut answers = Vec::with_capacity(orders.len());
        for Order {
            partner_id,
            command,
        } in orders
        {
            let loaded = books.get_mut(partner_id).ok_or(sqlx::Error::RowNotFound)?;
            answers.push(decide(&loaded.books, command, stamp).map(|movement| {
                loaded.books.apply(&movement);
                changes.record(partner_id, loaded, &movement);
                movement.outcome
            }));
        }
        if !changes.is_empty() {
            save::save(&mut tx, self.db.dialect(), &self.context, changes).await?;
            tx.commit().await?;
        }
        Ok(answers)
    }
}

/// The books of the partners in a batch.
type Shelf = BTreeMap<PartnerId, LoadedBooks>;

#[derive(Debug)]
struct LoadedBooks {
    books: Books,
    /// The number of the last commit before this one.
    commit_number: i64,
}
