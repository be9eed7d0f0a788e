//! Spending: tokens leave a wallet for the marketplace.

use shared::Code;
use shared::transaction::TransactionType;

use super::Ids;
use crate::books::Books;
use crate::command::{Spend, Stamp};
use crate::movement::{
    Account, Effect, Entry, Holder, Movement, Outcome, Refusal, Spent, Transaction,
};

pub(super) fn spend(books: &Books, command: &Spend, stamp: Stamp) -> Result<Movement, Refusal> {
    let user = books
        .users
        .get(&command.external_id)
        .ok_or(Code::UserNotFound)?;
    if let Some(earlier) = books.spends.get(&command.key) {
        if earlier.user_id != user.id || earlier.amount != command.amount {
            return Err(Code::IdempotencyKeyReused.into());
        }
        let replayed = earlier.transaction_id != command.seed.id(0);
        return Ok(done(Vec::new(), earlier.clone(), replayed));
    }
    if command.amount.0 <= 0 {
        return Err(Code::ValidationError.into());
    }
    let wallet = books.wallets.get(&user.id).cloned().unwrap_or_default();
    if wallet.balance.0 - wallet.vesting.0 < command.amount.0 {
        return Err(Code::InsufficientBalance.into());
    }
    let mut ids = Ids::of(command.seed);
    let spent = Spent {
        key: command.key.clone(),
        transaction_id: ids.next(),
        user_id: user.id.clone(),
        amount: command.amount,
    };
    let from = Account::Wallet(user.id.clone());
    let transaction = Transaction {
        id: spent.transaction_id.clone(),
        transaction_type: TransactionType::Spend,
        amount: command.amount,
        holder: Some(Holder {
            id: user.id.clone(),
            external_id: command.external_id.clone(),
        }),
        pool_id: None,
        action_id: None,
        vests_at: None,
        entries: Entry::pair(from, Account::Marketplace, command.amount.0).into(),
        created_at: stamp.now,
    };
    let effects = vec![
        Effect::Transaction(transaction),
        Effect::Spent(spent.clone()),
    ];
    Ok(done(effects, spent, false))
}

fn done(effects: Vec<Effect>, spent: Spent, replayed: bool) -> Movement {
    Movement {
        effects,
        outcome: Outcome::Spent { spent, replayed },
    }
}
