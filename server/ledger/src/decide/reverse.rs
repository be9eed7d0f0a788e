//! Reversal: tokens of an action go back to the pool they came from, and what
//! is no longer there is owed to it.

use std::collections::BTreeMap;

use shared::Code;
use shared::id::{PoolId, TransactionId, UserId};
use shared::money::{Percent, Tokens};
use shared::transaction::TransactionType;

use super::{Ids, pool};
use crate::books::{Action, ActionStatus, Books, Participant, Reversal};
use crate::command::{Reverse, Stamp};
use crate::movement::{
    Account, Effect, Entry, Holder, Movement, News, Outcome, Part, Refusal, Transaction,
};
use crate::price::part_of;

/// All of an action, in hundredths of a percent.
const WHOLE: u32 = 10_000;

pub(super) fn reverse(books: &Books, command: &Reverse, stamp: Stamp) -> Result<Movement, Refusal> {
    if let Some(earlier) = books.reversals.get(&command.key) {
        return replay(earlier, command);
    }
    let action = books
        .action_keys
        .get(&command.action_id)
        .and_then(|key| books.actions.get(key))
        .ok_or(Code::ActionNotFound)?;
    let percent = whole_percent(action, command.percent)?;
    let mut taking = Taking {
        books,
        action,
        stamp,
        ids: Ids::of(command.seed),
        available: BTreeMap::new(),
        effects: Vec::new(),
        debt: 0,
    };
    let mut reversal = Reversal {
        id: taking.ids.next(),
        key: command.key.clone(),
        action_id: action.id.clone(),
        percent: command.percent,
        reason: command.reason.clone(),
        status: status(percent),
        tokens: Tokens(0),
        debt: Tokens(0),
        remaining: Tokens(0),
        transaction_ids: Vec::new(),
        created_at: stamp.now,
    };
    let mut after = Action {
        status: reversal.status,
        percent_reversed: percent,
        ..action.clone()
    };
    for (position, participant) in after.participants.iter_mut().enumerate() {
        let target = part_of(participant.tokens, percent);
        let amount = target.0 - participant.reversed.0;
        if amount > 0 {
            let id = taking.take(position, participant, amount)?;
            reversal.transaction_ids.push(id);
            reversal.tokens.0 += amount;
            participant.reversed = target;
        }
    }
    after.tokens_reversed.0 += reversal.tokens.0;
    reversal.debt = Tokens(taking.debt);
    reversal.remaining = Tokens(after.tokens.0 - after.tokens_reversed.0);
    Ok(movement(books, taking.effects, (after, reversal)))
}

fn movement(
    books: &Books,
    mut effects: Vec<Effect>,
    (after, reversal): (Action, Reversal),
) -> Movement {
    effects.push(Effect::Action {
        action: after,
        news: News::Nothing,
    });
    effects.push(Effect::Reversal(reversal.clone()));
    effects.extend(pool::warnings_of(books, &effects));
    Movement {
        effects,
        outcome: Outcome::Reversed {
            reversal,
            replayed: false,
        },
    }
}

fn replay(earlier: &Reversal, command: &Reverse) -> Result<Movement, Refusal> {
    if earlier.action_id != command.action_id || earlier.percent != command.percent {
        return Err(Code::IdempotencyKeyReused.into());
    }
    Ok(Movement {
        effects: Vec::new(),
        outcome: Outcome::Reversed {
            reversal: earlier.clone(),
            replayed: earlier.id != command.seed.id(0),
        },
    })
}

/// How much of the action is reversed when this reversal is done.
fn whole_percent(action: &Action, percent: Percent) -> Result<Percent, Code> {
    match action.status {
        ActionStatus::Failed(_) => return Err(Code::InvalidActionState),
        ActionStatus::Completed | ActionStatus::PartiallyReversed | ActionStatus::Reversed => {}
    }
    if percent.hundredths() == 0 {
        return Err(Code::ValidationError);
    }
    let whole = action.percent_reversed.hundredths() + percent.hundredths();
    if whole > WHOLE {
        return Err(Code::AlreadyReversed);
    }
    Ok(Percent::from_hundredths(whole))
}

