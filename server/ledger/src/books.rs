//! The state of one partner that commands read and change, as far as it was
//! loaded for them.

use std::collections::BTreeMap;

use shared::id::{ActionId, ExternalUserId, PoolId, TransactionId, UserId};
use shared::money::{Currency, Minor, Tokens};
use shared::time::Timestamp;
use shared::token_pool::PoolStatus;
use shared::transaction::TransactionType;
use shared::{Code, id::DonationId};

use crate::command::ActionKey;
use crate::movement::{Account, Effect, Movement, Transaction};

/// One partner's books.
#[derive(Clone, Debug, Default)]
pub struct Books {
    pub pools: BTreeMap<PoolId, Pool>,
    pub wallets: BTreeMap<UserId, Wallet>,
    pub users: BTreeMap<ExternalUserId, KnownUser>,
    /// The oldest user of an e-mail address, folded to lower case.
    pub addresses: BTreeMap<String, ExternalUserId>,
    pub actions: BTreeMap<ActionKey, Action>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownUser {
    pub id: UserId,
}

/// A pool of tokens and the rules under which it pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub id: PoolId,
    pub name: String,
    pub is_active: bool,
    pub balance: Tokens,
    pub allocated: Tokens,
    pub distributed: Tokens,
    pub reversed: Tokens,
    pub low_balance_threshold: Option<Tokens>,
    /// Whether the warning was given since the balance last stood above it.
    pub low_balance_told: bool,
    pub vesting_days: i64,
    pub expires_at: Option<Timestamp>,
    /// The action types that it pays; empty is all.
    pub action_types: Vec<String>,
    pub created_at: Timestamp,
}

impl Pool {
    pub fn status(&self, now: Timestamp) -> PoolStatus {
        if self.expires_at.is_some_and(|end| end <= now) {
            PoolStatus::Expired
        } else if !self.is_active {
            PoolStatus::Inactive
        } else if self.balance.0 == 0 {
            PoolStatus::Exhausted
        } else {
            PoolStatus::Active
        }
    }

    /// Whether it may pay for such an action now, enough or not.
    pub(crate) fn serves(&self, action_type: &str, now: Timestamp) -> bool {
        let is_open = match self.status(now) {
            PoolStatus::Active | PoolStatus::Exhausted => true,
            PoolStatus::Inactive | PoolStatus::Expired => false,
        };
        is_open
            && (self.action_types.is_empty() || self.action_types.iter().any(|t| t == action_type))
    }
}

/// The tokens of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wallet {
    pub balance: Tokens,
    pub debt: Tokens,
    pub lifetime_earned: Tokens,
    pub lifetime_reversed: Tokens,
}

/// An action under its key, done or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub id: ActionId,
    pub key: ActionKey,
    pub fingerprint: String,
    pub action_type: String,
    pub amount: Minor,
    pub currency: Currency,
    pub status: ActionStatus,
    pub tokens: Tokens,
    pub transaction_ids: Vec<TransactionId>,
    pub donation_id: Option<DonationId>,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionStatus {
    Completed,
    Failed(Code),
}

impl ActionStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "COMPLETED",
            Self::Failed(_) => "FAILED",
        }
    }
}

impl Books {
    /// Does what was decided. Balances change here and nowhere else.
    pub fn apply(&mut self, movement: &Movement) {
        for effect in &movement.effects {
            match effect {
                Effect::User(user) => {
                    self.users.insert(
                        user.external_id.clone(),
                        KnownUser {
                            id: user.id.clone(),
                        },
                    );
                    if let Some(email) = &user.profile.email {
                        // Whoever had the address first keeps it.
                        self.addresses
                            .entry(email.to_lowercase())
                            .or_insert_with(|| user.external_id.clone());
                    }
                }
                Effect::Transaction(transaction) => self.post(transaction),
                Effect::Action { action, .. } => {
                    self.actions.insert(action.key.clone(), action.clone());
                }
                Effect::Warned { pool_id, told } => {
                    if let Some(pool) = self.pools.get_mut(pool_id) {
                        pool.low_balance_told = *told;
                    }
                }
                Effect::Depleted(_) => {}
            }
        }
    }

    fn post(&mut self, transaction: &Transaction) {
        debug_assert_eq!(
            transaction
                .entries
                .iter()
                .map(|entry| i128::from(entry.amount))
                .sum::<i128>(),
            0
        );
        for entry in &transaction.entries {
            match &entry.account {
                Account::Issuance => {}
                Account::Pool(id) => {
                    let Some(pool) = self.pools.get_mut(id) else {
                        continue;
                    };
                    pool.balance.0 += entry.amount;
                    match transaction.transaction_type {
                        TransactionType::Allocation => pool.allocated.0 += entry.amount,
                        TransactionType::Credit => pool.distributed.0 -= entry.amount,
                    }
                }
                Account::Wallet(id) => {
                    let wallet = self.wallets.entry(id.clone()).or_default();
                    wallet.balance.0 += entry.amount;
                    match transaction.transaction_type {
                        TransactionType::Credit => wallet.lifetime_earned.0 += entry.amount,
                        TransactionType::Allocation => {}
                    }
                }
            }
        }
    }
}
