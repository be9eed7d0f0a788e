//! Token pools as they stand. Their balances are the ledger's alone to change.

use ledger::Pool;
use shared::id::{PartnerId, PoolId};
use shared::money::Tokens;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::row::Columns as _;
use super::sql::json;

/// Adds a pool with nothing in it.
pub async fn insert(
    conn: &mut Connection,
    partner_id: &PartnerId,
    pool: &Pool,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO pools (partner_id, id, name, is_active, balance, allocated, distributed, reversed,
             low_balance_threshold, low_balance_told, vesting_days, expires_at, action_types, created_at)
         VALUES ($1, $2, $3, $4, 0, 0, 0, 0, $5, 0, $6, $7, $8, $9)",
    )
    .bind(partner_id.as_str())
    .bind(pool.id.as_str())
    .bind(&pool.name)
    .bind(i64::from(pool.is_active))
    .bind(pool.low_balance_threshold.map(|tokens| tokens.0))
    .bind(pool.vesting_days)
    .bind(pool.expires_at.map(|time| time.0))
    .bind(json(&pool.action_types)?)
    .bind(pool.created_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &PoolId,
) -> Result<Option<Pool>, Error> {
    let row = sqlx::query("SELECT * FROM pools WHERE partner_id = $1 AND id = $2")
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// What all users of a partner owe.
pub async fn outstanding_debt(
    conn: &mut Connection,
    partner_id: &PartnerId,
) -> Result<Tokens, Error> {
    sqlx::query(
        "SELECT CAST(COALESCE(SUM(debt), 0) AS BIGINT) AS debt FROM wallets WHERE partner_id = $1",
    )
    .bind(partner_id.as_str())
    .fetch_one(conn)
    .await?
    .number("debt")
    .map(Tokens)
}

pub(super) fn read(row: &AnyRow) -> Result<Pool, Error> {
    Ok(Pool {
        id: row.text("id")?,
        name: row.text("name")?,
        is_active: row.flag("is_active")?,
        balance: Tokens(row.number("balance")?),
        allocated: Tokens(row.number("allocated")?),
        distributed: Tokens(row.number("distributed")?),
        reversed: Tokens(row.number("reversed")?),
        low_balance_threshold: row.number_or_null("low_balance_threshold")?.map(Tokens),
        low_balance_told: row.flag("low_balance_told")?,
        vesting_days: row.number("vesting_days")?,
        expires_at: row.time_or_null("expires_at")?,
        action_types: row.json("action_types")?,
        created_at: row.time("created_at")?,
    })
}
