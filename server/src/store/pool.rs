//! Token pools as they stand. Their balances are the ledger's alone to change.

use ledger::{Pool, Refill};
use shared::id::{PartnerId, PoolId, PoolRequestId};
use shared::money::Tokens;
use shared::time::Timestamp;
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
    let refill = pool.refill.as_ref();
    sqlx::query(
        "INSERT INTO pools (partner_id, id, name, is_active, balance, allocated, distributed, reversed,
             low_balance_threshold, low_balance_told, vesting_days, expires_at, action_types, created_at,
             refill_threshold, refill_amount, refill_per_day, refill_allowance)
         VALUES ($1, $2, $3, $4, 0, 0, 0, 0, $5, 0, $6, $7, $8, $9, $10, $11, $12, $13)",
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
    .bind(refill.map(|refill| refill.threshold.0))
    .bind(refill.map(|refill| refill.amount.0))
    .bind(refill.map(|refill| refill.per_day))
    .bind(refill.map(|refill| refill.allowance.0))
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

/// Marks a request that waited as granted.
pub(super) async fn approve_request(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &PoolRequestId,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE pool_requests SET status = 'APPROVED', decided_at = $1
         WHERE partner_id = $2 AND id = $3 AND status = 'PENDING'",
    )
    .bind(now.0)
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .execute(conn)
    .await?;
    Ok(())
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
        expired: Tokens(row.number("expired")?),
        expiry_booked: row.flag("expiry_booked")?,
        receivable: Tokens(row.number("receivable")?),
        low_balance_threshold: row.number_or_null("low_balance_threshold")?.map(Tokens),
        low_balance_told: row.flag("low_balance_told")?,
        vesting_days: row.number("vesting_days")?,
        expires_at: row.time_or_null("expires_at")?,
        action_types: row.json("action_types")?,
        refill: read_refill(row)?,
        created_at: row.time("created_at")?,
    })
}

fn read_refill(row: &AnyRow) -> Result<Option<Refill>, Error> {
    let Some(amount) = row.number_or_null("refill_amount")? else {
        return Ok(None);
    };
    Ok(Some(Refill {
        threshold: Tokens(row.number("refill_threshold")?),
        amount: Tokens(amount),
        per_day: row.number("refill_per_day")?,
        allowance: Tokens(row.number("refill_allowance")?),
        day: row.number("refill_day")?,
        count: row.number("refill_count")?,
    }))
}
