//! Reads the books that a batch of commands needs: a few set-based SELECTs,
//! the first of which locks the books against every other writer.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{
    Action, ActionKey, ActionStatus, Books, Command, KeySpace, KnownUser, Recipient, Reward, Wallet,
};
use serde_json::{Value, json};
use shared::Code;
use shared::id::{DonationId, ExternalUserId, PartnerId, UserId};
use shared::money::{Currency, Minor, Tokens};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

use super::{LoadedBooks, Order, Shelf};
use crate::store::row::Columns as _;
use crate::store::sql::{Dialect, json as json_text};
use crate::store::{Connection, pool};

pub(super) async fn load(
    conn: &mut Connection,
    dialect: Dialect,
    orders: &[Order],
) -> Result<Shelf, Error> {
    let mut loader = Loader {
        conn,
        dialect,
        shelf: Shelf::new(),
    };
    let wanted = Wanted::of(orders);
    loader.lock_books(&wanted.partners).await?;
    loader.load_pools(&wanted.partners).await?;
    let mut names = wanted.names;
    names.extend(loader.load_addresses(&wanted.addresses).await?);
    loader.load_users(&names).await?;
    loader.load_actions(&wanted.keys).await?;
    Ok(loader.shelf)
}

/// What the commands of a batch look at.
#[derive(Default)]
struct Wanted {
    partners: BTreeSet<PartnerId>,
    names: BTreeSet<(PartnerId, ExternalUserId)>,
    addresses: BTreeSet<(PartnerId, String)>,
    keys: BTreeSet<(PartnerId, ActionKey)>,
}

impl Wanted {
    fn of(orders: &[Order]) -> Self {
        let mut wanted = Self::default();
        for Order {
            partner_id,
            command,
        } in orders
        {
            wanted.partners.insert(partner_id.clone());
            match command {
                Command::Allocate(_) => {}
                Command::Reward(reward) => wanted.add_reward(partner_id, reward),
            }
        }
        wanted
    }

    fn add_reward(&mut self, partner_id: &PartnerId, reward: &Reward) {
        self.keys.insert((partner_id.clone(), reward.key.clone()));
        for stakeholder in &reward.stakeholders {
            match &stakeholder.recipient {
                Recipient::Named(external_id) => {
                    self.names.insert((partner_id.clone(), external_id.clone()));
                }
                Recipient::Address { email, otherwise } => {
                    self.addresses.insert((partner_id.clone(), email.clone()));
                    self.names.insert((partner_id.clone(), otherwise.clone()));
                }
            }
        }
    }
}

struct Loader<'a> {
    conn: &'a mut Connection,
    dialect: Dialect,
    shelf: Shelf,
}

