//! The events that a movement gives rise to, as webhooks will tell them.

use ledger::{Account, Action, ActionStatus, Books, Effect, News, Transaction};
use serde::Serialize;
use serde_json::json;
use shared::action::ActionEvent;
use shared::event::EventType;
use shared::id::PoolId;
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::transaction;
use shared::transaction::{Direction, Entry, TransactionType};

use crate::config::Environment;
use crate::store::{action, pool};

/// Where and when it happened.
type Scene = (Timestamp, Environment);

/// The events of one effect; the books are as they stand after it.
pub(super) fn events(effect: &Effect, books: &Books, scene: Scene) -> Vec<(EventType, String)> {
    let of_pool = |event_type, id| pool_event(event_type, books, id, scene);
    match effect {
        Effect::User(user) => {
            let data = json!({ "externalUserId": user.external_id, "id": user.id });
            vec![(EventType::UserCreated, data.to_string())]
        }
        Effect::Transaction(transaction) => {
            let moved = text(&transaction_view(transaction));
            let filled = match (transaction.transaction_type, &transaction.pool_id) {
                (TransactionType::Allocation, Some(id)) => {
                    of_pool(EventType::TokenPoolAllocated, id)
                }
                _ => None,
            };
            let moved = (EventType::TransactionCompleted, moved);
            std::iter::once(moved).chain(filled).collect()
        }
        Effect::Action {
            action,
            news: News::First | News::Changed,
        } => {
            let event_type = match action.status {
                ActionStatus::Failed(_) => EventType::ActionFailed,
                ActionStatus::Completed
                | ActionStatus::PartiallyReversed
                | ActionStatus::Reversed => EventType::ActionCompleted,
            };
            vec![(event_type, text(&action_view(action)))]
        }
        Effect::Reversal(reversal) => {
            let action = books.action_keys.get(&reversal.action_id);
            let action = action.and_then(|key| books.actions.get(key));
            let told = |action| ActionEvent {
                reversal: Some(action::reversed(reversal)),
                ..action_view(action)
            };
            let event = |action| (EventType::ActionReversed, text(&told(action)));
            action.map(event).into_iter().collect()
        }
        Effect::Warned {
            pool_id,
            told: true,
        } => of_pool(EventType::TokenPoolLowBalance, pool_id)
            .into_iter()
            .collect(),
        Effect::Depleted(pool_id) => of_pool(EventType::TokenPoolDepleted, pool_id)
            .into_iter()
            .collect(),
        Effect::Action {
            news: News::Nothing,
            ..
        }
        | Effect::Warned { told: false, .. }
        | Effect::Vesting { .. }
        | Effect::Counted { .. }
        | Effect::Spent(_)
        | Effect::Refilled { .. }
        | Effect::Expired(_)
        | Effect::Granted(_) => Vec::new(),
    }
}

fn pool_event(
    event_type: EventType,
    books: &Books,
    id: &PoolId,
    scene: Scene,
) -> Option<(EventType, String)> {
    let pool = books.pools.get(id)?;
    Some((event_type, text(&pool::view(pool, scene))))
}

fn text(view: &impl Serialize) -> String {
    // Views are plain structs with text keys, which always serialise.
    serde_json::to_string(view).unwrap_or_default()
}

fn action_view(action: &Action) -> ActionEvent {
    let (status, error) = action::status(action.status);
    ActionEvent {
        action_id: action.id.clone(),
        idempotency_key: action.key.key.clone(),
        action_type: action.action_type.clone(),
        status,
        tokens_distributed: action.tokens,
        transaction_ids: action.transaction_ids(),
        partner_donation_id: action.donation_id.clone(),
        error,
        reversal: None,
    }
}

fn transaction_view(moved: &Transaction) -> transaction::Transaction {
    let holder = moved
        .holder
        .as_ref()
        .map(|holder| holder.external_id.clone());
    let name = || holder.as_ref().map_or("", |holder| holder.as_str());
    let account = |account: &Account| match account {
        Account::Issuance | Account::Marketplace => account.kind().to_owned(),
        Account::Pool(id) | Account::Receivable(id) => format!("{}:{id}", account.kind()),
        Account::Wallet(_) | Account::Debt(..) => format!("{}:{}", account.kind(), name()),
    };
    let entries = moved.entries.iter().map(|entry| Entry {
        account: account(&entry.account),
        direction: if entry.amount < 0 {
            Direction::Debit
        } else {
            Direction::Credit
        },
        amount: Tokens(entry.amount.abs()),
    });
    transaction::Transaction {
        id: moved.id.clone(),
        transaction_type: moved.transaction_type,
        amount: moved.amount,
        entries: entries.collect(),
        external_user_id: holder.clone(),
        action_id: moved.action_id.clone(),
        pool_id: moved.pool_id.clone(),
        created_at: moved.created_at,
    }
}
