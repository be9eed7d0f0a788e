//! The events that a movement gives rise to, as webhooks will tell them.

use ledger::{Account, Action, ActionStatus, Books, Effect, Pool, Transaction};
use serde::Serialize;
use serde_json::json;
use shared::action::{ActionError, ActionEvent};
use shared::event::EventType;
use shared::id::PoolId;
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::transaction::{Direction, Entry, TransactionType};
use shared::{action, token_pool, transaction};

use crate::config::Environment;

/// Where and when it happened.
type Scene = (Timestamp, Environment);

/// The events of one effect; the books are as they stand after it.
pub(super) fn event(effect: &Effect, books: &Books, scene: Scene) -> Vec<(EventType, String)> {
    match effect {
        Effect::User(user) => {
            vec![(
                EventType::UserCreated,
                json!({ "externalUserId": user.external_id, "id": user.id }).to_string(),
            )]
        }
        Effect::Transaction(transaction) => {
            let mut events = vec![(
                EventType::TransactionCompleted,
                text(&transaction_view(transaction)),
            )];
            if transaction.transaction_type == TransactionType::Allocation {
                events.extend(pool_event(
                    EventType::TokenPoolAllocated,
                    books,
                    &transaction.pool_id,
                    scene,
                ));
            }
            events
        }
        Effect::Action {
            action,
            is_news: true,
        } => {
            let event_type = match action.status {
                ActionStatus::Completed => EventType::ActionCompleted,
                ActionStatus::Failed(_) => EventType::ActionFailed,
            };
            vec![(event_type, text(&action_view(action)))]
        }
        Effect::Warned {
            pool_id,
            told: true,
        } => pool_event(EventType::TokenPoolLowBalance, books, pool_id, scene)
            .into_iter()
            .collect(),
        Effect::Depleted(pool_id) => {
            pool_event(EventType::TokenPoolDepleted, books, pool_id, scene)
                .into_iter()
                .collect()
        }
        Effect::Action { is_news: false, .. } | Effect::Warned { told: false, .. } => Vec::new(),
    }
}

fn pool_event(
    event_type: EventType,
    books: &Books,
    id: &PoolId,
    scene: Scene,
) -> Option<(EventType, String)> {
    let pool = books.pools.get(id)?;
    Some((event_type, text(&pool_view(pool, scene))))
}

fn text(view: &impl Serialize) -> String {
    // Views are plain structs with text keys, which always serialise.
    serde_json::to_string(view).unwrap_or_default()
}

fn action_view(action: &Action) -> ActionEvent {
    let (status, error) = match action.status {
        ActionStatus::Completed => (action::ActionStatus::Completed, None),
        ActionStatus::Failed(code) => (action::ActionStatus::Failed, Some(ActionError { code })),
    };
    ActionEvent {
        action_id: action.id.clone(),
        idempotency_key: action.key.key.clone(),
        action_type: action.action_type.clone(),
        status,
        tokens_distributed: action.tokens,
        transaction_ids: action.transaction_ids.clone(),
        partner_donation_id: action.donation_id.clone(),
        error,
    }
}

fn transaction_view(moved: &Transaction) -> transaction::Transaction {
    let holder = moved
        .holder
        .as_ref()
        .map(|holder| holder.external_id.clone());
    let account = |account: &Account| match account {
        Account::Issuance => "issuance".to_owned(),
        Account::Pool(id) => format!("pool:{id}"),
        Account::Wallet(id) => {
            let name = holder
                .as_ref()
                .map_or(id.as_str(), |external_id| external_id.as_str());
            format!("wallet:{name}")
        }
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
        pool_id: Some(moved.pool_id.clone()),
        created_at: moved.created_at,
    }
}

fn pool_view(pool: &Pool, (now, environment): Scene) -> token_pool::Pool {
    token_pool::Pool {
        id: pool.id.clone(),
        name: pool.name.clone(),
        environment: environment.as_str().to_owned(),
        status: pool.status(now),
        balance: pool.balance,
        allocated: pool.allocated,
        distributed: pool.distributed,
        reversed: pool.reversed,
        low_balance_threshold: pool.low_balance_threshold,
        restrictions: token_pool::Restrictions {
            vesting_days: pool.vesting_days,
            expires_at: pool.expires_at,
            allowed_action_types: pool.action_types.clone(),
        },
        created_at: pool.created_at,
    }
}
