//! Transactions as they are shown. They are the ledger's alone to write.

use shared::action::ActionStatus;
use shared::id::{PartnerId, UserId};
use shared::money::Tokens;
use shared::transaction::TransactionType;
use shared::user::UserTransaction;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::list::Window;
use super::row::Columns as _;

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
