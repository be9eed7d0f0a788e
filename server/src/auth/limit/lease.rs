//! The calls of an hour that this process has taken from what all processes
//! share. It takes some at a time, the next before these are used up, so that
//! hardly a call waits for the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::time::Timestamp;

use super::{Quota, hour_of, quota};
use crate::store::Db;
use crate::store::rate::{self, Granted, Subject};

/// So many leases make a limit. What a process holds, with the next lease, is
/// never more than a twentieth of it.
const LEASES: u32 = 25;
/// The next is taken when no more than such a part of one is left.
const AHEAD: u32 = 4;
/// When nothing was left, how long until this process asks again: another may
/// have given something back, or a limit may have been raised.
const ASK_AGAIN_S: i64 = 5;

#[derive(Debug)]
pub(super) struct Leases {
    db: Db,
    held: Mutex<HashMap<Subject, Lease>>,
}

/// What this process has of one subject.
#[derive(Debug)]
struct Lease {
    hour: i64,
    limit: u32,
    left: u32,
    /// What all processes had taken, when this one asked last.
    leased: u32,
    /// Nothing was left, in Unix seconds.
    none_since: Option<i64>,
    is_asking: bool,
    /// One call at a time waits for the database, and the others for it.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// What a call finds.
enum Found {
    Taken(Quota),
    /// And it was among the last.
    TakenAhead(Quota),
    None(Quota),
    Ask(Arc<tokio::sync::Mutex<()>>),
}

impl Leases {
    pub(super) fn new(db: Db) -> Self {
        Self {
            db,
            held: Mutex::default(),
        }
    }

    /// Takes one call; none is answered by the quota that is used up.
    pub(super) async fn take(
        self: &Arc<Self>,
        subject: &Subject,
        limit: u32,
        now: Timestamp,
    ) -> Result<Result<Quota, Quota>, sqlx::Error> {
        let turn = match self.find(subject, limit, now) {
            Found::Taken(quota) => return Ok(Ok(quota)),
            Found::TakenAhead(quota) => {
                self.ask_ahead(subject, limit, now);
                return Ok(Ok(quota));
            }
            Found::None(quota) => return Ok(Err(quota)),
            Found::Ask(turn) => turn,
        };
        let _turn = turn.lock().await;
        loop {
            // Who had the turn before may have asked for all.
            match self.find(subject, limit, now) {
                Found::Taken(quota) | Found::TakenAhead(quota) => return Ok(Ok(quota)),
                Found::None(quota) => return Ok(Err(quota)),
                Found::Ask(_) => self.ask(subject, limit, now).await?,
            }
        }
    }

    fn find(&self, subject: &Subject, limit: u32, now: Timestamp) -> Found {
        let hour = hour_of(now);
        let mut held = self.held();
        let lease = match held.get_mut(subject) {
            Some(lease) => lease,
            None => held
                .entry(subject.clone())
                .or_insert_with(|| Lease::new(hour, limit)),
        };
        lease.move_to(hour, limit);
        let quota = |lease: &Lease| {
            let remaining = limit.saturating_sub(lease.leased) + lease.left;
            quota(hour, limit, remaining)
        };
        if lease.left > 0 {
            lease.left -= 1;
            let is_low = lease.left <= wish(limit) / AHEAD && lease.leased < limit;
            if is_low && wish(limit) >= AHEAD && !lease.is_asking {
                lease.is_asking = true;
                return Found::TakenAhead(quota(lease));
            }
            return Found::Taken(quota(lease));
        }
        let asked = lease.none_since.map(|since| now.seconds() - since);
        match asked {
            _ if limit == 0 => Found::None(quota(lease)),
            Some(ago) if (0..ASK_AGAIN_S).contains(&ago) => Found::None(quota(lease)),
            _ => Found::Ask(lease.turn.clone()),
        }
    }

    /// Takes the next lease beside the calls that use up this one.
    fn ask_ahead(self: &Arc<Self>, subject: &Subject, limit: u32, now: Timestamp) {
        let (leases, subject) = (self.clone(), subject.clone());
        tokio::spawn(async move {
            if let Err(error) = leases.ask(&subject, limit, now).await {
                // The call that finds nothing left will ask again.
                tracing::warn!(%error, "no calls could be leased ahead");
            }
            if let Some(lease) = leases.held().get_mut(&subject) {
                lease.is_asking = false;
            }
        });
    }

    async fn ask(&self, subject: &Subject, limit: u32, now: Timestamp) -> Result<(), sqlx::Error> {
        let hour = hour_of(now);
        let wish = wish(limit);
        let granted = rate::lease(&self.db, (subject, hour), (wish, limit)).await?;
        let mut held = self.held();
        let lease = held.get_mut(subject).filter(|lease| lease.hour == hour);
        // Who has moved on to another hour has no use for it.
        let Some(lease) = lease else { return Ok(()) };
        if let Some(Granted { calls, leased }) = granted {
            lease.left = lease.left.saturating_add(calls);
            lease.leased = lease.leased.max(leased);
            lease.none_since = None;
        } else {
            lease.leased = limit;
            lease.none_since = Some(now.seconds());
        }
        Ok(())
    }

    /// Puts back a call of an hour that turned out to be free.
    pub(super) fn put_back(&self, subject: &Subject, hour: i64) {
        if let Some(lease) = self.held().get_mut(subject)
            && lease.hour == hour
        {
            lease.left = lease.left.saturating_add(1);
        }
    }

    /// Gives what is left to the other processes, at the end of this one.
    pub(super) async fn give_back(&self) -> Result<(), sqlx::Error> {
        let unused: Vec<_> = self
            .held()
            .drain()
            .filter(|(_, lease)| lease.left > 0)
            .map(|(subject, lease)| (subject, lease.hour, lease.left))
            .collect();
        rate::give_back(&self.db, &unused).await
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Subject, Lease>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much is taken at a time.
fn wish(limit: u32) -> u32 {
    (limit / LEASES).max(1)
}

impl Lease {
    fn new(hour: i64, limit: u32) -> Self {
        Self {
            hour,
            limit,
            left: 0,
            leased: 0,
            none_since: None,
            is_asking: false,
            turn: Arc::default(),
        }
    }

    /// Begins another hour with nothing; under another limit, asks anew what is
    /// left of it.
    fn move_to(&mut self, hour: i64, limit: u32) {
        if self.hour != hour {
            *self = Self {
                turn: self.turn.clone(),
                ..Self::new(hour, limit)
            };
        }
        if self.limit != limit {
            self.limit = limit;
            self.none_since = None;
            if self.leased > limit {
                self.left = 0;
            }
        }
    }
}