fn status(percent: Percent) -> ActionStatus {
    if percent.hundredths() == WHOLE {
        ActionStatus::Reversed
    } else {
        ActionStatus::PartiallyReversed
    }
}

/// Taking an action's tokens back, stakeholder by stakeholder.
struct Taking<'a> {
    books: &'a Books,
    action: &'a Action,
    stamp: Stamp,
    ids: Ids,
    /// What users still have to spend, after what was taken so far.
    available: BTreeMap<UserId, i64>,
    effects: Vec<Effect>,
    debt: i64,
}

impl Taking<'_> {
    /// Takes `amount` from one stakeholder: first of what vests of this action,
    /// then of what can be spent; the rest is owed.
    fn take(
        &mut self,
        position: usize,
        participant: &Participant,
        amount: i64,
    ) -> Result<TransactionId, Refusal> {
        let user_id = participant.user_id.clone().ok_or(Code::UserNotFound)?;
        let pool_id = self.action.pool_id.clone().ok_or(Code::TokenPoolNotFound)?;
        let wallet = self
            .books
            .wallets
            .get(&user_id)
            .cloned()
            .unwrap_or_default();
        wallet
            .lifetime_reversed
            .0
            .checked_add(amount)
            .ok_or(Code::AmountTooLarge)?;
        let from_vesting = self.take_vesting((position, participant), &user_id, amount);
        let available = self
            .available
            .entry(user_id.clone())
            .or_insert(wallet.balance.0 - wallet.vesting.0);
        let from_available = (amount - from_vesting).min((*available).max(0));
        *available -= from_available;
        let taken = from_vesting + from_available;
        self.debt += amount - taken;
        if let Some(campaign_id) = &self.action.campaign_id {
            self.effects.push(Effect::Counted {
                campaign_id: campaign_id.clone(),
                user_id: user_id.clone(),
                tokens: -amount,
            });
        }
        let id: TransactionId = self.ids.next();
        self.effects.push(Effect::Transaction(Transaction {
            id: id.clone(),
            transaction_type: TransactionType::Reversal,
            amount: Tokens(amount),
            entries: entries(&user_id, &pool_id, (taken, amount - taken)),
            holder: Some(Holder {
                id: user_id,
                external_id: participant.external_id.clone(),
            }),
            pool_id: Some(pool_id),
            action_id: Some(self.action.id.clone()),
            vests_at: None,
            created_at: self.stamp.now,
        }));
        Ok(id)
    }

    /// What is taken of the tokens that vest, and its effect.
    fn take_vesting(
        &mut self,
        (position, participant): (usize, &Participant),
        user_id: &UserId,
        amount: i64,
    ) -> i64 {
        let part = Part {
            action_id: self.action.id.clone(),
            position,
        };
        let vests_at = participant.vests_at.filter(|end| *end > self.stamp.now);
        let vesting = self.books.vestings.get(&part);
        let (Some(vests_at), Some(vesting)) = (vests_at, vesting) else {
            return 0;
        };
        let taken = vesting.0.min(amount);
        if taken > 0 {
            self.effects.push(Effect::Vesting {
                user_id: user_id.clone(),
                part,
                vests_at,
                amount: Tokens(vesting.0 - taken),
            });
        }
        taken
    }
}

/// Tokens from wallet to pool, and a claim of the pool on the user for what is
/// missing.
fn entries(user: &UserId, pool: &PoolId, (taken, owed): (i64, i64)) -> Vec<Entry> {
    let tokens = (taken > 0).then(|| {
        Entry::pair(
            Account::Wallet(user.clone()),
            Account::Pool(pool.clone()),
            taken,
        )
    });
    let claim = (owed > 0).then(|| {
        Entry::pair(
            Account::Debt(user.clone(), pool.clone()),
            Account::Receivable(pool.clone()),
            owed,
        )
    });
    tokens.into_iter().chain(claim).flatten().collect()
}
