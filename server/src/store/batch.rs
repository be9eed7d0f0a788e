//! Takes what is queued, does it in one transaction, answers after the commit.
//!
//! There is no timer: while one commit flushes, the next batch gathers, so an
//! idle server answers after one commit and a busy one shares each flush among
//! many callers. What one owner sends keeps its order: it goes through one lane.

mod room;
mod tally;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use self::room::Room;
pub use self::tally::Tally;
use crate::context::Context;

/// The most items in one transaction.
const MAX_BATCH: usize = 256;
/// The most that the items of one transaction weigh, if it is more than one.
const MAX_BATCH_WEIGHT: usize = 2_048;
/// How often a batch is tried when other writers come between.
const MAX_TRIES: u32 = 5;

/// What is done in batches.
pub trait Work: Send + Sync + 'static {
    type Item: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// Whose item it is.
    fn owner(item: &Self::Item) -> &str;

    /// How much it adds to a queue and to a transaction, in rows or so.
    fn weight(item: &Self::Item) -> usize;

    /// Does all items in one transaction, durably, and answers each in order.
    fn run(
        &self,
        items: &[Self::Item],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, sqlx::Error>> + Send;
}

/// Why an item was not done. Nothing of it was written.
#[derive(Clone, Debug, thiserror::Error)]
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

/// The queues before the writers.
pub struct Batch<W: Work> {
    lanes: Vec<Lane<W>>,
    tally: Arc<Tally>,
}

struct Lane<W: Work> {
    /// Unbounded, because the room is what bounds it.
    sender: mpsc::UnboundedSender<Queued<W>>,
    room: Arc<Room>,
}

impl<W: Work> std::fmt::Debug for Batch<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batch({} lanes)", self.lanes.len())
    }
}

impl<W: Work> Batch<W> {
    /// Starts as many writers as `lanes`. They end, all that is queued done,
    /// when the last handle to the queues is dropped.
    pub fn start(work: W, context: &Context, lanes: usize) -> (Self, Vec<JoinHandle<()>>) {
        let work = Arc::new(work);
        let tally = Arc::<Tally>::default();
        let start = |_| {
            let (sender, receiver) = mpsc::unbounded_channel();
            let room = Arc::new(Room::default());
            let writer = Writer {
                work: work.clone(),
                context: context.clone(),
                room: room.clone(),
                tally: tally.clone(),
            };
            (Lane { sender, room }, tokio::spawn(writer.run(receiver)))
        };
        let (lanes, tasks) = (0..lanes).map(start).unzip();
        (Self { lanes, tally }, tasks)
    }

    /// What the writers have done.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How much waits, by its weight.
    pub fn queued(&self) -> usize {
        self.lanes.iter().map(|lane| lane.room.taken()).sum()
    }

    /// Queues an item and waits until it is durable.
    pub async fn submit(&self, item: W::Item) -> Result<W::Answer, BatchError> {
        let mut answers = self.submit_all(vec![item]).await?;
        answers.pop().unwrap_or(Err(BatchError::Closed))
    }

    /// Queues items of one owner, all or none, and waits until they are durable.
    pub async fn submit_all(
        &self,
        items: Vec<W::Item>,
    ) -> Result<Vec<Result<W::Answer, BatchError>>, BatchError> {
        let Some(first) = items.first() else {
            return Ok(Vec::new());
        };
        let owner = W::owner(first);
        let lane = self.lane(owner);
        let weight = items.iter().map(W::weight).sum();
        if !lane.room.take(owner, weight) {
            return Err(BatchError::Full);
        }
        let mut answers = Vec::with_capacity(items.len());
        for item in items {
            let (answer, done) = oneshot::channel();
            lane.sender
                .send(Queued { item, answer })
                .map_err(|_| BatchError::Closed)?;
            answers.push(done);
        }
        let mut outcomes = Vec::with_capacity(answers.len());
        for done in answers {
            outcomes.push(done.await.unwrap_or(Err(BatchError::Closed)));
        }
        Ok(outcomes)
    }

    fn lane(&self, owner: &str) -> &Lane<W> {
        let mut hasher = DefaultHasher::new();
        owner.hash(&mut hasher);
        let lanes = self.lanes.len() as u64;
        &self.lanes[usize::try_from(hasher.finish() % lanes).unwrap_or_default()]
    }
}

