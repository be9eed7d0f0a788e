//! The reward of an action: one pool pays every stakeholder a share.

use std::collections::BTreeMap;

use shared::Code;
use shared::id::{ExternalUserId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::transaction::TransactionType;

use super::pool::warnings;
use crate::books::{Action, ActionStatus, Books, Pool};
use crate::command::{Environment, OnRefusal, Recipient, Reward, Stakeholder, Stamp};
use crate::movement::{
    Account, Effect, Entry, Holder, Movement, NewUser, Outcome, Refusal, Transaction,
};
use crate::price::{price, shares};

const DAY_MS: i64 = 86_400_000;

pub(super) fn reward(books: &Books, command: &Reward, stamp: Stamp) -> Result<Movement, Refusal> {
    if let Some(earlier) = books.actions.get(&command.key)
        && earlier.status == ActionStatus::Completed
    {
        return replay(earlier, command);
    }
    let total =
        price(command.amount, command.currency, command.rate).map_err(|_| Code::AmountTooLarge)?;
    match choose_pool(books, &command.action_type, total, stamp) {
        Ok(pool) => pay(books, pool, command, (total, stamp)),
        Err(code) => match command.on_refusal {
            OnRefusal::Wait => Err(code.into()),
            OnRefusal::Record => Ok(record_failure(books, command, code, stamp)),
        },
    }
}

fn replay(earlier: &Action, command: &Reward) -> Result<Movement, Refusal> {
    if earlier.fingerprint != command.fingerprint {
        return Err(Code::IdempotencyKeyReused.into());
    }
    Ok(Movement {
        effects: Vec::new(),
        outcome: Outcome::Rewarded {
            action_id: earlier.id.clone(),
            tokens: earlier.tokens,
            transaction_ids: earlier.transaction_ids.clone(),
            replayed: true,
        },
    })
}

/// The pool that pays: of those that serve the type and have enough, the one
/// that expires first.
fn choose_pool<'a>(
    books: &'a Books,
    action_type: &str,
    total: Tokens,
    stamp: Stamp,
) -> Result<&'a Pool, Code> {
    let serving = || {
        books
            .pools
            .values()
            .filter(|pool| pool.serves(action_type, stamp.now))
    };
    let end = |pool: &&Pool| (pool.expires_at.is_none(), pool.expires_at, pool.id.clone());
    if let Some(pool) = serving()
        .filter(|pool| pool.balance >= total)
        .min_by_key(end)
    {
        return Ok(pool);
    }
    Err(
        match (serving().next(), books.pools.is_empty(), stamp.environment) {
            (Some(_), _, _) => Code::InsufficientPool,
            (None, true, Environment::Sandbox) => Code::NoSandboxPool,
            (None, _, _) => Code::NoActivePool,
        },
    )
}

fn pay(
    books: &Books,
    pool: &Pool,
    command: &Reward,
    (total, stamp): (Tokens, Stamp),
) -> Result<Movement, Refusal> {
    let mut action = action(books, command, stamp);
    let mut effects = Vec::new();
    let mut gained: BTreeMap<UserId, i64> = BTreeMap::new();
    let parts = shares(total, command.stakeholders.len());
    let receivers = receivers(books, &command.stakeholders, stamp, &mut effects);
    for ((stakeholder, holder), part) in command.stakeholders.iter().zip(receivers).zip(parts) {
        if part.0 == 0 {
            continue;
        }
        let earned = books
            .wallets
            .get(&holder.id)
            .map_or(0, |wallet| wallet.lifetime_earned.0);
        let gain = gained.entry(holder.id.clone()).or_default();
        *gain += part.0;
        earned.checked_add(*gain).ok_or(Code::AmountTooLarge)?;
        effects.push(Effect::Transaction(credit(
            pool,
            &action,
            stakeholder,
            (holder, part, stamp.now),
        )));
        action
            .transaction_ids
            .push(stakeholder.transaction_id.clone());
    }
    // What nobody is there to receive stays in the pool.
    action.tokens = Tokens(gained.values().sum());
    let left = Tokens(pool.balance.0 - action.tokens.0);
    let outcome = Outcome::Rewarded {
        action_id: action.id.clone(),
        tokens: action.tokens,
        transaction_ids: action.transaction_ids.clone(),
        replayed: false,
    };
    effects.push(Effect::Action {
        action,
        is_news: true,
    });
    effects.extend(warnings(pool, left));
    Ok(Movement { effects, outcome })
}

