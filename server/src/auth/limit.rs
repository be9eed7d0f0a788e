//! Requests an hour. Those of a key are counted by all processes together, in
//! leases; those of an address or a token, and what failed, in this process.
//!
//! A publishable key is shared by all donors of a site, so a widget call counts
//! for its client's address and, at twenty times the tier's number, for the key.

mod lease;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use shared::id::{KeyId, PartnerId};
use shared::partner::Tier;
use shared::time::Timestamp;
use shared::{Auth, Code};

use self::lease::Leases;
use super::Caller;
use crate::config::Settings;
use crate::error::Error;
use crate::store::Db;
use crate::store::rate::{Kind, Subject};

const HOUR_SECONDS: i64 = 3_600;
/// How much more a publishable key may do from browsers than its tier says.
const WIDGET_FACTOR: u32 = 20;
/// Failed authentications an hour from one address.
const MAX_FAILURES: u32 = 1_000;
/// The most addresses and tokens' users that are counted. Beyond them a new
/// address is bounded by its key alone, so that a flood of addresses neither
/// fills the memory nor shuts anybody out.
const MAX_ADDRESSES: usize = 200_000;

/// What is counted of an address, or of whom a token names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Counted {
    Widget(KeyId, IpAddr),
    Failures(IpAddr),
    Pages(IpAddr),
    /// Gifts that are begun on the page of a session.
    Gifts(IpAddr),
    /// The partner's own name for the user; empty for who looks after the partner.
    Tokens(PartnerId, String),
}

/// What is left in the present hour.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    pub limit: u32,
    pub remaining: u32,
    /// When the next hour begins, in Unix seconds.
    pub reset: i64,
}

/// What one call was charged.
#[derive(Clone, Debug)]
pub struct Charge {
    pub quota: Quota,
    hour: i64,
    key: Subject,
    address: Option<Counted>,
}

/// A call that is refused: the limit is used up, or cannot be known.
#[derive(Debug)]
pub struct Uncharged {
    pub error: Error,
    pub quota: Option<Quota>,
}

#[derive(Debug)]
pub struct Limiter {
    leases: Arc<Leases>,
    hour: Mutex<Hour>,
}

/// The counts of one hour; the next one begins with none.
#[derive(Debug, Default)]
struct Hour {
    number: i64,
    used: HashMap<Counted, u32>,
}

/// The requests an hour of one key of a tier.
pub fn of_tier(settings: &Settings, tier: Tier) -> u32 {
    match tier {
        Tier::Standard => settings.rate_limit_standard,
        Tier::Professional => settings.rate_limit_professional,
        Tier::Enterprise => settings.rate_limit_enterprise,
    }
}

impl Limiter {
    pub fn new(db: Db) -> Self {
        Self {
            leases: Arc::new(Leases::new(db)),
            hour: Mutex::default(),
        }
    }

