//! Tokens that partners ask the operator for.

use shared::id::{PartnerId, PoolId, PoolRequestId};
use shared::money::Tokens;
use shared::time::Timestamp;
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

/// A request and whose it is, as the operator asks, who knows only its id.
pub async fn find(
    conn: &mut Connection,
    id: &PoolRequestId,
) -> Result<Option<(PartnerId, PoolRequest)>, Error> {
    let row = sqlx::query("SELECT * FROM pool_requests WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_with_partner).transpose()
}

/// Those of all partners, oldest first, at most `limit`.
pub async fn list_all(
    conn: &mut Connection,
    status: Option<PoolRequestStatus>,
    limit: i64,
) -> Result<Vec<(PartnerId, PoolRequest)>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM pool_requests WHERE CAST($1 AS TEXT) IS NULL OR status = $1
         ORDER BY created_at, id LIMIT $2",
    )
    .bind(status.map(PoolRequestStatus::as_str))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read_with_partner).collect()
}

/// Answers a request that waits, under its partner's books lock; false if it
/// waits no more.
pub async fn answer(
    conn: &mut Connection,
    (partner_id, id): (&PartnerId, &PoolRequestId),
    (status, now): (PoolRequestStatus, Timestamp),
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE pool_requests SET status = $1, decided_at = $2
         WHERE partner_id = $3 AND id = $4 AND status = 'PENDING'",
    )
    .bind(status.as_str())
    .bind(now.0)
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn read_with_partner(row: &AnyRow) -> Result<(PartnerId, PoolRequest), Error> {
    Ok((row.text("partner_id")?, read(row)?))
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
