//! The deliveries of one webhook, as long as this process holds its lease and
//! there is something to deliver.

use std::collections::{HashSet, VecDeque};
use std::pin::pin;
use std::sync::Arc;

use shared::id::{DeliveryId, PartnerId};
use shared::time::Timestamp;
use shared::webhook::DeliveryStatus;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::LOOK_AGAIN;
use super::attempt::{self, Made, Sender};
use super::ordered::Order;
use super::pace::Pace;
use crate::app::App;
use crate::domain::webhook::parcel::Stationery;
use crate::error::Error;
use crate::store::batch::BatchError;
use crate::store::delivery::DeliveryRow;
use crate::store::delivery::claim::{self, WebhookKey};
use crate::store::delivery::record::{self, Health, Letter, Note, Which};
use crate::store::event::Place;
use crate::store::webhook::LAST_POSITION;

/// The letters that are kept at hand.
const AT_HAND: usize = 256;
/// With fewer at hand, more are taken up.
pub(super) const FEW: usize = 64;
/// The outcomes that may wait to be written down.
const MAX_WRITING: usize = 512;
/// After so many looks without anything to do, the webhook is let go.
const QUIET_LOOKS: u32 = 5;

/// Whether an outcome was written down.
type Written = Result<(), BatchError>;

pub(super) struct Post {
    pub(super) app: Arc<App>,
    pub(super) key: WebhookKey,
    /// As it was when last looked at.
    pub(super) seen: claim::Post,
    /// All events up to here have deliveries.
    pub(super) cursor: Place,
    stationery: Stationery,
    pace: Pace,
    pub(super) letters: VecDeque<Letter>,
    /// The deliveries at hand, under way or being written down.
    pub(super) held: HashSet<DeliveryId>,
    sending: JoinSet<(DeliveryRow, Option<Made>)>,
    writing: JoinSet<(DeliveryId, Written)>,
    pub(super) has_more: bool,
    /// Of an ordered webhook, as soon as its line was read.
    pub(super) order: Option<Order>,
    /// Nothing further is sent.
    is_closed: bool,
}

/// Delivers until there is nothing to deliver, the lease is lost, or the server
/// stops; what is under way is brought to its end.
pub(super) async fn run(app: Arc<App>, key: WebhookKey) {
    let done = async {
        let Some(mut post) = Post::open(app, key).await? else {
            return Ok(());
        };
        let worked = post.work().await;
        post.close().await?;
        worked
    };
    let done: Result<(), Error> = done.await;
    if let Err(error) = done {
        error.log("deliveries");
        // The webhook is claimed again at once when this ends.
        sleep(LOOK_AGAIN).await;
    }
}

impl Post {
    async fn open(app: Arc<App>, key: WebhookKey) -> Result<Option<Self>, Error> {
        let seen = app.desk.stands.submit(key.clone()).await?;
        let Some(seen) = seen else { return Ok(None) };
        Ok(Some(Self {
            stationery: Stationery::open(&app, &seen.row)?,
            cursor: seen.cursor,
            pace: Pace::default(),
            letters: VecDeque::new(),
            held: HashSet::new(),
            sending: JoinSet::new(),
            writing: JoinSet::new(),
            has_more: false,
            order: None,
            is_closed: false,
            app,
            key,
            seen,
        }))
    }

    async fn work(&mut self) -> Result<(), Error> {
        let partner_id: PartnerId = self.key.partner_id.clone();
        let mut news = self.app.db.news().of(&partner_id);
        let mut which: fn(Timestamp) -> Which = Which::DueOrUntried;
        let mut quiet_looks = 0;
        while !self.app.shutdown.is_cancelled() && self.look().await? {
            if self.seen.row.public.ordered {
                self.fill_in_order().await?;
            } else {
                let now = self.app.context.now();
                self.fill(which(now)).await?;
                which = Which::Due;
            }
            self.send_some();
            quiet_looks = if self.held.is_empty() && !self.has_more && !self.is_held_up() {
                quiet_looks + 1
            } else {
                0
            };
            if quiet_looks > QUIET_LOOKS {
                break;
            }
            self.go_on(&mut news).await;
            if self.is_closed {
                break;
            }
        }
        Ok(())
    }

