//! Tokens that partners ask the operator for.

use shared::id::{PartnerId, PoolId};
use shared::money::Tokens;
use shared::token_pool::{PoolRequest, PoolRequestStatus};
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::list::Window;
use super::row::Columns as _;

pub async fn insert(
    conn: &mut Connection,
    partner_id: &PartnerId,
    request: &PoolRequest,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO pool_requests (partner_id, id, pool_id, amount, reason, status, decided_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(partner_id.as_str())
    .bind(request.id.as_str())
    .bind(request.pool_id.as_ref().map(PoolId::as_str))
    .bind(request.amount.0)
    .bind(&request.reason)
    .bind(request.status.as_str())
    .bind(request.decided_at.map(|time| time.0))
    .bind(request.created_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Those of a partner, and of a status if one is given; newest first.
pub async fn list(
    conn: &mut Connection,
    partner_id: &PartnerId,
    status: Option<PoolRequestStatus>,
    window: &Window,
) -> Result<Vec<PoolRequest>, Error> {
    let below = window.below(None);
    let rows = sqlx::query(
        "SELECT * FROM pool_requests
         WHERE partner_id = $1 AND (created_at, id) < ($2, $3)
             AND (CAST($4 AS TEXT) IS NULL OR status = $4)
         ORDER BY created_at DESC, id DESC LIMIT $5 OFFSET $6",
    )
    .bind(partner_id.as_str())
    .bind(below.0)
    .bind(below.1)
    .bind(status.map(PoolRequestStatus::as_str))
    .bind(window.limit)
    .bind(window.offset)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

pub async fn count(
    conn: &mut Connection,
    partner_id: &PartnerId,
    status: Option<PoolRequestStatus>,
) -> Result<i64, Error> {
    sqlx::query(
        "SELECT COUNT(*) AS total FROM pool_requests
         WHERE partner_id = $1 AND (CAST($2 AS TEXT) IS NULL OR status = $2)",
    )
    .bind(partner_id.as_str())
    .bind(status.map(PoolRequestStatus::as_str))
    .fetch_one(conn)
    .await?
    .number("total")
}

fn read(row: &AnyRow) -> Result<PoolRequest, Error> {
    Ok(PoolRequest {
        id: row.text("id")?,
        pool_id: row.text_or_null("pool_id")?,
        amount: Tokens(row.number("amount")?),
        reason: row.text("reason")?,
        status: row.named("status", PoolRequestStatus::named)?,
        created_at: row.time("created_at")?,
        decided_at: row.time_or_null("decided_at")?,
    })
}
