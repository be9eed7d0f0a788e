//! The rows of each table that the ledger writes, as JSON objects whose members
//! are columns.

use ledger::{Action, ActionStatus, Entry, NewUser, Pool, Transaction, Wallet};
use serde_json::{Value, json};
use shared::id::{PartnerId, TransactionId, UserId};

use crate::store::sql::Column::{self, Number, Text};
use crate::store::user::folded;

/// A table, the columns that are written, and what happens to a row that is
/// there already.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column],
    pub(super) conflict: &'static str,
}

pub(super) const BOOKS: Table = Table {
    name: "books",
    columns: &[Text("partner_id"), Number("commit_number")],
    conflict: "ON CONFLICT (partner_id) DO UPDATE SET commit_number = excluded.commit_number",
};

pub(super) const USERS: Table = Table {
    name: "users",
    columns: &[
        Text("partner_id"),
        Text("id"),
        Text("external_id"),
        Text("email"),
        Text("email_folded"),
        Text("first_name"),
        Text("last_name"),
        Text("metadata"),
        Number("created_at"),
        Number("updated_at"),
    ],
    conflict: "",
};

pub(super) const TRANSACTIONS: Table = Table {
    name: "transactions",
    columns: &[
        Text("partner_id"),
        Text("id"),
        Text("type"),
        Number("amount"),
        Text("user_id"),
        Text("pool_id"),
        Text("action_id"),
        Number("position"),
        Number("vests_at"),
        Number("created_at"),
    ],
    conflict: "",
};

pub(super) const ENTRIES: Table = Table {
    name: "entries",
    columns: &[
        Text("partner_id"),
        Text("transaction_id"),
        Number("position"),
        Text("account_kind"),
        Text("account_id"),
        Text("unit"),
        Number("amount"),
    ],
    conflict: "",
};

pub(super) const WALLETS: Table = Table {
    name: "wallets",
    columns: &[
        Text("partner_id"),
        Text("user_id"),
        Number("balance"),
        Number("debt"),
        Number("lifetime_earned"),
        Number("lifetime_reversed"),
    ],
    conflict: "ON CONFLICT (partner_id, user_id) DO UPDATE SET balance = excluded.balance, debt = excluded.debt, \
        lifetime_earned = excluded.lifetime_earned, lifetime_reversed = excluded.lifetime_reversed",
};

pub(super) const POOLS: Table = Table {
    name: "pools",
    columns: &[
        Text("partner_id"),
        Text("id"),
        Text("name"),
        Number("is_active"),
        Number("balance"),
        Number("allocated"),
        Number("distributed"),
        Number("reversed"),
        Number("low_balance_told"),
        Number("low_balance_threshold"),
        Number("vesting_days"),
        Number("expires_at"),
        Text("action_types"),
        Number("created_at"),
    ],
    conflict: "ON CONFLICT (partner_id, id) DO UPDATE SET balance = excluded.balance, \
        allocated = excluded.allocated, distributed = excluded.distributed, reversed = excluded.reversed, \
        low_balance_told = excluded.low_balance_told",
};

pub(super) const ACTIONS: Table = Table {
    name: "actions",
    columns: &[
        Text("partner_id"),
        Text("id"),
        Text("key_space"),
        Text("idempotency_key"),
        Text("fingerprint"),
        Text("action_type"),
        Number("amount_minor"),
        Text("currency"),
        Text("status"),
        Text("error_code"),
        Number("tokens"),
        Text("donation_id"),
        Number("created_at"),
    ],
    conflict: "ON CONFLICT (partner_id, id) DO UPDATE SET fingerprint = excluded.fingerprint, \
        action_type = excluded.action_type, amount_minor = excluded.amount_minor, currency = excluded.currency, \
        status = excluded.status, error_code = excluded.error_code, tokens = excluded.tokens",
};

pub(super) fn user_row(partner: &PartnerId, user: &NewUser) -> Value {
    let profile = &user.profile;
    json!({
        "partner_id": partner, "id": user.id, "external_id": user.external_id,
        "email": profile.email, "email_folded": profile.email.as_deref().map(folded),
        "first_name": profile.first_name, "last_name": profile.last_name, "metadata": "{}",
        "created_at": user.created_at.0, "updated_at": user.created_at.0,
    })
}

pub(super) fn transaction_row(partner: &PartnerId, transaction: &Transaction) -> Value {
    json!({
        "partner_id": partner, "id": transaction.id, "type": transaction.transaction_type,
        "amount": transaction.amount, "user_id": transaction.holder.as_ref().map(|holder| &holder.id),
        "pool_id": transaction.pool_id, "action_id": transaction.action_id,
        "position": transaction.position, "vests_at": transaction.vests_at.map(|time| time.0),
        "created_at": transaction.created_at.0,
    })
}

/// Entries are in reward tokens, whose unit is `SIR`.
pub(super) fn entry_row(
    partner: &PartnerId,
    (transaction, position): (&TransactionId, usize),
    entry: &Entry,
) -> Value {
    json!({
        "partner_id": partner, "transaction_id": transaction, "position": position,
        "account_kind": entry.account.kind(), "account_id": entry.account.id(),
        "unit": "SIR", "amount": entry.amount,
    })
}

pub(super) fn wallet_row(partner: &PartnerId, user_id: &UserId, wallet: &Wallet) -> Value {
    json!({
        "partner_id": partner, "user_id": user_id, "balance": wallet.balance, "debt": wallet.debt,
        "lifetime_earned": wallet.lifetime_earned, "lifetime_reversed": wallet.lifetime_reversed,
    })
}

pub(super) fn pool_row(partner: &PartnerId, pool: &Pool) -> Value {
    json!({
        "partner_id": partner, "id": pool.id, "name": pool.name, "is_active": i64::from(pool.is_active),
        "balance": pool.balance, "allocated": pool.allocated, "distributed": pool.distributed,
        "reversed": pool.reversed, "low_balance_told": i64::from(pool.low_balance_told),
        "low_balance_threshold": pool.low_balance_threshold, "vesting_days": pool.vesting_days,
        "expires_at": pool.expires_at.map(|time| time.0), "action_types": json!(pool.action_types).to_string(),
        "created_at": pool.created_at.0,
    })
}

pub(super) fn action_row(partner: &PartnerId, action: &Action) -> Value {
    let error_code = match action.status {
        ActionStatus::Completed => None,
        ActionStatus::Failed(code) => Some(code),
    };
    json!({
        "partner_id": partner, "id": action.id, "key_space": action.key.space.as_str(),
        "idempotency_key": action.key.key, "fingerprint": action.fingerprint,
        "action_type": action.action_type, "amount_minor": action.amount, "currency": action.currency,
        "status": action.status.as_str(), "error_code": error_code, "tokens": action.tokens,
        "donation_id": action.donation_id, "created_at": action.created_at.0,
    })
}
