//! Allocation, and what the balance of a pool gives rise to.

use shared::Code;
use shared::money::Tokens;
use shared::transaction::TransactionType;

use crate::books::{Books, Pool};
use crate::command::{Allocate, Stamp};
use crate::movement::{Account, Effect, Entry, Movement, Outcome, Refusal, Transaction};

pub(super) fn allocate(
    books: &Books,
    command: &Allocate,
    stamp: Stamp,
) -> Result<Movement, Refusal> {
    let pool = books
        .pools
        .get(&command.pool_id)
        .ok_or(Code::TokenPoolNotFound)?;
    if command.amount.0 <= 0 {
        return Err(Code::ValidationError.into());
    }
    // What was ever allocated bounds every other sum of the pool.
    pool.allocated
        .0
        .checked_add(command.amount.0)
        .ok_or(Code::AmountTooLarge)?;
    let after = Tokens(
        pool.balance
            .0
            .checked_add(command.amount.0)
            .ok_or(Code::AmountTooLarge)?,
    );

    let mut effects = vec![Effect::Transaction(Transaction {
        id: command.transaction_id.clone(),
        transaction_type: TransactionType::Allocation,
        amount: command.amount,
        holder: None,
        pool_id: pool.id.clone(),
        action_id: None,
        position: 0,
        vests_at: None,
        entries: [
            Entry {
                account: Account::Issuance,
                amount: -command.amount.0,
            },
            Entry {
                account: Account::Pool(pool.id.clone()),
                amount: command.amount.0,
            },
        ],
        created_at: stamp.now,
    })];
    if pool.low_balance_told
        && pool
            .low_balance_threshold
            .is_none_or(|threshold| after >= threshold)
    {
        effects.push(Effect::Warned {
            pool_id: pool.id.clone(),
            told: false,
        });
    }
    Ok(Movement {
        effects,
        outcome: Outcome::Allocated,
    })
}

/// What must be told when the balance of `pool` falls to `after`.
pub(super) fn warnings(pool: &Pool, after: Tokens) -> Vec<Effect> {
    let mut effects = Vec::new();
    let is_low = pool
        .low_balance_threshold
        .is_some_and(|threshold| after < threshold);
    if is_low && !pool.low_balance_told {
        effects.push(Effect::Warned {
            pool_id: pool.id.clone(),
            told: true,
        });
    }
    if after.0 == 0 && pool.balance.0 > 0 {
        effects.push(Effect::Depleted(pool.id.clone()));
    }
    effects
}