impl Loader<'_> {
    /// Runs one SELECT over the elements of `rows`; none for no elements.
    async fn fetch(
        &mut self,
        sql: AssertSqlSafe<String>,
        rows: Vec<Value>,
    ) -> Result<Vec<AnyRow>, Error> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        sqlx::query(sql)
            .bind(json_text(&rows)?)
            .fetch_all(&mut *self.conn)
            .await
    }

    fn books(&mut self, row: &AnyRow) -> Result<&mut Books, Error> {
        let partner_id: PartnerId = row.text("partner_id")?;
        let loaded = self.shelf.get_mut(&partner_id).ok_or(Error::RowNotFound)?;
        Ok(&mut loaded.books)
    }

    async fn lock_books(&mut self, partners: &BTreeSet<PartnerId>) -> Result<(), Error> {
        let sql = AssertSqlSafe(format!(
            "SELECT partner_id, commit_number FROM books
             WHERE partner_id IN (SELECT v.value ->> 'partner_id' FROM {}) ORDER BY partner_id {}",
            self.dialect.rows(),
            self.dialect.lock(),
        ));
        let rows = partners
            .iter()
            .map(|id| json!({ "partner_id": id }))
            .collect();
        for row in self.fetch(sql, rows).await? {
            let books = LoadedBooks {
                books: Books::default(),
                commit_number: row.number("commit_number")?,
            };
            self.shelf.insert(row.text("partner_id")?, books);
        }
        Ok(())
    }

    async fn load_pools(&mut self, partners: &BTreeSet<PartnerId>) -> Result<(), Error> {
        let sql = self
            .dialect
            .lookup("t.*", "pools", "t.partner_id = v.value ->> 'partner_id'");
        let rows = partners
            .iter()
            .map(|id| json!({ "partner_id": id }))
            .collect();
        for row in self.fetch(sql, rows).await? {
            let pool = pool::read(&row)?;
            self.books(&row)?.pools.insert(pool.id.clone(), pool);
        }
        Ok(())
    }

    /// Finds the oldest user of each address, and answers their names.
    async fn load_addresses(
        &mut self,
        addresses: &BTreeSet<(PartnerId, String)>,
    ) -> Result<Vec<(PartnerId, ExternalUserId)>, Error> {
        let sql = AssertSqlSafe(format!(
            "SELECT v.value ->> 'partner_id' AS partner_id, v.value ->> 'email' AS email,
                 (SELECT u.external_id FROM users u
                  WHERE u.partner_id = v.value ->> 'partner_id' AND u.email_folded = v.value ->> 'email'
                  ORDER BY u.created_at, u.id LIMIT 1) AS external_id
             FROM {}",
            self.dialect.rows(),
        ));
        let rows = addresses
            .iter()
            .map(|(id, email)| json!({ "partner_id": id, "email": email }))
            .collect();
        let mut names = Vec::new();
        for row in self.fetch(sql, rows).await? {
            if let Some(external_id) = row.text_or_null::<ExternalUserId>("external_id")? {
                names.push((row.text("partner_id")?, external_id.clone()));
                self.books(&row)?
                    .addresses
                    .insert(row.text("email")?, external_id);
            }
        }
        Ok(names)
    }

    async fn load_users(
        &mut self,
        names: &BTreeSet<(PartnerId, ExternalUserId)>,
    ) -> Result<(), Error> {
        const CONDITION: &str =
            "t.partner_id = v.value ->> 'partner_id' AND t.external_id = v.value ->> 'external_id'";
        let sql = self
            .dialect
            .lookup("t.partner_id, t.id, t.external_id", "users", CONDITION);
        let rows = names
            .iter()
            .map(|(id, name)| json!({ "partner_id": id, "external_id": name }))
            .collect();
        let mut holders = Vec::new();
        for row in self.fetch(sql, rows).await? {
            let id: UserId = row.text("id")?;
            holders.push(json!({ "partner_id": row.text::<String>("partner_id")?, "user_id": id }));
            self.books(&row)?
                .users
                .insert(row.text("external_id")?, KnownUser { id });
        }
        self.load_wallets(holders).await
    }

    async fn load_wallets(&mut self, holders: Vec<Value>) -> Result<(), Error> {
        const CONDITION: &str =
            "t.partner_id = v.value ->> 'partner_id' AND t.user_id = v.value ->> 'user_id'";
        let sql = self.dialect.lookup("t.*", "wallets", CONDITION);
        for row in self.fetch(sql, holders).await? {
            let wallet = Wallet {
                balance: Tokens(row.number("balance")?),
                debt: Tokens(row.number("debt")?),
                lifetime_earned: Tokens(row.number("lifetime_earned")?),
                lifetime_reversed: Tokens(row.number("lifetime_reversed")?),
            };
            self.books(&row)?
                .wallets
                .insert(row.text("user_id")?, wallet);
        }
        Ok(())
    }

    /// The keys already used, and what was done under them.
    async fn load_actions(&mut self, keys: &BTreeSet<(PartnerId, ActionKey)>) -> Result<(), Error> {
        const CONDITION: &str = "t.partner_id = v.value ->> 'partner_id' AND t.key_space = v.value ->> 'key_space' \
             AND t.idempotency_key = v.value ->> 'key'";
        let sql = self.dialect.lookup("t.*", "actions", CONDITION);
        let wanted = |(id, key): &(PartnerId, ActionKey)| json!({ "partner_id": id, "key_space": key.space.as_str(), "key": key.key });
        let rows = self.fetch(sql, keys.iter().map(wanted).collect()).await?;
        let mut transactions = self.load_transaction_ids(&rows).await?;
        for row in rows {
            let mut action = read_action(&row)?;
            action.transaction_ids = transactions.remove(action.id.as_str()).unwrap_or_default();
            self.books(&row)?.actions.insert(action.key.clone(), action);
        }
        Ok(())
    }

    async fn load_transaction_ids(
        &mut self,
        actions: &[AnyRow],
    ) -> Result<BTreeMap<String, Vec<shared::id::TransactionId>>, Error> {
        const CONDITION: &str =
            "t.partner_id = v.value ->> 'partner_id' AND t.action_id = v.value ->> 'action_id'";
        let sql = self
            .dialect
            .lookup("t.action_id, t.id, t.position", "transactions", CONDITION);
        let wanted = |row: &AnyRow| {
            let (partner_id, id) = (row.text::<String>("partner_id")?, row.text::<String>("id")?);
            Ok::<_, Error>(json!({ "partner_id": partner_id, "action_id": id }))
        };
        let mut found: Vec<(i64, String, String)> = Vec::new();
        for row in self
            .fetch(sql, actions.iter().map(wanted).collect::<Result<_, _>>()?)
            .await?
        {
            found.push((
                row.number("position")?,
                row.text("action_id")?,
                row.text("id")?,
            ));
        }
        found.sort();
        let mut by_action = BTreeMap::<String, Vec<_>>::new();
        for (_, action_id, id) in found {
            by_action.entry(action_id).or_default().push(id.into());
        }
        Ok(by_action)
    }
}

fn read_action(row: &AnyRow) -> Result<Action, Error> {
    let status = match row.text_or_null::<String>("error_code")? {
        None => ActionStatus::Completed,
        Some(_) => ActionStatus::Failed(row.named("error_code", Code::named)?),
    };
    Ok(Action {
        id: row.text("id")?,
        key: ActionKey {
            space: row.named("key_space", KeySpace::named)?,
            key: row.text("idempotency_key")?,
        },
        fingerprint: row.text("fingerprint")?,
        action_type: row.text("action_type")?,
        amount: Minor(row.number("amount_minor")?),
        currency: row.named("currency", Currency::named)?,
        status,
        tokens: Tokens(row.number("tokens")?),
        transaction_ids: Vec::new(),
        donation_id: row.text_or_null::<DonationId>("donation_id")?,
        created_at: row.time("created_at")?,
    })
}