    /// Sees how the webhook stands; false if it is not to be delivered to.
    async fn look(&mut self) -> Result<bool, Error> {
        let seen = self.app.desk.stands.submit(self.key.clone()).await?;
        let Some(seen) = seen else { return Ok(false) };
        let is_ours = seen.leased_by == self.app.desk.process;
        if !is_ours || !seen.row.public.is_active || seen.is_suspended {
            return Ok(false);
        }
        if seen.row.public.updated_at != self.seen.row.public.updated_at
            || seen.row.secret_sealed != self.seen.row.secret_sealed
        {
            self.stationery = Stationery::open(&self.app, &seen.row)?;
        }
        if seen.row.public.ordered != self.seen.row.public.ordered {
            self.order = None;
            for (delivery, _) in self.letters.drain(..) {
                self.held.remove(&delivery.public.id);
            }
        }
        self.seen = seen;
        Ok(true)
    }

    /// Whether what is pending waits for one that failed before it.
    fn is_held_up(&self) -> bool {
        self.order
            .as_ref()
            .is_some_and(|order| order.line.is_held_up())
    }

    async fn fill(&mut self, which: Which) -> Result<(), Error> {
        let now = self.app.context.now();
        let is_due = self.seen.next_due.is_some_and(|due| due <= now);
        if is_due || matches!(which, Which::DueOrUntried(_)) {
            self.read_pending(which).await?;
        }
        self.has_more = self.letters.len() >= AT_HAND;
        while self.seen.replays > 0 && self.letters.len() < FEW {
            let Some(step) = self.take_replay().await? else {
                break;
            };
            self.take_in_hand(step.into_letters());
        }
        while self.is_behind() && self.letters.len() < FEW {
            let Some(step) = self.take_new().await? else {
                return Ok(());
            };
            self.has_more |= step.has_more;
            if step.has_test {
                self.read_pending(Which::Due(now)).await?;
            }
            self.take_in_hand(step.into_letters());
        }
        self.has_more |= self.is_behind();
        Ok(())
    }

    /// Whether there may be events after the cursor: a step can end within a
    /// commit, also within the last.
    pub(super) fn is_behind(&self) -> bool {
        self.cursor < (self.seen.last_commit, LAST_POSITION)
    }

    async fn read_pending(&mut self, which: Which) -> Result<(), Error> {
        let limit = i64::try_from(AT_HAND + self.held.len()).unwrap_or(i64::MAX);
        let mut conn = self.app.db.read().await?;
        let letters = record::pending(&mut conn, &self.key, which, limit).await?;
        drop(conn);
        self.take_in_hand(letters);
        Ok(())
    }

    pub(super) fn take_in_hand(&mut self, letters: Vec<Letter>) {
        for letter in letters {
            if self.held.insert(letter.0.public.id.clone()) {
                self.letters.push_back(letter);
            }
        }
    }

    fn send_some(&mut self) {
        while !self.is_closed
            && self.sending.len() < self.pace.allowed()
            && self.writing.len() < MAX_WRITING
        {
            let Some(letter) = self.letters.pop_front() else {
                return;
            };
            let sender = Sender {
                app: self.app.clone(),
                url: self.seen.row.public.url.clone(),
                stationery: self.stationery.clone(),
                is_slow: self.pace.is_slow(),
            };
            self.sending.spawn(sender.send(letter));
        }
    }

