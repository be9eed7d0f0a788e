//! What can be asked of the ledger. Ids are made by the asker beforehand, so
//! that a command decided twice writes the same rows.

use shared::id::{ActionId, DonationId, ExternalUserId, PoolId, TransactionId, UserId};
use shared::money::{Currency, Minor, Tokens};
use shared::time::Timestamp;

use crate::price::Rate;

/// One thing to do to the books of one partner.
#[derive(Clone, Debug)]
pub enum Command {
    Allocate(Allocate),
    Reward(Reward),
}

/// Tokens put into a pool by the operator.
#[derive(Clone, Debug)]
pub struct Allocate {
    pub transaction_id: TransactionId,
    pub pool_id: PoolId,
    pub amount: Tokens,
}

/// Tokens for what people did.
#[derive(Clone, Debug)]
pub struct Reward {
    pub action_id: ActionId,
    pub key: ActionKey,
    /// A hash of the request: under one key only the same request is the same.
    pub fingerprint: String,
    pub action_type: String,
    pub amount: Minor,
    pub currency: Currency,
    pub rate: Rate,
    pub stakeholders: Vec<Stakeholder>,
    /// The gift that is rewarded, if it is one.
    pub donation_id: Option<DonationId>,
    pub on_refusal: OnRefusal,
}

/// The idempotency key of an action, in its namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionKey {
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

/// Somebody who took part, and the ids for what may have to be made.
#[derive(Clone, Debug)]
pub struct Stakeholder {
    pub type_code: String,
    pub recipient: Recipient,
    pub transaction_id: TransactionId,
    /// The id of the user, should there be none yet.
    pub new_user_id: UserId,
    pub profile: Profile,
}

/// How the receiver is known.
#[derive(Clone, Debug)]
pub enum Recipient {
    /// By the partner's name for the user, who is made if unknown.
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
