//! Everything that is kept of a partner's users, campaigns and actions, as
//! lines of text: in a database, and in the machine.

use std::collections::BTreeSet;

use ledger::{Action, ActionStatus, Books, Part};
use shared::id::PartnerId;
use shared::time::Timestamp;
use sqlx::Row as _;

use crate::stage::Stage;

/// One line a row.
const LINES: &str = "
    SELECT 'user ' || id || ' ' || external_id AS line FROM users WHERE partner_id = $1
    UNION ALL SELECT 'wallet ' || user_id || ' ' || balance || ' ' || debt || ' ' || lifetime_earned
        || ' ' || lifetime_reversed || ' ' || transactions FROM wallets WHERE partner_id = $1
    UNION ALL SELECT 'debt ' || user_id || ' ' || pool_id || ' ' || owed || ' ' || since
        FROM debts WHERE partner_id = $1
    UNION ALL SELECT 'campaign ' || id || ' ' || spent FROM campaigns WHERE partner_id = $1
    UNION ALL SELECT 'campaign ' || campaign_id || ' ' || user_id || ' ' || tokens
        FROM campaign_users WHERE partner_id = $1
    UNION ALL SELECT 'action ' || id || ' ' || key_space || ' ' || idempotency_key || ' ' || status
        || ' ' || COALESCE(error_code, '-') || ' ' || tokens || ' ' || tokens_reversed
        || ' ' || reversed_percent FROM actions WHERE partner_id = $1
    UNION ALL SELECT 'stakeholder ' || action_id || ' ' || position || ' ' || external_id
        || ' ' || COALESCE(transaction_id, '-') || ' ' || tokens || ' ' || reversed
        FROM stakeholders WHERE partner_id = $1
    UNION ALL SELECT 'vesting ' || action_id || ' ' || position || ' ' || amount || ' ' || vests_at
        FROM vestings WHERE partner_id = $1 AND vests_at > $2
    UNION ALL SELECT 'reversal ' || id || ' ' || action_id || ' ' || tokens || ' ' || debt
        || ' ' || remaining FROM reversals WHERE partner_id = $1
    UNION ALL SELECT 'spend ' || idempotency_key || ' ' || transaction_id || ' ' || amount
        FROM spends WHERE partner_id = $1
    UNION ALL SELECT 'request ' || id FROM pool_requests WHERE partner_id = $1 AND status = 'PENDING'";

pub(super) async fn of_database(stage: &Stage, partner_id: &PartnerId) -> BTreeSet<String> {
    let mut conn = stage.app().db.read().await.unwrap();
    let rows = sqlx::query(LINES)
        .bind(partner_id.as_str())
        .bind(stage.now().0)
        .fetch_all(&mut *conn)
        .await
        .unwrap();
    rows.iter().map(|row| row.get("line")).collect()
}

pub(super) fn of_books(books: &Books, now: Timestamp) -> BTreeSet<String> {
    let mut lines = of_users(books);
    for campaign in books.campaigns.values() {
        lines.insert(format!("campaign {} {}", campaign.id, campaign.spent.0));
    }
    for ((campaign_id, user_id), tokens) in &books.campaign_users {
        lines.insert(format!("campaign {campaign_id} {user_id} {}", tokens.0));
    }
    for action in books.actions.values() {
        lines.insert(of_action(action));
        lines.extend(of_stakeholders(action, books, now));
    }
    for reversal in books.reversals.values() {
        let (id, action_id) = (&reversal.id, &reversal.action_id);
        let numbers = [reversal.tokens, reversal.debt, reversal.remaining];
        let [tokens, debt, remaining] = numbers.map(|tokens| tokens.0);
        lines.insert(format!(
            "reversal {id} {action_id} {tokens} {debt} {remaining}"
        ));
    }
    for spent in books.spends.values() {
        let (key, id, amount) = (&spent.key, &spent.transaction_id, spent.amount.0);
        lines.insert(format!("spend {key} {id} {amount}"));
    }
    for request_id in &books.pending_requests {
        lines.insert(format!("request {request_id}"));
    }
    lines
}

fn of_users(books: &Books) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for (external_id, user) in &books.users {
        lines.insert(format!("user {} {external_id}", user.id));
    }
    for (id, wallet) in &books.wallets {
        let (balance, debt) = (wallet.balance.0, wallet.debt.0);
        let (earned, reversed) = (wallet.lifetime_earned.0, wallet.lifetime_reversed.0);
        let count = wallet.transactions;
        lines.insert(format!(
            "wallet {id} {balance} {debt} {earned} {reversed} {count}"
        ));
    }
    for ((user_id, pool_id), debt) in &books.debts {
        let (owed, since) = (debt.owed.0, debt.since.0);
        lines.insert(format!("debt {user_id} {pool_id} {owed} {since}"));
    }
    lines
}

fn of_action(action: &Action) -> String {
    let (id, space, key) = (&action.id, action.key.space.as_str(), &action.key.key);
    let status = action.status.as_str();
    let code = match action.status {
        ActionStatus::Failed(code) => code.as_str(),
        ActionStatus::Completed | ActionStatus::PartiallyReversed | ActionStatus::Reversed => "-",
    };
    let (tokens, reversed) = (action.tokens.0, action.tokens_reversed.0);
    let percent = action.percent_reversed.hundredths();
    format!("action {id} {space} {key} {status} {code} {tokens} {reversed} {percent}")
}

fn of_stakeholders(action: &Action, books: &Books, now: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    let id = &action.id;
    for (position, participant) in action.participants.iter().enumerate() {
        let name = &participant.external_id;
        let transaction = participant
            .transaction_id
            .as_ref()
            .map_or("-", |id| id.as_str());
        let (tokens, reversed) = (participant.tokens.0, participant.reversed.0);
        lines.push(format!(
            "stakeholder {id} {position} {name} {transaction} {tokens} {reversed}"
        ));
        let action_id = id.clone();
        let vesting = books.vestings.get(&Part {
            action_id,
            position,
        });
        let vests_at = participant.vests_at.filter(|end| *end > now);
        if let Some((left, end)) = vesting.zip(vests_at) {
            lines.push(format!("vesting {id} {position} {} {}", left.0, end.0));
        }
    }
    lines
}
