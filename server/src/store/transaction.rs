//! Transactions as they are shown. They are the ledger's alone to write.

mod list;

use std::collections::BTreeMap;

use serde_json::json;
use shared::action::ActionStatus;
use shared::id::{ExternalUserId, PartnerId, TransactionId, UserId};
use shared::money::Tokens;
use shared::transaction::{Direction, Entry, Transaction, TransactionType};
use shared::user::UserTransaction;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

pub use self::list::{Filter, count, list};
use super::Connection;
use super::list::Window;
use super::row::Columns as _;
use super::sql::{Dialect, json as json_text};

/// A transaction `t` with the name of its user.
const SHOWN: &str = "SELECT t.*, o.external_id FROM transactions t
     LEFT JOIN users o ON o.partner_id = t.partner_id AND o.id = t.user_id";

/// One of them, with its entries.
pub async fn find(
    conn: &mut Connection,
    dialect: Dialect,
    partner_id: &PartnerId,
    id: &TransactionId,
) -> Result<Option<Transaction>, Error> {
    let sql = AssertSqlSafe(format!("{SHOWN} WHERE t.partner_id = $1 AND t.id = $2"));
    let row = sqlx::query(sql)
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .fetch_optional(&mut *conn)
        .await?;
    let read: Result<_, _> = row.iter().map(read).collect();
    let mut found = with_entries(conn, dialect, partner_id, read?).await?;
    Ok(found.pop())
}

/// Those of some actions, in the order in which they came about.
pub(super) async fn of_actions(
    conn: &mut Connection,
    dialect: Dialect,
    partner_id: &PartnerId,
    actions: &[&str],
) -> Result<Vec<Transaction>, Error> {
    const CONDITION: &str =
        "t.partner_id = v.value ->> 'partner_id' AND t.action_id = v.value ->> 'id'";
    if actions.is_empty() {
        return Ok(Vec::new());
    }
    let found = dialect.lookup("t.*", "transactions", CONDITION).0;
    let sql = AssertSqlSafe(format!(
        "SELECT t.*, o.external_id FROM ({found}) AS t
         LEFT JOIN users o ON o.partner_id = t.partner_id AND o.id = t.user_id
         ORDER BY t.created_at, t.position, t.id"
    ));
    let ids: Vec<_> = actions
        .iter()
        .map(|id| json!({ "partner_id": partner_id, "id": id }))
        .collect();
    let rows = sqlx::query(sql)
        .bind(json_text(&ids)?)
        .fetch_all(&mut *conn)
        .await?;
    let read: Result<_, _> = rows.iter().map(read).collect();
    with_entries(conn, dialect, partner_id, read?).await
}

/// Puts in the entries of a page, which one statement reads.
async fn with_entries(
    conn: &mut Connection,
    dialect: Dialect,
    partner_id: &PartnerId,
    mut transactions: Vec<Transaction>,
) -> Result<Vec<Transaction>, Error> {
    const CONDITION: &str =
        "t.partner_id = v.value ->> 'partner_id' AND t.transaction_id = v.value ->> 'id'";
    if transactions.is_empty() {
        return Ok(transactions);
    }
    let ids: Vec<_> = transactions
        .iter()
        .map(|transaction| json!({ "partner_id": partner_id, "id": transaction.id }))
        .collect();
    let rows = sqlx::query(dialect.lookup("t.*", "entries", CONDITION))
        .bind(json_text(&ids)?)
        .fetch_all(conn)
        .await?;
    let mut entries: BTreeMap<TransactionId, BTreeMap<i64, AnyRow>> = BTreeMap::new();
    for row in rows {
        let id = row.text("transaction_id")?;
        let position = row.number("position")?;
        entries.entry(id).or_default().insert(position, row);
    }
    for transaction in &mut transactions {
        let rows = entries.remove(&transaction.id).unwrap_or_default();
        let holder = transaction.external_user_id.as_ref();
        let read: Result<_, _> = rows.values().map(|row| read_entry(row, holder)).collect();
        transaction.entries = read?;
    }
    Ok(transactions)
}

/// Those of one user with their actions, newest first.
pub async fn list_of_user(
    conn: &mut Connection,
    partner_id: &PartnerId,
    user_id: &UserId,
    window: &Window,
) -> Result<Vec<UserTransaction>, Error> {
    let below = window.below(None);
    let rows = sqlx::query(
        "SELECT t.*, a.action_type, a.status AS action_status, a.idempotency_key
         FROM transactions t
         LEFT JOIN actions a ON a.partner_id = t.partner_id AND a.id = t.action_id
         WHERE t.partner_id = $1 AND t.user_id = $2 AND (t.created_at, t.id) < ($3, $4)
         ORDER BY t.created_at DESC, t.id DESC LIMIT $5 OFFSET $6",
    )
    .bind(partner_id.as_str())
    .bind(user_id.as_str())
    .bind(below.0)
    .bind(below.1)
    .bind(window.limit)
    .bind(window.offset)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read_of_user).collect()
}

/// How many a user has, which its wallet counts.
pub async fn count_of_user(
    conn: &mut Connection,
    partner_id: &PartnerId,
    user_id: &UserId,
) -> Result<i64, Error> {
    let row =
        sqlx::query("SELECT transactions FROM wallets WHERE partner_id = $1 AND user_id = $2")
            .bind(partner_id.as_str())
            .bind(user_id.as_str())
            .fetch_optional(conn)
            .await?;
    row.map_or(Ok(0), |row| row.number("transactions"))
}

fn read_of_user(row: &AnyRow) -> Result<UserTransaction, Error> {
    let action_id = row.text_or_null("action_id")?;
    let action_status = match &action_id {
        Some(_) => Some(row.named("action_status", ActionStatus::named)?),
        None => None,
    };
    Ok(UserTransaction {
        id: row.text("id")?,
        transaction_type: row.named("type", TransactionType::named)?,
        amount: Tokens(row.number("amount")?),
        action_id,
        action_type: row.text_or_null("action_type")?,
        action_status,
        idempotency_key: row.text_or_null("idempotency_key")?,
        created_at: row.time("created_at")?,
    })
}

fn read(row: &AnyRow) -> Result<Transaction, Error> {
    Ok(Transaction {
        id: row.text("id")?,
        transaction_type: row.named("type", TransactionType::named)?,
        amount: Tokens(row.number("amount")?),
        external_user_id: row.text_or_null("external_id")?,
        action_id: row.text_or_null("action_id")?,
        pool_id: row.text_or_null("pool_id")?,
        entries: Vec::new(),
        created_at: row.time("created_at")?,
    })
}

fn read_entry(row: &AnyRow, holder: Option<&ExternalUserId>) -> Result<Entry, Error> {
    let kind: String = row.text("account_kind")?;
    let id: String = row.text("account_id")?;
    Ok(entry((&kind, &id), holder, row.number("amount")?))
}

/// What an account gained (positive) or gave (negative), as it is shown. An
/// account of a user goes by the name of the transaction's user.
pub(super) fn entry(
    (kind, id): (&str, &str),
    holder: Option<&ExternalUserId>,
    amount: i64,
) -> Entry {
    let id = match (kind, holder) {
        ("wallet" | "debt", Some(holder)) => holder.as_str(),
        _ => id,
    };
    Entry {
        account: match id {
            "" => kind.to_owned(),
            id => format!("{kind}:{id}"),
        },
        direction: if amount < 0 {
            Direction::Debit
        } else {
            Direction::Credit
        },
        amount: Tokens(amount.abs()),
    }
}
