//! Writes what a batch of commands changed: each table once, absolute values,
//! affected rows counted.

use std::collections::BTreeMap;

use ledger::{Account, Action, Books, Effect, Movement, Outcome, Transaction};
use serde_json::{Value, json};
use shared::donation::RewardStatus;
use shared::event::EventType;
use shared::id::{DonationId, PartnerId, PoolId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use sqlx::Error;

use super::rows::{self, Table};
use super::{LoadedBooks, tell};
use crate::config::Environment;
use crate::context::Context;
use crate::store::event::{self, EventRow};
use crate::store::job::{self, JobKind};
use crate::store::sql::{Dialect, json as json_text};
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
                Effect::User(user) => self.users.push(rows::user_row(partner, user)),
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
            .push(rows::transaction_row(partner, transaction));
        for (position, entry) in transaction.entries.iter().enumerate() {
            self.entries
                .push(rows::entry_row(partner, (&transaction.id, position), entry));
            match &entry.account {
                Account::Issuance => {}
                Account::Pool(id) => self.record_pool(partner, books, id),
                Account::Wallet(id) => {
                    if let Some(wallet) = books.wallets.get(id) {
                        self.wallets.insert(
                            (partner.clone(), id.clone()),
                            rows::wallet_row(partner, id, wallet),
                        );
                    }
                }
            }
        }
    }

    fn record_pool(&mut self, partner: &PartnerId, books: &Books, id: &PoolId) {
        if let Some(pool) = books.pools.get(id) {
            self.pools
                .insert((partner.clone(), id.clone()), rows::pool_row(partner, pool));
        }
    }

    fn record_action(&mut self, partner: &PartnerId, action: &Action) {
        let row = rows::action_row(partner, action);
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
    writer.write(&rows::BOOKS, commits.collect()).await?;
    writer.write(&rows::USERS, changes.users).await?;
    writer
        .write(&rows::TRANSACTIONS, changes.transactions)
        .await?;
    writer.write(&rows::ENTRIES, changes.entries).await?;
    writer
        .write(&rows::WALLETS, changes.wallets.into_values().collect())
        .await?;
    writer
        .write(&rows::POOLS, changes.pools.into_values().collect())
        .await?;
    writer
        .write(&rows::ACTIONS, changes.actions.into_values().collect())
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
