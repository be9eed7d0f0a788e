//! What has been kept for its time, and is removed in small steps.

use shared::id::{PartnerId, WebhookId};
use shared::time::Timestamp;
use sqlx::Error;

use super::row::Columns as _;
use super::{Connection, event};

/// Every partner.
pub async fn partners(conn: &mut Connection) -> Result<Vec<PartnerId>, Error> {
    let rows = sqlx::query("SELECT id FROM partners ORDER BY id").fetch_all(conn);
    rows.await?.iter().map(|row| row.text("id")).collect()
}

/// The webhooks of a partner, those that were deleted too, each with when that
/// was.
pub async fn webhooks(
    conn: &mut Connection,
    partner_id: &PartnerId,
) -> Result<Vec<(WebhookId, Option<Timestamp>)>, Error> {
    let rows = sqlx::query("SELECT id, deleted_at FROM webhooks WHERE partner_id = $1")
        .bind(partner_id.as_str())
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| Ok((row.text("id")?, row.time_or_null("deleted_at")?)))
        .collect()
}

/// The first commit of a partner whose events are to be kept, if there are any
/// before it.
pub async fn events_end(
    conn: &mut Connection,
    partner_id: &PartnerId,
    before: Timestamp,
) -> Result<Option<i64>, Error> {
    let oldest = sqlx::query(
        "SELECT created_at FROM events WHERE partner_id = $1 ORDER BY commit_number, position LIMIT 1",
    )
    .bind(partner_id.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    match oldest {
        Some(row) if row.time("created_at")? < before => {
            Ok(Some(event::commit_at(conn, partner_id, before).await?))
        }
        _ => Ok(None),
    }
}

/// Removes the oldest events before a commit.
pub async fn events(
    conn: &mut Connection,
    (partner_id, end): (&PartnerId, i64),
    limit: i64,
) -> Result<u64, Error> {
    let done = sqlx::query(
        "DELETE FROM events WHERE (partner_id, commit_number, position) IN (
             SELECT partner_id, commit_number, position FROM events
             WHERE partner_id = $1 AND commit_number < $2 ORDER BY commit_number, position LIMIT $3)",
    )
    .bind(partner_id.as_str())
    .bind(end)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Whether a webhook has deliveries from before a moment.
pub async fn has_deliveries(
    conn: &mut Connection,
    (partner_id, webhook_id): (&PartnerId, &WebhookId),
    before: Timestamp,
) -> Result<bool, Error> {
    let row = sqlx::query(
        "SELECT 1 FROM deliveries WHERE partner_id = $1 AND webhook_id = $2 AND created_at < $3 LIMIT 1",
    )
    .bind(partner_id.as_str())
    .bind(webhook_id.as_str())
    .bind(before.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some())
}

/// Removes deliveries of a webhook from before a moment.
pub async fn deliveries(
    conn: &mut Connection,
    (partner_id, webhook_id): (&PartnerId, &WebhookId),
    (before, limit): (Timestamp, i64),
) -> Result<u64, Error> {
    let done = sqlx::query(
        "DELETE FROM deliveries WHERE partner_id = $1 AND id IN (
             SELECT id FROM deliveries WHERE partner_id = $1 AND webhook_id = $2 AND created_at < $3
             ORDER BY created_at, id LIMIT $4)",
    )
    .bind(partner_id.as_str())
    .bind(webhook_id.as_str())
    .bind(before.0)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Removes a webhook that was deleted and has no deliveries left.
pub async fn webhook(
    conn: &mut Connection,
    (partner_id, webhook_id): (&PartnerId, &WebhookId),
) -> Result<(), Error> {
    for sql in [
        "DELETE FROM webhook_replays WHERE partner_id = $1 AND webhook_id = $2",
        "DELETE FROM webhooks WHERE partner_id = $1 AND id = $2 AND deleted_at IS NOT NULL",
    ] {
        sqlx::query(sql)
            .bind(partner_id.as_str())
            .bind(webhook_id.as_str())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
