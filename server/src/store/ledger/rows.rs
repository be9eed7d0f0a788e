//! The tables that the ledger writes: their columns, and the cells of a row in
//! the same order.

mod action;
mod fund;

use ledger::{Entry, NewUser, Pool, Spent, Transaction, Wallet};
use shared::id::{ActionId, PartnerId, PoolId, TransactionId, UserId};
use sqlx::Error;

pub(super) use self::action::*;
pub(super) use self::fund::*;
use super::Counters;
use crate::store::sql::Column::{Number, Text};
use crate::store::sql::{Rows, Table, json};
use crate::store::user::folded;

pub(super) const BOOKS: Table = Table {
    name: "books",
    columns: &[
        Text("partner_id"),
        Number("commit_number"),
        Number("users"),
        Number("actions"),
        Number("transactions"),
    ],
    conflict: "ON CONFLICT (partner_id) DO UPDATE SET commit_number = excluded.commit_number, \
        users = excluded.users, actions = excluded.actions, transactions = excluded.transactions",
};

pub(super) fn push_books(
    rows: &mut Rows,
    partner: &PartnerId,
    counters: &Counters,
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        counters.commits.into(),
        counters.users.into(),
        counters.actions.into(),
        counters.transactions.into(),
    ])
}

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

pub(super) fn push_user(rows: &mut Rows, partner: &PartnerId, user: &NewUser) -> Result<(), Error> {
    let profile = &user.profile;
    rows.push([
        partner.as_str().into(),
        user.id.as_str().into(),
        user.external_id.as_str().into(),
        profile.email.as_deref().into(),
        profile.email.as_deref().map(folded).as_deref().into(),
        profile.first_name.as_deref().into(),
        profile.last_name.as_deref().into(),
        "{}".into(),
        user.created_at.0.into(),
        user.created_at.0.into(),
    ])
}

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

pub(super) fn push_transaction(
    rows: &mut Rows,
    partner: &PartnerId,
    (transaction, position): (&Transaction, usize),
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        transaction.id.as_str().into(),
        transaction.transaction_type.as_str().into(),
        transaction.amount.0.into(),
        transaction
            .holder
            .as_ref()
            .map(|holder| holder.id.as_str())
            .into(),
        transaction.pool_id.as_ref().map(PoolId::as_str).into(),
        transaction.action_id.as_ref().map(ActionId::as_str).into(),
        position.into(),
        transaction.vests_at.map(|time| time.0).into(),
        transaction.created_at.0.into(),
    ])
}

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

/// Entries are in reward tokens, whose unit is `SIR`.
pub(super) fn push_entry(
    rows: &mut Rows,
    partner: &PartnerId,
    (transaction, position): (&TransactionId, usize),
    entry: &Entry,
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        transaction.as_str().into(),
        position.into(),
        entry.account.kind().into(),
        entry.account.id().as_str().into(),
        "SIR".into(),
        entry.amount.into(),
    ])
}

pub(super) const WALLETS: Table = Table {
    name: "wallets",
    columns: &[
        Text("partner_id"),
        Text("user_id"),
        Number("balance"),
        Number("debt"),
        Number("lifetime_earned"),
        Number("lifetime_reversed"),
        Number("transactions"),
    ],
    conflict: "ON CONFLICT (partner_id, user_id) DO UPDATE SET balance = excluded.balance, debt = excluded.debt, \
        lifetime_earned = excluded.lifetime_earned, lifetime_reversed = excluded.lifetime_reversed, \
        transactions = excluded.transactions",
};

pub(super) fn push_wallet(
    rows: &mut Rows,
    partner: &PartnerId,
    (user_id, wallet): (&UserId, &Wallet),
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        user_id.as_str().into(),
        wallet.balance.0.into(),
        wallet.debt.0.into(),
        wallet.lifetime_earned.0.into(),
        wallet.lifetime_reversed.0.into(),
        wallet.transactions.into(),
    ])
}

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
        Number("expired"),
        Number("expiry_booked"),
        Number("receivable"),
        Number("low_balance_told"),
        Number("refill_allowance"),
        Number("refill_day"),
        Number("refill_count"),
        Number("vesting_days"),
        Text("action_types"),
        Number("created_at"),
    ],
    conflict: "ON CONFLICT (partner_id, id) DO UPDATE SET balance = excluded.balance, \
        allocated = excluded.allocated, distributed = excluded.distributed, reversed = excluded.reversed, \
        expired = excluded.expired, expiry_booked = excluded.expiry_booked, receivable = excluded.receivable, \
        low_balance_told = excluded.low_balance_told, refill_allowance = excluded.refill_allowance, \
        refill_day = excluded.refill_day, refill_count = excluded.refill_count",
};

pub(super) fn push_pool(rows: &mut Rows, partner: &PartnerId, pool: &Pool) -> Result<(), Error> {
    let refill = pool.refill.as_ref();
    rows.push([
        partner.as_str().into(),
        pool.id.as_str().into(),
        pool.name.as_str().into(),
        i64::from(pool.is_active).into(),
        pool.balance.0.into(),
        pool.allocated.0.into(),
        pool.distributed.0.into(),
        pool.reversed.0.into(),
        pool.expired.0.into(),
        i64::from(pool.expiry_booked).into(),
        pool.receivable.0.into(),
        i64::from(pool.low_balance_told).into(),
        refill.map(|refill| refill.allowance.0).into(),
        refill.map_or(0, |refill| refill.day).into(),
        refill.map_or(0, |refill| refill.count).into(),
        pool.vesting_days.into(),
        json(&pool.action_types)?.as_str().into(),
        pool.created_at.0.into(),
    ])
}

pub(super) const SPENDS: Table = Table {
    name: "spends",
    columns: &[
        Text("partner_id"),
        Text("idempotency_key"),
        Text("transaction_id"),
        Text("user_id"),
        Number("amount"),
    ],
    conflict: "",
};

pub(super) fn push_spend(rows: &mut Rows, partner: &PartnerId, spent: &Spent) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        spent.key.as_str().into(),
        spent.transaction_id.as_str().into(),
        spent.user_id.as_str().into(),
        spent.amount.0.into(),
    ])
}
