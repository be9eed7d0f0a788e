//! The state of one partner that commands read and change, as far as it was
//! loaded for them.

mod action;
mod pool;

use std::collections::{BTreeMap, BTreeSet};

use shared::campaign::Campaign;
use shared::id::{
    ActionId, CampaignId, ExternalUserId, PoolId, PoolRequestId, TransactionId, UserId,
};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::transaction::TransactionType;

pub use self::action::{Action, ActionStatus, Participant, Reversal};
pub use self::pool::{Pool, Refill};
use crate::command::Key;
use crate::fund::Funds;
use crate::movement::{Account, Effect, Movement, Part, Spent, Transaction};

/// One partner's books.
#[derive(Clone, Debug, Default)]
pub struct Books {
    pub pools: BTreeMap<PoolId, Pool>,
    pub wallets: BTreeMap<UserId, Wallet>,
    pub debts: BTreeMap<(UserId, PoolId), Debt>,
    pub users: BTreeMap<ExternalUserId, KnownUser>,
    /// The oldest user of an e-mail address, folded to lower case.
    pub addresses: BTreeMap<String, ExternalUserId>,
    pub campaigns: BTreeMap<CampaignId, Campaign>,
    /// What users have of a campaign.
    pub campaign_users: BTreeMap<(CampaignId, UserId), Tokens>,
    pub actions: BTreeMap<Key, Action>,
    /// The keys of those actions.
    pub action_keys: BTreeMap<ActionId, Key>,
    pub reversals: BTreeMap<Key, Reversal>,
    pub spends: BTreeMap<String, Spent>,
    /// What is left of credits that vest later.
    pub vestings: BTreeMap<Part, Tokens>,
    /// Requests for tokens that wait for the operator.
    pub pending_requests: BTreeSet<PoolRequestId>,
    /// Allocations that were booked already.
    pub allocations: BTreeSet<TransactionId>,
    pub funds: Funds,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownUser {
    pub id: UserId,
}

/// The tokens of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wallet {
    pub balance: Tokens,
    /// How much of the balance cannot be spent yet. It is loaded for commands
    /// that take tokens from the wallet.
    pub vesting: Tokens,
    pub debt: Tokens,
    pub lifetime_earned: Tokens,
    pub lifetime_reversed: Tokens,
    /// How many transactions reached it.
    pub transactions: i64,
}

/// What a user owes a pool, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    pub owed: Tokens,
    pub since: Timestamp,
}

impl Books {
    /// Does what was decided. Balances change here and nowhere else.
    pub fn apply(&mut self, movement: &Movement) {
        for effect in &movement.effects {
            self.apply_effect(effect);
        }
    }

    fn apply_effect(&mut self, effect: &Effect) {
        match effect {
            Effect::User(user) => {
                let known = KnownUser {
                    id: user.id.clone(),
                };
                self.users.insert(user.external_id.clone(), known);
                if let Some(email) = &user.profile.email {
                    // Whoever had the address first keeps it.
                    self.addresses
                        .entry(email.to_lowercase())
                        .or_insert_with(|| user.external_id.clone());
                }
            }
            Effect::Transaction(transaction) => self.post(transaction),
            Effect::Action { action, .. } => {
                self.action_keys
                    .insert(action.id.clone(), action.key.clone());
                self.actions.insert(action.key.clone(), action.clone());
            }
            Effect::Reversal(reversal) => {
                self.reversals
                    .insert(reversal.key.clone(), reversal.clone());
            }
            Effect::Vesting {
                user_id,
                part,
                amount,
                ..
            } => {
                let before = self.vestings.insert(part.clone(), *amount);
                let wallet = self.wallets.entry(user_id.clone()).or_default();
                wallet.vesting.0 += amount.0 - before.unwrap_or_default().0;
            }
            Effect::Counted {
                campaign_id,
                user_id,
                tokens,
            } => {
                if let Some(campaign) = self.campaigns.get_mut(campaign_id) {
                    campaign.spent.0 += tokens;
                }
                let user = (campaign_id.clone(), user_id.clone());
                self.campaign_users.entry(user).or_default().0 += tokens;
            }
            Effect::Spent(spent) => {
                self.spends.insert(spent.key.clone(), spent.clone());
            }
            Effect::Granted(request_id) => {
                self.pending_requests.remove(request_id);
            }
            Effect::Refilled {
                pool_id,
                amount,
                day,
            } => {
                let pool = self.pools.get_mut(pool_id);
                if let Some(refill) = pool.and_then(|pool| pool.refill.as_mut()) {
                    refill.count_one(*amount, *day);
                }
            }
            Effect::Expired(pool_id) => {
                if let Some(pool) = self.pools.get_mut(pool_id) {
                    pool.expiry_booked = true;
                }
            }
            Effect::Warned { pool_id, told } => {
                if let Some(pool) = self.pools.get_mut(pool_id) {
                    pool.low_balance_told = *told;
                }
            }
            Effect::Depleted(_) => {}
            Effect::Fund(effect) => self.funds.apply(effect),
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
        if transaction.transaction_type == TransactionType::Allocation {
            self.allocations.insert(transaction.id.clone());
        }
        for entry in &transaction.entries {
            match &entry.account {
                Account::Issuance | Account::Marketplace => {}
                Account::Pool(id) => {
                    if let Some(pool) = self.pools.get_mut(id) {
                        pool.post(transaction.transaction_type, entry.amount);
                    }
                }
                Account::Receivable(id) => {
                    if let Some(pool) = self.pools.get_mut(id) {
                        pool.receivable.0 += entry.amount;
                    }
                }
                Account::Wallet(id) => {
                    self.wallets.entry(id.clone()).or_default().balance.0 += entry.amount;
                }
                Account::Debt(user_id, pool_id) => {
                    let key = (user_id.clone(), pool_id.clone());
                    let debt = self.debts.entry(key).or_insert(Debt {
                        owed: Tokens(0),
                        since: transaction.created_at,
                    });
                    if debt.owed.0 == 0 {
                        debt.since = transaction.created_at;
                    }
                    debt.owed.0 -= entry.amount;
                    self.wallets.entry(user_id.clone()).or_default().debt.0 -= entry.amount;
                }
            }
        }
        if let Some(holder) = &transaction.holder {
            let wallet = self.wallets.entry(holder.id.clone()).or_default();
            wallet.transactions += 1;
            match transaction.transaction_type {
                TransactionType::Credit => wallet.lifetime_earned.0 += transaction.amount.0,
                TransactionType::Reversal => wallet.lifetime_reversed.0 += transaction.amount.0,
                TransactionType::Allocation
                | TransactionType::DebtRepayment
                | TransactionType::Spend
                | TransactionType::Expiry => {}
            }
        }
    }
}
