//! Token pools as they stand. Their balances are the ledger's alone to change.

use ledger::{Pool, Refill};
use shared::id::{PartnerId, PoolId};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::token_pool;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::list::Window;
use super::row::Columns as _;
use super::sql::json;
use crate::config::Environment;

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

/// Newest first.
pub async fn list(
    conn: &mut Connection,
    partner_id: &PartnerId,
    window: &Window,
) -> Result<Vec<Pool>, Error> {
    let below = window.below(None);
    let rows = sqlx::query(
        "SELECT * FROM pools WHERE partner_id = $1 AND (created_at, id) < ($2, $3)
         ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5",
    )
    .bind(partner_id.as_str())
    .bind(below.0)
    .bind(below.1)
    .bind(window.limit)
    .bind(window.offset)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

/// All pools of a partner together.
pub async fn sums(
    conn: &mut Connection,
    partner_id: &PartnerId,
) -> Result<shared::dashboard::PoolsSummary, Error> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS number, CAST(COALESCE(SUM(balance), 0) AS BIGINT) AS balance,
             CAST(COALESCE(SUM(allocated), 0) AS BIGINT) AS allocated,
             CAST(COALESCE(SUM(distributed), 0) AS BIGINT) AS distributed,
             CAST(COALESCE(SUM(reversed), 0) AS BIGINT) AS reversed
         FROM pools WHERE partner_id = $1",
    )
    .bind(partner_id.as_str())
    .fetch_one(conn)
    .await?;
    Ok(shared::dashboard::PoolsSummary {
        count: row.number("number")?,
        balance: Tokens(row.number("balance")?),
        allocated: Tokens(row.number("allocated")?),
        distributed: Tokens(row.number("distributed")?),
        reversed: Tokens(row.number("reversed")?),
    })
}

pub async fn count(conn: &mut Connection, partner_id: &PartnerId) -> Result<i64, Error> {
    sqlx::query("SELECT COUNT(*) AS total FROM pools WHERE partner_id = $1")
        .bind(partner_id.as_str())
        .fetch_one(conn)
        .await?
        .number("total")
}

/// Whose pool it is, as the operator asks, who knows only its id.
pub async fn find_partner(conn: &mut Connection, id: &PoolId) -> Result<Option<PartnerId>, Error> {
    let row = sqlx::query("SELECT partner_id FROM pools WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.map(|row| row.text("partner_id")).transpose()
}

/// The pools of one partner or of all, oldest first, at most `limit`.
pub async fn list_all(
    conn: &mut Connection,
    partner_id: Option<&PartnerId>,
    limit: i64,
) -> Result<Vec<Pool>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM pools WHERE CAST($1 AS TEXT) IS NULL OR partner_id = $1
         ORDER BY created_at, id LIMIT $2",
    )
    .bind(partner_id.map(PartnerId::as_str))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

/// Pools whose time is over and whose rest has not gone back yet, at most
/// `limit`.
pub async fn overdue(
    conn: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(PartnerId, PoolId)>, Error> {
    let rows = sqlx::query(
        "SELECT partner_id, id FROM pools WHERE expiry_booked = 0 AND expires_at <= $1
         ORDER BY expires_at LIMIT $2",
    )
    .bind(now.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let key = |row: &AnyRow| Ok((row.text("partner_id")?, row.text("id")?));
    rows.iter().map(key).collect()
}

/// Lets a pool pay, or not, under its partner's books lock.
pub async fn set_active(
    conn: &mut Connection,
    (partner_id, id): (&PartnerId, &PoolId),
    is_active: bool,
) -> Result<(), Error> {
    sqlx::query("UPDATE pools SET is_active = $1 WHERE partner_id = $2 AND id = $3")
        .bind(i64::from(is_active))
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Sets what a pool may refill itself with, under its partner's books lock;
/// false if it has no refills.
pub async fn set_refill_allowance(
    conn: &mut Connection,
    (partner_id, id): (&PartnerId, &PoolId),
    allowance: Tokens,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE pools SET refill_allowance = $1
         WHERE partner_id = $2 AND id = $3 AND refill_amount IS NOT NULL",
    )
    .bind(allowance.0)
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A pool as it is shown at a moment.
pub fn view(pool: &Pool, (now, environment): (Timestamp, Environment)) -> token_pool::Pool {
    token_pool::Pool {
        id: pool.id.clone(),
        name: pool.name.clone(),
        environment: environment.as_str().to_owned(),
        status: pool.status(now),
        balance: pool.balance,
        allocated: pool.allocated,
        distributed: pool.distributed,
        reversed: pool.reversed,
        low_balance_threshold: pool.low_balance_threshold,
        restrictions: token_pool::Restrictions {
            vesting_days: pool.vesting_days,
            expires_at: pool.expires_at,
            allowed_action_types: pool.action_types.clone(),
        },
        auto_refill: pool.refill.as_ref().map(|refill| token_pool::AutoRefill {
            enabled: refill.allowance.0 > 0,
            threshold: refill.threshold,
            amount: refill.amount,
            max_per_day: refill.per_day,
        }),
        created_at: pool.created_at,
    }
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