    /// Sends on until it is time to look again.
    async fn go_on(&mut self, news: &mut watch::Receiver<()>) {
        let app = self.app.clone();
        let was_busy = !self.held.is_empty();
        let (mut look, mut gap) = (pin!(sleep(LOOK_AGAIN)), pin!(sleep(app.desk.look_gap())));
        loop {
            tokio::select! {
                Some(sent) = self.sending.join_next() => {
                    if let Ok((delivery, made)) = sent {
                        self.settle(delivery, made);
                    }
                }
                Some(written) = self.writing.join_next() => {
                    if let Ok((id, written)) = written {
                        self.finish(&id, written);
                    }
                }
                () = &mut gap, if !gap.is_elapsed() => {}
                _ = news.changed(), if gap.is_elapsed() => return,
                () = &mut look => return,
                () = app.shutdown.cancelled() => return,
            }
            if self.is_closed {
                return;
            }
            self.send_some();
            let is_done = was_busy && self.held.is_empty();
            if is_done || (self.letters.len() < FEW && (self.has_more || self.has_next())) {
                return;
            }
        }
    }

    /// Whether the turn of one has come that stood in line.
    fn has_next(&self) -> bool {
        let now = self.app.context.now();
        self.order
            .as_ref()
            .is_some_and(|order| order.line.has_next(now))
    }

    /// Writes down what an attempt came to.
    fn settle(&mut self, delivery: DeliveryRow, made: Option<Made>) {
        let Some(made) = made else {
            return self.put_down(delivery);
        };
        let now = self.app.context.now();
        let chance = u16::from_be_bytes(self.app.context.random());
        let webhook = &mut self.seen.row.public;
        let (delivery, health) = attempt::settle(delivery, made, webhook, (now, chance));
        match health {
            None => {}
            Some(Health::Recovered) => webhook.failing_since = None,
            Some(Health::FailingSince(time)) => webhook.failing_since = Some(time),
            Some(Health::Disabled { .. }) => self.is_closed = true,
        }
        if delivery.public.status == DeliveryStatus::Delivered {
            self.pace.succeeded();
        } else {
            self.pace.failed();
        }
        self.write(delivery, health);
    }

    /// Leaves a delivery that was not attempted: to the next who holds the
    /// webhook, or, if its event is no longer kept, for good.
    fn put_down(&mut self, mut delivery: DeliveryRow) {
        if self.app.shutdown.is_cancelled() {
            self.held.remove(&delivery.public.id);
            return;
        }
        delivery.public.status = DeliveryStatus::Failed;
        self.write(delivery, None);
    }

    fn write(&mut self, delivery: DeliveryRow, health: Option<Health>) {
        if let Some(order) = &mut self.order {
            let due_again = delivery.is_pending().then_some(delivery.due_at);
            order.line.settle(&delivery.public.id, due_again);
        }
        let app = self.app.clone();
        self.writing.spawn(async move {
            let id = delivery.public.id.clone();
            let delivery = Box::new(delivery);
            let written = app.desk.write(Note::Settled { delivery, health }).await;
            (id, written.map(|_| ()))
        });
    }

    /// Lets go of a delivery whose outcome is written down.
    fn finish(&mut self, id: &DeliveryId, written: Written) {
        self.held.remove(id);
        if let Some(order) = &mut self.order {
            order.line.finish(id);
            order.is_stale |= written.is_err();
        }
        if let Err(error) = written {
            // It is sent once more later, which receivers expect.
            Error::from(error).log("deliveries");
        }
    }

    /// Brings what is under way to its end, and lets the webhook go.
    async fn close(&mut self) -> Result<(), Error> {
        self.is_closed = true;
        while let Some(sent) = self.sending.join_next().await {
            if let Ok((delivery, made)) = sent {
                self.settle(delivery, made);
            }
        }
        while self.writing.join_next().await.is_some() {}
        let mut tx = self.app.db.write().await?;
        let end = (self.cursor, self.app.context.now());
        claim::release(&mut tx, &self.key, &self.app.desk.process, end).await?;
        Ok(tx.commit().await?)
    }
}
