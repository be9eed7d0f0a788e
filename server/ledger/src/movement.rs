//! What a command does: entries in accounts, and what must be recorded beside
//! them.

use shared::Code;
use shared::id::{ActionId, ExternalUserId, PoolId, TransactionId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::transaction::TransactionType;

use crate::books::Action;
use crate::command::Profile;

/// All that one command does, decided but not yet done.
#[derive(Clone, Debug)]
pub struct Movement {
    pub effects: Vec<Effect>,
    /// What the asker is told.
    pub outcome: Outcome,
}

/// One thing to record, in the order in which it must be.
#[derive(Clone, Debug)]
pub enum Effect {
    User(NewUser),
    Transaction(Transaction),
    /// An action, done or failed; no news if it failed so before.
    Action {
        action: Action,
        is_news: bool,
    },
    /// The low-balance warning of a pool is given, or will be due again.
    Warned {
        pool_id: PoolId,
        told: bool,
    },
    /// The last token of a pool was paid out.
    Depleted(PoolId),
}

/// A user whom the ledger makes.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub external_id: ExternalUserId,
    pub profile: Profile,
    pub created_at: Timestamp,
}

/// Tokens from one account to another. The entries add up to zero.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub id: TransactionId,
    pub transaction_type: TransactionType,
    pub amount: Tokens,
    /// Whose wallet it reaches.
    pub holder: Option<Holder>,
    pub pool_id: PoolId,
    pub action_id: Option<ActionId>,
    /// Its place among the transactions of its action.
    pub position: usize,
    /// When a credit can be spent; `None` is at once.
    pub vests_at: Option<Timestamp>,
    pub entries: [Entry; 2],
    pub created_at: Timestamp,
}

/// A user with both ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub id: UserId,
    pub external_id: ExternalUserId,
}

/// What one account gains (positive) or gives (negative).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub account: Account,
    pub amount: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// The outside world, from which tokens come. It keeps no balance.
    Issuance,
    Pool(PoolId),
    Wallet(UserId),
}

impl Account {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Issuance => "issuance",
            Self::Pool(_) => "pool",
            Self::Wallet(_) => "wallet",
        }
    }

    /// The id within its kind; empty for the outside world.
    pub fn id(&self) -> &str {
        match self {
            Self::Issuance => "",
            Self::Pool(id) => id.as_str(),
            Self::Wallet(id) => id.as_str(),
        }
    }
}

/// What the asker of a command is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Allocated,
    /// The action, done now or (`replayed`) earlier under the same key.
    Rewarded {
        action_id: ActionId,
        tokens: Tokens,
        transaction_ids: Vec<TransactionId>,
        replayed: bool,
    },
    /// Recorded as a failed action, which may be tried again.
    Failed {
        action_id: ActionId,
        code: Code,
    },
}

/// Why a command does nothing and leaves no trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct Refusal {
    pub code: Code,
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code }
    }
}
