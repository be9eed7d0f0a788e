//! Reads the books that a batch of commands needs: a few set-based SELECTs,
//! the first of which locks the books against every other writer.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Books, Debt, KnownUser, Part, Spent, Wallet};
use shared::id::{
    ActionId, CampaignId, ExternalUserId, PartnerId, PoolId, PoolRequestId, TransactionId, UserId,
};
use shared::money::Tokens;
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

use super::wanted::Wanted;
use super::{Counters, LoadedBooks, Order, Shelf};
use crate::context::Context;
use crate::store::row::Columns as _;
use crate::store::sql::{Cells, Dialect};
use crate::store::{Connection, action, campaign, pool};

/// Locks and reads the books that `orders` need, and answers the moment from
/// which they are locked.
pub(super) async fn load(
    conn: &mut Connection,
    (dialect, context): (Dialect, &Context),
    orders: &[Order],
) -> Result<(Shelf, Timestamp), Error> {
    let mut loader = Loader {
        conn,
        dialect,
        shelf: Shelf::new(),
    };
    let mut wanted = Wanted::of(orders);
    loader.lock_books(wanted.partners()?).await?;
    let now = context.now();
    loader.load_pools(wanted.partners()?).await?;
    loader
        .load_campaigns(&["status"], wanted.active_campaigns()?)
        .await?;
    loader.load_campaigns(&["id"], wanted.campaigns()?).await?;
    for (partner, loaded) in &mut loader.shelf {
        let campaigns = &mut loaded.books.campaigns;
        campaigns.retain(|_, campaign| wanted.may_apply(partner, campaign, now));
    }
    loader.load_addresses(&mut wanted).await?;
    loader.load_users(&mut wanted).await?;
    loader.load_actions(&mut wanted, now).await?;
    loader.load_other_keys(&wanted).await?;
    loader.load_funds(&wanted.funds).await?;
    loader.load_wallets(wanted.wallets()?).await?;
    if wanted.takes_tokens {
        loader.load_vestings(wanted.wallets()?, now).await?;
    }
    loader.load_campaign_users(&wanted).await?;
    Ok((loader.shelf, now))
}

/// What is looked up stands in the order partner, then what else names it.
const OF_PARTNER: &str = "t.partner_id = v.value ->> 0";
const BY_KEY: &[&str] = &["key_space", "idempotency_key"];

pub(super) struct Loader<'a> {
    conn: &'a mut Connection,
    dialect: Dialect,
    shelf: Shelf,
}

