//! The events that a movement gives rise to, as webhooks will tell them.

use ledger::{Action, ActionStatus, Books, Effect, Entry, News, Transaction};
use serde::Serialize;
use serde_json::json;
use shared::action::ActionEvent;
use shared::event::EventType;
use shared::id::{DonationId, PoolId};
use shared::time::Timestamp;
use shared::transaction;
use shared::transaction::TransactionType;

use crate::config::Environment;
use crate::store::event::Subjects;
use crate::store::{self, action, pool};

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
        | Effect::Granted(_)
        | Effect::Fund(_) => Vec::new(),
    }
}

/// Whom the events of an effect are about.
pub(super) fn subjects(effect: &Effect, books: &Books) -> Subjects {
    match effect {
        Effect::User(user) => Subjects::of([user.external_id.as_str()]),
        Effect::Transaction(Transaction { holder, .. }) => {
            Subjects::of(holder.iter().map(|holder| holder.external_id.as_str()))
        }
        Effect::Action { action, .. } => of_action(action),
        Effect::Reversal(reversal) => {
            let action = books.action_keys.get(&reversal.action_id);
            let action = action.and_then(|key| books.actions.get(key));
            action.map(of_action).unwrap_or_default()
        }
        Effect::Vesting { .. }
        | Effect::Counted { .. }
        | Effect::Spent(_)
        | Effect::Refilled { .. }
        | Effect::Expired(_)
        | Effect::Granted(_)
        | Effect::Warned { .. }
        | Effect::Depleted(_)
        | Effect::Fund(_) => Subjects::default(),
    }
}

/// Everyone who takes part, and the gift that is rewarded.
fn of_action(action: &Action) -> Subjects {
    let everyone = action.participants.iter();
    let everyone = everyone.map(|participant| participant.external_id.as_str());
    Subjects::of(everyone.chain(action.donation_id.iter().map(DonationId::as_str)))
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
    let holder = moved.holder.as_ref().map(|holder| &holder.external_id);
    let shown = |entry: &Entry| {
        let account = (entry.account.kind(), entry.account.id());
        store::transaction::entry((account.0, &account.1), holder, entry.amount)
    };
    transaction::Transaction {
        id: moved.id.clone(),
        transaction_type: moved.transaction_type,
        amount: moved.amount,
        entries: moved.entries.iter().map(shown).collect(),
        external_user_id: holder.cloned(),
        action_id: moved.action_id.clone(),
        pool_id: moved.pool_id.clone(),
        created_at: moved.created_at,
    }
}
