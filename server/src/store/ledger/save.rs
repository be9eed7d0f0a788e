//! Writes what a batch of commands changed: each table once, absolute values,
//! affected rows counted.

use std::collections::BTreeMap;

use ledger::{
    Account, Action, Books, Effect, Movement, NewUser, Outcome, Pool, Transaction, Wallet,
};
use serde_json::{Value, json};
use shared::donation::RewardStatus;
use shared::event::EventType;
use shared::id::{DonationId, PartnerId, PoolId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use sqlx::Error;

use super::{LoadedBooks, tell};
use crate::config::Environment;
use crate::context::Context;
use crate::store::event::{self, EventRow};
use crate::store::job::{self, JobKind};
use crate::store::sql::Column::{Number, Text};
use crate::store::sql::{Column, Dialect, json as json_text};
use crate::store::{Connection, donation};

/// The rows that a batch writes.
pub(super) struct Changes {
    now: Timestamp,
    environment: Environment,
    users: Vec<Value>,
    transactions: Vec<Value>,
    entries: Vec<Value>,
    /// The last state of each, by partner and id.
    actions: BTreeMap<(PartnerId, String), Value>,
    pools: BTreeMap<(PartnerId, PoolId), Value>,
    wallets: BTreeMap<(PartnerId, UserId), Value>,
    /// Each with its data, as JSON text.
    events: Vec<(PartnerId, EventType, String)>,
    rewards: Vec<(PartnerId, DonationId, RewardStatus, Tokens)>,
    /// Partners whose pools were filled.
    filled: Vec<PartnerId>,
    /// The number of this commit for each partner that it touches.
    commits: BTreeMap<PartnerId, i64>,
}

impl Changes {
    pub(super) fn new(now: Timestamp, environment: Environment) -> Self {
        Self {
            now,
            environment,
            users: Vec::new(),
            transactions: Vec::new(),
            entries: Vec::new(),
            actions: BTreeMap::new(),
            pools: BTreeMap::new(),
            wallets: BTreeMap::new(),
            events: Vec::new(),
            rewards: Vec::new(),
            filled: Vec::new(),
            commits: BTreeMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// Takes up what `movement` did to the books, to which it is already applied.
    pub(super) fn record(
        &mut self,
        partner: &PartnerId,
        loaded: &LoadedBooks,
        movement: &Movement,
    ) {
        if movement.effects.is_empty() {
            return;
        }
        self.commits
            .insert(partner.clone(), loaded.commit_number + 1);
        for effect in &movement.effects {
            match effect {
                Effect::User(user) => self.users.push(user_row(partner, user)),
                Effect::Transaction(transaction) => {
                    self.record_transaction(partner, &loaded.books, transaction);
                }
                Effect::Action { action, .. } => self.record_action(partner, action),
                Effect::Warned { pool_id, .. } | Effect::Depleted(pool_id) => {
                    self.record_pool(partner, &loaded.books, pool_id);
                }
            }
            let told = tell::event(effect, &loaded.books, (self.now, self.environment));
            self.events.extend(
                told.into_iter()
                    .map(|(kind, data)| (partner.clone(), kind, data)),
            );
        }
        if movement.outcome == Outcome::Allocated {
            self.filled.push(partner.clone());
        }
    }

    fn record_transaction(
        &mut self,
        partner: &PartnerId,
        books: &Books,
        transaction: &Transaction,
    ) {
        self.transactions
            .push(transaction_row(partner, transaction));
        for (position, entry) in transaction.entries.iter().enumerate() {
            self.entries.push(json!({
                "partner_id": partner, "transaction_id": transaction.id, "position": position,
                "account_kind": entry.account.kind(), "account_id": entry.account.id(),
                "unit": "SIR", "amount": entry.amount,
            }));
            match &entry.account {
                Account::Issuance => {}
                Account::Pool(id) => self.record_pool(partner, books, id),
                Account::Wallet(id) => {
                    if let Some(wallet) = books.wallets.get(id) {
                        self.wallets.insert(
                            (partner.clone(), id.clone()),
                            wallet_row(partner, id, wallet),
                        );
                    }
                }
            }
        }
    }

    fn record_pool(&mut self, partner: &PartnerId, books: &Books, id: &PoolId) {
        if let Some(pool) = books.pools.get(id) {
            self.pools
                .insert((partner.clone(), id.clone()), pool_row(partner, pool));
        }
    }

    fn record_action(&mut self, partner: &PartnerId, action: &Action) {
        let row = action_row(partner, action);
        self.actions
            .insert((partner.clone(), action.id.to_string()), row);
        if let Some(donation_id) = &action.donation_id {
            let status = match action.status {
                ledger::ActionStatus::Completed => RewardStatus::Awarded,
                ledger::ActionStatus::Failed(_) => RewardStatus::Failed,
            };
            self.rewards
                .push((partner.clone(), donation_id.clone(), status, action.tokens));
        }
    }
}

/// Writes all of it, in the order in which rows refer to each other.
pub(super) async fn save(
    conn: &mut Connection,
    dialect: Dialect,
    context: &Context,
    changes: Changes,
) -> Result<(), Error> {
    let events = number_events(&changes, context);
    let commits = changes
        .commits
        .iter()
        .map(|(id, number)| json!({ "partner_id": id, "commit_number": number }));
    let mut writer = TableWriter { conn, dialect };
    writer.write(&BOOKS, commits.collect()).await?;
    writer.write(&USERS, changes.users).await?;
    writer.write(&TRANSACTIONS, changes.transactions).await?;
    writer.write(&ENTRIES, changes.entries).await?;
    writer
        .write(&WALLETS, changes.wallets.into_values().collect())
        .await?;
    writer
        .write(&POOLS, changes.pools.into_values().collect())
        .await?;
    writer
        .write(&ACTIONS, changes.actions.into_values().collect())
        .await?;
    event::insert(conn, dialect, &events).await?;
    for (partner, donation_id, status, tokens) in changes.rewards {
        donation::set_reward(conn, &partner, &donation_id, (status, tokens, changes.now)).await?;
        job::finish(conn, JobKind::Reward, &partner, donation_id.as_str()).await?;
    }
    for partner in changes.filled {
        job::hurry(conn, JobKind::Reward, &partner, changes.now).await?;
    }
    Ok(())
}

fn number_events(changes: &Changes, context: &Context) -> Vec<EventRow> {
    let mut positions: BTreeMap<&PartnerId, i64> = BTreeMap::new();
    let mut rows = Vec::with_capacity(changes.events.len());
    for (partner, event_type, data) in &changes.events {
        let position = positions.entry(partner).or_default();
        rows.push(EventRow {
            partner_id: partner.clone(),
            commit_number: changes.commits.get(partner).copied().unwrap_or_default(),
            position: *position,
            id: context.event_id(),
            event_type: *event_type,
            data: data.clone(),
            created_at: changes.now,
        });
        *position += 1;
    }
    rows
}

/// A table, the columns that are written, and what happens to a row that is
/// there already.
struct Table {
    name: &'static str,
    columns: &'static [Column],
    conflict: &'static str,
}

const BOOKS: Table = Table {
    name: "books",
    columns: &[Text("partner_id"), Number("commit_number")],
    conflict: "ON CONFLICT (partner_id) DO UPDATE SET commit_number = excluded.commit_number",
};

const USERS: Table = Table {
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

const TRANSACTIONS: Table = Table {
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

const ENTRIES: Table = Table {
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

const WALLETS: Table = Table {
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

const POOLS: Table = Table {
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

const ACTIONS: Table = Table {
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

struct TableWriter<'a> {
    conn: &'a mut Connection,
    dialect: Dialect,
}

impl TableWriter<'_> {
    async fn write(&mut self, table: &Table, rows: Vec<Value>) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let sql = self
            .dialect
            .insert(table.name, table.columns, table.conflict);
        let done = sqlx::query(sql)
            .bind(json_text(&rows)?)
            .execute(&mut *self.conn)
            .await?;
        if done.rows_affected() != rows.len() as u64 {
            return Err(Error::Protocol(format!(
                "{} of {} rows of {} were written",
                done.rows_affected(),
                rows.len(),
                table.name
            )));
        }
        Ok(())
    }
}

fn user_row(partner: &PartnerId, user: &NewUser) -> Value {
    let profile = &user.profile;
    json!({
        "partner_id": partner, "id": user.id, "external_id": user.external_id,
        "email": profile.email, "email_folded": profile.email.as_ref().map(|email| email.to_lowercase()),
        "first_name": profile.first_name, "last_name": profile.last_name, "metadata": "{}",
        "created_at": user.created_at.0, "updated_at": user.created_at.0,
    })
}

fn transaction_row(partner: &PartnerId, transaction: &Transaction) -> Value {
    json!({
        "partner_id": partner, "id": transaction.id, "type": transaction.transaction_type,
        "amount": transaction.amount, "user_id": transaction.holder.as_ref().map(|holder| &holder.id),
        "pool_id": transaction.pool_id, "action_id": transaction.action_id,
        "position": transaction.position, "vests_at": transaction.vests_at.map(|time| time.0),
        "created_at": transaction.created_at.0,
    })
}

fn wallet_row(partner: &PartnerId, user_id: &UserId, wallet: &Wallet) -> Value {
    json!({
        "partner_id": partner, "user_id": user_id, "balance": wallet.balance, "debt": wallet.debt,
        "lifetime_earned": wallet.lifetime_earned, "lifetime_reversed": wallet.lifetime_reversed,
    })
}

fn pool_row(partner: &PartnerId, pool: &Pool) -> Value {
    json!({
        "partner_id": partner, "id": pool.id, "name": pool.name, "is_active": i64::from(pool.is_active),
        "balance": pool.balance, "allocated": pool.allocated, "distributed": pool.distributed,
        "reversed": pool.reversed, "low_balance_told": i64::from(pool.low_balance_told),
        "low_balance_threshold": pool.low_balance_threshold, "vesting_days": pool.vesting_days,
        "expires_at": pool.expires_at.map(|time| time.0), "action_types": json!(pool.action_types).to_string(),
        "created_at": pool.created_at.0,
    })
}

fn action_row(partner: &PartnerId, action: &Action) -> Value {
    let error_code = match action.status {
        ledger::ActionStatus::Completed => None,
        ledger::ActionStatus::Failed(code) => Some(code),
    };
    json!({
        "partner_id": partner, "id": action.id, "key_space": action.key.space.as_str(),
        "idempotency_key": action.key.key, "fingerprint": action.fingerprint,
        "action_type": action.action_type, "amount_minor": action.amount, "currency": action.currency,
        "status": action.status.as_str(), "error_code": error_code, "tokens": action.tokens,
        "donation_id": action.donation_id, "created_at": action.created_at.0,
    })
}
