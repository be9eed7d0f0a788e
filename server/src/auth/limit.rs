//! Requests an hour, counted in this process.
//!
//! A publishable key is shared by all donors of a site, so a widget call counts
//! for its client's address and, at twenty times the tier's number, for the key.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use shared::id::KeyId;
use shared::partner::Tier;
use shared::time::Timestamp;
use shared::{Auth, Code};

use super::Caller;
use crate::config::Settings;
use crate::error::Error;

const HOUR_SECONDS: i64 = 3_600;
/// How much more a publishable key may do from browsers than its tier says.
const WIDGET_FACTOR: u32 = 20;
/// Failed authentications an hour from one address.
const MAX_FAILURES: u32 = 1_000;
/// The most subjects that are counted. Beyond them a new address is bounded by
/// its key alone, so that a flood of addresses neither fills the memory nor
/// shuts anybody out.
const MAX_SUBJECTS: usize = 200_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Key(KeyId),
    Widget(KeyId),
    WidgetFrom(KeyId, IpAddr),
    Failures(IpAddr),
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
    subjects: Vec<Subject>,
}

#[derive(Debug, Default)]
pub struct Limiter {
    hour: Mutex<Hour>,
}

/// The counts of one hour; the next one begins with none.
#[derive(Debug, Default)]
struct Hour {
    number: i64,
    used: HashMap<Subject, u32>,
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
    /// Counts a call, or refuses it with the quota that is used up.
    pub(super) fn charge(
        &self,
        caller: &Caller,
        (auth, address): (Auth, IpAddr),
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Charge, (Error, Quota)> {
        let id = || caller.key.id.clone();
        let tier = of_tier(settings, caller.partner.tier);
        let limits = match auth {
            Auth::Publishable => vec![
                (
                    Subject::WidgetFrom(id(), network(address)),
                    settings.rate_limit_widget_address,
                ),
                (Subject::Widget(id()), tier.saturating_mul(WIDGET_FACTOR)),
            ],
            Auth::Signed | Auth::SignedSecret | Auth::SecretOrPortal(_) => {
                vec![(Subject::Key(id()), tier)]
            }
            Auth::Portal(_) | Auth::Open => Vec::new(),
        };
        let mut hour = self.hour(now);
        let quotas: Vec<Quota> = limits
            .iter()
            .map(|(subject, limit)| hour.quota(subject, *limit))
            .collect();
        if let Some(quota) = quotas.iter().find(|quota| quota.remaining == 0) {
            return Err((limited(*quota, now), *quota));
        }
        for (subject, _) in &limits {
            hour.count(subject);
        }
        let quotas = limits
            .iter()
            .map(|(subject, limit)| hour.quota(subject, *limit));
        let quota = quotas.min_by_key(|quota| quota.remaining).unwrap_or(Quota {
            limit: 0,
            remaining: 0,
            reset: 0,
        });
        let subjects = limits.into_iter().map(|(subject, _)| subject).collect();
        Ok(Charge { quota, subjects })
    }

    /// Takes a charge back: 304s and waits are free.
    pub fn give_back(&self, charge: &Charge, now: Timestamp) {
        let mut hour = self.hour(now);
        for subject in &charge.subjects {
            if let Some(used) = hour.used.get_mut(subject) {
                *used = used.saturating_sub(1);
            }
        }
    }

    /// Counts a failed authentication; too many of them are refused as such.
    pub(super) fn count_failure(&self, address: IpAddr, now: Timestamp, error: Error) -> Error {
        if (400..500).contains(&error.code.status()) {
            let subject = Subject::Failures(network(address));
            let mut hour = self.hour(now);
            let quota = hour.quota(&subject, MAX_FAILURES);
            if quota.remaining == 0 {
                return limited(quota, now);
            }
            hour.count(&subject);
        }
        error
    }

    fn hour(&self, now: Timestamp) -> std::sync::MutexGuard<'_, Hour> {
        let mut hour = self.hour.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.seconds().div_euclid(HOUR_SECONDS);
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
    fn quota(&self, subject: &Subject, limit: u32) -> Quota {
        let used = self.used.get(subject).copied().unwrap_or(0);
        Quota {
            limit,
            remaining: limit.saturating_sub(used),
            reset: (self.number + 1) * HOUR_SECONDS,
        }
    }

    fn count(&mut self, subject: &Subject) {
        // The keys are bounded by the database that holds them.
        let is_bounded = matches!(subject, Subject::Key(_) | Subject::Widget(_));
        if is_bounded || self.used.len() < MAX_SUBJECTS || self.used.contains_key(subject) {
            *self.used.entry(subject.clone()).or_default() += 1;
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
