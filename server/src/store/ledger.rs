//! The writer of the ledger: load what a batch of commands needs, decide each
//! in order, write all that changed, in one transaction.

mod fund;
mod load;
mod rows;
mod save;
mod tell;
pub mod verify;
mod wanted;

use std::collections::BTreeMap;

use ledger::{Books, Command, Outcome, Refusal, Stamp, decide};
use shared::id::PartnerId;
use tokio::task::JoinHandle;

use self::save::Changes;
use super::Db;
use super::batch::{Batch, BatchError, Tally, Work};
use super::sql::Dialect;
use crate::config::Environment;
use crate::context::Context;

/// Writers on PostgreSQL, so that one partner's held books stop few others.
const POSTGRES_LANES: usize = 4;
/// So many bytes of metadata weigh as much as a row.
const METADATA_OF_A_ROW: usize = 1_024;
/// The most people who take part in an action.
pub const MOST_STAKEHOLDERS: usize = 20;

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
    /// Starts the writers; their tasks end when the ledger is dropped.
    pub fn start(
        db: Db,
        context: &Context,
        environment: Environment,
    ) -> (Self, Vec<JoinHandle<()>>) {
        let lanes = match db.dialect() {
            Dialect::Sqlite => 1,
            Dialect::Postgres => POSTGRES_LANES,
        };
        let writer = Writer {
            db,
            context: context.clone(),
            environment,
        };
        let (batch, tasks) = Batch::start(writer, context, lanes);
        (Self { batch }, tasks)
    }

    /// What the writers have done, and how much waits for them.
    pub fn tally(&self) -> &Tally {
        self.batch.tally()
    }

    pub fn queued(&self) -> usize {
        self.batch.queued()
    }

    /// Does a command, durably, or says why not.
    pub async fn submit(&self, order: Order) -> Result<Outcome, LedgerError> {
        Ok(self.batch.submit(order).await??)
    }

    /// Does commands of one partner in their order, each standing alone; none if
    /// there is no room for all.
    pub async fn submit_all(
        &self,
        orders: Vec<Order>,
    ) -> Result<Vec<Result<Outcome, LedgerError>>, BatchError> {
        let answers = self.batch.submit_all(orders).await?;
        let outcome = |answer: Result<Result<Outcome, Refusal>, BatchError>| Ok(answer??);
        Ok(answers.into_iter().map(outcome).collect())
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

    fn owner(order: &Order) -> &str {
        order.partner_id.as_str()
    }

    fn weight(order: &Order) -> usize {
        match &order.command {
            Command::Reward(reward) => {
                1 + reward.stakeholders.len() + reward.metadata.len() / METADATA_OF_A_ROW
            }
            Command::Reverse(_) => 1 + MOST_STAKEHOLDERS,
            Command::Fund(command) => {
                command.weight() + command.length_of_texts() / METADATA_OF_A_ROW
            }
            Command::Allocate(_) | Command::Spend(_) | Command::Expire(_) => 1,
        }
    }

    async fn run(&self, batch: &[Order]) -> Result<Vec<Self::Answer>, sqlx::Error> {
        let mut tx = self.db.write().await?;
        let (mut books, now) =
            load::load(&mut tx, (self.db.dialect(), &self.context), batch).await?;
        let stamp = Stamp {
            now,
            environment: self.environment.into(),
        };
        let mut changes = Changes::new(stamp.now, self.environment);
        let mut answers = Vec::with_capacity(batch.len());
        for Order {
            partner_id,
            command,
        } in batch
        {
            let loaded = books.get_mut(partner_id).ok_or(sqlx::Error::RowNotFound)?;
            let decided = decide(&loaded.books, command, stamp);
            if let Ok(movement) = &decided {
                loaded.books.apply(movement);
                changes.record(partner_id, loaded, movement)?;
            }
            answers.push(decided.map(|movement| movement.outcome));
        }
        if !changes.is_empty() {
            let by = (self.db.dialect(), &self.context);
            save::save(&mut tx, by, (changes, &mut books)).await?;
            for partner_id in books.keys() {
                tx.tell(partner_id);
            }
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
    counters: Counters,
}

/// How many rows a partner has, so that lists need not count them.
#[derive(Debug)]
struct Counters {
    /// The number of the last commit.
    commits: i64,
    users: i64,
    actions: i64,
    transactions: i64,
}