impl Loader<'_> {
    /// Runs one SELECT over what is wanted; none if nothing is.
    async fn fetch(
        &mut self,
        sql: AssertSqlSafe<String>,
        wanted: Cells,
    ) -> Result<Vec<AnyRow>, Error> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        sqlx::query(sql)
            .bind(wanted.json()?)
            .fetch_all(&mut *self.conn)
            .await
    }

    /// Looks `columns` of `table` up once for each of the wanted, by the partner
    /// and then the columns that are named, in their order.
    pub(super) async fn lookup(
        &mut self,
        (columns, table): (&str, &str),
        named: &[&str],
        wanted: Cells,
    ) -> Result<Vec<AnyRow>, Error> {
        let mut condition = OF_PARTNER.to_owned();
        for (place, column) in named.iter().enumerate() {
            let place = place + 1;
            condition = format!("{condition} AND t.{column} = v.value ->> {place}");
        }
        let sql = self.dialect.lookup(columns, table, &condition);
        self.fetch(sql, wanted).await
    }

    pub(super) fn books(&mut self, row: &AnyRow) -> Result<&mut Books, Error> {
        let partner_id: PartnerId = row.text("partner_id")?;
        let loaded = self.shelf.get_mut(&partner_id).ok_or(Error::RowNotFound)?;
        Ok(&mut loaded.books)
    }

    /// In the order of the partners, so that writers cannot wait for each other in
    /// a circle.
    async fn lock_books(&mut self, partners: Cells) -> Result<(), Error> {
        let columns = "t.partner_id, t.commit_number, t.users, t.actions, t.transactions";
        let sql = self.dialect.lock_each(columns, "books", OF_PARTNER);
        for row in self.fetch(sql, partners).await? {
            let loaded = LoadedBooks {
                books: Books::default(),
                counters: Counters {
                    commits: row.number("commit_number")?,
                    users: row.number("users")?,
                    actions: row.number("actions")?,
                    transactions: row.number("transactions")?,
                },
            };
            self.shelf.insert(row.text("partner_id")?, loaded);
        }
        Ok(())
    }

    async fn load_pools(&mut self, partners: Cells) -> Result<(), Error> {
        for row in self.lookup(("t.*", "pools"), &[], partners).await? {
            let pool = pool::read(&row)?;
            self.books(&row)?.pools.insert(pool.id.clone(), pool);
        }
        Ok(())
    }

    async fn load_campaigns(&mut self, named: &[&str], wanted: Cells) -> Result<(), Error> {
        for row in self.lookup(("t.*", "campaigns"), named, wanted).await? {
            let campaign = campaign::read(&row)?;
            let books = self.books(&row)?;
            books.campaigns.insert(campaign.id.clone(), campaign);
        }
        Ok(())
    }

    /// Finds the oldest user of each address, whose name is wanted then.
    async fn load_addresses(&mut self, wanted: &mut Wanted) -> Result<(), Error> {
        let sql = AssertSqlSafe(format!(
            "SELECT v.value ->> 0 AS partner_id, v.value ->> 1 AS email,
                 (SELECT t.external_id FROM users t
                  WHERE {OF_PARTNER} AND t.email_folded = v.value ->> 1
                  ORDER BY t.created_at, t.id LIMIT 1) AS external_id
             FROM {}",
            self.dialect.rows(),
        ));
        for row in self.fetch(sql, wanted.addresses()?).await? {
            if let Some(name) = row.text_or_null::<ExternalUserId>("external_id")? {
                wanted.names.insert((row.text("partner_id")?, name.clone()));
                self.books(&row)?.addresses.insert(row.text("email")?, name);
            }
        }
        Ok(())
    }

    /// Finds the users by their names, whose wallets are wanted then.
    async fn load_users(&mut self, wanted: &mut Wanted) -> Result<(), Error> {
        let table = ("t.partner_id, t.id, t.external_id", "users");
        for row in self
            .lookup(table, &["external_id"], wanted.names()?)
            .await?
        {
            let id: UserId = row.text("id")?;
            wanted.wallets.insert((row.text("partner_id")?, id.clone()));
            self.books(&row)?
                .users
                .insert(row.text("external_id")?, KnownUser { id });
        }
        Ok(())
    }

    /// The actions under keys already used, and those that are to be reversed.
    async fn load_actions(&mut self, wanted: &mut Wanted, now: Timestamp) -> Result<(), Error> {
        let mut rows = self
            .lookup(("t.*", "actions"), BY_KEY, wanted.action_keys()?)
            .await?;
        let reversed = self
            .lookup(("t.*", "actions"), &["id"], wanted.reversed()?)
            .await?;
        self.load_campaigns(&["id"], campaigns_of(&reversed)?)
            .await?;
        rows.extend(reversed);
        let mut found = BTreeSet::new();
        for row in rows {
            let action = action::read(&row)?;
            found.insert((row.text::<PartnerId>("partner_id")?, action.id.clone()));
            let books = self.books(&row)?;
            books
                .action_keys
                .insert(action.id.clone(), action.key.clone());
            books.actions.insert(action.key.clone(), action);
        }
        self.load_participants(&found, wanted, now).await
    }

    /// Who took part in actions, whose wallets are wanted if tokens may be taken
    /// back, and what has still to vest of each part.
    async fn load_participants(
        &mut self,
        actions: &BTreeSet<(PartnerId, ActionId)>,
        wanted: &mut Wanted,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut ids = Cells::default();
        for (partner, id) in actions {
            ids.push([partner.as_str().into(), id.as_str().into()])?;
        }
        let mut rows = Vec::new();
        for row in self
            .lookup(("t.*", "stakeholders"), &["action_id"], ids)
            .await?
        {
            rows.push((row.number("position")?, row));
        }
        rows.sort_by_key(|(position, _)| *position);
        let mut parts = Cells::default();
        for (_, row) in rows {
            let participant = action::read_participant(&row)?;
            let (partner, id): (PartnerId, ActionId) =
                (row.text("partner_id")?, row.text("action_id")?);
            if let Some(user_id) = participant.user_id.clone().filter(|_| wanted.takes_tokens) {
                if participant.vests_at.is_some_and(|end| end > now) {
                    parts.push([
                        partner.as_str().into(),
                        user_id.as_str().into(),
                        id.as_str().into(),
                    ])?;
                }
                wanted.wallets.insert((partner, user_id));
            }
            let books = self.books(&row)?;
            let key = books.action_keys.get(&id);
            if let Some(action) = key.and_then(|key| books.actions.get_mut(key)) {
                action.participants.push(participant);
            }
        }
        self.load_parts(parts).await
    }

    /// What is left of credits that vest later.
    async fn load_parts(&mut self, parts: Cells) -> Result<(), Error> {
        for row in self
            .lookup(("t.*", "vestings"), &["user_id", "action_id"], parts)
            .await?
        {
            let part = Part {
                action_id: row.text("action_id")?,
                position: usize::try_from(row.number("position")?).unwrap_or_default(),
            };
            let amount = Tokens(row.number("amount")?);
            self.books(&row)?.vestings.insert(part, amount);
        }
        Ok(())
    }

    /// The keys of reversals and spends already used, the allocations already
    /// booked, and the requests that still wait.
    async fn load_other_keys(&mut self, wanted: &Wanted) -> Result<(), Error> {
        let reversals = ("t.*", "reversals");
        for row in self
            .lookup(reversals, BY_KEY, wanted.reversal_keys()?)
            .await?
        {
            let reversal = action::read_reversal(&row)?;
            let books = self.books(&row)?;
            books.reversals.insert(reversal.key.clone(), reversal);
        }
        let spends = ("t.*", "spends");
        for row in self
            .lookup(spends, &["idempotency_key"], wanted.spend_keys()?)
            .await?
        {
            let spent = Spent {
                key: row.text("idempotency_key")?,
                transaction_id: row.text("transaction_id")?,
                user_id: row.text("user_id")?,
                amount: Tokens(row.number("amount")?),
            };
            self.books(&row)?.spends.insert(spent.key.clone(), spent);
        }
        let requests = ("t.partner_id, t.id", "pool_requests");
        for row in self
            .lookup(requests, &["id", "status"], wanted.requests()?)
            .await?
        {
            let id: PoolRequestId = row.text("id")?;
            self.books(&row)?.pending_requests.insert(id);
        }
        let booked = ("t.partner_id, t.id", "transactions");
        for row in self.lookup(booked, &["id"], wanted.allocations()?).await? {
            let id: TransactionId = row.text("id")?;
            self.books(&row)?.allocations.insert(id);
        }
        Ok(())
    }

    /// Wallets, and the debts of those that have any.
    async fn load_wallets(&mut self, users: Cells) -> Result<(), Error> {
        let mut debtors = Cells::default();
        for row in self.lookup(("t.*", "wallets"), &["user_id"], users).await? {
            let wallet = Wallet {
                balance: Tokens(row.number("balance")?),
                vesting: Tokens(0),
                debt: Tokens(row.number("debt")?),
                lifetime_earned: Tokens(row.number("lifetime_earned")?),
                lifetime_reversed: Tokens(row.number("lifetime_reversed")?),
                transactions: row.number("transactions")?,
            };
            let (partner, user_id): (PartnerId, UserId) =
                (row.text("partner_id")?, row.text("user_id")?);
            if wallet.debt.0 > 0 {
                debtors.push([partner.as_str().into(), user_id.as_str().into()])?;
            }
            self.books(&row)?.wallets.insert(user_id, wallet);
        }
        for row in self.lookup(("t.*", "debts"), &["user_id"], debtors).await? {
            let key: (UserId, PoolId) = (row.text("user_id")?, row.text("pool_id")?);
            let debt = Debt {
                owed: Tokens(row.number("owed")?),
                since: row.time("since")?,
            };
            self.books(&row)?.debts.insert(key, debt);
        }
        Ok(())
    }

    /// What cannot be spent yet of each wallet.
    async fn load_vestings(&mut self, users: Cells, now: Timestamp) -> Result<(), Error> {
        let sql = AssertSqlSafe(format!(
            "SELECT v.value ->> 0 AS partner_id, v.value ->> 1 AS user_id,
                 (SELECT CAST(COALESCE(SUM(t.amount), 0) AS BIGINT) FROM vestings t
                  WHERE {OF_PARTNER} AND t.user_id = v.value ->> 1 AND t.vests_at > {}) AS vesting
             FROM {}",
            now.0,
            self.dialect.rows(),
        ));
        for row in self.fetch(sql, users).await? {
            let vesting = Tokens(row.number("vesting")?);
            let user_id: UserId = row.text("user_id")?;
            if let Some(wallet) = self.books(&row)?.wallets.get_mut(&user_id) {
                wallet.vesting = vesting;
            }
        }
        Ok(())
    }

    /// What the users have of every campaign that was loaded.
    async fn load_campaign_users(&mut self, wanted: &Wanted) -> Result<(), Error> {
        let mut pairs = Cells::default();
        for (partner, user_id) in &wanted.wallets {
            let campaigns = self
                .shelf
                .get(partner)
                .map(|loaded| &loaded.books.campaigns);
            for id in campaigns.into_iter().flat_map(BTreeMap::keys) {
                pairs.push([
                    partner.as_str().into(),
                    id.as_str().into(),
                    user_id.as_str().into(),
                ])?;
            }
        }
        let table = ("t.*", "campaign_users");
        for row in self
            .lookup(table, &["campaign_id", "user_id"], pairs)
            .await?
        {
            let key = (row.text("campaign_id")?, row.text("user_id")?);
            let tokens = Tokens(row.number("tokens")?);
            self.books(&row)?.campaign_users.insert(key, tokens);
        }
        Ok(())
    }
}

/// The campaigns under which actions were paid.
fn campaigns_of(actions: &[AnyRow]) -> Result<Cells, Error> {
    let mut campaigns = Cells::default();
    for row in actions {
        if let Some(id) = row.text_or_null::<CampaignId>("campaign_id")? {
            let partner: PartnerId = row.text("partner_id")?;
            campaigns.push([partner.as_str().into(), id.as_str().into()])?;
        }
    }
    Ok(campaigns)
}
