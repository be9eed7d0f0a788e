//! Pools of tokens and the rules under which they pay.

use shared::id::PoolId;
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::token_pool::PoolStatus;
use shared::transaction::TransactionType;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub id: PoolId,
    pub name: String,
    pub is_active: bool,
    pub balance: Tokens,
    pub allocated: Tokens,
    pub distributed: Tokens,
    pub reversed: Tokens,
    /// What went back to issuance when its time was over.
    pub expired: Tokens,
    /// Whether that has happened.
    pub expiry_booked: bool,
    /// What users owe it.
    pub receivable: Tokens,
    pub low_balance_threshold: Option<Tokens>,
    /// Whether the warning was given since the balance last stood above it.
    pub low_balance_told: bool,
    pub vesting_days: i64,
    pub expires_at: Option<Timestamp>,
    /// The action types that it pays; empty is all.
    pub action_types: Vec<String>,
    pub refill: Option<Refill>,
    pub created_at: Timestamp,
}

/// How a pool fills itself up when its balance falls below a threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refill {
    pub threshold: Tokens,
    pub amount: Tokens,
    /// The most refills of a UTC day.
    pub per_day: i64,
    /// What the operator allows, less what was refilled.
    pub allowance: Tokens,
    /// The day of the last refill, counted from 1970, and the refills of it.
    pub day: i64,
    pub count: i64,
}

impl Refill {
    /// Takes up that it was used.
    pub(super) fn count_one(&mut self, amount: Tokens, day: i64) {
        self.allowance.0 -= amount.0;
        if self.day != day {
            (self.day, self.count) = (day, 0);
        }
        self.count += 1;
    }

    /// The refills that a fall of the balance to `balance`, which may be below
    /// zero, sets off.
    pub(crate) fn due(&self, mut balance: i64, now: Timestamp) -> Vec<Tokens> {
        let used = if self.day == now.day() { self.count } else { 0 };
        let mut allowance = self.allowance.0;
        let mut refills = Vec::new();
        for _ in used..self.per_day {
            let amount = self.amount.0.min(allowance);
            if balance >= self.threshold.0 || amount <= 0 {
                break;
            }
            refills.push(Tokens(amount));
            allowance -= amount;
            balance = balance.saturating_add(amount);
        }
        refills
    }
}

impl Pool {
    /// A pool that pays everything to everybody at once, with nothing in it.
    pub fn new(id: PoolId, name: String, created_at: Timestamp) -> Self {
        Self {
            id,
            name,
            is_active: true,
            balance: Tokens(0),
            allocated: Tokens(0),
            distributed: Tokens(0),
            reversed: Tokens(0),
            expired: Tokens(0),
            expiry_booked: false,
            receivable: Tokens(0),
            low_balance_threshold: None,
            low_balance_told: false,
            vesting_days: 0,
            expires_at: None,
            action_types: Vec::new(),
            refill: None,
            created_at,
        }
    }

    pub fn status(&self, now: Timestamp) -> PoolStatus {
        if self.has_expired(now) {
            PoolStatus::Expired
        } else if !self.is_active {
            PoolStatus::Inactive
        } else if self.balance.0 == 0 {
            PoolStatus::Exhausted
        } else {
            PoolStatus::Active
        }
    }

    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
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

    /// The refills that come before a payment of `amount`.
    pub(crate) fn refills_for(&self, amount: Tokens, now: Timestamp) -> Vec<Tokens> {
        match &self.refill {
            Some(refill) if amount.0 > 0 => refill.due(self.balance.0 - amount.0, now),
            _ => Vec::new(),
        }
    }

    /// Takes up what a transaction brought it (positive) or took (negative).
    pub(super) fn post(&mut self, transaction_type: TransactionType, amount: i64) {
        self.balance.0 += amount;
        match transaction_type {
            TransactionType::Allocation => self.allocated.0 += amount,
            TransactionType::Credit => self.distributed.0 -= amount,
            TransactionType::Reversal | TransactionType::DebtRepayment => {
                self.reversed.0 += amount;
            }
            TransactionType::Expiry => self.expired.0 -= amount,
            TransactionType::Spend => {}
        }
    }
}
