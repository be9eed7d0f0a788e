//! What an ordered webhook is sent next: events that share a user go one after
//! the other, in the order of their commits, and one that failed stands before
//! those that follow it until it is done.

use super::line::Line;
use super::post::{FEW, Post};
use super::take::STEP;
use crate::error::Error;
use crate::store::delivery::line::{self, InLine};
use crate::store::delivery::record::Letter;

/// How many may stand in line. Behind so many, nobody is called: only when a
/// receiver fails at few users of very many does a place that far back matter.
const MAX_LINE: usize = 10_000;

/// The line, and how far it is what the database has.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) line: Line,
    /// How many deliveries were begun by hand when it was read.
    begun: i64,
    /// Whether it ended where no more could stand.
    is_cut: bool,
    /// Whether it is to be read again.
    pub(super) is_stale: bool,
}

impl Post {
    /// Calls those whose turn it is.
    pub(super) async fn fill_in_order(&mut self) -> Result<(), Error> {
        self.has_more = false;
        if !self.read_line().await? || !self.take_into_line().await? {
            return Ok(());
        }
        self.call_some().await
    }

    /// Brings the line to what the database has; false while something is under
    /// way that was not called from it.
    async fn read_line(&mut self) -> Result<bool, Error> {
        let begun = self.seen.begun;
        let mut line = match self.order.take() {
            None if !self.held.is_empty() => return Ok(false),
            None => Line::default(),
            Some(order) => {
                let is_short = order.is_cut && order.line.len() < MAX_LINE / 2;
                if order.begun == begun && !order.is_stale && !is_short {
                    self.order = Some(order);
                    return Ok(true);
                }
                order.line
            }
        };
        let mut conn = self.app.db.read().await?;
        let limit = i64::try_from(MAX_LINE).unwrap_or(i64::MAX);
        let all = line::first(&mut conn, &self.key, limit).await;
        let is_cut = all.as_ref().is_ok_and(|all| all.len() == MAX_LINE);
        let read = all.map(|all| line.renew(all));
        self.order = Some(Order {
            line,
            begun,
            is_cut,
            is_stale: !matches!(read, Ok(true)),
        });
        read?;
        Ok(true)
    }

    /// Takes up what is to be delivered once more, then what is new, as far as
    /// there is room; false once the webhook is another's.
    async fn take_into_line(&mut self) -> Result<bool, Error> {
        if self.seen.replays > 0 && self.has_room() {
            match self.take_replay().await? {
                Some(step) => {
                    self.has_more = true;
                    self.line_up(step.into_letters());
                    return Ok(true);
                }
                None => self.seen.replays = 0,
            }
        }
        if self.is_behind() && self.has_room() {
            let Some(step) = self.take_new().await? else {
                return Ok(false);
            };
            self.line_up(step.into_letters());
        }
        self.has_more = self.is_behind() && self.has_room();
        Ok(true)
    }

    fn has_room(&self) -> bool {
        let step = usize::try_from(STEP).unwrap_or(usize::MAX);
        let has_room = |order: &Order| !order.is_cut && order.line.len() + step <= MAX_LINE;
        self.order.as_ref().is_some_and(has_room)
    }

    fn line_up(&mut self, letters: Vec<Letter>) {
        let Some(order) = &mut self.order else { return };
        for (delivery, event) in letters {
            let subjects = event.map(|event| event.subjects).unwrap_or_default();
            order.line.join(InLine::new(&delivery, subjects));
        }
    }

    async fn call_some(&mut self) -> Result<(), Error> {
        let now = self.app.context.now();
        let Some(order) = &mut self.order else {
            return Ok(());
        };
        let ids = order.line.call(now, FEW.saturating_sub(self.letters.len()));
        if ids.is_empty() {
            return Ok(());
        }
        let mut conn = self.app.db.read().await?;
        let asked = (&self.key, ids.as_slice());
        let letters = line::letters(&mut conn, self.app.db.dialect(), asked).await?;
        drop(conn);
        self.take_in_hand(letters);
        if let Some(order) = &mut self.order {
            // What is no longer pending is waited for no longer.
            for id in ids.iter().filter(|id| !self.held.contains(*id)) {
                order.line.finish(id);
            }
        }
        Ok(())
    }
}
