//! What a command does: entries in accounts, and what must be recorded beside
//! them.

use shared::Code;
use shared::id::{
    ActionId, CampaignId, ExternalUserId, PoolId, PoolRequestId, TransactionId, UserId,
};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::transaction::TransactionType;

use crate::books::{Action, Reversal};
use crate::command::Profile;
use crate::fund::{FundEffect, FundOutcome};

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
    Action {
        action: Action,
        news: News,
    },
    Reversal(Reversal),
    /// What is left of a credit that vests later.
    Vesting {
        user_id: UserId,
        part: Part,
        vests_at: Timestamp,
        amount: Tokens,
    },
    /// A campaign paid a user, or (negative) had it back.
    Counted {
        campaign_id: CampaignId,
        user_id: UserId,
        tokens: i64,
    },
    /// A user gave tokens away under an idempotency key.
    Spent(Spent),
    /// A pool filled itself up.
    Refilled {
        pool_id: PoolId,
        amount: Tokens,
        /// Counted from 1970.
        day: i64,
    },
    /// A pool's time is over, and what was left of it has gone back.
    Expired(PoolId),
    /// A partner's request for tokens was granted.
    Granted(PoolRequestId),
    /// The low-balance warning of a pool is given, or will be due again.
    Warned {
        pool_id: PoolId,
        told: bool,
    },
    /// The last token of a pool was paid out.
    Depleted(PoolId),
    Fund(FundEffect),
}

/// Whether an action is new, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Its key was never seen before.
    First,
    /// It was tried before, and has another end now.
    Changed,
    /// Nothing that has not been told.
    Nothing,
}

/// One stakeholder's part in an action, by its place among them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub action_id: ActionId,
    pub position: usize,
}

/// A user whom the ledger makes.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub external_id: ExternalUserId,
    pub profile: Profile,
    pub created_at: Timestamp,
}

/// What was spent under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    pub key: String,
    pub transaction_id: TransactionId,
    pub user_id: UserId,
    pub amount: Tokens,
}

/// Tokens from account to account. The entries add up to zero.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub id: TransactionId,
    pub transaction_type: TransactionType,
    pub amount: Tokens,
    /// Whose wallet it reaches.
    pub holder: Option<Holder>,
    pub pool_id: Option<PoolId>,
    pub action_id: Option<ActionId>,
    /// When a credit can be spent; `None` is at once.
    pub vests_at: Option<Timestamp>,
    pub entries: Vec<Entry>,
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
pub struct Entry<A = Account> {
    pub account: A,
    pub amount: i64,
}

impl<A> Entry<A> {
    /// `amount` from one account to the other.
    pub(crate) fn pair(from: A, to: A, amount: i64) -> [Self; 2] {
        let entry = |account, amount| Self { account, amount };
        [entry(from, -amount), entry(to, amount)]
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// The outside world, from which tokens come. It keeps no balance.
    Issuance,
    /// The outside world, where tokens are spent. It keeps no balance.
    Marketplace,
    Pool(PoolId),
    Wallet(UserId),
    /// What a user owes a pool, below zero by as much.
    Debt(UserId, PoolId),
    /// What a pool is owed by all users.
    Receivable(PoolId),
}

impl Account {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Issuance => "issuance",
            Self::Marketplace => "marketplace",
            Self::Pool(_) => "pool",
            Self::Wallet(_) => "wallet",
            Self::Debt(..) => "debt",
            Self::Receivable(_) => "receivable",
        }
    }

    /// The id within its kind; empty for the outside world.
    pub fn id(&self) -> String {
        match self {
            Self::Issuance | Self::Marketplace => String::new(),
            Self::Pool(id) | Self::Receivable(id) => id.to_string(),
            Self::Wallet(id) => id.to_string(),
            Self::Debt(user, pool) => format!("{user}/{pool}"),
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
    /// The reversal, done now or (`replayed`) earlier under the same key.
    Reversed {
        reversal: Reversal,
        replayed: bool,
    },
    Spent {
        spent: Spent,
        replayed: bool,
    },
    Expired,
    Fund(FundOutcome),
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