/// One lane's loop.
struct Writer<W: Work> {
    work: Arc<W>,
    context: Context,
    room: Arc<Room>,
    tally: Arc<Tally>,
}

impl<W: Work> Writer<W> {
    async fn run(self, mut receiver: mpsc::UnboundedReceiver<Queued<W>>) {
        let mut next = receiver.recv().await;
        while let Some(first) = next.take() {
            let mut weight = 0;
            let (mut items, mut answers) = (Vec::new(), Vec::new());
            let mut queued = Some(first);
            while let Some(Queued { item, answer }) = queued.take() {
                weight += W::weight(&item);
                if !items.is_empty() && (weight > MAX_BATCH_WEIGHT || items.len() == MAX_BATCH) {
                    next = Some(Queued { item, answer });
                    break;
                }
                self.room.give_back(W::owner(&item), W::weight(&item));
                items.push(item);
                answers.push(answer);
                queued = receiver.try_recv().ok();
            }
            self.tally.count(items.len());
            let mut outcomes = Vec::with_capacity(items.len());
            self.do_all(&items, &mut outcomes).await;
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // A caller that hung up does not undo what it sent.
                let _ = answer.send(outcome);
            }
            if next.is_none() {
                next = receiver.recv().await;
            }
        }
    }

    /// Does `items`; when they fail for a reason of their own, does each half by
    /// itself, so that one poisonous item cannot take its neighbours with it.
    async fn do_all(&self, items: &[W::Item], outcomes: &mut Vec<Result<W::Answer, BatchError>>) {
        match self.try_all(items).await {
            Ok(answers) => outcomes.extend(answers.into_iter().map(Ok)),
            Err(error) if items.len() == 1 || !blame(&error).may_be_of_one() => {
                let error = BatchError::Failed(Arc::new(error));
                outcomes.extend(items.iter().map(|_| Err(error.clone())));
            }
            Err(_) => {
                let (first, second) = items.split_at(items.len() / 2);
                Box::pin(self.do_all(first, outcomes)).await;
                Box::pin(self.do_all(second, outcomes)).await;
            }
        }
    }

    async fn try_all(&self, items: &[W::Item]) -> Result<Vec<W::Answer>, sqlx::Error> {
        let mut tries = 1;
        loop {
            match self.work.run(items).await {
                Err(error) if tries < MAX_TRIES && blame(&error).may_pass() => {
                    let [chance] = self.context.random::<1>();
                    let wait_ms = u64::from(chance) / 16 * u64::from(tries);
                    tokio::time::sleep(Duration::from_millis(wait_ms)).await;
                    tries += 1;
                }
                result => return result,
            }
        }
    }
}

/// What a failure is the fault of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blame {
    /// Another writer that came between: the same may succeed now.
    Others,
    /// The way to the database: the same may succeed now, and if the end of a
    /// commit was lost, finds its own rows.
    Connection,
    /// The database is too busy to begin.
    Load,
    /// Something among the items.
    Items,
}

impl Blame {
    /// Whether an item alone may be what fails, so that the others would not.
    const fn may_be_of_one(self) -> bool {
        match self {
            Self::Others | Self::Items => true,
            Self::Connection | Self::Load => false,
        }
    }

    const fn may_pass(self) -> bool {
        match self {
            Self::Others | Self::Connection => true,
            Self::Load | Self::Items => false,
        }
    }
}

fn blame(error: &sqlx::Error) -> Blame {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => Blame::Connection,
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Blame::Load,
        sqlx::Error::Database(error) => match error.code().as_deref() {
            Some("40001" | "40P01") => Blame::Others,
            // Shut down, or crashed, by an administrator.
            Some(code) if code.starts_with("57P") || code.starts_with("08") => Blame::Connection,
            // SQLite's BUSY in its two forms; PostgreSQL's lock_not_available.
            Some("5" | "517" | "55P03") => Blame::Load,
            _ if error.is_unique_violation() => Blame::Others,
            _ => Blame::Items,
        },
        _ => Blame::Items,
    }
}
