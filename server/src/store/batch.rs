//! Takes what is queued, does it in one transaction, answers after the commit.
//!
//! There is no timer: while one commit flushes, the next batch gathers, so an
//! idle server answers after one commit and a busy one shares each flush among
//! many callers.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::context::Context;

/// The most items in one transaction.
const MAX_BATCH: usize = 256;
/// The most items that wait; beyond them callers are refused.
const MAX_QUEUE: usize = 4_096;
/// How often a batch is tried when other writers come between.
const MAX_TRIES: u32 = 5;

/// What is done in batches.
pub trait Work: Send + Sync + 'static {
    type Item: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// Does all items in one transaction, durably, and answers each in order.
    fn run(
        &self,
        items: &[Self::Item],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, sqlx::Error>> + Send;
}

/// Why an item was not done. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    #[error("too much is queued")]
    Full,
    #[error("the server is shutting down")]
    Closed,
    #[error(transparent)]
    Failed(Arc<sqlx::Error>),
}

struct Queued<W: Work> {
    item: W::Item,
    answer: oneshot::Sender<Result<W::Answer, BatchError>>,
}

/// The queue before the one writer.
pub struct Batch<W: Work> {
    sender: mpsc::Sender<Queued<W>>,
}

impl<W: Work> std::fmt::Debug for Batch<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Batch")
    }
}

impl<W: Work> Batch<W> {
    /// Starts the writer. It ends, all that is queued done, when the last
    /// handle to the queue is dropped.
    pub fn start(work: W, context: Context) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(MAX_QUEUE);
        let task = tokio::spawn(write(work, context, receiver));
        (Self { sender }, task)
    }

    /// Queues an item and waits until it is durable.
    pub async fn submit(&self, item: W::Item) -> Result<W::Answer, BatchError> {
        let (answer, done) = oneshot::channel();
        self.sender
            .try_send(Queued { item, answer })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => BatchError::Full,
                mpsc::error::TrySendError::Closed(_) => BatchError::Closed,
            })?;
        done.await.unwrap_or(Err(BatchError::Closed))
    }
}

async fn write<W: Work>(work: W, context: Context, mut receiver: mpsc::Receiver<Queued<W>>) {
    let mut queued = Vec::with_capacity(MAX_BATCH);
    while receiver.recv_many(&mut queued, MAX_BATCH).await > 0 {
        let (items, answers): (Vec<_>, Vec<_>) = queued
            .drain(..)
            .map(|queued| (queued.item, queued.answer))
            .unzip();
        let mut outcomes = Vec::with_capacity(items.len());
        run(&work, &context, &items, &mut outcomes).await;
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // A caller that hung up does not undo what it sent.
            let _ = answer.send(outcome);
        }
    }
}

/// Does `items`; when they fail for a reason of their own, does each half by
/// itself, so that one poisonous item cannot take its neighbours with it.
async fn run<W: Work>(
    work: &W,
    context: &Context,
    items: &[W::Item],
    outcomes: &mut Vec<Result<W::Answer, BatchError>>,
) {
    match try_run(work, context, items).await {
        Ok(answers) => outcomes.extend(answers.into_iter().map(Ok)),
        Err(error) if items.len() == 1 => outcomes.push(Err(BatchError::Failed(Arc::new(error)))),
        Err(_) => {
            let (first, second) = items.split_at(items.len() / 2);
            Box::pin(run(work, context, first, outcomes)).await;
            Box::pin(run(work, context, second, outcomes)).await;
        }
    }
}

async fn try_run<W: Work>(
    work: &W,
    context: &Context,
    items: &[W::Item],
) -> Result<Vec<W::Answer>, sqlx::Error> {
    let mut tries = 1;
    loop {
        match work.run(items).await {
            Err(error) if is_conflict(&error) && tries < MAX_TRIES => {
                let [chance] = context.random::<1>();
                let wait_ms = u64::from(chance) / 16 * u64::from(tries);
                tokio::time::sleep(Duration::from_millis(wait_ms)).await;
                tries += 1;
            }
            result => return result,
        }
    }
}

/// Whether another writer came between, so that the same work may succeed now.
fn is_conflict(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else {
        return false;
    };
    error.is_unique_violation() || matches!(error.code().as_deref(), Some("40001" | "40P01"))
}
