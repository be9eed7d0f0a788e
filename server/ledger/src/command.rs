//! What can be asked of the ledger.

use shared::id::{ActionId, CampaignId, DonationId, ExternalUserId, PoolId, PoolRequestId};
use shared::money::{Currency, Minor, Percent, Tokens};
use shared::time::Timestamp;

use crate::fund::FundCommand;
use crate::price::Rate;

/// One thing to do to the books of one partner.
#[derive(Clone, Debug)]
pub enum Command {
    Allocate(Allocate),
    Reward(Reward),
    Reverse(Reverse),
    Spend(Spend),
    Expire(Expire),
    Fund(FundCommand),
}

/// The first of the ids that a command gives to what it makes; the others are
/// counted up from it. The asker draws it beforehand, so that a command decided
/// twice makes the same rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    pub time: Timestamp,
    pub random: u64,
}

impl Seed {
    /// The id at the given place, in 24 hex digits: 32 bits of seconds, 10 of
    /// milliseconds, 54 of chance. What is new stands at the end of an index, so a
    /// batch touches few of its pages.
    pub fn id<T: From<String>>(self, place: u64) -> T {
        let seconds = self.time.seconds() & 0xffff_ffff;
        let millis = self.time.0.rem_euclid(1_000).cast_unsigned();
        let random = self.random.wrapping_add(place) & (u64::MAX >> 10);
        T::from(format!("{seconds:08x}{:016x}", millis << 54 | random))
    }
}

/// Tokens put into a pool by the operator.
#[derive(Clone, Debug)]
pub struct Allocate {
    pub seed: Seed,
    pub pool_id: PoolId,
    pub amount: Tokens,
    /// The partner's request that this grants, once.
    pub request_id: Option<PoolRequestId>,
}

/// Tokens for what people did.
#[derive(Clone, Debug)]
pub struct Reward {
    pub seed: Seed,
    pub key: Key,
    /// A hash of the request: under one key only the same request is the same.
    pub fingerprint: String,
    pub action_type: String,
    pub amount: Minor,
    pub currency: Currency,
    pub rate: Rate,
    pub stakeholders: Vec<Stakeholder>,
    pub unknown_users: UnknownUsers,
    /// The campaign that must apply; without one, whichever does.
    pub campaign_id: Option<CampaignId>,
    /// A JSON object, kept as it is.
    pub metadata: String,
    /// The gift that is rewarded, if it is one.
    pub donation_id: Option<DonationId>,
    pub on_refusal: OnRefusal,
}

/// Part of an action's tokens taken back, or all of them.
#[derive(Clone, Debug)]
pub struct Reverse {
    pub seed: Seed,
    pub action_id: ActionId,
    pub key: Key,
    pub percent: Percent,
    pub reason: String,
}

/// Tokens that a user gives away in the marketplace.
#[derive(Clone, Debug)]
pub struct Spend {
    pub seed: Seed,
    pub external_id: ExternalUserId,
    pub amount: Tokens,
    pub key: String,
}

/// The end of a pool whose time is over.
#[derive(Clone, Debug)]
pub struct Expire {
    pub seed: Seed,
    pub pool_id: PoolId,
}

/// An idempotency key, in its namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub space: KeySpace,
    pub key: String,
}

/// Whose keys: no caller can write one of the server's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeySpace {
    Caller,
    Donation,
}

impl KeySpace {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Donation => "donation",
        }
    }

    pub fn named(text: &str) -> Option<Self> {
        [Self::Caller, Self::Donation]
            .into_iter()
            .find(|space| space.as_str() == text)
    }
}

/// What becomes of a reward that cannot be paid now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRefusal {
    /// It is recorded as a failed action.
    Record,
    /// Nothing is recorded; somebody will ask again.
    Wait,
}

/// What becomes of a stakeholder whom the partner does not know yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownUsers {
    Make,
    Refuse,
}

/// Somebody who took part.
#[derive(Clone, Debug)]
pub struct Stakeholder {
    pub type_code: String,
    pub recipient: Recipient,
    pub profile: Profile,
}

/// How the receiver is known.
#[derive(Clone, Debug)]
pub enum Recipient {
    /// By the partner's name for the user.
    Named(ExternalUserId),
    /// By e-mail address, folded to lower case: the oldest user who has it, or
    /// a new one under `otherwise`.
    Address {
        email: String,
        otherwise: ExternalUserId,
    },
}

/// What is known of a user who may have to be made.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}

/// The moment and the place in which a command is decided.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    pub now: Timestamp,
    pub environment: Environment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    Sandbox,
    Production,
}