/// The users who receive, each made first where there is none.
fn receivers(
    books: &Books,
    stakeholders: &[Stakeholder],
    stamp: Stamp,
    effects: &mut Vec<Effect>,
) -> Vec<Holder> {
    let mut made: BTreeMap<&ExternalUserId, UserId> = BTreeMap::new();
    let mut receivers = Vec::with_capacity(stakeholders.len());
    for stakeholder in stakeholders {
        let external_id = match &stakeholder.recipient {
            Recipient::Named(external_id) => external_id,
            Recipient::Address { email, otherwise } => {
                books.addresses.get(email).unwrap_or(otherwise)
            }
        };
        let known = books.users.get(external_id).map(|user| &user.id);
        let id = if let Some(id) = known.or_else(|| made.get(external_id)) {
            id.clone()
        } else {
            effects.push(new_user(external_id, stakeholder, stamp));
            made.insert(external_id, stakeholder.new_user_id.clone());
            stakeholder.new_user_id.clone()
        };
        receivers.push(Holder {
            id,
            external_id: external_id.clone(),
        });
    }
    receivers
}

fn new_user(external_id: &ExternalUserId, stakeholder: &Stakeholder, stamp: Stamp) -> Effect {
    Effect::User(NewUser {
        id: stakeholder.new_user_id.clone(),
        external_id: external_id.clone(),
        profile: stakeholder.profile.clone(),
        created_at: stamp.now,
    })
}

fn credit(
    pool: &Pool,
    action: &Action,
    stakeholder: &Stakeholder,
    (holder, part, now): (Holder, Tokens, Timestamp),
) -> Transaction {
    Transaction {
        id: stakeholder.transaction_id.clone(),
        transaction_type: TransactionType::Credit,
        amount: part,
        pool_id: pool.id.clone(),
        action_id: Some(action.id.clone()),
        position: action.transaction_ids.len(),
        vests_at: (pool.vesting_days > 0)
            .then(|| now.plus_ms(pool.vesting_days.saturating_mul(DAY_MS))),
        entries: [
            Entry {
                account: Account::Pool(pool.id.clone()),
                amount: -part.0,
            },
            Entry {
                account: Account::Wallet(holder.id.clone()),
                amount: part.0,
            },
        ],
        holder: Some(holder),
        created_at: now,
    }
}

/// A refusal that stays on record. The event is told once a key and code.
fn record_failure(books: &Books, command: &Reward, code: Code, stamp: Stamp) -> Movement {
    let action = Action {
        status: ActionStatus::Failed(code),
        ..action(books, command, stamp)
    };
    let action_id = action.id.clone();
    let is_told = books
        .actions
        .get(&command.key)
        .is_some_and(|earlier| earlier.status == action.status);
    Movement {
        effects: vec![Effect::Action {
            action,
            is_news: !is_told,
        }],
        outcome: Outcome::Failed { action_id, code },
    }
}

/// The action of `command`, under the id that an earlier try was given.
fn action(books: &Books, command: &Reward, stamp: Stamp) -> Action {
    let earlier = books.actions.get(&command.key);
    Action {
        id: earlier.map_or_else(|| command.action_id.clone(), |action| action.id.clone()),
        key: command.key.clone(),
        fingerprint: command.fingerprint.clone(),
        action_type: command.action_type.clone(),
        amount: command.amount,
        currency: command.currency,
        status: ActionStatus::Completed,
        tokens: Tokens(0),
        transaction_ids: Vec::new(),
        donation_id: command.donation_id.clone(),
        created_at: earlier.map_or(stamp.now, |action| action.created_at),
    }
}
