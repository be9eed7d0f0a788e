//! What must come of a command that was never done, worked out from the books
//! before it and in another way than the machine's.

mod campaign;
mod reward;
mod taking;

use std::collections::BTreeMap;

use ledger::{Account, Allocate, Books, Command, Effect, Expire, Movement, Part, Transaction};
use shared::Code;
use shared::id::{PoolId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::transaction::TransactionType;

use super::journal::{Journal, Vesting};

/// What stands before a command.
pub(super) struct Before<'a> {
    pub(super) books: &'a Books,
    pub(super) journal: &'a Journal,
    pub(super) now: Timestamp,
}

/// Everything that must move.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Foreseen {
    pub(super) moves: Vec<Move>,
    /// What is left of credits that vest later.
    pub(super) vestings: BTreeMap<Part, Vesting>,
}

/// A transaction without its id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Move {
    transaction_type: TransactionType,
    amount: i64,
    user_id: Option<UserId>,
    pool_id: Option<PoolId>,
    entries: BTreeMap<Account, i64>,
}

impl Move {
    /// Amounts from one account to another.
    fn new(
        transaction_type: TransactionType,
        amount: i64,
        pairs: &[(Account, Account, i64)],
    ) -> Self {
        let mut entries = BTreeMap::new();
        for (from, to, amount) in pairs.iter().filter(|(_, _, amount)| *amount != 0) {
            *entries.entry(from.clone()).or_default() -= amount;
            *entries.entry(to.clone()).or_default() += amount;
        }
        Self {
            transaction_type,
            amount,
            user_id: None,
            pool_id: None,
            entries,
        }
    }

    fn of_user(self, id: &UserId) -> Self {
        let user_id = Some(id.clone());
        Self { user_id, ..self }
    }

    fn of_pool(self, id: &PoolId) -> Self {
        let pool_id = Some(id.clone());
        Self { pool_id, ..self }
    }

    /// Tokens that the operator puts into a pool.
    fn allocation(pool_id: &PoolId, amount: i64) -> Self {
        let to = Account::Pool(pool_id.clone());
        let pair = (Account::Issuance, to, amount);
        Self::new(TransactionType::Allocation, amount, &[pair]).of_pool(pool_id)
    }
}

impl From<&Transaction> for Move {
    fn from(transaction: &Transaction) -> Self {
        let mut entries = BTreeMap::new();
        for entry in &transaction.entries {
            *entries.entry(entry.account.clone()).or_default() += entry.amount;
        }
        Self {
            transaction_type: transaction.transaction_type,
            amount: transaction.amount.0,
            user_id: transaction.holder.as_ref().map(|holder| holder.id.clone()),
            pool_id: transaction.pool_id.clone(),
            entries,
        }
    }
}

impl From<Vec<Move>> for Foreseen {
    fn from(moves: Vec<Move>) -> Self {
        let vestings = BTreeMap::new();
        Self { moves, vestings }
    }
}

/// What was done, to be compared with what was foreseen.
impl From<&Movement> for Foreseen {
    fn from(movement: &Movement) -> Self {
        let mut done = Self::default();
        for effect in &movement.effects {
            if let Effect::Transaction(transaction) = effect {
                done.moves.push(Move::from(transaction));
            }
            done.vestings.extend(Vesting::of(effect));
        }
        done
    }
}

impl Before<'_> {
    /// What must move, or why nothing may.
    pub(super) fn foresee(&self, command: &Command) -> Result<Foreseen, Code> {
        match command {
            Command::Allocate(allocate) => self.allocate(allocate),
            Command::Expire(expire) => self.expire(expire),
            Command::Reward(reward) => self.reward(reward),
            Command::Reverse(reverse) => self.reverse(reverse),
            Command::Spend(spend) => self.spend(spend),
            Command::Fund(_) => unreachable!("funds have laws of their own"),
        }
    }

    fn allocate(&self, command: &Allocate) -> Result<Foreseen, Code> {
        let pool = self.books.pools.get(&command.pool_id);
        let pool = pool.ok_or(Code::TokenPoolNotFound)?;
        if command.amount <= Tokens(0) {
            return Err(Code::ValidationError);
        }
        let request_id = command.request_id.as_ref();
        if request_id.is_some_and(|id| !self.books.pending_requests.contains(id)) {
            return Err(Code::NotFound);
        }
        countable(pool.allocated, command.amount.0)?;
        Ok(vec![Move::allocation(&pool.id, command.amount.0)].into())
    }

    fn expire(&self, command: &Expire) -> Result<Foreseen, Code> {
        let pool = self.books.pools.get(&command.pool_id);
        let pool = pool.ok_or(Code::TokenPoolNotFound)?;
        let is_over = pool.expires_at.is_some_and(|end| end <= self.now);
        if !is_over || pool.expiry_booked || pool.balance == Tokens(0) {
            return Ok(Foreseen::default());
        }
        let from = Account::Pool(pool.id.clone());
        let rest = pool.balance.0;
        let back = Move::new(
            TransactionType::Expiry,
            rest,
            &[(from, Account::Issuance, rest)],
        );
        Ok(vec![back.of_pool(&pool.id)].into())
    }
}

/// Nothing is added up to more than can be counted.
fn countable(sum: Tokens, more: i64) -> Result<(), Code> {
    let sum = i128::from(sum.0) + i128::from(more);
    let most = i128::from(i64::MAX);
    if sum > most {
        Err(Code::AmountTooLarge)
    } else {
        Ok(())
    }
}
