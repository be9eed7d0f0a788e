//! Allocation, refill and expiry, and what the balance of a pool gives rise to.

use std::collections::BTreeMap;

use shared::Code;
use shared::id::{PoolId, TransactionId};
use shared::money::Tokens;
use shared::transaction::TransactionType;

use super::Ids;
use crate::books::{Books, Pool};
use crate::command::{Allocate, Expire, Stamp};
use crate::movement::{Account, Effect, Entry, Movement, Outcome, Refusal, Transaction};

pub(super) fn allocate(
    books: &Books,
    command: &Allocate,
    stamp: Stamp,
) -> Result<Movement, Refusal> {
    let id: TransactionId = command.seed.id(0);
    if books.allocations.contains(&id) {
        // Tried again after a commit whose end was not known.
        return Ok(done(Vec::new(), Outcome::Allocated));
    }
    let pool = books
        .pools
        .get(&command.pool_id)
        .ok_or(Code::TokenPoolNotFound)?;
    if command.amount.0 <= 0 {
        return Err(Code::ValidationError.into());
    }
    let mut effects = Vec::new();
    if let Some(request_id) = &command.request_id {
        if !books.pending_requests.contains(request_id) {
            return Err(Code::NotFound.into());
        }
        effects.push(Effect::Granted(request_id.clone()));
    }
    // What was ever allocated bounds every other sum of the pool.
    pool.allocated
        .0
        .checked_add(command.amount.0)
        .ok_or(Code::AmountTooLarge)?;
    let after = pool
        .balance
        .0
        .checked_add(command.amount.0)
        .ok_or(Code::AmountTooLarge)?;
    effects.push(from_issuance(pool, id, command.amount, stamp));
    effects.extend(warnings(pool, Tokens(after)));
    Ok(done(effects, Outcome::Allocated))
}

/// Sends what is left of a pool whose time is over back to issuance, once.
pub(super) fn expire(books: &Books, command: &Expire, stamp: Stamp) -> Result<Movement, Refusal> {
    let pool = books
        .pools
        .get(&command.pool_id)
        .ok_or(Code::TokenPoolNotFound)?;
    if !pool.has_expired(stamp.now) || pool.expiry_booked {
        return Ok(done(Vec::new(), Outcome::Expired));
    }
    let mut effects = Vec::new();
    if pool.balance.0 > 0 {
        let accounts = (Account::Pool(pool.id.clone()), Account::Issuance);
        effects.push(Effect::Transaction(Transaction {
            id: command.seed.id(0),
            transaction_type: TransactionType::Expiry,
            amount: pool.balance,
            holder: None,
            pool_id: Some(pool.id.clone()),
            action_id: None,
            vests_at: None,
            entries: Entry::pair(accounts.0, accounts.1, pool.balance.0).into(),
            created_at: stamp.now,
        }));
    }
    effects.push(Effect::Expired(pool.id.clone()));
    Ok(done(effects, Outcome::Expired))
}

fn done(effects: Vec<Effect>, outcome: Outcome) -> Movement {
    Movement { effects, outcome }
}

/// The refills of a pool that come before it pays `amount`.
pub(super) fn refill(
    pool: &Pool,
    amounts: &[Tokens],
    ids: &mut Ids,
    stamp: Stamp,
) -> Result<Vec<Effect>, Refusal> {
    let (mut allocated, mut balance) = (pool.allocated.0, pool.balance.0);
    let mut effects = Vec::with_capacity(amounts.len() * 2);
    for amount in amounts {
        allocated = allocated
            .checked_add(amount.0)
            .ok_or(Code::AmountTooLarge)?;
        balance = balance.checked_add(amount.0).ok_or(Code::AmountTooLarge)?;
        effects.push(from_issuance(pool, ids.next(), *amount, stamp));
        effects.push(Effect::Refilled {
            pool_id: pool.id.clone(),
            amount: *amount,
            day: stamp.now.day(),
        });
    }
    Ok(effects)
}

fn from_issuance(pool: &Pool, id: TransactionId, amount: Tokens, stamp: Stamp) -> Effect {
    let to = Account::Pool(pool.id.clone());
    Effect::Transaction(Transaction {
        id,
        transaction_type: TransactionType::Allocation,
        amount,
        holder: None,
        pool_id: Some(pool.id.clone()),
        action_id: None,
        vests_at: None,
        entries: Entry::pair(Account::Issuance, to, amount.0).into(),
        created_at: stamp.now,
    })
}

/// What must be told when the balance of `pool` comes to `after`: low once,
/// until it has been high again; and that nothing is left.
fn warnings(pool: &Pool, after: Tokens) -> Vec<Effect> {
    let mut effects = Vec::new();
    let is_low = pool
        .low_balance_threshold
        .is_some_and(|threshold| after < threshold);
    if is_low != pool.low_balance_told {
        effects.push(Effect::Warned {
            pool_id: pool.id.clone(),
            told: is_low,
        });
    }
    if after.0 == 0 && pool.balance.0 > 0 {
        effects.push(Effect::Depleted(pool.id.clone()));
    }
    effects
}

/// The warnings of every pool whose balance the transactions among `effects`
/// change.
pub(super) fn warnings_of(books: &Books, effects: &[Effect]) -> Vec<Effect> {
    let mut changes: BTreeMap<&PoolId, i64> = BTreeMap::new();
    for effect in effects {
        let Effect::Transaction(transaction) = effect else {
            continue;
        };
        for entry in &transaction.entries {
            if let Account::Pool(id) = &entry.account {
                *changes.entry(id).or_default() += entry.amount;
            }
        }
    }
    changes
        .into_iter()
        .filter_map(|(id, change)| Some((books.pools.get(id)?, change)))
        .flat_map(|(pool, change)| warnings(pool, Tokens(pool.balance.0 + change)))
        .collect()
}