    /// Counts a call, or refuses it with the quota that is used up.
    pub(super) async fn charge(
        &self,
        caller: &Caller,
        (auth, address): (Auth, IpAddr),
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Charge, Uncharged> {
        let tier = of_tier(settings, caller.partner.tier);
        let key_id = &caller.key.id;
        let (kind, limit, address) = match auth {
            Auth::Publishable => {
                let limit = tier.saturating_mul(WIDGET_FACTOR);
                let address = Counted::Widget(key_id.clone(), network(address));
                (Kind::Widget, limit, Some(address))
            }
            // Who comes without a key is not charged.
            Auth::Signed
            | Auth::SignedSecret
            | Auth::Portal(_)
            | Auth::SecretOrPortal(_)
            | Auth::Open
            | Auth::EndaomentKey
            | Auth::EndaomentKeyOrToken
            | Auth::PercentSecret
            | Auth::PercentKey => (Kind::Signed, tier, None),
        };
        let key = Subject {
            partner_id: caller.partner.id.clone(),
            key_id: key_id.clone(),
            kind,
        };
        let of_address = settings.rate_limit_widget_address;
        if let Some(address) = &address {
            self.count_address(address, of_address, now)?;
        }
        let taken = self.leases.take(&key, limit, now).await;
        let mut quota = match taken {
            Ok(Ok(quota)) => quota,
            Ok(Err(quota)) => {
                self.take_back(address.as_ref(), hour_of(now), now);
                return Err(Uncharged::limited(quota, now));
            }
            Err(error) => {
                self.take_back(address.as_ref(), hour_of(now), now);
                return Err(error.into());
            }
        };
        if let Some(address) = &address {
            let of_address = self.hour(now).quota(address, of_address);
            if of_address.remaining < quota.remaining {
                quota = of_address;
            }
        }
        Ok(Charge {
            quota,
            hour: hour_of(now),
            key,
            address,
        })
    }

    fn count_address(&self, from: &Counted, limit: u32, now: Timestamp) -> Result<(), Uncharged> {
        let mut hour = self.hour(now);
        let quota = hour.quota(from, limit);
        if quota.remaining == 0 {
            return Err(Uncharged::limited(quota, now));
        }
        hour.count(from);
        Ok(())
    }

    /// Takes a charge back: 304s and waits are free.
    pub fn give_back(&self, charge: &Charge, now: Timestamp) {
        self.leases.put_back(&charge.key, charge.hour);
        self.take_back(charge.address.as_ref(), charge.hour, now);
    }

    /// Takes back what was counted of an address in an hour, if it still lasts.
    fn take_back(&self, from: Option<&Counted>, number: i64, now: Timestamp) {
        let mut hour = self.hour(now);
        let used = from.and_then(|from| hour.used.get_mut(from));
        if let Some(used) = used
            && number == hour_of(now)
        {
            *used = used.saturating_sub(1);
        }
    }

    /// Counts a page that is shown to whoever asks for it.
    pub(super) fn count_page(
        &self,
        address: IpAddr,
        limit: u32,
        now: Timestamp,
    ) -> Result<(), Error> {
        let from = Counted::Pages(network(address));
        self.count_keyless(&from, limit, now)
    }

    /// Counts a gift that somebody begins on the page of a session.
    pub(super) fn count_gift(
        &self,
        address: IpAddr,
        limit: u32,
        now: Timestamp,
    ) -> Result<(), Error> {
        let from = Counted::Gifts(network(address));
        self.count_keyless(&from, limit, now)
    }

    /// Counts a call by a token in the key's place.
    pub(super) fn count_token(
        &self,
        (partner_id, subject): (&PartnerId, Option<&str>),
        limit: u32,
        now: Timestamp,
    ) -> Result<(), Error> {
        let subject = subject.unwrap_or_default().to_owned();
        let from = Counted::Tokens(partner_id.clone(), subject);
        self.count_keyless(&from, limit, now)
    }

    fn count_keyless(&self, from: &Counted, limit: u32, now: Timestamp) -> Result<(), Error> {
        let counted = self.count_address(from, limit, now);
        counted.map_err(|uncharged| uncharged.error)
    }

    /// Gives the other processes what this one has taken and not used.
    pub(crate) async fn stop(&self) -> Result<(), sqlx::Error> {
        self.leases.give_back().await
    }

    /// Counts a failed authentication; too many of them are refused as such.
    pub(super) fn count_failure(&self, address: IpAddr, now: Timestamp, error: Error) -> Error {
        if (400..500).contains(&error.code.status()) {
            let from = Counted::Failures(network(address));
            if let Err(uncharged) = self.count_address(&from, MAX_FAILURES, now) {
                return uncharged.error;
            }
        }
        error
    }

    fn hour(&self, now: Timestamp) -> std::sync::MutexGuard<'_, Hour> {
        let mut hour = self.hour.lock().unwrap_or_else(PoisonError::into_inner);
        let number = hour_of(now);
        if hour.number != number {
            *hour = Hour {
                number,
                used: HashMap::new(),
            };
        }
        hour
    }
}

impl Hour {
    fn quota(&self, from: &Counted, limit: u32) -> Quota {
        let used = self.used.get(from).copied().unwrap_or(0);
        quota(self.number, limit, limit.saturating_sub(used))
    }

    fn count(&mut self, from: &Counted) {
        if self.used.len() < MAX_ADDRESSES || self.used.contains_key(from) {
            *self.used.entry(from.clone()).or_default() += 1;
        }
    }
}

/// The hour of a moment, counted from 1970.
fn hour_of(now: Timestamp) -> i64 {
    now.seconds().div_euclid(HOUR_SECONDS)
}

fn quota(hour: i64, limit: u32, remaining: u32) -> Quota {
    Quota {
        limit,
        remaining,
        reset: (hour + 1) * HOUR_SECONDS,
    }
}

impl Uncharged {
    fn limited(quota: Quota, now: Timestamp) -> Self {
        Self {
            error: limited(quota, now),
            quota: Some(quota),
        }
    }
}

impl From<sqlx::Error> for Uncharged {
    fn from(error: sqlx::Error) -> Self {
        Self {
            error: error.into(),
            quota: None,
        }
    }
}

/// The address as far as it tells callers apart: of IPv6, whoever has one
/// address has the 2^64 beside it.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let prefix = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
    }
}

fn limited(quota: Quota, now: Timestamp) -> Error {
    let wait = u32::try_from(quota.reset - now.seconds())
        .unwrap_or(1)
        .max(1);
    Error::new(
        Code::RateLimited,
        format!(
            "more than {} requests this hour; try again in {wait} seconds",
            quota.limit
        ),
    )
    .retry_after(wait)
}
